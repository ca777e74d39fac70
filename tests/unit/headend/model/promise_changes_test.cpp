#include "headend/model/promise_changes.hpp"

#include <gmock/gmock.h>

namespace loa::headend::model {
namespace {

using namespace std::chrono_literals;

const WallTime made{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

PlannedCue cue(const std::string& occurrence, Micros from_made, v1::Medium medium = v1::MEDIUM_AUDIO) {
  PlannedCue planned;
  planned.occurrence_start = made + from_made;
  planned.cue.set_occurrence(occurrence);
  planned.cue.set_medium(medium);
  planned.cue.set_start_us(to_us(planned.occurrence_start));
  planned.cue.set_duration_us(Micros{1min}.count());
  return planned;
}

Standing standing(const PlannedCue& planned) {
  const auto start = wall_from_us(planned.cue.start_us());
  return {key_of(planned.cue), start, start + 1min, {parts_of(planned.cue).cue, std::nullopt}, false, planned.facts};
}

std::shared_ptr<const PromiseFacts> facts(const std::string& station) {
  PromiseFacts made_of;
  made_of.station = station;
  return std::make_shared<const PromiseFacts>(std::move(made_of));
}

/// Changes in short: "put a", "facts a", "end a", "cancel a".
std::vector<std::string> tell(const PromiseChanges& changes) {
  std::vector<std::string> told;
  for (const auto& one : changes.puts) told.push_back("put " + one.cue.occurrence());
  for (const auto& one : changes.facts) told.push_back("facts " + one.cue.occurrence());
  for (const auto& one : changes.ends) told.push_back("end " + one.cue.occurrence());
  for (const auto& one : changes.cancelled) told.push_back("cancel " + one.occurrence);
  return told;
}

std::vector<std::string> changes(const std::vector<Standing>& before, const std::vector<PlannedCue>& cues,
                                 const Begun& begun = {}, PromiseKind kind = PromiseKind::plan) {
  return tell(changes_of(before, begun, cues, made, kind));
}

using testing::ElementsAre;
using testing::IsEmpty;

TEST(PromiseChanges, PutWhatIsNewAndCancelWhatIsLeftOut) {
  EXPECT_THAT(changes({}, {cue("a", 1h)}), ElementsAre("put a"));
  EXPECT_THAT(changes({standing(cue("a", 1h)), standing(cue("b", 2h))}, {cue("b", 2h)}), ElementsAre("cancel a"));
}

TEST(PromiseChanges, LeaveWhatStandsToThePlanThatSaidItFirst) {
  EXPECT_THAT(changes({standing(cue("a", 1h))}, {cue("a", 1h)}), IsEmpty());
  EXPECT_THAT(changes({standing(cue("a", 1h))}, {cue("a", 2h)}), ElementsAre("put a"));
}

TEST(PromiseChanges, TakeBackACancellation) {
  auto cancelled = standing(cue("a", 1h));
  cancelled.cancelled = true;
  EXPECT_THAT(changes({cancelled}, {cue("a", 1h)}), ElementsAre("put a"));
  EXPECT_THAT(changes({cancelled}, {}), IsEmpty()) << "once";
}

TEST(PromiseChanges, TellApartCuesThatDifferInTheirPagesOnly) {
  auto sign = cue("a", 1h, v1::MEDIUM_SIGN);
  sign.cue.add_pages()->set_object("one");
  auto before = standing(sign);
  before.print.pages = protocol::crypto::sha256(parts_of(sign.cue).pages);
  EXPECT_THAT(changes({before}, {sign}), IsEmpty());
  sign.cue.mutable_pages(0)->set_object("other");
  EXPECT_THAT(changes({before}, {sign}), ElementsAre("put a"));
}

TEST(PromiseChanges, KeepOtherFactsOfAPromiseThatStands) {
  auto before = cue("a", 1h), now = before;
  before.facts = facts("Chợ");
  now.facts = facts("Chợ");
  EXPECT_THAT(changes({standing(before)}, {now}), IsEmpty());
  now.facts = facts("Chợ mới");
  EXPECT_THAT(changes({standing(before)}, {now}), ElementsAre("facts a"));
  now.facts = nullptr;
  EXPECT_THAT(changes({standing(before)}, {now}), IsEmpty()) << "facts that are not told change nothing";
}

TEST(PromiseChanges, BringTheEndOfASignsBegunCueForwardAndNothingElseOfIt) {
  const auto promised = cue("a", -10s, v1::MEDIUM_SIGN);
  const Begun begun{{key_of(promised.cue), promised}};
  const auto lasting = [&](Micros length) {
    auto shorter = promised;
    shorter.cue.set_duration_us(length.count());
    return shorter;
  };
  EXPECT_THAT(changes({}, {lasting(12s)}, begun), ElementsAre("end a"));
  EXPECT_THAT(changes({}, {lasting(2min)}, begun), IsEmpty()) << "never later";
  EXPECT_THAT(changes({}, {lasting(9s)}, begun), IsEmpty()) << "never back into what is over";
  EXPECT_THAT(changes({}, {lasting(12s)}), IsEmpty()) << "never what was not promised";
  auto other = lasting(12s);
  other.cue.set_title("other words");
  EXPECT_THAT(changes({}, {other}, begun), IsEmpty()) << "nothing but its end";
  auto called_off = promised;
  called_off.cancelled = made - 1h;
  EXPECT_THAT(changes({}, {lasting(12s)}, {{key_of(promised.cue), called_off}}), IsEmpty());
}

TEST(PromiseChanges, AnEmergencyEndsNoCueOfAPlan) {
  EXPECT_FALSE(may_end_earlier(cue("a", -10s, v1::MEDIUM_SIGN).cue, made, PromiseKind::emergency));
  EXPECT_FALSE(may_end_earlier(cue("a", -10s).cue, made, PromiseKind::plan)) << "sound stays as it was promised";
  EXPECT_FALSE(may_end_earlier(cue("a", 10s, v1::MEDIUM_SIGN).cue, made, PromiseKind::plan));
}

TEST(PromiseChanges, OtherFactsAreOfTheSamePromiseOnly) {
  auto before = cue("a", 1h), now = before;
  before.facts = facts("Chợ");
  now.facts = facts("Chợ mới");
  EXPECT_EQ(other_facts({standing(before)}, {now}).size(), 1U);
  EXPECT_TRUE(other_facts({standing(before)}, {before}).empty());
  EXPECT_TRUE(other_facts({}, {now}).empty());
  auto cancelled = standing(before);
  cancelled.cancelled = true;
  EXPECT_TRUE(other_facts({cancelled}, {now}).empty());
  now.cue.set_duration_us(1);
  EXPECT_TRUE(other_facts({standing(before)}, {now}).empty()) << "promised for another time";
}

}  // namespace
}  // namespace loa::headend::model
