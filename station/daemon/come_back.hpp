#pragma once
#include "station/health/restarts.hpp"
#include "station/settings/station_settings.hpp"

namespace loa::station::daemon {

/// Says that a station starts, and does what many deaths in a row ask for: sets the progress marks aside if the last
/// process died over what is on disk, and waits. To be called before anything else on disk is read but the journal.
void come_back(const health::Restarts& restarts, const settings::StationSettings& settings);

}  // namespace loa::station::daemon
