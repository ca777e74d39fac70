#pragma once
#include "tools/simfleet/stretch.hpp"
#include "tools/simfleet/timeline.hpp"

namespace loa::tools::simfleet {

/// When a machine had all that it needs to keep its plan: a process, a plan, a clock that is right. True time.
class WellTimes {
 public:
  void set(bool well, Instant now) {
    if (well == well_) return;
    well_ = well;
    if (well) {
      times_.push_back({now, INT64_MAX});
    } else {
      times_.back().to_us = now;
    }
  }
  /// @param settling_us  so long after it became well nothing is asked of it
  [[nodiscard]] Stretches settled(std::int64_t settling_us) const {
    Stretches times;
    for (const auto& one : times_)
      if (one.from_us + settling_us < one.to_us) times.push_back({one.from_us + settling_us, one.to_us});
    return times;
  }

 private:
  bool well_ = false;
  Stretches times_;
};

}  // namespace loa::tools::simfleet
