#pragma once
#include <string>
#include <string_view>

#include "headend/store/unit.hpp"

/// What stations say of themselves, and what is found of them, taken into the store.
namespace loa::headend::fleet {

/// Keeps a broker's word on whether a station is connected, as model::with_state() says.
Result<void> keep_online(store::Unit& unit, const std::string& station, bool online, const std::string& boot,
                         WallTime now);
/// Keeps a station's signed status.
Result<void> keep_status(store::Unit& unit, const std::string& station, const v1::Status& status, WallTime now);

/// Keeps a finding of the head-end's own: new, or once more. Somebody who looks after it still does.
Result<void> raise_fault(store::Unit& unit, const std::string& station, std::string_view code, const std::string& text,
                         WallTime now);
/// Keeps that the condition of a fault has passed. Nothing happens to one that does not stand.
Result<void> resolve_fault(store::Unit& unit, const std::string& station, std::string_view code, WallTime now);

/// Keeps what was found of a station's clock, unless it is no news (model::news_of()).
Result<void> keep_clock(store::Unit& unit, const model::ClockFinding& finding);

}  // namespace loa::headend::fleet
