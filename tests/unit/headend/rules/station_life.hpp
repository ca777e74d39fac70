#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "headend/planner/planner.hpp"
#include "station/core/station_core.hpp"

namespace loa::headend::rules {

/// A real station core that lives for some days as a station does that is never off: the planner's own plan arrives at
/// each local midnight, its content is there, its presenter plays what it is told when it is told.
class StationLife {
 public:
  /// @param catalogue, station, settings  must outlive this object
  StationLife(const model::Catalogue& catalogue, const model::Station& station, const planner::Settings& settings)
      : catalogue_(catalogue), station_(station), settings_(settings) {}

  /// Lives from the midnight of the first date to the end of the last; to be called once.
  /// @return every part that was kept, in order
  std::vector<v1::Proof> live(model::LocalDate first, model::LocalDate last) {
    born_ = now_ = settings_.zone.midnight(first);
    core_ = std::make_unique<station::core::StationCore>(station::core::CoreSettings{},
                                                         std::vector<station::core::Accounted>{}, mono(now_));
    for (auto day = first; day <= last; day += std::chrono::days{1}) {
      plan();
      run_until(settings_.zone.midnight(day + std::chrono::days{1}));
    }
    return std::move(kept_);
  }

 private:
  using Key = station::CueKey;
  struct Voice {
    station::Assignment assignment;
    WallTime begins;
    WallTime from;  ///< on the plan's time line: later than asked for if it is asked for too late
    bool begun = false;
    [[nodiscard]] WallTime planned_end() const {
      return wall_from_us(assignment.cue.start_us() + assignment.cue.duration_us());
    }
    [[nodiscard]] WallTime ends() const { return planned_end() + (begins - from); }
  };

  [[nodiscard]] MonoTime mono(WallTime at) const { return MonoTime{at - born_ + std::chrono::seconds{1}}; }
  [[nodiscard]] WallTime wall(MonoTime at) const {
    return born_ + std::chrono::ceil<Micros>(at.time_since_epoch()) - std::chrono::seconds{1};
  }

  void plan() {
    std::vector<model::PlannedCue> begun;
    for (const auto& [key, cue] : promised_) {
      const auto end = wall_from_us(cue.cue.start_us() + cue.cue.duration_us());
      if (cue.occurrence_start < now_ && end > now_ - settings_.near_past) begun.push_back(cue);
    }
    auto compiled = planner::compile(catalogue_, station_, now_, settings_, begun);
    if (!compiled) return ADD_FAILURE() << compiled.error().text, void();
    const auto& planned = *compiled;
    for (const auto& cue : planned.cues) promised_[{cue.cue.occurrence(), cue.cue.segment()}] = cue;
    station::core::PlanArrived event{planned.plan, ++sequence_, {}, false};
    for (const auto& object : planned.plan.objects())
      event.held.insert(*protocol::crypto::Sha256::from_bytes(object.sha256()));
    on(event);
  }

  void run_until(WallTime until) {
    while (true) {
      auto next = until;
      if (const auto deadline = core_->next_deadline()) next = std::min(next, wall(*deadline));
      for (const auto& voice : voices_) next = std::min(next, voice.begun ? voice.ends() : voice.begins);
      now_ = std::max(now_, next);
      if (now_ >= until) return;
      if (voice_due()) continue;
      on(station::core::Tick{});
      now_ = std::min(now_ + std::chrono::milliseconds{1}, until);  // sensors wake a real station in between, too
      on(station::core::Tick{});
    }
  }

  bool voice_due() {
    for (auto& voice : voices_) {
      if (voice.begun && now_ >= voice.ends()) return finish(Key::of(voice.assignment.cue), "complete"), true;
      if (voice.begun || now_ < voice.begins) continue;
      voice.begun = true;
      on(station::core::PartStarted{Key::of(voice.assignment.cue), 0});
      return true;
    }
    return false;
  }

  void finish(const Key& key, const char* reason) {
    const auto voice = std::find_if(voices_.begin(), voices_.end(),
                                    [&](const Voice& one) { return Key::of(one.assignment.cue) == key; });
    if (voice == voices_.end()) return;
    const auto& assignment = voice->assignment;
    v1::Proof part;
    part.set_occurrence(key.occurrence);
    part.set_segment(key.segment);
    part.set_medium(assignment.cue.medium());
    part.set_reason(reason);
    if (voice->begun) {
      part.set_bucket(v1::BUCKET_PLAYED);
      part.set_from_us(to_us(voice->from));
      part.set_to_us(to_us(std::min(voice->from + (now_ - voice->begins), voice->planned_end())));
    }
    voices_.erase(voice);
    on(station::core::PartEnded{part});
  }

  void on(const station::core::Event& event) {
    std::vector<Key> halted;
    for (const auto& action : core_->on(event, {now_, mono(now_), ClockGrade::disciplined})) {
      if (const auto* kept = std::get_if<station::core::Keep>(&action)) kept_.push_back(kept->part);
      if (const auto* halt = std::get_if<station::core::Halt>(&action)) halted.push_back(halt->cue);
      if (const auto* arm = std::get_if<station::core::Arm>(&action)) {
        const auto asked = wall(arm->assignment.from_mono), begins = std::max(now_, asked);
        voices_.push_back({arm->assignment, begins, arm->assignment.from + (begins - asked)});
      }
    }
    for (const auto& key : halted) finish(key, "halted");
  }

  const model::Catalogue& catalogue_;
  const model::Station& station_;
  const planner::Settings& settings_;
  WallTime born_, now_;
  std::uint64_t sequence_ = 0;
  std::unique_ptr<station::core::StationCore> core_;
  std::map<std::pair<std::string, std::uint32_t>, model::PlannedCue> promised_;
  std::deque<Voice> voices_;
  std::vector<v1::Proof> kept_;
};

}  // namespace loa::headend::rules
