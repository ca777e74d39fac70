// When a device is open, and its amplifier on; when it is tried, and tested by order.
#include <algorithm>

#include "station/core/station_core.hpp"

namespace loa::station::core {
namespace {

constexpr std::int64_t test_lead_us = 500'000;  // a presenter has what it plays before the device is open

}  // namespace

bool StationCore::needs_awake(v1::Medium medium) const {
  if (test_ && test_->uses(medium)) return true;
  const auto last = last_end_us_.find(medium);
  if (last != last_end_us_.end() && now_us() < last->second + settings_.post_roll.count()) return true;
  return std::any_of(assigned_.begin(), assigned_.end(), [&](const Track* track) {
    return track->cue.medium() == medium && now_us() >= track->air_start_us() - settings_.pre_roll.count();
  });
}

/// What is on is not switched off for a moment only.
bool StationCore::stays_awake(v1::Medium medium) const {
  const auto since = awake_since_.find(medium);
  if (since == awake_since_.end()) return false;
  if (now_.mono < since->second + settings_.least_on) return true;
  const auto near = open_until(now_us() + settings_.bridge.count());
  return std::any_of(near.begin(), near.end(), [&](const Track* track) {
    return track->cue.medium() == medium && track->in_plan && track->air_start_us() > now_us() && holds(*track) &&
           !track->is_filler();
  });
}

void StationCore::watch_awake() {
  for (const v1::Medium medium : {v1::MEDIUM_AUDIO, v1::MEDIUM_SIGN}) {
    const bool needed = needs_awake(medium) || (awake_[medium] && stays_awake(medium));
    if (awake_[medium] == needed) continue;
    awake_[medium] = needed;
    if (needed) awake_since_[medium] = now_.mono;
    // Awake before the assignment that needs it, asleep after all else.
    const auto place = needed ? actions_.begin() : actions_.end();
    actions_.insert(place, Awake{medium, needed});
  }
}

// ---- trials -------------------------------------------------------------------------------------------------------

/// Whether an output sounds or shows something, or would within a minute.
bool StationCore::occupied(v1::Medium medium) const {
  if (test_ && test_->uses(medium)) return true;
  if (const auto awake = awake_.find(medium); awake != awake_.end() && awake->second) return true;
  if (std::any_of(assigned_.begin(), assigned_.end(),
                  [&](const Track* track) { return track->cue.medium() == medium; }))
    return true;
  if (!clock_usable()) return false;
  const auto near = open_until(now_us() + trials_.settings().quiet.count());
  return std::any_of(near.begin(), near.end(),
                     [&](const Track* track) { return track->cue.medium() == medium && !why_not(*track); });
}

/// While sound is near, the machine has nothing else to do.
void StationCore::try_outputs() {
  const auto busy = [this](v1::Medium medium) { return occupied(medium) || occupied(v1::MEDIUM_AUDIO); };
  for (const v1::Medium medium : trials_.take_due(now_.mono, busy)) actions_.emplace_back(Try{medium});
}

void StationCore::take(const DeviceTried& event) {
  const auto fault = trials_.judge(event.medium, event.trouble.empty(), now_.mono);
  if (fault) note_device(event.medium, !*fault, event.trouble);
}

// ---- tests by order -------------------------------------------------------------------------------------------------

/// Why an output cannot be tested now, for people; empty: it can.
std::string StationCore::untestable(v1::Medium medium, const v1::Cue& cue) const {
  if (occupied(medium)) return "đang phát, hoặc sắp phát trong một phút · on air, or due within a minute";
  if (medium != v1::MEDIUM_AUDIO) return {};  // the law limits the hours of sound only
  const SlotPlan& plan = slots_[Slot::plan];
  if (plan.sequence == 0)
    return "chưa có kế hoạch, chưa biết giờ được phép · no plan yet: its lawful hours are not known";
  if (now_us() >= plan.horizon_us) return "kế hoạch đã hết hạn · the plan has expired";
  if (const auto rule = protocol::policy::forbidden_by(plan.policy, cue, sessions_))
    return *rule == Reason::policy_hours
               ? "ngoài giờ được phép · outside the lawful hours (policy-hours)"
               : "quy định không cho phép · the policy forbids it (" + std::string{name_of(*rule)} + ")";
  if (now_us() < mute_until_us_) return "đang tắt tiếng · muted until " + format_utc(wall_from_us(mute_until_us_));
  return {};
}

void StationCore::begin_test(const v1::Command& command) {
  OutputTest test{command.id()};
  if (test_ || !clock_usable()) {
    auto answer = test.answer();
    answer.set_text(test_ ? "đang thử · a test is under way" : "đồng hồ chưa đúng · the clock is not set");
    actions_.emplace_back(Reply{std::move(answer)});
    return;
  }
  const std::int64_t start_us = now_us() + settings_.pre_roll.count() + test_lead_us;
  std::vector<Assignment> assignments;
  for (const v1::Medium medium : trials_.settings().outputs) {
    Assignment assignment = test.assignment(medium, start_us, command.test().gain_cb());
    assignment.cue.set_gain_cb(assignment.gain_cb);
    if (const auto why = untestable(medium, assignment.cue); !why.empty()) {
      test.leave_out(medium, why);
      continue;
    }
    if (medium == v1::MEDIUM_AUDIO)
      assignment.gain_cb = protocol::policy::capped_gain_cb(slots_[Slot::plan].policy, assignment.cue);
    assignment.from_mono = anchor_.mono_of(assignment.from);
    test.add(medium);
    assignments.push_back(std::move(assignment));
  }
  if (test.over()) {
    actions_.emplace_back(Reply{test.answer()});
    return;
  }
  test_ = std::move(test);
  for (auto& assignment : assignments) actions_.emplace_back(Arm{std::move(assignment)});
}

void StationCore::halt_test(std::optional<v1::Medium> only) {
  if (!test_) return;
  for (const auto& [medium, key] : test_->open()) {
    if (!only || *only == medium) actions_.emplace_back(Halt{medium, key});
  }
}

void StationCore::end_test_part(const v1::Proof& part) {
  for (const auto& [medium, key] : test_->open()) {
    if (key != CueKey::of(part)) continue;
    last_end_us_[medium] = clock_usable() ? now_us() : 0;
    if (part.reason() == name_of(Reason::device_lost)) note_device(medium, false);
    if (part.bucket() == v1::BUCKET_PLAYED && part.reason() == name_of(Reason::complete)) note_device(medium, true);
  }
  test_->ended(part);
  actions_.emplace_back(Report{});
  if (!test_->over()) return;
  actions_.emplace_back(Reply{test_->answer()});
  test_.reset();
}

}  // namespace loa::station::core
