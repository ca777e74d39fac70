#pragma once
#include <optional>
#include <string>
#include <vector>

#include "station/core/sure_time.hpp"

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
/// directions; after a start, the sure time (SureTime). A claim beside that is either a lie or the end of one, and
/// nobody can tell at once. So the claim must insist: ten minutes without a break. A wrong hour costs ten minutes; a
/// wrong year that was believed before does not lock the station for a year.
///
/// A reading ahead of what is known needs no insistence when the office signed a message by the same time: one clock
/// stands against two.
///
/// The end of a leap that nothing has borne out needs no insistence: a reading that is the sure time again, or the time
/// that was believed before the leap. The first reading after a start may itself be such a leap, because nobody knows
/// how long the machine was off: until that reading is borne out, any earlier one that does not contradict the sure
/// time ends it.
class ClockJudge {
 public:
  /// @param memory  from disk
  explicit ClockJudge(const ClockMemory& memory = {}, ClockRules rules = {})
      : rules_(rules), sure_(memory), written_(memory.greatest()), written_sure_(memory.sure) {}

  /// A plan whose seal was right says that it was made then.
  void at_least(WallTime made);
  /// A message whose seal was right says that it was signed then (SureTime).
  void office_signed(WallTime signed_at, MonoTime now, bool news = true) { sure_.office_signed(signed_at, now, news); }

  /// What a reading is worth. At grade network and better it is believed and given back as it is. Else the wall time is
  /// what is known, at grade last_known; if nothing is, the reading itself at its own grade.
  /// @param reading  the monotonic clock does not go back between two calls
  Now judge(const Now& reading);

  /// When a claim that stands against what is known will be believed; absent when there is none.
  [[nodiscard]] std::optional<MonoTime> next_deadline() const;

  /// What is to be written to disk now, absent when nothing is due: an hour after the time before, or when the clock
  /// was set back, or when the sure time came an hour nearer. Taken for written.
  /// @param judged  what judge() gave back  @param at_plan  a plan has come
  std::optional<ClockMemory> remember(const Now& judged, bool at_plan);

  /// The instant that has certainly come, absent when nothing is sure.
  [[nodiscard]] std::optional<WallTime> sure(MonoTime now) const { return sure_.at(now); }
  /// Whether the believed time is not the sure one: a leap that nothing has borne out, or a clock set back behind it.
  [[nodiscard]] bool in_doubt(MonoTime now) const { return believed_at_ && !sure_.agrees(*known_, now); }

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
  [[nodiscard]] bool plausible_at_start(Origin origin, MonoTime now) const;
  [[nodiscard]] bool ends_leap(Origin origin, MonoTime now) const;
  [[nodiscard]] bool insisted(Origin origin, MonoTime now);
  void accept(Origin origin, MonoTime now);

  ClockRules rules_;
  SureTime sure_;
  std::optional<WallTime> written_;       // the believed time when the disk was written last
  std::optional<WallTime> written_sure_;  // and what was sure then
  WallTime made_ = first_year;            // of the newest plan
  std::optional<Origin> known_;
  std::optional<MonoTime> believed_at_;  // absent: `known_` comes from the disk and is only a lower bound
  std::optional<Claim> claim_;
  std::vector<Claim> left_;  // believed before a leap ahead, and since when no more; in order of the leaps
  std::optional<Origin>
      first_;  // the earliest line believed since the start: nobody knows how long the machine was off
};

}  // namespace loa::station::core
