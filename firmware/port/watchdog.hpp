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
  /// From now on a sign of life is due so often, until told otherwise. Nothing when nobody watches.
  virtual void expect_within(std::chrono::milliseconds time) = 0;
  /// @return how long feed() may stay away at first, absent when nobody watches
  [[nodiscard]] virtual std::optional<std::chrono::milliseconds> timeout() const = 0;
};

}  // namespace loa::firmware
