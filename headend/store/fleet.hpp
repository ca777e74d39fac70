#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headend/model/fleet.hpp"
#include "protocol/base/result.hpp"

namespace loa::headend::store {

/// What stations last said of themselves, and what ails them. fleet::keep_online() and its kin decide what is written.
class Fleet {
 public:
  /// Adds what a station said of itself, or replaces it.
  virtual Result<void> put(const model::StationStatus& status) = 0;
  /// @return absent: it never said anything
  virtual Result<std::optional<model::StationStatus>> status(const std::string& station) = 0;
  /// Lists one for each station that ever said anything, by station.
  virtual Result<std::vector<model::StationStatus>> statuses() = 0;

  /// Adds a fault or brings it up to date (by station and code).
  virtual Result<void> put_fault(const model::FaultRecord& fault) = 0;
  /// @return absent: there is none that is not reset
  virtual Result<std::optional<model::FaultRecord>> fault(const std::string& station, std::string_view code) = 0;
  /// Lists every fault that is not reset, by station and code.
  virtual Result<std::vector<model::FaultRecord>> faults() = 0;

 protected:
  ~Fleet() = default;
};

}  // namespace loa::headend::store
