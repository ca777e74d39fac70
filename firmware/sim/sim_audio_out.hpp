#pragma once
#include <cstdint>
#include <mutex>
#include <vector>

#include "firmware/port/audio_out.hpp"
#include "firmware/sim/sim_time.hpp"

namespace loa::firmware {

/// A stretch of sound that the simulated device played without a break.
struct SimTake {
  MonoTime start;                     ///< when its first sample left the device
  std::vector<std::int16_t> samples;  ///< what was played, never what was only written
};

/// A simulated sound device on a SimTime: buffer, start at half full, real underruns, a clock error, and faults on
/// demand. Thread-safe: a test injects faults while a player's thread uses the port.
// wide: a card with every fault that tests switch, one verb each
class SimAudioOut final : public AudioOut {
 public:
  struct Settings {
    std::int64_t period_frames = 960;
    std::int64_t buffer_frames = 7680;
    double ppm = 0;                           ///< how much faster than 48 kHz its crystal runs
    std::size_t max_samples = 48'000 * 3600;  ///< recorded in all; later ones are played but not kept
  };

  /// @param time  must outlive this
  explicit SimAudioOut(SimTime& time);
  SimAudioOut(SimTime& time, Settings settings);

  Result<AudioShape> open() override;
  Result<bool> wait(std::chrono::milliseconds timeout) override;
  Result<void> write(std::span<const std::int16_t> frames) override;
  Result<AudioPosition> position() override;
  void close() override;

  // Faults.
  void set_ppm(double ppm);
  void stall(std::chrono::nanoseconds length);  ///< the device consumes nothing for this long from now
  void set_gone(bool gone);                     ///< while gone every call fails with io, open() with missing
  void set_busy(bool busy);                     ///< open() fails with busy

  // What happened until now.
  [[nodiscard]] std::vector<SimTake> takes();        ///< one for each start, in order
  [[nodiscard]] std::vector<std::int16_t> played();  ///< all takes joined
  [[nodiscard]] std::int64_t buffered();             ///< frames written and not played
  [[nodiscard]] bool is_open() const;
  [[nodiscard]] int opens() const;  ///< successful open() calls

 private:
  void play_until(MonoTime now);
  void start(MonoTime now);
  void anchor(MonoTime at, std::int64_t frame);
  [[nodiscard]] std::int64_t frame_at(MonoTime at) const;
  [[nodiscard]] MonoTime time_of(std::int64_t frame) const;
  [[nodiscard]] std::optional<MonoTime> room_at(MonoTime now);
  Result<void> check_there(const char* doing) const;

  SimTime& time_;
  Settings settings_;
  mutable std::mutex mutex_;
  bool open_ = false, gone_ = false, busy_ = false, running_ = false;
  int opens_ = 0;
  std::vector<std::int16_t> queue_;  ///< frames [played_, written_)
  std::int64_t written_ = 0, played_ = 0;
  std::uint32_t underruns_ = 0;
  MonoTime anchor_time_;
  std::int64_t anchor_frame_ = 0;
  std::vector<SimTake> takes_;
  std::size_t kept_ = 0;
};

}  // namespace loa::firmware
