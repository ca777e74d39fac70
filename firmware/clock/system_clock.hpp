#pragma once
#include <mutex>
#include <optional>
#include <string_view>

#include "firmware/clock/chrony_client.hpp"
#include "firmware/port/wall_clock.hpp"
#include "protocol/base/result.hpp"

namespace loa::firmware {

/// Who answers for the wall clock of this machine.
struct ClockTrust {
  /// Ask chronyd on this port (setting "chrony"), and the kernel only when it does not answer. Absent: the kernel alone
  /// (setting "ntp"), which repeats what any time daemon has told it.
  std::optional<std::uint16_t> chrony_port;
  /// Present: this grade, always; for a machine whose clock somebody else keeps without telling the kernel, such as a
  /// guest of a hypervisor.
  std::optional<ClockGrade> assumed;
  /// What an assumed grade states as its error bound.
  Micros assumed_error{1'000};
  /// Synchronised, and the error bound at most this: disciplined. The kernel lets the bound grow by 500 µs each second
  /// after an update (NTP's worst case), so a poll every 34 min reaches about a second with a clock that is right to a
  /// millisecond.
  Micros disciplined_within{1'100'000};
};

/// Reads the setting: "chrony" (the default of a station), "ntp", "assume-network" or "assume-disciplined".
/// @error invalid
Result<ClockTrust> parse_clock_trust(std::string_view text);

/// What ntp_adjtime(2) tells, as numbers.
struct KernelClock {
  bool synchronised = false;  ///< STA_UNSYNC is clear and the state is not TIME_ERROR
  Micros max_error{0};        ///< bound that the time daemon and the kernel state
};

/// not synchronised, or a bound over 16 s (where the kernel gives up too) → none; bound within 100 ms → disciplined:
/// chrony's bound is a worst case, the usual error is a tenth of it; else network.
ClockGrade grade_of(const ChronyReport& chrony);

/// not synchronised → none; bound within trust.disciplined_within → disciplined; else network. An assumed grade wins.
ClockGrade grade_of(const KernelClock& kernel, const ClockTrust& trust);

/// The machine's clocks. Wall and monotonic time are read in a bracket (monotonic, wall, monotonic), the tightest of up
/// to five, so that they belong to the same instant within a few microseconds. An assumed grade is logged once as a
/// warning. Thread-safe.
class SystemClock final : public WallClock {
 public:
  explicit SystemClock(ClockTrust trust = {});
  ClockReading read() override;

 private:
  [[nodiscard]] std::optional<ChronyReport> ask_chrony(MonoTime now);

  ClockTrust trust_;
  std::mutex mutex_;
  std::optional<ChronyClient> chrony_;
};

}  // namespace loa::firmware
