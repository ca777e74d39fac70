#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "content/picture/video_writer.hpp"
#include "firmware/clock/system_clock.hpp"
#include "firmware/recorder/recording_sign_out.hpp"
#include "firmware/sdl/load.hpp"
#include "protocol/base/file.hpp"
#include "station/core/station_core.hpp"
#include "station/display/load_objects.hpp"
#include "station/display/sign_player.hpp"
#include "tests/support/temp_folder.hpp"

// A whole sign: the core's decisions, the player's threads, the decoders' module, SDL off-screen, and the recorder's
// PNG.
namespace loa::station::display {
namespace {

using namespace std::chrono_literals;
using content::picture::Picture;

constexpr int width = 64, height = 16;

Picture plain(std::uint8_t red, std::uint8_t green, std::uint8_t blue) {
  Picture picture{width, height, {}};
  for (int i = 0; i < width * height; ++i) picture.rgb.insert(picture.rgb.end(), {red, green, blue});
  return picture;
}

/// Columns that count up, wider than the sign.
Picture strip() {
  Picture picture{3 * width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < picture.width_px; ++x)
      picture.rgb.insert(picture.rgb.end(), 3, static_cast<std::uint8_t>(x + 60));
  }
  return picture;
}

/// Ten frames of 50 ms, each of another blue.
std::string video() {
  auto writer = content::picture::VideoWriter::open(width, height).value();
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(writer.add(plain(0, 0, static_cast<std::uint8_t>(100 + 10 * i)), i * 50ms));
  return writer.finish(500ms).value();
}

struct Seen {
  WallTime at;
  Picture picture;
};

class SignPlaylist : public ::testing::Test {
 protected:
  void SetUp() override {
    auto sdl = firmware::load_sdl_sign_out({.driver = "offscreen"});
    ASSERT_TRUE(sdl) << sdl.error().text;
    auto open = load_sign_objects();
    ASSERT_TRUE(open) << open.error().text;
    firmware::SignRecorderSettings recorder;
    recorder.folder = folder_ / "frames";
    recorder.every = 20ms;
    recorder.stood = 10ms;
    sign_ = std::make_unique<firmware::RecordingSignOut>(std::move(*sdl), clock_, recorder);
    SignSettings settings;
    settings.width_px = width;
    settings.height_px = height;
    PresenterEvents events;
    events.started = [this](const CueKey& cue, int error) { tell(core::PartStarted{cue, error}); };
    events.ended = [this](const v1::Proof& part) { tell(core::PartEnded{part}); };
    events.page_damaged = [](const std::string&) {};
    player_ = std::make_unique<SignPlayer>(
        *sign_, settings, std::move(*journal::MarkSet::open(folder_ / "marks", "sign")), std::move(*open),
        [this](auto function) { post(std::move(function)); }, std::move(events));
  }

  void post(std::function<void()> function) {
    const std::lock_guard guard{mutex_};
    posted_.push_back(std::move(function));
    arrived_.notify_one();
  }

  /// An object, and its page in a playlist; no bytes: it is not there.
  void add_page(v1::Cue& cue, const std::string& bytes, std::chrono::milliseconds dwell,
                std::uint32_t scroll_px_s = 0) {
    const auto object = protocol::crypto::sha256(bytes.empty() ? "missing" : bytes);
    if (!bytes.empty()) {
      EXPECT_TRUE(save_file(folder_ / object.hex(), bytes));
    }
    auto* page = cue.add_pages();
    page->set_object(std::string{object.view()});
    page->set_dwell_us(dwell / 1us);
    page->set_scroll_px_s(scroll_px_s);
    cue.set_object(cue.pages(0).object());
    cue.set_scroll_px_s(cue.pages(0).scroll_px_s());
  }
  void add_page(v1::Cue& cue, const Picture& picture, std::chrono::milliseconds dwell, std::uint32_t scroll_px_s = 0) {
    add_page(cue, content::picture::encode_png(picture).value(), dwell, scroll_px_s);
  }

  v1::Cue cue(std::chrono::milliseconds ahead, std::chrono::milliseconds length) {
    v1::Cue cue;
    cue.set_occurrence("bang-led/2026-11-21/050000");
    cue.set_cue_class(v1::CUE_CLASS_SCHEDULED);
    cue.set_medium(v1::MEDIUM_SIGN);
    cue.set_category("khau-hieu");
    cue.set_start_us(to_us(clock_.read().now.wall + ahead));
    cue.set_duration_us(length / 1us);
    return cue;
  }

  v1::Plan plan(const v1::Cue& cue) {
    v1::Plan plan;
    plan.set_made_us(cue.start_us() - 60'000'000);
    plan.set_horizon_us(cue.start_us() + 3'600'000'000);
    plan.mutable_policy()->set_valid_until_us(plan.horizon_us());
    *plan.add_cues() = cue;
    for (const auto& page : cue.pages()) plan.add_objects()->set_sha256(page.object());
    return plan;
  }

  /// Does what the core says until the cue has its whole account, as the daemon would.
  void live(const v1::Plan& plan) {
    core::PlanArrived event{plan, 1, {}, false};
    for (const auto& object : plan.objects()) event.held.insert(*protocol::crypto::Sha256::from_bytes(object.sha256()));
    tell(event);
    const std::int64_t end_us = plan.cues(0).start_us() + plan.cues(0).duration_us();
    while (accounted_us_ < plan.cues(0).duration_us() && to_us(clock_.read().now.wall) < end_us + 5'000'000) {
      std::unique_lock lock{mutex_};
      const auto deadline = core_.next_deadline().value_or(std::chrono::steady_clock::now() + 100ms);
      const bool something = arrived_.wait_until(lock, deadline, [this] { return !posted_.empty(); });
      const auto function = something ? std::move(posted_.front()) : [this] { tell(core::Tick{}); };
      if (something) posted_.pop_front();
      lock.unlock();
      function();
    }
  }

  void tell(const core::Event& event) {
    for (const auto& action : core_.on(event, clock_.read().now)) {
      if (const auto* arm = std::get_if<core::Arm>(&action)) {
        auto assignment = arm->assignment;
        for (const auto& page : assignment.cue.pages()) {
          assignment.pages.push_back(folder_ / protocol::crypto::Sha256::from_bytes(page.object())->hex());
        }
        player_->arm(assignment);
      } else if (const auto* halt = std::get_if<core::Halt>(&action)) {
        player_->halt(halt->cue);
      } else if (const auto* awake = std::get_if<core::Awake>(&action)) {
        player_->set_awake(awake->awake);
      } else if (const auto* dim = std::get_if<core::Dim>(&action)) {
        player_->set_brightness(dim->percent);
      } else if (const auto* keep = std::get_if<core::Keep>(&action)) {
        kept_.push_back(keep->part);
        accounted_us_ += keep->part.to_us() - keep->part.from_us();
      }
    }
  }

  /// What the panel showed, in order.
  std::vector<Seen> seen() {
    player_.reset();
    std::vector<Seen> frames;
    for (const auto& entry : std::filesystem::directory_iterator{folder_ / "frames"}) {
      const auto ms = std::stoll(entry.path().stem().string().substr(6));
      frames.push_back({WallTime{std::chrono::milliseconds{ms}},
                        content::picture::decode_png(read_file(entry.path(), 1 << 20).value()).value()});
    }
    std::sort(frames.begin(), frames.end(), [](const Seen& a, const Seen& b) { return a.at < b.at; });
    return frames;
  }
  static bool shows(const std::vector<Seen>& frames, const Picture& picture) {
    return std::any_of(frames.begin(), frames.end(), [&](const Seen& one) { return one.picture == picture; });
  }

  tests::TempFolder folder_{"loa-playlist"};
  firmware::SystemClock clock_{*firmware::parse_clock_trust("assume-disciplined")};
  std::unique_ptr<firmware::RecordingSignOut> sign_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::function<void()>> posted_;
  core::StationCore core_{core::CoreSettings{}, {}, clock_.read().now.mono};
  std::vector<v1::Proof> kept_;
  std::int64_t accounted_us_ = 0;
  std::unique_ptr<SignPlayer> player_;
};

TEST_F(SignPlaylist, PageStripPictureAndVideoTakeTurnsAndAreProved) {
  auto playlist = cue(1s, 6s);
  add_page(playlist, plain(200, 10, 20), 1s);
  add_page(playlist, strip(), 2s, 60);
  add_page(playlist, "", 1s);
  add_page(playlist, plain(10, 200, 20), 1s);
  add_page(playlist, video(), 1s);
  live(plan(playlist));

  ASSERT_EQ(kept_.size(), 1u);
  const auto& part = kept_[0];
  EXPECT_EQ(part.bucket(), v1::BUCKET_PLAYED);
  EXPECT_EQ(part.to_us() - part.from_us(), playlist.duration_us());
  ASSERT_EQ(part.pages_size(), 5);
  std::int64_t sum_us = 0;
  for (const auto& page : part.pages()) sum_us += page.shown_us();
  std::int64_t gaps_us = 0;
  for (const auto& gap : part.gaps()) gaps_us += gap.length_us();
  EXPECT_NEAR(static_cast<double>(sum_us + gaps_us), static_cast<double>(playlist.duration_us()), 5.0);
  EXPECT_EQ(part.pages(2).shown_us(), 0) << "it is not there";
  EXPECT_NEAR(static_cast<double>(part.pages(3).shown_us()), 2e6, 1.5e5) << "and the next one stood in its place";
  EXPECT_NEAR(static_cast<double>(part.pages(1).shown_us()), 2e6, 1.5e5);

  const auto frames = seen();
  EXPECT_TRUE(shows(frames, plain(200, 10, 20)));
  EXPECT_TRUE(shows(frames, plain(10, 200, 20)));
  int video_frames = 0;
  for (int i = 0; i < 10; ++i) video_frames += shows(frames, plain(0, 0, static_cast<std::uint8_t>(100 + 10 * i)));
  EXPECT_GE(video_frames, 8) << "of ten; the recorder leaves out what its disk is too slow for";
  const auto strip_frames = std::count_if(frames.begin(), frames.end(), [](const Seen& one) {
    const auto& rgb = one.picture.rgb;
    return rgb[(width - 1) * 3] != 0 && rgb[(width - 1) * 3] != rgb[(width - 2) * 3] && rgb[0] == rgb[1];
  });
  EXPECT_GE(strip_frames, 10);
  EXPECT_EQ(frames.back().picture, plain(0, 0, 0));
}

TEST_F(SignPlaylist, EveryFrameAfterThePlansHorizonIsBlack) {
  auto playlist = cue(1s, 30s);
  add_page(playlist, plain(200, 10, 20), 1s);
  add_page(playlist, plain(10, 200, 20), 1s);
  auto expiring = plan(playlist);
  const auto horizon = wall_from_us(playlist.start_us()) + 2'500ms;
  expiring.set_horizon_us(to_us(horizon));
  *expiring.mutable_cues(0) = playlist;
  expiring.mutable_cues(0)->set_duration_us(5'000'000);
  live(expiring);

  ASSERT_EQ(kept_.size(), 2u);
  EXPECT_EQ(kept_[0].bucket(), v1::BUCKET_PLAYED);
  EXPECT_EQ(kept_[0].to_us(), to_us(horizon));
  EXPECT_EQ(kept_[1].reason(), "plan-expired");
  const auto frames = seen();
  bool lit_before = false;
  for (const auto& one : frames) {
    if (one.at < horizon) lit_before = lit_before || one.picture != plain(0, 0, 0);
    if (one.at >= horizon + 50ms) {
      EXPECT_EQ(one.picture, plain(0, 0, 0)) << (one.at - horizon) / 1ms << " ms after the horizon";
    }
  }
  EXPECT_TRUE(lit_before);
  EXPECT_EQ(frames.back().picture, plain(0, 0, 0));
  EXPECT_LT(frames.back().at - horizon, 1s);
}

TEST_F(SignPlaylist, IsDimmedWhileItStands) {
  auto playlist = cue(1s, 3s);
  add_page(playlist, plain(200, 100, 20), 30s);
  auto dimmed = plan(playlist);
  // The minute of the day in which the cue's second half lies cannot be chosen: all of the day is dim.
  auto* stretch = dimmed.add_brightness();
  stretch->set_from_minute(0);
  stretch->set_to_minute(1'440);
  stretch->set_percent(50);
  live(dimmed);
  EXPECT_TRUE(shows(seen(), plain(100, 50, 10)));
}

}  // namespace
}  // namespace loa::station::display
