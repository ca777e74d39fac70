#pragma once
#include <deque>
#include <map>
#include <memory>
#include <set>

#include "tests/unit/station/core/core_bench.hpp"

namespace loa::station::core {

/// What the machine's clock says from an instant of true time on.
struct Phase {
  std::int64_t at_us;      ///< true time
  std::int64_t offset_us;  ///< the clock minus true time
  ClockGrade grade;
};

/// A stretch of a cue that the bench's presenter made heard.
struct Heard {
  v1::Cue cue;
  std::int64_t at_us;    ///< true time of its first sample
  std::int64_t from_us;  ///< plan time of that sample
  std::int64_t to_us;
};

/// A real core on a machine whose clock goes by phases, with a presenter that plays what it is told when it is told,
/// and a disk that outlives its process. It is woken by next_deadline(), at each change of the clock, by its presenter
/// and by the office; by nothing else.
class ClockMatrixBench {
 public:
  /// @param boot_us  true time; the process begins with the machine
  ClockMatrixBench(std::vector<Phase> phases, std::int64_t boot_us, const ClockMemory& memory)
      : phases_(std::move(phases)), boot_us_(boot_us), now_us_(boot_us), memory_(memory) {}

  /// The process is killed, and another one begins. @param at_us  true time; nothing may be on air
  void restart_at(std::int64_t at_us) { restarts_.insert(at_us); }
  /// The office signs something, and it is here at once. @param clock_us  by the office's own clock
  void office_speaks(std::int64_t at_us, std::int64_t clock_us) { words_.emplace(at_us, clock_us); }

  void run(const v1::Plan& plan, std::int64_t until_us) {
    start(plan);
    while (const auto next = next_us()) {
      if (*next > until_us) break;
      const std::int64_t before_us = std::exchange(now_us_, std::max(*next, now_us_));
      if (voices_due()) continue;
      now_us_ = std::max(now_us_, before_us + 1);
      if (take_out(restarts_)) {
        start(plan);
      } else if (!words_.empty() && words_.begin()->first <= now_us_) {
        const auto word = words_.extract(words_.begin());
        on(OfficeSpoke{wall_from_us(word.mapped())});
      } else {
        on(Tick{});
      }
    }
  }

  [[nodiscard]] const std::vector<v1::Proof>& kept() const { return kept_; }
  [[nodiscard]] const std::vector<Heard>& heard() const { return heard_; }

 private:
  struct Voice {
    Assignment assignment;
    std::int64_t begins_us;  // true time
    bool begun = false;
  };

  [[nodiscard]] MonoTime mono(std::int64_t true_us) const {
    return MonoTime{std::chrono::microseconds{true_us - boot_us_ + CoreBench::second}};
  }
  [[nodiscard]] std::int64_t true_us(MonoTime at) const {
    return std::chrono::ceil<Micros>(at.time_since_epoch()).count() - CoreBench::second + boot_us_;
  }
  static std::int64_t end_of(const Voice& voice) {
    return voice.assignment.cue.start_us() + voice.assignment.cue.duration_us();
  }
  [[nodiscard]] std::int64_t position(const Voice& voice, std::int64_t at_us) const {
    return to_us(voice.assignment.from) + at_us - true_us(voice.assignment.from_mono);
  }
  [[nodiscard]] std::int64_t ends_us(const Voice& voice) const {
    return now_us_ + end_of(voice) - position(voice, now_us_);
  }

  /// A plan that is on disk is taken up, with what the journal and the clock's file hold.
  void start(const v1::Plan& plan) {
    EXPECT_TRUE(voices_.empty()) << "killed on air";
    std::vector<Accounted> journal;
    for (const auto& part : kept_)
      journal.push_back({CueKey::of(part), part.from_us(), part.to_us(), part.bucket(), part.medium()});
    core_ = std::make_unique<StationCore>(CoreSettings{}, journal, mono(now_us_), memory_);
    core_->plan_was_made(wall_from_us(plan.made_us()));
    PlanArrived event{plan, 1, {}, true};
    for (const auto& object : plan.objects()) event.held.insert(*Sha256::from_bytes(object.sha256()));
    on(event);
  }

  bool take_out(std::set<std::int64_t>& instants) const {
    if (instants.empty() || *instants.begin() > now_us_) return false;
    instants.erase(instants.begin());
    return true;
  }

  std::optional<std::int64_t> next_us() const {
    std::optional<std::int64_t> next;
    const auto consider = [&](std::int64_t at_us) { next = std::min(next.value_or(at_us), at_us); };
    if (const auto deadline = core_->next_deadline()) consider(true_us(*deadline));
    if (!restarts_.empty()) consider(*restarts_.begin());
    if (!words_.empty()) consider(words_.begin()->first);
    for (const auto& phase : phases_)
      if (phase.at_us > now_us_) consider(phase.at_us);
    for (const auto& voice : voices_) consider(voice.begun ? ends_us(voice) : voice.begins_us);
    return next;
  }

  bool voices_due() {
    for (auto& voice : voices_) {
      if (voice.begun && now_us_ >= ends_us(voice)) return finish(CueKey::of(voice.assignment.cue), "complete"), true;
      if (voice.begun || now_us_ < voice.begins_us) continue;
      voice.begun = true;
      heard_.push_back({voice.assignment.cue, now_us_, position(voice, now_us_), 0});
      on(PartStarted{CueKey::of(voice.assignment.cue), 0});
      return true;
    }
    return false;
  }

  void finish(const CueKey& key, const char* reason) {
    const auto voice = std::find_if(voices_.begin(), voices_.end(),
                                    [&](const Voice& one) { return CueKey::of(one.assignment.cue) == key; });
    if (voice == voices_.end()) return ADD_FAILURE() << "no such voice: " << key.occurrence, void();
    v1::Proof part;
    part.set_occurrence(key.occurrence);
    part.set_segment(key.segment);
    part.set_medium(voice->assignment.cue.medium());
    part.set_reason(reason);
    if (voice->begun) {
      Heard& heard =
          *std::find_if(heard_.rbegin(), heard_.rend(), [&](const Heard& one) { return CueKey::of(one.cue) == key; });
      heard.to_us = std::min(position(*voice, now_us_), end_of(*voice));
      part.set_bucket(v1::BUCKET_PLAYED);
      part.set_from_us(heard.from_us);
      part.set_to_us(heard.to_us);
    }
    voices_.erase(voice);
    on(PartEnded{part});
  }

  [[nodiscard]] Now reading() const {
    const Phase* phase = &phases_.front();
    for (const auto& one : phases_)
      if (one.at_us <= now_us_) phase = &one;
    return {wall_from_us(now_us_ + phase->offset_us), mono(now_us_), phase->grade};
  }

  void on(const Event& event) {
    std::vector<CueKey> halted;
    for (const auto& action : core_->on(event, reading())) {
      if (const auto* kept = std::get_if<Keep>(&action)) kept_.push_back(kept->part);
      if (const auto* remember = std::get_if<Remember>(&action)) memory_ = remember->memory;
      if (const auto* halt = std::get_if<Halt>(&action)) halted.push_back(halt->cue);
      if (const auto* arm = std::get_if<Arm>(&action))
        voices_.push_back({arm->assignment, std::max(now_us_, true_us(arm->assignment.from_mono))});
    }
    for (const auto& key : halted) finish(key, "halted");
  }

  std::vector<Phase> phases_;
  std::int64_t boot_us_;
  std::int64_t now_us_;
  ClockMemory memory_;  // on disk
  std::set<std::int64_t> restarts_;
  std::multimap<std::int64_t, std::int64_t> words_;
  std::unique_ptr<StationCore> core_;
  std::deque<Voice> voices_;
  std::vector<v1::Proof> kept_;
  std::vector<Heard> heard_;
};

}  // namespace loa::station::core
