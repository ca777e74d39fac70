#pragma once
#include <optional>
#include <string_view>

#include "firmware/port/wall_clock.hpp"
#include "protocol/base/result.hpp"

namespace loa::firmware {

/// Who answers for the wall clock of this machine.
struct ClockTrust {
  /// Absent: ask the kernel what its time daemon said (setting "ntp"). Present: this grade, always; for a machine whose
  /// clock somebody else keeps without telling the kernel, such as a guest of a hypervisor.
  std::optional<ClockGrade> assumed;
  /// What an assumed grade states as its error bound.
  Micros assumed_error{1'000};
  /// Synchronised, and the error bound at most this: disciplined. The kernel lets the bound grow by 500 µs each second
  /// after an update (NTP's worst case), so a poll every 34 min reaches about a second with a clock that is right to a
  /// millisecond.
  Micros disciplined_within{1'100'000};
};

/// Reads the setting: "ntp" (the default of a station), "assume-network" or "assume-disciplined".
/// @error invalid
Result<ClockTrust> parse_clock_trust(std::string_view text);

/// What ntp_adjtime(2) tells, as numbers.
struct KernelClock {
  bool synchronised = false;  ///< STA_UNSYNC is clear and the state is not TIME_ERROR
  Micros max_error{0};        ///< bound that the time daemon and the kernel state
};

/// not synchronised → none; bound within trust.disciplined_within → disciplined; else network. An assumed grade wins.
ClockGrade grade_of(const KernelClock& kernel, const ClockTrust& trust);

/// The machine's clocks. Wall and monotonic time are read in a bracket (monotonic, wall, monotonic), the tightest of up
/// to five, so that they belong to the same instant within a few microseconds. An assumed grade is logged once as a
/// warning.
class SystemClock final : public WallClock {
 public:
  explicit SystemClock(ClockTrust trust = {});
  ClockReading read() override;

 private:
  ClockTrust trust_;
};

}  // namespace loa::firmware
