#include "headend/report/hours.hpp"

#include <algorithm>

namespace loa::headend::report {
namespace {

/// duration × part ÷ whole, rounded down: a figure is never inflated.
Micros share_of(Micros duration, Micros part, Micros whole) {
  if (part == whole) return duration;
  return Micros{
      static_cast<std::int64_t>(static_cast<long double>(duration.count()) * static_cast<long double>(part.count()) /
                                static_cast<long double>(whole.count()))};
}

}  // namespace

void BroadcastHours::add(const model::PlannedCue& planned, const model::PromiseFacts& facts, Micros played) {
  const Micros owed{planned.cue.duration_us()};
  auto& piece = pieces_[{planned.cue.occurrence(), planned.cue.segment()}];
  piece.duration = std::max(piece.duration, owed);
  const auto add_to = [&](Share& share) {
    share.owed += owed;
    share.played += played;
  };
  add_to(piece.all);
  add_to(piece.columns[facts.column.id]);
  for (const auto& group : facts.groups) add_to(piece.groups[group.id]);
}

Hours BroadcastHours::total() const {
  Hours hours;
  for (const auto& [key, piece] : pieces_) {
    hours.planned += piece.duration;
    hours.actual += share_of(piece.duration, piece.all.played, piece.all.owed);
  }
  return hours;
}

std::map<std::string, Hours> BroadcastHours::by_column() const {
  std::map<std::string, Hours> columns;
  for (const auto& [key, piece] : pieces_) {
    for (const auto& [column, share] : piece.columns) {
      columns[column].planned += share_of(piece.duration, share.owed, piece.all.owed);
      columns[column].actual += share_of(piece.duration, share.played, piece.all.owed);
    }
  }
  return columns;
}

std::map<std::string, Hours> BroadcastHours::by_group() const {
  std::map<std::string, Hours> groups;
  for (const auto& [key, piece] : pieces_) {
    for (const auto& [group, share] : piece.groups) {
      groups[group].planned += piece.duration;
      groups[group].actual += share_of(piece.duration, share.played, share.owed);
    }
  }
  return groups;
}

}  // namespace loa::headend::report
