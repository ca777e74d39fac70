#pragma once
#include <functional>
#include <optional>

#include "protocol/base/time.hpp"
#include "tools/simfleet/timeline.hpp"

namespace loa::tools::simfleet {

/// The clock of one machine: how wrong it is, what it says of itself, and when its time source sets it right.
class SimClock {
 public:
  enum class Error { right, year_1970, two_weeks_back, ten_years_ahead, last_known };
  /// What a boot finds.
  struct Boot {
    Error error = Error::right;
    bool sure = false;                ///< calls itself synchronised though it is not
    std::int64_t right_after_us = 0;  ///< from power on until the time source sets it right
    /// In place of the error: the time source says so until then, and the clock calls itself DISCIPLINED.
    std::optional<std::int64_t> lie_us = {};
  };

  /// @param changed  called when the clock has moved or says something else of itself; the power is on
  SimClock(Timeline& timeline, std::function<void()> changed) : timeline_(timeline), changed_(std::move(changed)) {}

  /// @param off_us  how long the machine was without power
  void power_on(const Boot& boot, std::int64_t off_us);
  void power_off();
  /// Moves it, and back after a while unless the time source sets it before.
  void step(std::int64_t by_us, std::int64_t heal_after_us);
  /// Sets it right for good.
  /// @return false when it was right and said so
  bool heal();

  [[nodiscard]] Now now() const;
  [[nodiscard]] MonoTime mono() const;
  [[nodiscard]] Instant true_time(MonoTime at) const;
  /// Whether a station can go by it: synchronised, and off by less than a time daemon steps in earnest.
  [[nodiscard]] bool right() const;

 private:
  Timeline& timeline_;
  std::function<void()> changed_;
  Instant power_on_at_ = 0;
  std::int64_t ahead_us_ = 0;
  ClockGrade grade_ = ClockGrade::none;
  std::uint64_t serial_ = 0;  ///< of what may still be set right: a new one with each boot
};

}  // namespace loa::tools::simfleet
