#include "firmware/recorder/recording_sign_out.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <thread>

#include "firmware/recorder/png_file.hpp"
#include "protocol/base/file.hpp"
#include "protocol/base/log.hpp"

namespace loa::firmware {
namespace {

constexpr std::size_t max_queued = 8;

std::string file_name(WallTime wall) {
  return fmt::format("frame-{}.png", std::chrono::floor<std::chrono::milliseconds>(wall).time_since_epoch().count());
}

/// Pixels as they leave the panel.
std::vector<std::uint8_t> dimmed(std::vector<std::uint8_t> rgb, int percent) {
  if (percent < 100) {
    for (auto& value : rgb) value = static_cast<std::uint8_t>((value * percent + 50) / 100);
  }
  return rgb;
}

bool is_ours(const std::string& name) { return name.starts_with("frame-") && name.ends_with(".png"); }

}  // namespace

/// Writes pictures on a thread of its own and keeps their number bounded.
class RecordingSignOut::Writer {
 public:
  struct Picture {
    WallTime wall;
    int width_px = 0, height_px = 0;
    std::vector<std::uint8_t> rgb;
  };

  explicit Writer(const SignRecorderSettings& settings) : settings_(settings) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator{settings_.folder, ignored}) {
      if (is_ours(entry.path().filename())) files_.insert(entry.path().filename());
    }
    thread_ = std::thread{[this] { work(); }};
  }

  ~Writer() {
    {
      const std::lock_guard lock{mutex_};
      closing_ = true;
    }
    changed_.notify_all();
    thread_.join();
    if (left_out_ > 0) log::warn("sign_recorder.left_out", {{"frames", left_out_}, {"why", "the disk is too slow"}});
  }

  void put(Picture picture) {
    {
      const std::lock_guard lock{mutex_};
      if (queue_.size() >= max_queued) {
        ++left_out_;
        return;
      }
      queue_.push_back(std::move(picture));
    }
    changed_.notify_all();
  }

 private:
  void work() {
    std::unique_lock lock{mutex_};
    while (true) {
      changed_.wait(lock, [&] { return closing_ || !queue_.empty(); });
      if (queue_.empty()) return;
      const Picture picture = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      save(picture);
      lock.lock();
    }
  }

  void save(const Picture& picture) {
    const std::string name = file_name(picture.wall);
    if (auto saved = save_png(settings_.folder / name, picture.width_px, picture.height_px, picture.rgb); !saved) {
      log::warn("sign_recorder.failed", {{"reason", saved.error().text}});
      return;
    }
    files_.insert(name);  // names of 13 digits sort by time
    while (static_cast<int>(files_.size()) > std::max(settings_.max_files, 1)) {
      std::error_code ignored;
      std::filesystem::remove(settings_.folder / *files_.begin(), ignored);
      files_.erase(files_.begin());
    }
  }

  const SignRecorderSettings settings_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Picture> queue_;
  bool closing_ = false;
  std::uint64_t left_out_ = 0;
  std::set<std::string> files_;  // the thread's own, once it runs
  std::thread thread_;
};

RecordingSignOut::RecordingSignOut(std::unique_ptr<SignOut> inner, WallClock& clock, SignRecorderSettings settings)
    : inner_(std::move(inner)), clock_(clock), settings_(std::move(settings)) {}

RecordingSignOut::~RecordingSignOut() = default;

Result<int> RecordingSignOut::open(int width_px, int height_px) {
  writer_.reset();  // writes out what an earlier use left
  LOA_TRY(make_folders(settings_.folder));
  LOA_TRY_LET(const int refresh_hz, inner_->open(width_px, height_px));
  width_px_ = width_px;
  height_px_ = height_px;
  writer_ = std::make_unique<Writer>(settings_);
  shown_.clear();
  changed_at_.reset();
  recorded_at_.reset();
  return refresh_hz;
}

/// Notes a frame that was shown at `at`, and says whether it is to be kept.
bool RecordingSignOut::is_due(const SignFrame& frame, MonoTime at) {
  if (!changed_at_ || !std::ranges::equal(shown_, frame.rgb)) {
    const bool is_new_content = !changed_at_ || at - *changed_at_ >= settings_.stood;
    shown_.assign(frame.rgb.begin(), frame.rgb.end());
    changed_at_ = at;
    shown_is_recorded_ = false;
    if (is_new_content) return true;
  }
  return !shown_is_recorded_ && (!recorded_at_ || at - *recorded_at_ >= settings_.every);
}

/// What came in the middle of movement and then stood is recorded when it goes, with the instant at which it came.
void RecordingSignOut::keep_what_stood(MonoTime until) {
  if (!changed_at_ || shown_is_recorded_ || until - *changed_at_ < settings_.stood) return;
  keep(*changed_at_);
}

void RecordingSignOut::keep(MonoTime at) {
  const ClockReading reading = clock_.read();
  const auto wall = reading.now.wall + std::chrono::floor<Micros>(at - reading.now.mono);
  writer_->put({wall, width_px_, height_px_, dimmed(shown_, percent_)});
  shown_is_recorded_ = true;
}

Result<MonoTime> RecordingSignOut::present(const SignFrame& frame) {
  LOA_TRY_LET(const MonoTime at, inner_->present(frame));
  if (writer_ && !std::ranges::equal(shown_, frame.rgb)) keep_what_stood(at);
  if (writer_ && is_due(frame, at)) {
    keep(at);
    recorded_at_ = at;
  }
  return at;
}

Result<void> RecordingSignOut::set_brightness(int percent) {
  LOA_TRY(inner_->set_brightness(percent));
  if (std::exchange(percent_, percent) != percent) changed_at_.reset();  // what is shown next is another picture
  return {};
}

void RecordingSignOut::close() {
  if (writer_) keep_what_stood(clock_.read().now.mono);
  inner_->close();
  writer_.reset();
}

}  // namespace loa::firmware
