#pragma once
#include "headend/model/catalogue.hpp"
#include "headend/planner/planner.hpp"

/// An emergency: one sound, at once, on every station that is meant, over everything else.
namespace loa::headend::planner {

struct EmergencyWish {
  model::Sha256 object;
  unsigned repeat = 1;  ///< times the sound is heard, one right after the other; 1…1 000
  WallTime start;       ///< on a station without stagger; not before `now`
};

/// How long after its time the last repetition may still be played whole by a station that was away.
inline constexpr Micros emergency_late_limit = std::chrono::minutes{30};

/// Compiles the emergency plan of one station. Its gain is the station's own: volume by hour is for every day.
/// @error missing: no such sound · invalid: a rule of protocol/message/check
Result<Planned> compile_emergency(const model::Catalogue& catalogue, const model::Station& station, WallTime now,
                                  const Settings& settings, const EmergencyWish& wish);

/// A plan without cues, valid until after `horizon`: calls an emergency off, or, as an ordinary plan, silences a
/// station.
Result<Planned> compile_all_clear(const model::Catalogue& catalogue, const model::Station& station, WallTime now,
                                  const Settings& settings, WallTime horizon);

}  // namespace loa::headend::planner
