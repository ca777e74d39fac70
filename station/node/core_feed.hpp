#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "firmware/port/wall_clock.hpp"
#include "station/core/station_core.hpp"

namespace loa::station::node {

/// Feeds the core: one event after the other, and lets its orders be carried out. An event that arises while one is
/// handled waits in a queue until that one's orders are done, and is handled before the outermost call returns: the
/// order of events is the same on a pole and in the simulator.
class CoreFeed {
 public:
  explicit CoreFeed(std::unique_ptr<core::StationCore> core) : core_(std::move(core)) {}

  /// Says who carries the orders out. To be called once, before the first event.
  void set_orders(std::function<void(const core::Action&)> orders) { orders_ = std::move(orders); }
  /// Sets the time of everything that follows.
  void set_time(const firmware::ClockReading& reading);

  /// Gives the core an event: now, or after the one that is being handled.
  void feed(core::Event event);
  /// Gives the core an event at the next feed() or drain().
  void later(core::Event event) { waiting_.push_back(std::move(event)); }
  /// Tells of a condition that has happened and is over: the hold of its fault keeps it in view. Later, as later().
  void see_once(std::string_view code, const char* cause, std::string text);
  /// Gives the core what waits.
  void drain();
  /// Tells the core when the office signed a message. @param news  false: it lay on the disk
  void hear_office(const std::optional<WallTime>& signed_at, bool news = true);

  [[nodiscard]] const core::StationCore& core() const { return *core_; }
  [[nodiscard]] core::StationCore& core() { return *core_; }
  /// The time, with the grade that the core gives it.
  [[nodiscard]] const Now& now() const { return judged_; }
  [[nodiscard]] Micros error_bound() const { return reading_.error_bound; }
  /// The wall clock's time, absent while the clock is not believed.
  [[nodiscard]] std::optional<WallTime> believed_now() const;

 private:
  std::unique_ptr<core::StationCore> core_;
  std::function<void(const core::Action&)> orders_;
  firmware::ClockReading reading_;  // as the machine gave it
  Now judged_;
  std::deque<core::Event> waiting_;
  bool draining_ = false;
};

}  // namespace loa::station::node
