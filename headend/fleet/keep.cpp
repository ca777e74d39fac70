#include "headend/fleet/keep.hpp"

namespace loa::headend::fleet {

Result<void> keep_online(store::Unit& unit, const std::string& station, bool online, const std::string& boot,
                         WallTime now) {
  LOA_TRY_LET(const auto before, unit.fleet().status(station));
  return unit.fleet().put(model::with_state(before, station, online, boot, now));
}

Result<void> keep_status(store::Unit& unit, const std::string& station, const v1::Status& status, WallTime now) {
  LOA_TRY_LET(const auto before, unit.fleet().status(station));
  return unit.fleet().put(model::with_status(before, station, status, now));
}

Result<void> raise_fault(store::Unit& unit, const std::string& station, std::string_view code, const std::string& text,
                         WallTime now) {
  LOA_TRY_LET(const auto known, unit.fleet().fault(station, code));
  return unit.fleet().put_fault(model::raised(known, station, code, text, now));
}

Result<void> resolve_fault(store::Unit& unit, const std::string& station, std::string_view code, WallTime now) {
  LOA_TRY_LET(auto known, unit.fleet().fault(station, code));
  const auto resolved = model::resolved(std::move(known), now);
  return resolved ? unit.fleet().put_fault(*resolved) : Result<void>{};
}

Result<void> keep_clock(store::Unit& unit, const model::ClockFinding& finding) {
  LOA_TRY_LET(const auto known, unit.findings().clocks(finding.station));
  const auto news = model::news_of(known, finding);
  return news ? unit.findings().put_clock(*news) : Result<void>{};
}

}  // namespace loa::headend::fleet
