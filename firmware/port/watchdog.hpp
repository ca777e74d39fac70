#pragma once
#include <chrono>
#include <optional>

namespace loa::firmware {

/// What restarts us when we stop living.
class Watchdog {
 public:
  virtual ~Watchdog() = default;
  /// Start-up is over and the station is at work.
  virtual void ready() = 0;
  /// A sign of life; call only when every room has reported in.
  virtual void feed() = 0;
  /// @return how often feed() is due, absent when nobody watches
  [[nodiscard]] virtual std::optional<std::chrono::milliseconds> interval() const = 0;
};

}  // namespace loa::firmware
