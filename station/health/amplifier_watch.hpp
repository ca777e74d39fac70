#pragma once
#include <chrono>
#include <optional>

#include "firmware/port/amplifier.hpp"
#include "protocol/base/time.hpp"
#include "station/core/fault_book.hpp"

namespace loa::station::health {

/// Switches the amplifier, and looks some time later whether it has obeyed. No clock of its own.
class AmplifierWatch {
 public:
  /// @param settle  how long relay and amplifier may take
  AmplifierWatch(firmware::Amplifier& amplifier, std::chrono::milliseconds settle)
      : amplifier_(amplifier), settle_(settle) {}

  /// @return whether the relay can be switched
  core::Condition set(bool on, MonoTime now);
  /// When look() has something to say for the first time since the last set(); absent: nothing was switched yet.
  [[nodiscard]] std::optional<MonoTime> due() const { return due_; }
  /// @return whether the amplifier says what it was told to do; absent: too early, or it has no wire to say it on
  std::optional<core::Condition> look(MonoTime now);
  /// What the amplifier said since the last set(): whether it has power; absent: too early, or no wire.
  [[nodiscard]] std::optional<bool> said() const { return said_; }
  /// Whether the relay could not be switched.
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  firmware::Amplifier& amplifier_;
  const std::chrono::milliseconds settle_;
  std::optional<MonoTime> due_;
  bool on_ = false, failed_ = false;
  std::optional<bool> said_;
};

}  // namespace loa::station::health
