#include "tools/simfleet/site.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace loa::tools::simfleet {
namespace {

constexpr std::int64_t forever = INT64_MAX;
/// As long as the office may wait until it believes that a second box is gone.
constexpr std::int64_t resolving_us = 2 * hour_us;

}  // namespace

Site::Site(World world, std::size_t index, Random random, station::settings::StationSettings settings,
           protocol::crypto::SecretKey key, std::filesystem::path scratch)
    : world_(world),
      index_(index),
      random_(random),
      settings_(std::move(settings)),
      key_(std::move(key)),
      scratch_(std::move(scratch)) {
  boxes_[add_box()].owed = {{INT64_MIN, forever}};
}

std::size_t Site::add_box() {
  const auto number = boxes_.size();
  auto settings = settings_;
  settings.state_folder = scratch_ / fmt::format("{}-{}", settings_.station, number);
  const auto folder = settings.state_folder;
  boxes_.push_back({std::make_unique<SimStation>(world_, Caller{index_, number}, Random{random_.next()},
                                                 std::move(settings), key_, folder),
                    {}});
  auto& fresh = *boxes_.back().station;
  fresh.device(v1::MEDIUM_AUDIO).lie_us = boxes_.front().station->device(v1::MEDIUM_AUDIO).lie_us;
  return number;
}

void Site::set_lie(std::int64_t lie_us) { box().device(v1::MEDIUM_AUDIO).lie_us = lie_us; }

void Site::replace(const SimClock::Boot& clock, std::optional<std::int64_t> back_after_us) {
  if (second_ || !box().running()) return;
  const Instant now = world_.timeline.now();
  const auto old = current_;
  box().take_down();
  boxes_[old].owed.back().to_us = now;
  current_ = add_box();
  boxes_[current_].owed = {{now, forever}};
  box().power_on(clock);
  if (!back_after_us) return;
  world_.timeline.after(*back_after_us, [this, old, fresh = current_] {
    if (current_ != fresh || second_ || !box().running()) return;
    box().take_down();
    boxes_[fresh].owed.back().to_us = world_.timeline.now();
    current_ = old;
    boxes_[old].owed.push_back({world_.timeline.now(), forever});
    box().power_on({SimClock::Error::right, false, 20 * second_us});
  });
}

void Site::clone(const SimClock::Boot& clock, std::int64_t for_us, bool stays) {
  if (second_) return;
  second_ = add_box();
  world_.log.note(world_.timeline.now(), id(), "cloned", "for {} s, stays {}", for_us / second_us, stays);
  twice_.push_back({world_.timeline.now(), forever});
  boxes_[*second_].station->power_on(clock);
  world_.timeline.after(for_us, [this, second = *second_, stays] {
    if (second_ == second) end_twice(stays);
  });
}

void Site::end_twice(bool second_stays) {
  const auto second = *std::exchange(second_, std::nullopt);
  const Instant resolved = world_.timeline.now() + resolving_us;
  twice_.back().to_us = resolved;
  if (!second_stays || !box().running()) return boxes_[second].station->take_down();
  box().take_down();
  boxes_[current_].owed.back().to_us = world_.timeline.now();
  current_ = second;
  boxes_[second].owed = {{resolved, forever}};
}

bool Site::rolled_back() const {
  return std::any_of(boxes_.begin(), boxes_.end(), [](const Box& box) { return box.station->rolled_back(); });
}

void Site::heal() {
  if (second_) end_twice(false);
  box().heal();
}

}  // namespace loa::tools::simfleet
