#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "headend/model/promise.hpp"
#include "protocol/base/result.hpp"

namespace loa::headend::store {

/// What went out to each station: plans, and emergencies beside them.
class Plans {
 public:
  /// Keeps a plan. The sealed bytes of the newest three of a station stay, of older ones the line.
  /// @error exists: the sequence was used
  virtual Result<void> put(const model::IssuedPlan& issued) = 0;
  /// @return absent: none was ever issued to it
  virtual Result<std::optional<model::IssuedPlan>> newest(const std::string& station) = 0;
  /// Tells which plan was last issued to each station, without its bytes; by station.
  virtual Result<std::map<std::string, model::PlanHead>> heads() = 0;
  /// Tells when the first plan ever was issued.
  /// @param station  absent: to any station
  virtual Result<std::optional<WallTime>> first(const std::optional<std::string>& station = std::nullopt) = 0;

  /// Keeps an emergency. The sealed bytes of the newest of a station stay, of older ones the line.
  /// @error exists: the sequence was used
  virtual Result<void> put_emergency(const model::IssuedEmergency& issued) = 0;
  /// Lists the newest of each station that ever had one, by station; of stations that were removed too.
  virtual Result<std::vector<model::IssuedEmergency>> newest_emergencies() = 0;

 protected:
  ~Plans() = default;
};

}  // namespace loa::headend::store
