#include "station/display/sign_show.hpp"

#include <gtest/gtest.h>

#include "firmware/sim/sim_sign_out.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/unit/station/display/direct_view.hpp"

namespace loa::station::display {
namespace {

using namespace std::chrono_literals;

constexpr int width = 16;
constexpr int height = 4;
constexpr std::int64_t start_us = 1'795'212'000'000'000;  // the wall time of `zero`
constexpr MonoTime zero{2000s};

/// A page of one colour, or a strip whose columns count up; "~ABC": a video of three frames, 200 ms each.
Picture picture(const std::string& name) {
  Picture pixels{name == "strip" ? 100 : name == "wide" ? 17 : width, height, {}};
  for (int i = 0; i < pixels.width_px * height; ++i) {
    const int value = name == "strip" ? i % 100 + 1 : name.front();
    pixels.rgb.insert(pixels.rgb.end(), 3, static_cast<std::uint8_t>(value));
  }
  return pixels;
}

Result<std::unique_ptr<FrameReader>> object(const std::string& name, const SignShape& shape) {
  if (name == "missing") return fail(ErrorCode::missing, "no such file");
  if (name == "rotten") return fail(ErrorCode::invalid, "not a PNG");
  std::vector<content::picture::Frame> frames;
  if (name.front() == '~') {
    for (const char letter : name.substr(1)) {
      const auto number = static_cast<int>(frames.size());
      frames.push_back({picture(std::string{letter}), number * 200ms, (number + 1) * 200ms});
    }
  } else {
    frames.push_back({picture(name), 0ms, 0ms});
    if (!shape.strip && frames[0].picture.width_px != shape.width_px) return fail(ErrorCode::invalid, "does not fit");
  }
  return std::unique_ptr<FrameReader>{std::make_unique<ListReader>(std::move(frames))};
}

/// Is found missing only some time after it was asked for, as by the decoder's thread.
class LateFailure final : public PageView {
 public:
  LateFailure(const firmware::SimTime& time, MonoTime at) : time_(time), at_(at) {}
  State state() override { return time_.now() < at_ ? State::loading : State::failed; }
  Error error() override { return {ErrorCode::missing, "no such file"}; }
  bool moves() override { return false; }
  const TurnFrame* at(Micros /*into*/) override { return nullptr; }

 private:
  const firmware::SimTime& time_;
  MonoTime at_;
};

class SignShowTest : public ::testing::Test {
 protected:
  SignShowTest() { time_.set_passing(true); }

  SignShow make() {
    PresenterEvents events;
    events.started = [this](const CueKey& cue, int error) { started_.emplace_back(cue, error); };
    events.ended = [this](const v1::Proof& part) { ended_.push_back(part); };
    events.page_damaged = [this](const std::string& damaged) { damaged_.push_back(damaged); };
    auto open = [this](const PageWish& wish) -> std::shared_ptr<PageView> {
      if (wish.object == "late" && !present_ && fails_after_ > 0ms)
        return std::make_shared<LateFailure>(time_, time_.now() + fails_after_);
      auto wished = wish;
      if (wish.object == "late" && !present_) wished.object = "missing";
      return std::make_shared<DirectView>(object, wished);
    };
    SignSettings settings;
    settings.width_px = width;
    settings.height_px = height;
    return SignShow{sign_, settings, marks(), std::move(events), open};
  }
  journal::MarkSet marks() const { return std::move(*journal::MarkSet::open(folder_.path(), "sign")); }

  /// A cue from zero + begin; joined: the part of it from zero + joined on.
  static Assignment cue(std::uint32_t segment, const char* object, MonoTime::duration begin, MonoTime::duration length,
                        std::optional<MonoTime::duration> joined = std::nullopt) {
    Assignment assignment;
    assignment.cue.set_occurrence("sang/2026-11-21/050000");
    assignment.cue.set_segment(segment);
    assignment.cue.set_cue_class(v1::CUE_CLASS_SCHEDULED);
    assignment.cue.set_medium(v1::MEDIUM_SIGN);
    assignment.cue.set_start_us(start_us + begin / 1us);
    assignment.cue.set_duration_us(length / 1us);
    if (std::string{object} == "strip") assignment.cue.set_scroll_px_s(25);
    assignment.object = object;
    assignment.from = wall_from_us(start_us + joined.value_or(begin) / 1us);
    assignment.from_mono = zero + joined.value_or(begin);
    return assignment;
  }
  struct Page {
    const char* object;
    MonoTime::duration dwell;
  };
  /// A playlist; pages are named by their objects.
  static Assignment playlist(const std::vector<Page>& pages, MonoTime::duration begin, MonoTime::duration length,
                             std::optional<MonoTime::duration> joined = std::nullopt) {
    auto assignment = cue(0, pages.front().object, begin, length, joined);
    for (const auto& page : pages) {
      auto* added = assignment.cue.add_pages();
      added->set_object(page.object);
      added->set_dwell_us(page.dwell / 1us);
      if (std::string{page.object} == "strip") added->set_scroll_px_s(25);
      assignment.pages.emplace_back(page.object);
    }
    return assignment;
  }
  /// "A 2.0 s, B 1.0 s" of a proof's pages.
  static std::string shown_of(const v1::Proof& part) {
    std::string text;
    for (const auto& page : part.pages()) {
      text += fmt::format("{}{} {:.1f} s", text.empty() ? "" : ", ", page.object(),
                          static_cast<double>(page.shown_us()) / 1e6);
    }
    return text;
  }
  static CueKey key(std::uint32_t segment) { return {"sang/2026-11-21/050000", segment}; }

  /// Steps the show whenever it asks, until zero + at.
  void run_to(SignShow& show, MonoTime::duration at) {
    while (time_.now() < zero + at) {
      const auto wake = show.step(time_.now());
      const auto next = std::min(wake.value_or(zero + at), zero + at);
      if (next > time_.now()) time_.advance(next - time_.now());
    }
    show.step(time_.now());
  }
  /// The colour in the middle of each thing shown since zero, in order.
  [[nodiscard]] std::vector<int> colours() const {
    std::vector<int> result;
    for (const auto& shown : sign_.shown()) {
      if (shown.last >= zero) result.push_back(shown.rgb[width / 2 * 3]);
    }
    return result;
  }
  [[nodiscard]] static std::int64_t at_us(MonoTime::duration at) { return start_us + at / 1us; }

  tests::TempFolder folder_;
  firmware::SimTime time_{zero - 3s};
  firmware::SimSignOut sign_{time_};
  std::vector<std::pair<CueKey, int>> started_;
  std::vector<v1::Proof> ended_;
  std::vector<std::string> damaged_;
  bool present_ = true;  ///< whether the object "late" is there
  std::chrono::milliseconds fails_after_{0};
};

TEST_F(SignShowTest, ShowsAPageFromBeginToEndAndThenIsDark) {
  SignShow show = make();
  show.set_awake(true);
  show.arm(cue(0, "A", 1s, 5s));
  run_to(show, 8s);
  EXPECT_EQ(colours(), (std::vector<int>{'A', 0}));
  const auto shown = sign_.shown();
  EXPECT_LE(shown[1].from - (zero + 1s), 20ms) << "the panel's next refresh";
  EXPECT_LE(shown[2].from - (zero + 6s), 20ms);
  ASSERT_EQ(ended_.size(), 1u);
  EXPECT_EQ(ended_[0].bucket(), v1::BUCKET_PLAYED);
  EXPECT_EQ(ended_[0].reason(), "complete");
  EXPECT_EQ(ended_[0].from_us(), at_us(1s));
  EXPECT_EQ(ended_[0].to_us(), at_us(6s));
  EXPECT_EQ(ended_[0].frames(), static_cast<std::uint64_t>(shown[1].times));
  ASSERT_EQ(started_.size(), 1u);
  EXPECT_EQ(started_[0].second, (shown[1].from - (zero + 1s)) / 1us);
  EXPECT_EQ(ended_[0].start_error_us(), started_[0].second);
}

TEST_F(SignShowTest, PresentsAStandingPageOnceASecond) {
  SignShow show = make();
  show.arm(cue(0, "A", 0s, 10s));
  run_to(show, 11s);
  EXPECT_EQ(ended_.at(0).frames(), 10u);
}

TEST_F(SignShowTest, EveryScrolledFrameIsExactForItsInstant) {
  SignShow show = make();
  const auto strip = cue(0, "strip", 0s, 4s);
  show.arm(strip);
  run_to(show, 4s);
  std::vector<std::uint8_t> expected(width * height * 3);
  std::int64_t offset = 0;
  int moved = 0;
  for (const auto& shown : sign_.shown()) {
    if (shown.from < zero || shown.from >= zero + 4s) continue;
    // Drawn for a grid instant at most one frame and one refresh before it became visible.
    const auto latest = scroll_px(span_of(strip), 25, shown.from);
    const auto earliest = scroll_px(span_of(strip), 25, shown.from - 41ms);
    const auto fits = [&](std::int64_t candidate) {
      draw(picture("strip"), true, candidate, width, expected);
      return shown.rgb == expected;
    };
    std::int64_t found = earliest;
    while (found <= latest && !fits(found)) ++found;
    ASSERT_LE(found, latest) << "at " << (shown.from - zero) / 1us << " us";
    ASSERT_GE(found, offset) << "never backwards";
    moved += found != offset;
    offset = found;
  }
  EXPECT_GE(moved, 95) << "25 pixels a second for 4 seconds";
  EXPECT_GE(ended_.at(0).frames(), 195u) << "at the panel's rate: 50 a second";
  EXPECT_EQ(ended_.at(0).underruns(), 0u);
}

TEST_F(SignShowTest, JoinsInPlace) {
  SignShow show = make();
  const auto strip = cue(0, "strip", 0s, 10s, 2s);
  show.set_awake(true);
  run_to(show, 1s);
  show.arm(strip);
  run_to(show, 2s + 10ms);
  std::vector<std::uint8_t> expected(width * height * 3);
  draw(picture("strip"), true, 50, width, expected);
  EXPECT_EQ(sign_.shown().back().rgb, expected);
  run_to(show, 11s);
  EXPECT_EQ(ended_.at(0).from_us(), at_us(2s));
  EXPECT_EQ(ended_.at(0).to_us(), at_us(10s));
}

TEST_F(SignShowTest, WhatComesLateIsProvedFromWhenItWasSeen) {
  SignShow show = make();
  run_to(show, 3s);
  show.arm(cue(0, "A", 0s, 10s));
  run_to(show, 11s);
  ASSERT_EQ(ended_.size(), 1u);
  EXPECT_GE(ended_[0].from_us(), at_us(3s));
  EXPECT_LE(ended_[0].from_us(), at_us(3s + 20ms));
  EXPECT_GE(ended_[0].start_error_us(), 3'000'000);
}

TEST_F(SignShowTest, AShortenedCueEndsThereAndTheNextAdjoins) {
  SignShow show = make();
  show.arm(playlist({{"A", 3s}, {"B", 3s}}, 0s, 60s));
  run_to(show, 4s);
  auto next = playlist({{"C", 3s}, {"A", 3s}}, 5s, 10s);
  next.cue.set_segment(1);
  show.arm(next);
  show.shorten(key(0), wall_from_us(at_us(5s)));
  run_to(show, 16s);
  EXPECT_EQ(colours(), (std::vector<int>{'A', 'B', 'C', 'A', 'C', 'A', 0}));
  ASSERT_EQ(ended_.size(), 2u);
  EXPECT_EQ(ended_[0].reason(), "complete");
  EXPECT_EQ(ended_[0].to_us(), at_us(5s));
  EXPECT_EQ(shown_of(ended_[0]), "A 3.0 s, B 2.0 s");
  EXPECT_EQ(ended_[1].from_us(), at_us(5s));
}

TEST_F(SignShowTest, AShortenedTurnIsNotBegunAgain) {
  SignShow show = make();
  show.arm(playlist({{"A", 30s}, {"B", 30s}}, 0s, 60s));
  run_to(show, 10s);
  show.shorten(key(0), wall_from_us(at_us(12s)));
  run_to(show, 13s);
  EXPECT_EQ(colours(), (std::vector<int>{'A', 0})) << "the page that stands goes on standing";
  EXPECT_EQ(shown_of(ended_.at(0)), "A 12.0 s, B 0.0 s");
}

TEST_F(SignShowTest, ShortenedIntoThePastEndsAtOnce) {
  SignShow show = make();
  show.arm(cue(0, "A", 0s, 60s));
  run_to(show, 10s);
  show.shorten(key(0), wall_from_us(at_us(8s)));
  run_to(show, 11s);
  ASSERT_EQ(ended_.size(), 1u);
  EXPECT_EQ(ended_[0].reason(), "complete");
  EXPECT_EQ(colours(), (std::vector<int>{'A', 0}));
}

TEST_F(SignShowTest, APageThatComesInItsTurnTakesItsPlace) {
  SignShow show = make();
  auto assignment = playlist({{"late", 10s}, {"B", 10s}}, 0s, 20s);
  present_ = false;
  show.arm(assignment);
  run_to(show, 4s);
  present_ = true;
  show.look_again(key(0));
  run_to(show, 21s);
  EXPECT_EQ(colours(), (std::vector<int>{'B', 'l', 'B', 0})) << "no frame of darkness between them";
  EXPECT_EQ(shown_of(ended_.at(0)), "late 6.0 s, B 14.0 s");
  EXPECT_TRUE(damaged_.empty());
}

TEST_F(SignShowTest, WhatIsFoundMissingAheadOfItsTurnCostsNoDarkness) {
  SignShow show = make();
  present_ = false;
  fails_after_ = 100ms;
  show.arm(playlist({{"late", 10s}, {"B", 10s}}, 0s, 20s));
  run_to(show, -2s);
  run_to(show, -1s);  // a step when the decoder says so
  present_ = true;
  show.look_again(key(0));
  run_to(show, 21s);
  EXPECT_EQ(colours(), (std::vector<int>{'l', 'B', 0}));
  EXPECT_EQ(shown_of(ended_.at(0)), "late 10.0 s, B 10.0 s");
}

TEST_F(SignShowTest, APageThatComesBeforeItsTurnHasAllOfIt) {
  SignShow show = make();
  present_ = false;
  show.arm(playlist({{"late", 10s}, {"B", 10s}}, 1s, 20s));
  run_to(show, 500ms);
  show.look_again(key(0));  // another one came; this one is still not here
  present_ = true;
  show.look_again(key(0));
  run_to(show, 22s);
  EXPECT_EQ(shown_of(ended_.at(0)), "late 10.0 s, B 10.0 s");
}

TEST_F(SignShowTest, AdjoiningCuesHaveNoDarkBetween) {
  SignShow show = make();
  show.arm(cue(0, "A", 0s, 2s));
  show.arm(cue(1, "B", 2s, 2s));
  run_to(show, 5s);
  EXPECT_EQ(colours(), (std::vector<int>{'A', 'B', 0}));
  ASSERT_EQ(ended_.size(), 2u);
  EXPECT_EQ(ended_[0].to_us(), ended_[1].from_us());
}

TEST_F(SignShowTest, HaltEndsAtOnceWithWhatWasSeen) {
  SignShow show = make();
  show.set_awake(true);
  show.arm(cue(0, "A", 0s, 10s));
  run_to(show, 2s);
  show.halt(key(0), time_.now());
  const auto halted = time_.now();
  run_to(show, 3s);
  EXPECT_EQ(colours(), (std::vector<int>{'A', 0}));
  EXPECT_LE(sign_.shown().back().from - halted, 20ms);
  ASSERT_EQ(ended_.size(), 1u);
  EXPECT_EQ(ended_[0].reason(), "halted");
  EXPECT_EQ(ended_[0].bucket(), v1::BUCKET_PLAYED);
  EXPECT_EQ(ended_[0].to_us(), start_us + (halted - zero) / 1us);
}

TEST_F(SignShowTest, HaltBeforeTheBeginForgetsIt) {
  SignShow show = make();
  show.arm(cue(0, "A", 2s, 2s));
  run_to(show, 1s);
  show.halt(key(0), time_.now());
  run_to(show, 5s);
  ASSERT_EQ(ended_.size(), 1u);
  EXPECT_EQ(ended_[0].bucket(), v1::BUCKET_UNKNOWN);
  EXPECT_EQ(ended_[0].from_us(), ended_[0].to_us());
  EXPECT_TRUE(started_.empty());
}

TEST_F(SignShowTest, HaltOfSomethingElseChangesNothing) {
  SignShow show = make();
  show.arm(cue(0, "A", 0s, 2s));
  run_to(show, 1s);
  show.halt(key(7), time_.now());
  EXPECT_TRUE(ended_.empty());
}

TEST_F(SignShowTest, TheHigherClassIsShown) {
  SignShow show = make();
  auto urgent = cue(1, "U", 2s, 2s);
  urgent.cue.set_cue_class(v1::CUE_CLASS_EMERGENCY);
  show.arm(urgent);
  show.arm(cue(0, "A", 0s, 10s));
  show.arm(cue(2, "B", 3s, 10s));
  run_to(show, 6s);
  EXPECT_EQ(colours(), (std::vector<int>{'A', 'U', 'B'}));
  ASSERT_EQ(ended_.size(), 2u);
  EXPECT_EQ(ended_[0].reason(), "halted");
  EXPECT_EQ(ended_[0].to_us(), at_us(2s));
  EXPECT_EQ(ended_[1].reason(), "complete");
}

TEST_F(SignShowTest, ALostSignEndsThePartAndComesBack) {
  SignShow show = make();
  show.set_awake(true);
  show.arm(cue(0, "A", 0s, 10s));
  run_to(show, 2s + 500ms);
  sign_.set_gone(true);
  run_to(show, 4s);
  ASSERT_EQ(ended_.size(), 1u);
  EXPECT_EQ(ended_[0].reason(), "device-lost");
  EXPECT_EQ(ended_[0].bucket(), v1::BUCKET_PLAYED);
  EXPECT_GE(ended_[0].to_us(), at_us(2s + 400ms));
  EXPECT_LE(ended_[0].to_us(), at_us(3s + 20ms)) << "nothing is claimed past the failure";
  sign_.set_gone(false);
  run_to(show, 8s);
  show.arm(cue(0, "A", 0s, 10s, 8s));
  run_to(show, 11s);
  ASSERT_EQ(ended_.size(), 2u);
  EXPECT_EQ(ended_[1].reason(), "complete");
  EXPECT_EQ(ended_[1].from_us(), at_us(8s));
}

TEST_F(SignShowTest, WithoutASignNothingIsClaimed) {
  sign_.set_gone(true);
  SignShow show = make();
  show.arm(cue(0, "A", 0s, 5s));
  run_to(show, 6s);
  ASSERT_EQ(ended_.size(), 1u);
  EXPECT_EQ(ended_[0].reason(), "device-lost");
  EXPECT_EQ(ended_[0].bucket(), v1::BUCKET_UNKNOWN);
  EXPECT_EQ(ended_[0].from_us(), ended_[0].to_us());
}

TEST_F(SignShowTest, AMissingSignIsOpenedAgainWithGrowingPatience) {
  sign_.set_gone(true);
  SignShow show = make();
  show.set_awake(true);
  std::vector<std::int64_t> waits_ms;
  for (int attempt = 0; attempt < 7; ++attempt) {
    const auto now = time_.now();
    const auto wake = show.step(now);
    ASSERT_TRUE(wake);
    waits_ms.push_back((*wake - now) / 1ms);
    time_.advance(*wake - now);
  }
  EXPECT_EQ(waits_ms, (std::vector<std::int64_t>{1000, 2000, 4000, 8000, 16000, 30000, 30000}));
  sign_.set_gone(false);
  show.step(time_.now());
  EXPECT_TRUE(sign_.is_open());
}

TEST_F(SignShowTest, DamagedOrForeignContentIsNotShown) {
  SignShow show = make();
  show.arm(cue(0, "rotten", 0s, 2s));
  show.arm(cue(1, "wide", 2s, 2s));
  run_to(show, 5s);
  ASSERT_EQ(ended_.size(), 2u);
  for (const auto& part : ended_) {
    EXPECT_EQ(part.reason(), "content-damaged");
    EXPECT_EQ(part.bucket(), v1::BUCKET_UNKNOWN);
  }
  EXPECT_EQ(colours(), std::vector<int>{});
}

TEST_F(SignShowTest, IsOpenOnlyWhileAwakeOrAtWork) {
  SignShow show = make();
  EXPECT_FALSE(show.step(time_.now()));
  EXPECT_FALSE(sign_.is_open());
  show.set_awake(true);
  show.step(time_.now());
  EXPECT_TRUE(sign_.is_open());
  show.arm(cue(0, "A", 0s, 2s));
  show.set_awake(false);
  run_to(show, 1s);
  EXPECT_TRUE(sign_.is_open());
  run_to(show, 3s);
  EXPECT_FALSE(sign_.is_open());
}

TEST_F(SignShowTest, AKilledProcessLosesAtMostATenthOfASecond) {
  SignShow show = make();
  show.arm(cue(0, "A", 0s, 10s));
  run_to(show, 2s + 730ms);
  const auto left = marks().recovered();  // as the next process finds it
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].occurrence(), "sang/2026-11-21/050000");
  EXPECT_EQ(left[0].from_us(), at_us(0s));
  EXPECT_GE(left[0].to_us(), at_us(2s + 630ms));
  EXPECT_LE(left[0].to_us(), at_us(2s + 730ms));
  EXPECT_EQ(left[0].medium(), v1::MEDIUM_SIGN);
}

TEST_F(SignShowTest, TheMarkStaysUntilTheProofIsDurable) {
  SignShow show = make();
  show.arm(cue(0, "A", 0s, 2s));
  run_to(show, 3s);
  EXPECT_EQ(marks().recovered().size(), 1u);
  show.settled(key(0));
  EXPECT_TRUE(marks().recovered().empty());
}

TEST_F(SignShowTest, ALateSettlementDoesNotWipeTheMarkOfAnother) {
  SignShow show = make();
  for (std::uint32_t n = 0; n < 5; ++n) show.arm(cue(n, "A", n * 1s, 1s));
  run_to(show, 4s + 500ms);
  show.settled(key(0));  // its mark is in use again
  EXPECT_EQ(marks().recovered().size(), 4u);
}

TEST_F(SignShowTest, PagesTakeTurnsByPlannedInstants) {
  SignShow show = make();
  show.set_awake(true);
  show.arm(playlist({{"A", 2s}, {"B", 1s}}, 1s, 7s));
  run_to(show, 9s);
  EXPECT_EQ(colours(), (std::vector<int>{'A', 'B', 'A', 'B', 'A', 0}));
  const auto shown = sign_.shown();
  const std::vector<MonoTime::duration> turns{1s, 3s, 4s, 6s, 7s, 8s};
  for (std::size_t i = 0; i < turns.size(); ++i) {
    EXPECT_GE(shown[i + 1].from - zero, turns[i]);
    EXPECT_LE(shown[i + 1].from - zero - turns[i], 20ms) << "the panel's next refresh";
  }
  ASSERT_EQ(ended_.size(), 1u);
  EXPECT_EQ(ended_[0].from_us(), at_us(1s));
  EXPECT_EQ(ended_[0].to_us(), at_us(8s));
  EXPECT_EQ(ended_[0].gaps_size(), 0);
  EXPECT_EQ(shown_of(ended_[0]), "A 5.0 s, B 2.0 s");
  EXPECT_EQ(ended_[0].pages(0).frames() + ended_[0].pages(1).frames(), ended_[0].frames());
}

TEST_F(SignShowTest, ASignThatJoinsLateShowsThePageOfItsNeighbours) {
  SignShow show = make();
  show.set_awake(true);
  run_to(show, 4s);
  show.arm(playlist({{"A", 2s}, {"B", 1s}, {"C", 3s}}, 0s, 20s, 4s + 500ms));
  run_to(show, 7s + 500ms);
  EXPECT_EQ(colours(), (std::vector<int>{'C', 'A'})) << "C has its turn from 3 to 6 s";
  EXPECT_LE(sign_.shown().back().from - zero - 6s, 20ms);
}

TEST_F(SignShowTest, TheNextPageStandsInThePlaceOfOneThatCannotBeShown) {
  SignShow show = make();
  show.arm(playlist({{"A", 1s}, {"missing", 1s}, {"rotten", 1s}, {"D", 1s}}, 0s, 8s));
  run_to(show, 9s);
  EXPECT_EQ(colours(), (std::vector<int>{'A', 'D', 'A', 'D', 0}));
  ASSERT_EQ(ended_.size(), 1u);
  EXPECT_EQ(ended_[0].bucket(), v1::BUCKET_PLAYED);
  EXPECT_EQ(shown_of(ended_[0]), "A 2.0 s, missing 0.0 s, rotten 0.0 s, D 6.0 s");
  EXPECT_EQ(damaged_, std::vector<std::string>{"rotten"}) << "told once; what is missing is known";
}

TEST_F(SignShowTest, APlaylistWithoutAnyPageIsDarkAndSaysSo) {
  SignShow show = make();
  show.set_awake(true);
  show.arm(playlist({{"missing", 1s}, {"rotten", 1s}}, 1s, 8s));
  run_to(show, 4s);
  EXPECT_EQ(colours(), std::vector<int>{});
  ASSERT_EQ(ended_.size(), 1u);
  EXPECT_EQ(ended_[0].reason(), "content-damaged");
  EXPECT_EQ(ended_[0].bucket(), v1::BUCKET_UNKNOWN);
}

TEST_F(SignShowTest, AStripEntersAnewWithEachTurn) {
  SignShow show = make();
  show.arm(playlist({{"A", 2s}, {"strip", 3s}}, 0s, 10s));
  run_to(show, 8s);
  std::vector<std::uint8_t> expected(width * height * 3);
  draw(picture("strip"), true, 25, width, expected);
  run_to(show, 8s + 20ms);
  EXPECT_EQ(sign_.shown().back().rgb, expected) << "one second into its second turn";
}

TEST_F(SignShowTest, AVideoRunsWholeTimesAndItsLastFrameStands) {
  SignShow show = make();
  show.arm(playlist({{"~XYZ", 1s + 500ms}, {"A", 1s}}, 0s, 2s + 500ms));
  run_to(show, 3s);
  EXPECT_EQ(colours(), (std::vector<int>{'X', 'Y', 'Z', 'X', 'Y', 'Z', 'A', 0})) << "two runs of 600 ms in 1.5 s";
  const auto shown = sign_.shown();
  for (int i = 0; i < 6; ++i) {  // before them it was dark
    const auto at = shown[static_cast<std::size_t>(i + 1)].from - zero;
    EXPECT_GE(at, i * 200ms);
    EXPECT_LE(at - i * 200ms, 20ms) << "each frame at its instant";
  }
  EXPECT_EQ(ended_.at(0).underruns(), 0u);
  EXPECT_EQ(shown_of(ended_[0]), "~XYZ 1.5 s, A 1.0 s");
}

TEST_F(SignShowTest, FramesThatCameTooLateAreCounted) {
  SignShow show = make();
  show.arm(playlist({{"~ABCDEFGHIJ", 2s}}, 0s, 2s));
  run_to(show, 500ms);
  time_.advance(800ms);  // the machine was busy: D, E and F have had their time
  run_to(show, 3s);
  EXPECT_EQ(colours(), (std::vector<int>{'A', 'B', 'C', 'G', 'H', 'I', 'J', 0}));
  EXPECT_EQ(ended_.at(0).underruns(), 3u);
}

TEST_F(SignShowTest, BrightnessIsSeenAtOnceAndAfterTheSignCameBack) {
  SignShow show = make();
  show.set_awake(true);
  show.arm(cue(0, "A", 0s, 10s));
  run_to(show, 2s);
  show.set_brightness(30);
  run_to(show, 3s);
  EXPECT_EQ(sign_.shown().back().brightness_percent, 30);
  EXPECT_LE(sign_.shown().back().from - zero - 2s, 40ms) << "the refresh after the one under way";
  sign_.set_gone(true);
  run_to(show, 4s);
  sign_.set_gone(false);
  show.arm(cue(0, "A", 0s, 10s, 6s));
  run_to(show, 8s);
  EXPECT_EQ(sign_.shown().back().brightness_percent, 30);
}

}  // namespace
}  // namespace loa::station::display
