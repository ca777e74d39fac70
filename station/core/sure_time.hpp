#pragma once
#include <chrono>
#include <optional>

#include "protocol/base/time.hpp"

namespace loa::station::core {

/// Keeps on disk what a station knows of the time: StationCore's `memory` after the next start.
struct ClockMemory {
  std::optional<WallTime> sure;     ///< certainly that late; absent: nobody has borne a clock out yet
  std::optional<WallTime> pending;  ///< that late by a believed clock that is not borne out
  std::chrono::seconds agreed{0};   ///< uptime in which nothing has contradicted `pending`

  bool operator==(const ClockMemory&) const = default;
  /// The greater of both instants, absent when there is none.
  [[nodiscard]] std::optional<WallTime> greatest() const;
};

/// What bears a clock out.
struct BearingRules {
  /// A message that was signed so long before or after what the clock says agrees with the clock: it was on its way.
  Micros agreement = std::chrono::seconds{30};
  /// A clock that strays so far from the sure time has been corrected by its time daemon: no leap.
  Micros step = std::chrono::seconds{5};
  /// Uptime in which a believed clock contradicted nothing and nothing contradicted the clock.
  std::chrono::nanoseconds enough = std::chrono::hours{24};
};

/// Keeps the *sure time*: the latest instant that has certainly come. Pure.
///
/// A clock alone is no proof of the time, because it may leap. Two things bear it out: a message that the office
/// signed, up to the instant of its signing (and wholly when both agree), or 24 h of uptime without contradiction,
/// added up over restarts. In between the sure time advances with the monotonic clock. A message that the office signed
/// later than the believed clock says bears out no more than that clock: one of the two is wrong, and both say at least
/// the lesser.
class SureTime {
 public:
  using Origin = std::chrono::nanoseconds;  ///< wall since the epoch minus monotonic: a line of time

  explicit SureTime(const ClockMemory& memory, BearingRules rules = {}) : rules_(rules), memory_(memory) {}

  /// Lets the instants on disk advance from now on. Nothing happens after the first call.
  void begin(MonoTime now);
  /// Takes note of a message whose seal was right. One that was signed before another of this life says nothing new.
  /// @param news  it has come now; false: it lay on the disk, and contradicts no clock by being old
  void office_signed(WallTime signed_at, MonoTime now, bool news = true);
  /// Takes note of a reading that is believed.
  void believe(const Now& reading);
  /// Takes note that no reading is believed now: time without a clock bears nothing out.
  void doubt() { believed_at_.reset(); }

  /// Whether a line is the one by which a message of the office was signed: both clocks say the same, against all else.
  [[nodiscard]] bool attested(Origin line) const;
  /// The sure time, absent when nothing is sure.
  [[nodiscard]] std::optional<WallTime> at(MonoTime now) const;
  /// Whether a line is the sure one, but for a step and a ten-thousandth of the time since that was last borne out.
  [[nodiscard]] bool agrees(Origin line, MonoTime now) const;
  /// How far a line is ahead of the sure one, absent when nothing is sure.
  [[nodiscard]] std::optional<Origin> ahead(Origin line) const;
  /// What is to be written to disk now.
  [[nodiscard]] ClockMemory memory(MonoTime now) const;

 private:
  struct Pending {
    Origin line{};
    std::chrono::nanoseconds agreed{0};
  };
  void raise(Origin line, MonoTime now);
  void watch(Origin line, std::chrono::nanoseconds passed, MonoTime now);
  BearingRules rules_;
  ClockMemory memory_;  // until begin()
  bool begun_ = false;
  std::optional<Origin> sure_;
  MonoTime sure_at_;  // when it was last borne out
  std::optional<Pending> pending_;
  std::optional<Origin> believed_;       // the line believed last
  std::optional<MonoTime> believed_at_;  // absent while none is believed
  std::optional<Origin> office_;         // the greatest line that a message gave
  std::optional<Origin> witness_;        // the same, of news, even if no clock here agreed with it
  std::optional<WallTime> newest_signed_;
};

}  // namespace loa::station::core
