#pragma once
#include <optional>
#include <string>

#include "protocol/base/time.hpp"

namespace loa::station::core {

/// What a clock must keep to, to be believed at once.
struct ClockRules {
  /// A step that a time daemon makes in earnest. To it comes a ten-thousandth (100 ppm: a crystal's share) of the time
  /// since the clock was last believed.
  Micros step = std::chrono::seconds{5};
  /// The longest absence that is credited at once: whoever was off for longer has no plan left to play.
  Micros absence = std::chrono::hours{30 * 24};
  /// A clock that contradicts what is known is believed after it has insisted for so long, without a break.
  Micros insistence = std::chrono::minutes{10};
  Micros memory_interval = std::chrono::hours{1};             ///< between two instants written to disk
  Micros memory_interval_at_plan = std::chrono::minutes{10};  ///< the same when a plan has come
};

/// Decides whether a clock that calls itself synchronised is believed. Pure.
///
/// What is known: while the process runs, the monotonic clock carries on from the last believed reading, in both
/// directions; after a start, the greatest instant on disk ("it is at least that late"). A claim beside that is either
/// a lie or the end of one, and nobody can tell at once. So it must insist: ten minutes without a break. A wrong hour
/// costs ten minutes; a wrong year that was believed before does not lock the station for a year.
class ClockJudge {
 public:
  /// @param remembered  the instant on disk, absent when there is none
  explicit ClockJudge(std::optional<WallTime> remembered, ClockRules rules = {})
      : rules_(rules), remembered_(remembered) {}

  /// A plan whose seal was right says that it was made then.
  void at_least(WallTime made);

  /// What a reading is worth. At grade network and better it is believed and given back as it is. Else the wall time is
  /// what is known, at grade last_known; if nothing is, the reading itself at its own grade.
  /// @param reading  the monotonic clock does not go back between two calls
  Now judge(const Now& reading);

  /// When a claim that stands against what is known will be believed; absent when there is none.
  [[nodiscard]] std::optional<MonoTime> next_deadline() const;

  /// The instant to be written to disk now, absent when it is not due. Greater than the one before, unless a clock that
  /// insisted has corrected it. Taken for written.
  /// @param judged  what judge() gave back  @param at_plan  a plan has come
  std::optional<WallTime> remember(const Now& judged, bool at_plan);

  /// Why the clock is not believed now, for people.
  [[nodiscard]] std::string complaint() const;

 private:
  static constexpr WallTime first_year = std::chrono::sys_days{std::chrono::year{2020} / 1 / 1};
  static constexpr WallTime last_year = std::chrono::sys_days{std::chrono::year{2100} / 1 / 1};
  using Origin = std::chrono::nanoseconds;  // wall since the epoch minus monotonic
  struct Claim {
    Origin origin;
    MonoTime since;
  };
  [[nodiscard]] bool believes(const Now& reading);
  [[nodiscard]] bool plausible(Origin origin, MonoTime now) const;
  [[nodiscard]] bool insisted(Origin origin, MonoTime now);

  ClockRules rules_;
  std::optional<WallTime> remembered_;  // on disk
  WallTime made_ = first_year;          // of the newest plan
  std::optional<Origin> known_;
  std::optional<MonoTime> believed_at_;  // absent: `known_` comes from the disk and is only a lower bound
  std::optional<Claim> claim_;
};

}  // namespace loa::station::core
