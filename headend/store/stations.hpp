#pragma once
#include <string>
#include <vector>

#include "headend/model/station.hpp"
#include "protocol/base/result.hpp"

namespace loa::headend::store {

/// Who there is: stations and the groups that they are addressed by, and who was removed.
class Stations {
 public:
  /// Adds a station, or replaces the one with its id.
  /// @error missing: one of its groups
  virtual Result<void> put(const model::Station& station) = 0;
  /// Removes a station. Its plans, promises and proofs stay, because they are evidence.
  /// @error missing
  virtual Result<void> remove(const std::string& id) = 0;
  /// Replaces the gain by the hour of the day; the rest of the day plays with the station's own gain.
  /// @error missing: the station
  virtual Result<void> put_volumes(const std::string& station, const std::vector<model::Volume>& volumes) = 0;

  virtual Result<void> put_group(const model::Group& group) = 0;
  /// Removes a group; the group model::everyone is always there.
  /// @error missing · busy: stations, programmes or slogans are still in it
  virtual Result<void> remove_group(const std::string& id) = 0;

  /// Adds a station that is no more, or keeps what became of it (by id and instant of removal).
  virtual Result<void> put_removed(const model::RemovedStation& removed) = 0;
  /// Lists them by instant of removal, without those from before there was this list.
  virtual Result<std::vector<model::RemovedStation>> removed() = 0;
  /// Lists the ids that have a plan or an emergency and are no station today; sorted.
  virtual Result<std::vector<std::string>> gone() = 0;

 protected:
  ~Stations() = default;
};

}  // namespace loa::headend::store
