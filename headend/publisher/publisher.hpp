#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "headend/dispatch/outlet.hpp"
#include "headend/dispatch/seals.hpp"
#include "headend/model/catalogue.hpp"
#include "headend/model/promise.hpp"
#include "headend/planner/form.hpp"
#include "headend/store/store.hpp"
#include "protocol/seal/seal.hpp"

namespace loa::headend::publisher {

using dispatch::Outlet;
using dispatch::Publication;

/// Which plans went out, for the log and the operator.
struct Round {
  std::vector<std::string> issued;    ///< stations that got a new plan
  std::vector<std::string> notes;     ///< the planner's notes about them
  std::vector<std::string> problems;  ///< a sentence for each station that could not be planned; the others were
};

/// The most bytes of a plan's body: an envelope, less what header and seal take.
inline constexpr std::size_t most_plan_bytes = protocol::seal::max_envelope_bytes - 4'096;

/// The form of plans that each station understands, by its last signed status; none of a station that never spoke.
Result<std::map<std::string, planner::Form>> forms_of_stations(store::Store& store);

/// Keeps every station's retained plan equal to what the catalogue says.
class Publisher {
 public:
  /// @param store  must outlive the publisher
  Publisher(std::string ward, protocol::crypto::SecretKey key, planner::Settings settings, store::Store& store);

  /// Issues a new plan to each station whose orders changed, whose horizon is less than 30 days away, whose build no
  /// longer understands the form of the one that is out, or whose plan was made in a time that is still to come (the
  /// clock was ahead: it is not valid yet); others get nothing. The sequence and the promised cues are committed before
  /// the outlet sees the plan. Call after every change of the catalogue, and each half-hour.
  /// @error io · full · busy · invalid: of the store; what was handed out until then is committed
  Result<Round> issue(WallTime now, const Outlet& outlet);

  /// The same in small steps, for a thread that must not be held up: begin_round() takes a snapshot of the catalogue,
  /// each step() does one station of it (some 10 ms for a plan of 2 000 cues).
  Result<void> begin_round();
  /// @return whether stations are left
  Result<bool> step(WallTime now, const Outlet& outlet, Round& round);

  /// The same for some stations, such as those whose build understands more or less than before.
  Result<Round> issue_to(const std::set<std::string>& stations, WallTime now, const Outlet& outlet);

  /// What the last round could not tell: by station, a sentence.
  [[nodiscard]] const std::map<std::string, std::string>& troubles() const { return troubles_; }

  /// Hands out each emergency that this publisher has not handed out yet, or what called it off. Cheap: call after
  /// every change of the store, before issue().
  Result<void> emergencies(const Outlet& outlet);
  /// Takes the plans and emergencies of stations that were removed off the broker, each once, when they have said that
  /// they are silent or their plan has run out (Farewells).
  Result<void> recall(const Outlet& outlet);

  /// Hands out again what must stand retained on the broker: newest emergency, plan and receipt of every station, and
  /// nothing of those that were removed. For a broker that lost its state: call after every connect.
  Result<void> repeat(const Outlet& outlet);

 private:
  Result<void> issue_one(const model::Station& station, WallTime now, Round& round, const Outlet& outlet);
  Result<bool> is_current(const v1::Plan& plan, planner::Form form, WallTime now);
  Result<model::IssuedPlan> seal_plan(const v1::Plan& plan, WallTime now);
  [[nodiscard]] planner::Form form_for(const std::string& station) const;
  void note_trouble(const std::string& station, std::string text);

  dispatch::Seals seals_;
  planner::Settings settings_;
  store::Store& store_;
  model::Catalogue catalogue_;                    ///< of the round
  std::size_t next_ = 0;                          ///< station of catalogue_
  std::map<std::string, std::uint64_t> alarmed_;  ///< sequence of the emergency handed out last, by station
  std::set<std::string> recalled_;
  std::map<std::string, planner::Form> forms_;   ///< of the round, by station
  std::map<std::string, std::string> troubles_;  ///< by station
};

}  // namespace loa::headend::publisher
