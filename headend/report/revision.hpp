#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "headend/report/report.hpp"
#include "headend/store/store.hpp"

/// Reports of closed periods are numbered: one that says other figures than the one before lists what changed.
namespace loa::headend::report {

/// Whether a revision may be added to the store, or is only looked for.
enum class Keep { yes, no };

/// Returns the figures of a report as they are kept: JSON, the same for the same evidence.
std::string format_figures(const Report& report);

/// Lists the figures that differ. A figure that only one build knows in a row that both have is no change.
/// @param before, after  of format_figures()
/// @error invalid: one of them is none
Result<std::vector<Change>> changes_between(std::string_view before, std::string_view after);

/// Sets `report.revision` when the period is over: the newest kept one if its figures are these, else the next number.
/// @param station  empty: the whole ward
/// @error those of the store
Result<void> revise(store::Store& store, Report& report, const std::string& station, Keep keep);

}  // namespace loa::headend::report
