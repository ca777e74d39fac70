#pragma once
#include <map>
#include <string>
#include <utility>

#include "headend/model/promise.hpp"
#include "headend/report/report.hpp"

namespace loa::headend::report {

/// Sums broadcast hours: each segment of an occurrence counts once – its duration × played ÷ owed station-time –
/// however many loudspeakers owe it. Programmes that run side by side both count.
class BroadcastHours {
 public:
  /// Adds what one station owed and played of one cue.
  void add(const model::PlannedCue& cue, const model::PromiseFacts& facts, Micros played);

  [[nodiscard]] Hours total() const;
  /// By column; they add up to the total, but for rounding down.
  [[nodiscard]] std::map<std::string, Hours> by_column() const;
  /// By group: of the loudspeakers in it. A cue for two groups counts in both.
  [[nodiscard]] std::map<std::string, Hours> by_group() const;

 private:
  struct Share {
    Micros owed{0};
    Micros played{0};
  };
  struct Piece {
    Micros duration{0};
    Share all;
    std::map<std::string, Share> columns;
    std::map<std::string, Share> groups;
  };
  std::map<std::pair<std::string, std::uint32_t>, Piece> pieces_;  ///< by occurrence and segment
};

}  // namespace loa::headend::report
