#pragma once
#include <optional>
#include <string>
#include <vector>

#include "headend/model/fleet.hpp"
#include "headend/model/proof.hpp"
#include "protocol/base/result.hpp"

namespace loa::headend::store {

/// Whom to believe and when: how clocks stood, since when each journal speaks, when two boxes spoke as one.
class Findings {
 public:
  /// Adds what was found of a clock, in the place of those of this clock that begin no earlier.
  virtual Result<void> put_clock(const model::ClockFinding& finding) = 0;
  /// Lists every finding of a station's clock, by `since`.
  virtual Result<std::vector<model::ClockFinding>> clocks(const std::string& station) = 0;

  /// Keeps what a station says of its journal; the newest word of an epoch counts.
  virtual Result<void> put_journal(const model::JournalLife& journal) = 0;
  /// Lists every journal of a station that said when it began, by `began`.
  virtual Result<std::vector<model::JournalLife>> journals(const std::string& station) = 0;

  /// Adds a time of two boxes, or its end (by station and since). Which epoch counts is decided once.
  virtual Result<void> put_conflict(const model::IdentityConflict& conflict) = 0;
  /// Lists them by station and `since`.
  /// @param station  absent: of every station
  virtual Result<std::vector<model::IdentityConflict>> conflicts(
      const std::optional<std::string>& station = std::nullopt) = 0;

 protected:
  ~Findings() = default;
};

}  // namespace loa::headend::store
