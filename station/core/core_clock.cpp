// How the core ties plan time to the monotonic clock, and what it books when that tie moves.
#include <algorithm>

#include "station/core/station_core.hpp"

namespace loa::station::core {
namespace {

constexpr Micros exact = std::chrono::milliseconds{1};  // signs on air let go of a tie that is further off
constexpr Micros leap = std::chrono::seconds{1};        // a shorter step is not booked as `clock-stepped`
constexpr std::int64_t correction_us = 5'000'000;       // a clock set back by no more opens nothing again
constexpr Reason stepped = Reason::clock_stepped;
const Block before_journal{v1::BUCKET_UNKNOWN, Reason::before_journal};  // no proof is made of it

}  // namespace

// A clock that is not believed moves nothing: neither plan time nor, once it was believed, the tie that carries on.
void StationCore::observe_clock(const Now& reading, const PlanArrived* plan) {
  if (plan != nullptr) clock_.at_least(wall_from_us(plan->plan.made_us()));
  if (!clock_usable()) waited_grade_ = now_.grade;
  now_ = clock_.judge(reading);
  follow_clock();
  reopen_what_has_not_come();
  if (const auto instant = clock_.remember(now_, plan != nullptr)) actions_.emplace_back(Remember{*instant});
  const bool untrusted = now_.grade < ClockGrade::network;
  set_fault("clock-untrusted", untrusted, untrusted ? clock_.complaint() : std::string{});
}

// Something armed or on air holds the tie: what sounds is not moved.
void StationCore::follow_clock() {
  if (now_.grade < ClockGrade::network) return;
  if (!anchor_.set()) return tie_first();
  const std::int64_t before_us = now_us();
  const Micros moved = anchor_.observe(now_, assigned_.empty());
  if (moved != Micros{0}) {
    believed_ = now_.grade;
    on_moved(before_us, moved);
  } else if (anchor_.agrees_with(now_)) {
    believed_ = std::max(believed_, now_.grade);
  }
}

void StationCore::tie_first() {
  anchor_.observe(now_, true);
  believed_ = now_.grade;
  born_us_ = to_us(anchor_.plan_time(born_));
  note_birth();
  if (waited_for_clock_) usable_since_ = now_.mono;
  usable_since_us_ = now_us();
}

// What was before this process, or before its clock, stays so when plan time leaps ahead; set back, it was earlier.
void StationCore::on_moved(std::int64_t before_us, Micros moved) {
  for (auto& [medium, end_us] : last_end_us_) end_us += moved.count();
  born_us_ = std::min(born_us_, to_us(anchor_.plan_time(born_)));
  note_birth();
  if (usable_since_) usable_since_us_ = std::min(usable_since_us_, to_us(anchor_.plan_time(*usable_since_)));
  if (moved >= leap) leap_over(before_us);
  if (moved <= -leap) book_waiting(before_us);
}

/// Books what cues in their midst wait for until a clock is set back: if that clock was right, nobody would remember
/// the reason.
void StationCore::book_waiting(std::int64_t before_us) {
  for (Track* track : open_until(before_us)) {
    const bool waits = !track->assigned && track->block && before_us < track->air_end_us();
    if (waits) account(*track, before_us - track->shift_us, *track->block);
  }
}

/// Plan time that the clock leapt over was never there to be played in. What was said of it before a clock set it back,
/// and was open again, stands: the clock that said so may have been the right one.
void StationCore::leap_over(std::int64_t before_us) {
  const Block why{v1::BUCKET_CLOCK_UNTRUSTED, stepped};
  for (auto& [key, spans] : journal_) core::stand(spans, now_us());
  for (Track* track : open_until(now_us())) {
    if (track->block && *track->block != why) account(*track, before_us, *track->block);
    const auto session = sessions_.find(track->cue.occurrence());
    const bool heard = track->stand(now_us());
    if (heard && track->cue.medium() == v1::MEDIUM_AUDIO && session != sessions_.end()) session->second.aired = true;
    if (track->closed()) continue;
    account(*track, now_us(), why);
    track->block = why;
  }
}

/// What was accounted for by a clock that was ahead is open again once the clock is right, or the process is another:
/// nothing of a time that has not come is final, unless it is sure. What is on air keeps its account, and the tie with
/// it.
void StationCore::reopen_what_has_not_come() {
  if (!anchor_.set()) return;
  const auto sure = clock_.sure(now_.mono);
  const std::int64_t final_us = sure ? std::max(now_us(), to_us(*sure)) : now_us();
  if (!assigned_.empty()) {
    if (final_us_ != INT64_MAX) final_us_ = std::max(final_us_, final_us);  // so far the account may reach then
    return;
  }
  if (std::exchange(final_us_, final_us) <= final_us + correction_us) return;
  std::set<std::string> reopened;
  for (auto& [key, track] : tracks_) {
    const bool forgotten = track.end_us() < to_us(remembers_since());
    if (!forgotten && track.reopen(final_us)) reopened.insert(key.occurrence);
  }
  for (auto& [key, spans] : journal_)
    if (reopen(spans, final_us)) reopened.insert(key.occurrence);
  if (reopened.empty()) return;
  recount_sessions(reopened);
  first_open_ = 0;
  want_objects();
}

/// What was heard before its time is no session of the day that has not come.
void StationCore::recount_sessions(const std::set<std::string>& occurrences) {
  std::map<std::string, protocol::policy::Session*> aired;
  for (auto& [occurrence, session] : sessions_)
    if (session.aired && occurrences.contains(occurrence)) aired.emplace(occurrence, &session);
  for (const auto& [occurrence, session] : aired) session->aired = false;
  const auto count = [&](const std::string& occurrence, const std::vector<Span>& spans) {
    const auto session = aired.find(occurrence);
    if (session == aired.end()) return;
    const bool heard = std::any_of(spans.begin(), spans.end(), [](const Span& one) { return one.heard && !one.open; });
    session->second->aired = session->second->aired || heard;
  };
  for (const auto& [key, track] : tracks_) count(key.occurrence, track.told);
  for (const auto& [key, spans] : journal_) count(key.occurrence, spans);
}

/// Signs may follow each other from morning to night: they do not hold the tie for so long, but let go of it for a
/// moment. Sound does, to the end of what is armed.
/// @return false while they are letting go: nothing new is armed until the tie has moved
bool StationCore::clock_settled() {
  follow_clock();
  reopen_what_has_not_come();
  const bool held = now_.grade >= ClockGrade::network && !assigned_.empty() && anchor_.off(now_) >= exact;
  if (!held || std::any_of(assigned_.begin(), assigned_.end(),
                           [](const Track* track) { return track->cue.medium() == v1::MEDIUM_AUDIO; }))
    return true;
  for (Track* track : assigned_) {
    if (!track->halting) halt(*track, {v1::BUCKET_CLOCK_UNTRUSTED, stepped});
  }
  return false;
}

/// No journal is younger than a process that has it: one that a clock ahead had begun in a time to come is put right,
/// and what was passed because of it is open again.
///
/// One that began before what is sure was not begun in a time to come: then this process is the one that goes by a
/// clock that lies behind.
void StationCore::note_birth() {
  const auto sure = clock_.sure(now_.mono);
  if (born_us_ >= began_us_ || (sure && began_us_ <= to_us(*sure))) return;
  began_us_ = born_us_;
  actions_.emplace_back(JournalBegan{wall_from_us(began_us_)});
  for (auto& [key, track] : tracks_) {
    if (!track.assigned && !track.passed.empty()) track.remember(track.accounted());
  }
  first_open_ = 0;
}

/// Books as NODE_DARK what was planned before this process began, and every gap before a part that is already proved,
/// because a cue is never played backwards. What was planned before the journal began passes without proof.
void StationCore::account_dark(Track& track) {
  const std::int64_t known_us = track.known.empty() ? 0 : track.known.back().from_us;
  const std::int64_t dark_us = std::max(std::min(born_us_, now_us()), known_us);
  account(track, std::min(began_us_, dark_us), before_journal);
  account(track, dark_us, {v1::BUCKET_NODE_DARK, Reason::station_off});
}

/// Books the time from process start to the first believed clock as CLOCK_UNTRUSTED; nothing if the clock was believed
/// at once.
void StationCore::account_waiting(Track& track) {
  if (!usable_since_) return;
  account(track, std::min(usable_since_us_, now_us()),
          {v1::BUCKET_CLOCK_UNTRUSTED, protocol::message::reason_of(waited_grade_)});
}

}  // namespace loa::station::core
