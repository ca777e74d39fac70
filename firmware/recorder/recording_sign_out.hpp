#pragma once
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "firmware/port/sign_out.hpp"
#include "firmware/port/wall_clock.hpp"

namespace loa::firmware {

struct SignRecorderSettings {
  std::filesystem::path folder;            ///< made if it is not there
  std::chrono::milliseconds every{1'000};  ///< while the picture moves: at most one file in this time
  std::chrono::milliseconds stood{
      250};             ///< a change after standing still for this long is new content: recorded at once
  int max_files = 500;  ///< the oldest is deleted beyond; older runs' files in the folder count too
};

/// Shows frames on another sign and keeps some of them as PNG, named `frame-<wall time in ms>.png`: the first frame,
/// the first frame of each new content, a frame now and then while it moves, and the one on which movement ended. Equal
/// frames are never kept twice in a row. They hold the pixels as they leave the panel, dimmed as it was told. The file
/// is written by a thread of its own (when it falls behind, frames are left out and counted in the log), and appears
/// whole or not at all. A frame is recorded only after the inner sign has accepted it.
class RecordingSignOut final : public SignOut {
 public:
  /// @param clock  must outlive this
  RecordingSignOut(std::unique_ptr<SignOut> inner, WallClock& clock, SignRecorderSettings settings);
  ~RecordingSignOut() override;  ///< writes what is queued, then ends
  RecordingSignOut(const RecordingSignOut&) = delete;
  RecordingSignOut& operator=(const RecordingSignOut&) = delete;

  Result<int> open(int width_px, int height_px) override;  ///< @error also io/full/refused: the folder cannot be made
  Result<MonoTime> present(const SignFrame& frame) override;
  Result<void> set_brightness(int percent) override;
  void close() override;  ///< also waits until the queued files are written

 private:
  class Writer;
  bool is_due(const SignFrame& frame, MonoTime at);
  void keep_what_stood(MonoTime until);
  void keep(MonoTime at);

  std::unique_ptr<SignOut> inner_;
  WallClock& clock_;
  SignRecorderSettings settings_;
  std::unique_ptr<Writer> writer_;
  std::vector<std::uint8_t> shown_;  ///< last frame presented
  bool shown_is_recorded_ = false;
  int width_px_ = 0, height_px_ = 0, percent_ = 100;
  std::optional<MonoTime> changed_at_;  ///< when the picture last changed
  std::optional<MonoTime> recorded_at_;
};

}  // namespace loa::firmware
