#include "station/core/fault_book.hpp"

#include <gmock/gmock.h>

#include "protocol/message/check.hpp"

namespace loa::station::core {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto none = v1::FAULT_STATE_RESET;
constexpr auto fresh = v1::FAULT_STATE_NEW;
constexpr auto acknowledged = v1::FAULT_STATE_ACKNOWLEDGED;
constexpr auto resolved = v1::FAULT_STATE_RESOLVED;

/// A fault book on a hand-moved clock, and what it told: "NEW 1".
class FaultBookTest : public testing::Test {
 protected:
  static constexpr WallTime t0 = wall_from_us(1'795'219'200'000'000);

  [[nodiscard]] Now now() const { return {t0 + clock_error_ + since_, MonoTime{1h} + since_, grade_}; }
  std::vector<std::string> changes() {
    std::vector<std::string> told;
    for (const auto& fault : book_.take_changes()) {
      EXPECT_TRUE(protocol::message::check(fault)) << protocol::message::check(fault).error().text;
      static const char* const words[] = {"NEW", "ACKNOWLEDGED", "RESOLVED", "RESET"};
      told.push_back(fmt::format("{} {}", words[fault.state()], fault.count()));
      last_ = fault;
    }
    return told;
  }
  std::vector<std::string> see(bool present, const std::string& cause = "") {
    book_.see({code_, cause, present, present ? "sentence " + cause : ""}, now());
    return changes();
  }
  std::vector<std::string> pass(Micros time) {
    since_ += time;
    book_.tick(now());
    return changes();
  }
  std::vector<std::string> order(v1::Answer (FaultBook::*verb)(std::string_view, const Now&)) {
    answer_ = (book_.*verb)(code_, now());
    return changes();
  }

  FaultBook book_{FaultSettings{}};
  std::string code_{fault_code::panel};
  Micros since_{0};
  Micros clock_error_{0};
  ClockGrade grade_ = ClockGrade::disciplined;
  v1::Answer answer_;
  v1::Fault last_;
};

TEST(FaultState, AllTheCodesAreThereAndFitTheWire) {
  EXPECT_THAT(fault_codes(),
              testing::UnorderedElementsAre("content-missing", "content-damaged", "underruns", "device-gone",
                                            "clock-untrusted", "amplifier-feedback", "temperature", "undervoltage",
                                            "storage", "panel", "software-restart"));
}

TEST_F(FaultBookTest, GoesTheWholeWay) {
  EXPECT_THAT(see(true), ElementsAre("NEW 1"));
  EXPECT_EQ(last_.since_us(), to_us(t0));
  EXPECT_EQ(last_.text(), "sentence ");
  EXPECT_THAT(order(&FaultBook::acknowledge), ElementsAre("ACKNOWLEDGED 1"));
  EXPECT_TRUE(answer_.accepted());
  since_ += 1min;
  EXPECT_THAT(see(false), IsEmpty()) << "it is held for a while";
  EXPECT_EQ(book_.next_deadline(), now().mono + 10s);
  EXPECT_THAT(pass(9s), IsEmpty());
  EXPECT_THAT(pass(1s), ElementsAre("RESOLVED 1"));
  EXPECT_EQ(last_.since_us(), to_us(t0 + 1min)) << "it passed when the condition went";
  EXPECT_THAT(order(&FaultBook::reset), ElementsAre("RESET 1"));
  EXPECT_THAT(book_.standing(), IsEmpty());
  EXPECT_EQ(book_.next_deadline(), std::nullopt);
  EXPECT_THAT(see(true), ElementsAre("NEW 1")) << "a new one: it counts from the beginning";
}

TEST_F(FaultBookTest, WhatPassesBeforeAnybodyLookedStaysInView) {
  see(true);
  see(false);
  EXPECT_THAT(pass(10s), ElementsAre("RESOLVED 1"));
  EXPECT_THAT(order(&FaultBook::acknowledge), IsEmpty());
  EXPECT_TRUE(answer_.accepted());
  EXPECT_THAT(answer_.text(), HasSubstr("passed"));
  EXPECT_EQ(book_.standing().size(), 1U);
}

TEST_F(FaultBookTest, WhatComesBackIsNewEvenIfItWasAcknowledged) {
  see(true);
  order(&FaultBook::acknowledge);
  see(false);
  pass(10s);
  EXPECT_THAT(see(true), ElementsAre("NEW 2"));
}

TEST_F(FaultBookTest, RepeatsNothingAndCountsAppearances) {
  EXPECT_THAT(see(true), ElementsAre("NEW 1"));
  for (int i = 0; i < 5; ++i) EXPECT_THAT(see(true), IsEmpty());
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(see(false), IsEmpty());
    EXPECT_THAT(pass(1s), IsEmpty());
    EXPECT_THAT(see(true), IsEmpty());
  }
  EXPECT_EQ(book_.standing()[0].count(), 4U);
}

TEST_F(FaultBookTest, AFlappingSensorChangesItsStateSomeThirtyTimesADay) {
  std::size_t told = 0;
  for (int second = 0; second < 86'400 / 2; ++second) {
    told += see(true).size() + pass(1s).size() + see(false).size() + pass(1s).size();
  }
  EXPECT_EQ(told, 1U) << "every other second: it never stays away for its hold";
  // The worst there is: away just as long as the hold asks for, each time.
  see(false);
  for (Micros day{0}; day < 24h;) {
    const Micros wait = std::chrono::duration_cast<Micros>(*book_.next_deadline() - now().mono);
    day += wait;
    told += pass(wait).size() + see(true).size() + see(false).size();
  }
  EXPECT_LE(told, 34U);
  EXPECT_GE(book_.standing()[0].count(), 43'200U);
}

TEST_F(FaultBookTest, HoldsNoLongerAfterACalmDay) {
  for (int i = 0; i < 4; ++i) {
    see(true);
    see(false);
    pass(1h);
  }
  see(true);
  see(false);
  EXPECT_EQ(book_.next_deadline(), now().mono + 160s) << "it came back four times";
  pass(160s);
  pass(24h);
  see(true);
  see(false);
  EXPECT_EQ(book_.next_deadline(), now().mono + 10s);
}

TEST_F(FaultBookTest, PassesWithTheLastOfItsCauses) {
  see(true, "read-only");
  EXPECT_THAT(see(true, "space"), IsEmpty());
  EXPECT_EQ(book_.standing()[0].text(), "sentence read-only; sentence space");
  see(false, "read-only");
  EXPECT_THAT(pass(1h), IsEmpty());
  see(false, "space");
  EXPECT_THAT(pass(10s), ElementsAre("RESOLVED 1"));
}

TEST_F(FaultBookTest, IsNotResetWhileItIsThere) {
  see(true);
  EXPECT_THAT(order(&FaultBook::reset), IsEmpty());
  EXPECT_FALSE(answer_.accepted());
  EXPECT_THAT(answer_.text(), HasSubstr("still there: sentence"));
  see(false);
  EXPECT_THAT(order(&FaultBook::reset), ElementsAre("RESOLVED 1", "RESET 1")) << "only held: it passes with the reset";
}

TEST_F(FaultBookTest, KnowsNothingOfWhatItHasNot) {
  order(&FaultBook::acknowledge);
  EXPECT_FALSE(answer_.accepted());
  EXPECT_THAT(see(false), IsEmpty());
  EXPECT_THAT(book_.standing(), IsEmpty());
}

TEST_F(FaultBookTest, ResetsWhatNobodyLookedAtAfterAWeek) {
  see(true);
  see(false);
  pass(10s);
  EXPECT_THAT(pass(24h * 7 - 1s), IsEmpty());
  EXPECT_THAT(pass(1s), ElementsAre("RESET 1"));
  see(true);
  EXPECT_THAT(pass(24h * 30), IsEmpty()) << "never while it is there";
}

TEST_F(FaultBookTest, OutlivesTheProcess) {
  see(true);
  order(&FaultBook::acknowledge);
  FaultBook next{FaultSettings{}};
  std::swap(book_, next);
  book_.restore(last_, now());
  EXPECT_THAT(pass(119s), IsEmpty());
  EXPECT_THAT(see(true), IsEmpty()) << "still there: nothing new, and still acknowledged";
  EXPECT_EQ(book_.standing()[0].state(), acknowledged);
  EXPECT_EQ(book_.standing()[0].count(), 1U);
  see(false);
  pass(1s);
  see(true);
  EXPECT_EQ(book_.standing()[0].count(), 2U) << "from now on it counts";
}

TEST_F(FaultBookTest, WhatNobodySeesAfterARestartHasPassed) {
  see(true);
  FaultBook next{FaultSettings{}};
  std::swap(book_, next);
  book_.restore(last_, now());
  EXPECT_THAT(pass(2min), ElementsAre("RESOLVED 1"));
}

TEST_F(FaultBookTest, AgesOverRestartsByAClockThatIsBelieved) {
  see(true);
  see(false);
  pass(10s);
  FaultBook next{FaultSettings{}};
  std::swap(book_, next);
  since_ += 24h * 6;
  grade_ = ClockGrade::none;
  clock_error_ = -24h * 365 * 50;
  book_.restore(last_, now());
  EXPECT_THAT(pass(1h), IsEmpty());
  grade_ = ClockGrade::disciplined;
  clock_error_ = 0s;
  EXPECT_THAT(pass(1s), IsEmpty());
  EXPECT_THAT(pass(24h), ElementsAre("RESET 1"));
}

TEST_F(FaultBookTest, WhatWasStampedByAClockNeverSetAgesFromNow) {
  grade_ = ClockGrade::none;
  clock_error_ = -to_us(t0) * 1us;
  see(true);
  see(false);
  pass(10s);
  FaultBook next{FaultSettings{}};
  std::swap(book_, next);
  grade_ = ClockGrade::disciplined;
  clock_error_ = 0s;
  book_.restore(last_, now());
  EXPECT_THAT(pass(24h * 6), IsEmpty());
  EXPECT_THAT(pass(24h), ElementsAre("RESET 1"));
}

TEST_F(FaultBookTest, EachRestartOfTheSoftwareIsNews) {
  code_ = fault_code::software_restart;
  EXPECT_THAT(see(true), ElementsAre("NEW 1"));
  see(false);
  order(&FaultBook::acknowledge);
  EXPECT_THAT(last_.state(), acknowledged);
  FaultBook next{FaultSettings{}};
  std::swap(book_, next);
  book_.restore(last_, now());
  EXPECT_THAT(see(true), ElementsAre("NEW 2"));
  see(false);
  EXPECT_THAT(pass(10min - 1s), IsEmpty());
  EXPECT_THAT(pass(1s), ElementsAre("RESOLVED 2"));
}

TEST_F(FaultBookTest, TheSettingHoldsConditionsAndNoEvents) {
  FaultSettings settings;
  settings.hold = 1s;
  book_ = FaultBook{settings};
  see(true);
  see(false);
  EXPECT_THAT(pass(1s), ElementsAre("RESOLVED 1"));
  code_ = fault_code::software_restart;
  see(true);
  see(false);
  EXPECT_THAT(pass(1min), IsEmpty()) << "a restart stays in view";
}

TEST_F(FaultBookTest, CutsAndCleansWhatASourceSays) {
  Condition wordy{code_, "", true, {}};
  for (int i = 0; i < 700; ++i) wordy.text += "ữ";
  book_.see(wordy, now());
  changes();
  EXPECT_LE(last_.text().size(), 500U);
  EXPECT_GE(last_.text().size(), 490U);
  see(false);
  book_.see({code_, "", true, "\xff"}, now());
  EXPECT_EQ(book_.standing()[0].text(), "(unreadable)");
}

}  // namespace
}  // namespace loa::station::core
