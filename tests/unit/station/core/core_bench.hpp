#pragma once
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "protocol/message/check.hpp"
#include "station/core/station_core.hpp"

namespace loa::station::core {

/// A station core on a hand-moved clock, with presenters that do as they are told.
class CoreBench {
 public:
  static constexpr std::int64_t second = 1'000'000;
  static constexpr std::int64_t t0 = 1'795'219'200 * second;  // 2026-11-21T00:00:00Z, 07:00 on a Saturday in Hanoi

  CoreBench() : core_(CoreSettings{}, {}, MonoTime{}) {}
  explicit CoreBench(const std::vector<Accounted>& journal) : core_(CoreSettings{}, journal, MonoTime{}) {}
  /// What the journal holds is final: that day is sure. Its clock was set back, and has insisted.
  struct Final {};
  CoreBench(const std::vector<Accounted>& journal, Final /*unused*/)
      : core_(CoreSettings{}, journal, MonoTime{}, ClockMemory{wall_from_us(t0 + 86'400 * second), {}, {}}) {
    at(-700);
    at(-99);
  }
  explicit CoreBench(const CoreSettings& settings) : core_(settings, {}, MonoTime{}) {}
  explicit CoreBench(const ClockMemory& memory) : core_(CoreSettings{}, {}, MonoTime{}, memory) {}

  static std::string object_name(char letter) { return std::string(32, letter); }

  static v1::Cue cue(const std::string& occurrence, std::uint32_t segment, std::int64_t start_s,
                     std::int64_t length_s) {
    v1::Cue cue;
    cue.set_occurrence(occurrence);
    cue.set_segment(segment);
    cue.set_cue_class(v1::CUE_CLASS_SCHEDULED);
    cue.set_medium(v1::MEDIUM_AUDIO);
    cue.set_category("tin");
    cue.set_start_us(t0 + start_s * second);
    cue.set_duration_us(length_s * second);
    cue.set_object(object_name('a'));
    cue.set_title(occurrence + "#" + std::to_string(segment));
    return cue;
  }

  static v1::Plan plan(const std::vector<v1::Cue>& cues) {
    v1::Plan plan;
    plan.set_station("cum-01");
    plan.set_made_us(t0 - 3600 * second);
    plan.set_horizon_us(t0 + 30 * 86'400 * second);
    auto* window = plan.mutable_policy()->add_windows();
    window->set_weekdays(0x7F);
    window->set_from_minute(0);
    window->set_to_minute(1440);
    plan.mutable_policy()->set_valid_until_us(t0 + 400 * 86'400 * second);
    plan.mutable_policy()->set_utc_offset_s(25'200);
    for (const auto& cue : cues) *plan.add_cues() = cue;
    std::set<std::string> names;
    for (const auto& cue : cues) names.insert(cue.object());
    for (const auto& name : names) plan.add_objects()->set_sha256(name);
    return plan;
  }

  /// Wall and monotonic clock: `at_s` after t0, the monotonic one began at 0 there.
  Actions at(double at_s, const Event& event = Tick{}) { return at(at_s, at_s, event); }
  Actions at(double wall_s, double mono_s, const Event& event) {
    Now now{wall_from_us(t0 + static_cast<std::int64_t>(wall_s * 1e6)),
            MonoTime{std::chrono::nanoseconds{static_cast<std::int64_t>(mono_s * 1e9)}}, grade};
    auto actions = core_.on(event, now);
    for (const auto& action : actions) {
      if (const auto* kept = std::get_if<Keep>(&action)) keep(kept->part);
    }
    return actions;
  }

  Actions give(double at_s, const v1::Plan& plan, std::uint64_t sequence = 1, bool at_start = false) {
    PlanArrived event{plan, sequence, {}, at_start};
    for (const auto& object : plan.objects()) event.held.insert(*Sha256::from_bytes(object.sha256()));
    return at(at_s, event);
  }

  /// An emergency's plan: its cues are of that class, and for nobody else's occurrences.
  static v1::Cue emergency(std::uint32_t segment, std::int64_t start_s, std::int64_t length_s) {
    auto made = cue("khan-cap/2026-11-21/070000", segment, start_s, length_s);
    made.set_cue_class(v1::CUE_CLASS_EMERGENCY);
    made.set_object(object_name('e'));
    return made;
  }
  Actions alarm(double at_s, const v1::Plan& plan, std::uint64_t sequence = 1, bool at_start = false) {
    PlanArrived event{plan, sequence, {}, at_start, Slot::emergency};
    for (const auto& object : plan.objects()) event.held.insert(*Sha256::from_bytes(object.sha256()));
    return at(at_s, event);
  }

  static PartEnded part(const v1::Cue& cue, double from_s, double to_s, const std::string& reason) {
    v1::Proof part;
    part.set_occurrence(cue.occurrence());
    part.set_segment(cue.segment());
    part.set_medium(cue.medium());
    part.set_bucket(to_s > from_s ? v1::BUCKET_PLAYED : v1::BUCKET_UNKNOWN);
    part.set_reason(reason);
    part.set_from_us(t0 + static_cast<std::int64_t>(from_s * 1e6));
    part.set_to_us(t0 + static_cast<std::int64_t>(to_s * 1e6));
    part.set_frames(static_cast<std::uint64_t>((to_s - from_s) * 48'000));
    part.set_first_frame(static_cast<std::uint64_t>((part.from_us() - cue.start_us()) * 6 / 125));
    return {part};
  }

  /// The presenter reports a part that was heard.
  Actions heard(double at_s, const v1::Cue& cue, double from_s, double to_s, const std::string& reason) {
    v1::Proof part;
    part.set_occurrence(cue.occurrence());
    part.set_segment(cue.segment());
    part.set_medium(cue.medium());
    part.set_bucket(v1::BUCKET_PLAYED);
    part.set_reason(reason);
    part.set_from_us(t0 + static_cast<std::int64_t>(from_s * 1e6));
    part.set_to_us(t0 + static_cast<std::int64_t>(to_s * 1e6));
    return at(at_s, PartEnded{part});
  }
  /// The presenter reports that nothing was heard.
  Actions silent(double at_s, const v1::Cue& cue, const std::string& reason) {
    v1::Proof part;
    part.set_occurrence(cue.occurrence());
    part.set_segment(cue.segment());
    part.set_reason(reason);
    return at(at_s, PartEnded{part});
  }

  template <class A>
  static const A* first(const Actions& actions) {
    for (const auto& action : actions) {
      if (const auto* found = std::get_if<A>(&action)) return found;
    }
    return nullptr;
  }

  /// Everything kept of a cue, as "played 0.0-5.0 complete | node-dark 5.0-10.0 station-off".
  [[nodiscard]] std::string account(const v1::Cue& cue) const {
    static const char* words[] = {"unknown", "played", "interrupted", "refused", "muted",
                                  "missing", "clock",  "dark",        "late"};
    std::string text;
    for (const auto& part : kept_) {
      if (CueKey::of(part) != CueKey::of(cue)) continue;
      if (!text.empty()) text += " | ";
      const auto seconds = [&](std::int64_t us) { return static_cast<double>(us - cue.start_us()) / 1e6; };
      text += fmt::format("{} {:.1f}-{:.1f} {}", words[part.bucket()], seconds(part.from_us()), seconds(part.to_us()),
                          part.reason());
    }
    return text;
  }

  /// Fails unless the kept parts of a cue cover it once, without overlap.
  void expect_closed(const v1::Cue& cue) const {
    std::int64_t frontier = cue.start_us();
    for (const auto& part : kept_) {
      if (CueKey::of(part) != CueKey::of(cue)) continue;
      EXPECT_EQ(part.from_us(), frontier) << account(cue);
      EXPECT_GT(part.to_us(), part.from_us());
      frontier = part.to_us();
    }
    EXPECT_EQ(frontier, cue.start_us() + cue.duration_us()) << account(cue);
  }

  [[nodiscard]] StationCore& core() { return core_; }
  [[nodiscard]] const std::vector<v1::Proof>& kept() const { return kept_; }

  ClockGrade grade = ClockGrade::disciplined;

 private:
  /// What the office would refuse is lost.
  void keep(const v1::Proof& part) {
    kept_.push_back(part);
    v1::Proof proof = part;
    proof.set_epoch(std::string(16, 'e'));
    proof.set_number(1);
    proof.set_previous(std::string(32, '\0'));
    if (proof.object().empty()) proof.set_object(object_name('a'));  // parts made by hand in tests
    if (proof.medium() == 0) proof.set_medium(v1::MEDIUM_AUDIO);
    const auto checked = protocol::message::check(proof);
    EXPECT_TRUE(checked) << checked.error().text;
  }

  StationCore core_;
  std::vector<v1::Proof> kept_;
};

}  // namespace loa::station::core
