#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "firmware/port/audio_out.hpp"

namespace loa::firmware {

/// How an ALSA device is opened. The device may round the lengths; open() tells what it took.
struct AlsaSettings {
  std::string pcm = "default";            ///< any ALSA PCM name: "hw:0", "plughw:CARD=Device", one of asound.conf
  std::chrono::milliseconds period{20};   ///< how much is written at a time
  std::chrono::milliseconds buffer{160};  ///< how much the device holds; a wake-up may be late by nearly this much
};

/// A sound device behind the ALSA library. 48 kHz, 16 bit; mono where the device can, else the same on every channel.
/// write(), wait() and position() neither allocate nor log nor call the kernel except through ALSA (an error's sentence
/// is the exception: it is built when the device has failed). position() reads the status's monotonic time stamp and
/// delay between two clock readings, keeps the tightest of up to three tries, and gives half their distance as the
/// uncertainty.
class AlsaAudioOut final : public AudioOut {
 public:
  explicit AlsaAudioOut(AlsaSettings settings);
  explicit AlsaAudioOut(std::string pcm_name);
  ~AlsaAudioOut() override;
  AlsaAudioOut(const AlsaAudioOut&) = delete;
  AlsaAudioOut& operator=(const AlsaAudioOut&) = delete;

  Result<AudioShape> open() override;
  Result<bool> wait(std::chrono::milliseconds timeout) override;
  Result<void> write(std::span<const std::int16_t> frames) override;
  Result<AudioPosition> position() override;
  void close() override;

 private:
  struct Device;
  AlsaSettings settings_;
  std::unique_ptr<Device> device_;
};

}  // namespace loa::firmware
