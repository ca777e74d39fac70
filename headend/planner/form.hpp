#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "headend/model/catalogue.hpp"
#include "headend/model/promise.hpp"
#include "headend/planner/planner.hpp"

/// What one station can be told: the form of plans that its build understands, and the most that fits. Pure.
namespace loa::headend::planner {

/// How a plan stands on the wire.
enum class Form {
  plain,    ///< as every build understands it
  compact,  ///< PROTOCOL.md §5a
};

/// Reads from a station's last signed status which form it takes; plain when it says nothing of it.
/// @param status  absent: the station never spoke
Form form_of(const std::optional<v1::Status>& status);

/// A plan as a station can be told it.
struct Fitted {
  v1::Plan wire;                  ///< the body to seal, in the station's form
  Planned planned;                ///< what it promises
  std::vector<std::string> lost;  ///< a sentence for each thing the catalogue wants and the station is not told
};

/// Plans one station in a form. What makes the plan too large goes in this order: short playlists become longer ones
/// (plain form only: so its pages stand there less often), then the latest cues of the sign. A sound is never left out.
/// @param begun       as of draft()
/// @param most_bytes  of the plan on the wire
/// @error invalid: even without its sign the plan breaks a rule of protocol/message/check, the sentence says which
Result<Fitted> fit(const model::Catalogue& catalogue, const model::Station& station, WallTime now,
                   const Settings& settings, const std::vector<model::PlannedCue>& begun, Form form,
                   std::size_t most_bytes);

}  // namespace loa::headend::planner
