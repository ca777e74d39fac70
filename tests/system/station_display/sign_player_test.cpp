#include "station/display/sign_player.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "protocol/base/file.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::station::display {
namespace {

using namespace std::chrono_literals;

/// A sign that refreshes 50 times a second and knows who called it.
class PanelSignOut : public firmware::SignOut {
 public:
  Result<int> open(int, int) override {
    owner_ = std::this_thread::get_id();
    ++opens;
    return 50;
  }
  Result<MonoTime> present(const firmware::SignFrame& frame) override {
    foreign_calls += owner_ != std::this_thread::get_id();
    std::this_thread::sleep_for(20ms);
    if (frame.rgb[0] != 0) ++lit_frames;
    return std::chrono::steady_clock::now();
  }
  Result<void> set_brightness(int) override { return {}; }
  void close() override {
    foreign_calls += owner_ != std::this_thread::get_id();
    ++closes;
  }

  std::atomic<int> opens = 0, closes = 0, lit_frames = 0, foreign_calls = 0;

 private:
  std::thread::id owner_;
};

class SignPlayerTest : public ::testing::Test {
 protected:
  std::unique_ptr<SignPlayer> make() {
    PresenterEvents events;
    events.started = [this](const CueKey&, int error) { start_errors_.push_back(error); };
    events.ended = [this](const v1::Proof& part) { ended_.push_back(part); };
    SignSettings settings;
    settings.width_px = 32;
    settings.height_px = 16;
    auto marks = journal::MarkSet::open(folder_.path(), "sign");
    return std::make_unique<SignPlayer>(
        sign_, settings, std::move(*marks), content::picture::open_sign_object,
        [this](auto function) { post(std::move(function)); }, std::move(events));
  }
  void post(std::function<void()> function) {
    const std::lock_guard guard{mutex_};
    posted_.push_back(std::move(function));
    arrived_.notify_one();
  }
  /// Runs posted functions, as the io thread would, until `ready` or the deadline.
  bool run_until(std::chrono::milliseconds deadline, const std::function<bool()>& ready) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (!ready()) {
      std::unique_lock lock{mutex_};
      if (!arrived_.wait_until(lock, end, [this] { return !posted_.empty(); })) return false;
      const auto function = std::move(posted_.front());
      posted_.pop_front();
      lock.unlock();
      function();
    }
    return true;
  }
  std::filesystem::path object(const std::string& bytes) {
    const auto path = folder_ / ("object" + std::to_string(objects_++));
    EXPECT_TRUE(save_file(path, bytes));
    return path;
  }
  std::filesystem::path page() {
    return object(*content::picture::encode_png({32, 16, std::vector<std::uint8_t>(32 * 16 * 3, 200)}));
  }
  static Assignment cue(std::uint32_t segment, std::filesystem::path object, std::chrono::milliseconds ahead,
                        std::chrono::milliseconds length) {
    Assignment assignment;
    assignment.cue.set_occurrence("sang/2026-11-21/050000");
    assignment.cue.set_segment(segment);
    assignment.cue.set_start_us(1'795'212'000'000'000);
    assignment.cue.set_duration_us(length / 1us);
    assignment.from = wall_from_us(assignment.cue.start_us());
    assignment.from_mono = std::chrono::steady_clock::now() + ahead;
    assignment.object = std::move(object);
    return assignment;
  }

  tests::TempFolder folder_;
  PanelSignOut sign_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::function<void()>> posted_;
  std::vector<int> start_errors_;
  std::vector<v1::Proof> ended_;
  int objects_ = 0;
};

TEST_F(SignPlayerTest, ShowsARealObjectOnTimeAndReportsIt) {
  auto player = make();
  player->set_awake(true);
  player->arm(cue(0, page(), 300ms, 500ms));
  ASSERT_TRUE(run_until(5s, [&] { return !ended_.empty(); }));
  ASSERT_EQ(start_errors_.size(), 1u);
  EXPECT_GE(start_errors_[0], 0);
  EXPECT_LT(start_errors_[0], 150'000);
  EXPECT_EQ(ended_[0].reason(), "complete");
  EXPECT_EQ(ended_[0].bucket(), v1::BUCKET_PLAYED);
  EXPECT_EQ(ended_[0].to_us() - ended_[0].from_us(), 500'000);
  EXPECT_GE(sign_.lit_frames, 1);
}

TEST_F(SignPlayerTest, HaltsWhatIsOn) {
  auto player = make();
  player->arm(cue(0, page(), 0ms, 60'000ms));
  ASSERT_TRUE(run_until(5s, [&] { return !start_errors_.empty(); }));
  std::this_thread::sleep_for(100ms);
  player->halt({"sang/2026-11-21/050000", 0});
  ASSERT_TRUE(run_until(5s, [&] { return !ended_.empty(); }));
  EXPECT_EQ(ended_[0].reason(), "halted");
  EXPECT_GE(ended_[0].to_us() - ended_[0].from_us(), 80'000);
}

TEST_F(SignPlayerTest, RefusesWhatIsNoPicture) {
  auto player = make();
  player->arm(cue(0, object("this is no PNG"), 100ms, 500ms));
  player->arm(cue(1, folder_ / "is-not-there", 100ms, 500ms));
  ASSERT_TRUE(run_until(5s, [&] { return ended_.size() == 2; }));
  for (const auto& part : ended_) EXPECT_EQ(part.reason(), "content-damaged");
  EXPECT_EQ(sign_.lit_frames, 0);
}

TEST_F(SignPlayerTest, OneThreadHasTheSignAndGivesItBack) {
  auto player = make();
  player->arm(cue(0, page(), 0ms, 60'000ms));
  ASSERT_TRUE(run_until(5s, [&] { return !start_errors_.empty(); }));
  player.reset();
  EXPECT_EQ(sign_.opens, 1);
  EXPECT_EQ(sign_.closes, 1);
  EXPECT_EQ(sign_.foreign_calls, 0);
}

TEST_F(SignPlayerTest, IsSilentAfterItsEndAndLeavesTheMark) {
  auto player = make();
  player->arm(cue(0, page(), 0ms, 60'000ms));
  ASSERT_TRUE(run_until(5s, [&] { return !start_errors_.empty(); }));
  player->halt({"sang/2026-11-21/050000", 0});
  std::this_thread::sleep_for(50ms);
  player.reset();
  EXPECT_FALSE(run_until(0ms, [] { return false; }));
  EXPECT_TRUE(ended_.empty()) << "told after the player's end";
  EXPECT_EQ(journal::MarkSet::open(folder_.path(), "sign")->recovered().size(), 1u);
}

}  // namespace
}  // namespace loa::station::display
