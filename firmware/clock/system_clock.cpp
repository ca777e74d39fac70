#include "firmware/clock/system_clock.hpp"

#include <sys/timex.h>

#include <limits>

#include "protocol/base/log.hpp"

namespace loa::firmware {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

MonoTime monotonic_now() { return MonoTime{steady_clock::now().time_since_epoch()}; }

KernelClock read_kernel() {
  timex state{};
  const int clock_state = ::ntp_adjtime(&state);  // modes 0: reads only
  return {clock_state >= 0 && clock_state != TIME_ERROR && (state.status & STA_UNSYNC) == 0, Micros{state.maxerror}};
}

}  // namespace

Result<ClockTrust> parse_clock_trust(std::string_view text) {
  ClockTrust trust;
  if (text == "ntp") return trust;
  if (text == "chrony") {
    trust.chrony_port = ChronyClient::default_port;
    return trust;
  }
  if (text == "assume-disciplined") {
    trust.assumed = ClockGrade::disciplined;
    return trust;
  }
  if (text == "assume-network") {
    trust.assumed = ClockGrade::network;
    trust.assumed_error = Micros{1s};
    return trust;
  }
  return fail(ErrorCode::invalid,
              "clock trust '{}' is not known; it is chrony, ntp, assume-network or assume-disciplined", text);
}

ClockGrade grade_of(const ChronyReport& chrony) {
  if (!chrony.synchronised || chrony.error_bound > 16s) return ClockGrade::none;
  return chrony.error_bound <= 100ms ? ClockGrade::disciplined : ClockGrade::network;
}

ClockGrade grade_of(const KernelClock& kernel, const ClockTrust& trust) {
  if (trust.assumed) return *trust.assumed;
  if (!kernel.synchronised) return ClockGrade::none;
  return kernel.max_error <= trust.disciplined_within ? ClockGrade::disciplined : ClockGrade::network;
}

SystemClock::SystemClock(ClockTrust trust) : trust_(trust) {
  if (trust_.chrony_port && !trust_.assumed) chrony_.emplace(*trust_.chrony_port, monotonic_now());
  if (!trust_.assumed) return;
  log::warn("clock.assumed", {{"grade", name_of(*trust_.assumed)},
                              {"error_us", trust_.assumed_error.count()},
                              {"why", "setting; nobody checks that this machine's clock is right"}});
}

ClockReading SystemClock::read() {
  ClockReading reading;
  auto tightest = nanoseconds::max();
  for (int i = 0; i < 5 && tightest > 2us; ++i) {
    const MonoTime before = monotonic_now();
    const auto wall = system_clock::now();
    const nanoseconds width = monotonic_now() - before;
    if (width >= tightest) continue;
    tightest = width;
    reading.now.wall = floor<Micros>(wall);
    reading.now.mono = before + width / 2;
  }
  if (const auto chrony = ask_chrony(reading.now.mono)) {
    reading.now.grade = grade_of(*chrony);
    reading.error_bound = chrony->error_bound;
    return reading;
  }
  const KernelClock kernel = trust_.assumed ? KernelClock{} : read_kernel();
  reading.now.grade = grade_of(kernel, trust_);
  reading.error_bound = trust_.assumed ? trust_.assumed_error : kernel.max_error;
  return reading;
}

std::optional<ChronyReport> SystemClock::ask_chrony(MonoTime now) {
  if (!chrony_) return std::nullopt;
  const std::lock_guard lock{mutex_};
  return chrony_->report(now);
}

}  // namespace loa::firmware
