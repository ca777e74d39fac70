#pragma once
#include <cstdint>
#include <mutex>
#include <vector>

#include "firmware/port/sign_out.hpp"
#include "firmware/sim/sim_time.hpp"

namespace loa::firmware {

/// A picture that the simulated sign showed; equal frames in a row are one.
struct SimShown {
  MonoTime from;  ///< when it became visible
  MonoTime last;  ///< when it was last presented
  int times = 1;  ///< how often it was presented in a row
  int brightness_percent = 100;
  std::vector<std::uint8_t> rgb;
};

/// A simulated sign on a SimTime: shows frames at its refresh instants, keeps what was seen, fails on demand.
/// Thread-safe.
class SimSignOut final : public SignOut {
 public:
  struct Settings {
    int refresh_hz = 50;
    std::size_t max_shown = 10'000;  ///< later pictures are shown but not kept
  };

  /// @param time  must outlive this
  explicit SimSignOut(SimTime& time);
  SimSignOut(SimTime& time, Settings settings);

  Result<int> open(int width_px, int height_px) override;
  Result<MonoTime> present(const SignFrame& frame) override;
  Result<void> set_brightness(int percent) override;
  void close() override;

  void set_gone(bool gone);  ///< while gone every call fails with io, open() with missing

  [[nodiscard]] std::vector<SimShown> shown() const;
  [[nodiscard]] int brightness() const;
  [[nodiscard]] bool is_open() const;

 private:
  Result<void> check_there(const char* doing) const;
  void keep(const SignFrame& frame, MonoTime at);

  SimTime& time_;
  Settings settings_;
  mutable std::mutex mutex_;
  bool open_ = false, gone_ = false;
  int width_ = 0, height_ = 0, brightness_ = 100;
  std::vector<SimShown> shown_;
};

}  // namespace loa::firmware
