#pragma once
#include "headend/model/catalogue.hpp"
#include "headend/publisher/emergency.hpp"

/// A station that leaves the ward. One that only vanished from the catalogue would broadcast its month to the end.
namespace loa::headend::publisher {

/// Removes a station: silences it by a sealed plan without cues, calls its emergency off, cancels what it was still to
/// play, and takes it out of the catalogue, all in one transaction. The head-end that runs sees the store change and
/// publishes; Farewells looks after it from then on.
class RemovalDesk {
 public:
  /// @param key    the plan key
  /// @param store  must outlive the desk, and so must `emergencies`
  RemovalDesk(std::string ward, protocol::crypto::SecretKey key, planner::Settings settings, store::Store& store,
              EmergencyDesk& emergencies);

  /// @return as it stands; `closed` at once when it was never heard of, or has no plan any more. `until`: it may
  /// broadcast so long if it never
  ///         hears that it was removed
  /// @error missing: no such station · of the store; nothing was removed
  Result<model::RemovedStation> remove(const std::string& station, WallTime now);

 private:
  Result<model::RemovedStation> silence(const model::Catalogue& catalogue, const model::Station& station, WallTime now);
  Result<void> leave_faults(const model::RemovedStation& removed, WallTime now);

  dispatch::Seals seals_;
  planner::Settings settings_;
  store::Store& store_;
  EmergencyDesk& emergencies_;
};

/// Looks after stations that were removed, until they have said that they are silent and their proofs are there, or
/// their last plan has run out.
class Farewells {
 public:
  /// @param store  must outlive the farewells
  Farewells(std::string ward, store::Store& store) : ward_(std::move(ward)), store_(store) {}

  /// Hands out each farewell that was not handed out yet, and takes what the stations have said since. Call when the
  /// store changed, when statuses were kept, and now and then.
  /// @return whether a station is done with: it has no login any more, and its words count no more
  Result<bool> step(WallTime now, const Outlet& outlet);
  /// Whether somebody was still leaving after the last step().
  [[nodiscard]] bool waiting() const { return waiting_; }
  /// The broker lost its state: the next step() hands out everything that stands.
  void repeat() { handed_out_.clear(); }

 private:
  Result<void> hand_out(const model::RemovedStation& removed, const Outlet& outlet);
  Result<void> settle(const model::RemovedStation& removed, WallTime now);

  std::string ward_;
  store::Store& store_;
  bool waiting_ = false;
  std::map<std::string, std::uint64_t> handed_out_;  ///< sequence of the farewell, by station
};

/// Stations that were removed, are not done with, and were not added again: they may log in, and their words count.
Result<std::vector<model::RemovedStation>> leaving_stations(store::Store& store);

}  // namespace loa::headend::publisher
