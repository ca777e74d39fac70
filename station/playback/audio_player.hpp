#pragma once
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>

#include "firmware/port/audio_out.hpp"
#include "protocol/base/pulse.hpp"
#include "station/core/presenter.hpp"
#include "station/journal/progress_mark.hpp"

namespace loa::station::playback {

/// Runs a function on the io thread, in order.
using Post = std::function<void(std::function<void()>)>;

struct AudioPlayerSettings {
  std::filesystem::path mark_folder;              ///< where the progress marks lie: on tmpfs
  std::chrono::milliseconds stall_limit{2'000};   ///< a device that takes nothing for so long is lost
  std::chrono::milliseconds reopen_delay{1'000};  ///< between attempts to open a device
  int realtime_priority = 40;                     ///< SCHED_FIFO of the audio thread where the system grants it
};

/// The presenter of sound: opens the device when awake, plays each assignment at its instant on the device's own clock,
/// and measures what the device took.
///
/// Two threads of its own. `loa-decode` opens objects, decodes ahead, and talks to the io thread; `loa-audio` runs the
/// Renderer against the device and shares nothing with the others but single-producer rings and the progress marks.
class AudioPlayer : public Presenter {
 public:
  /// @param device  owned; opened and used by the audio thread only
  /// @param events  called through `post`
  /// @error io · full: the marks cannot be kept
  static Result<std::unique_ptr<AudioPlayer>> create(std::unique_ptr<firmware::AudioOut> device, PresenterEvents events,
                                                     Post post, AudioPlayerSettings settings);
  ~AudioPlayer() override;

  void arm(const Assignment& assignment) override;
  void halt(const CueKey& cue) override;
  void settled(const CueKey& cue) override;
  void set_awake(bool awake) override;
  void try_device() override;

  [[nodiscard]] const Pulse& audio_pulse() const;
  [[nodiscard]] const Pulse& decoder_pulse() const;

 private:
  class Works;
  explicit AudioPlayer(std::unique_ptr<Works> works);
  std::unique_ptr<Works> works_;
};

}  // namespace loa::station::playback
