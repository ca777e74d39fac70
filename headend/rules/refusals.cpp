#include "headend/rules/refusals.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "headend/planner/policy_message.hpp"
#include "protocol/policy/policy_rule.hpp"

namespace loa::headend::rules {
namespace {

using namespace std::chrono;
using model::LocalDate;
using protocol::message::Reason;
using protocol::policy::forbidden_by;

constexpr Micros pre_roll = milliseconds{1500};  // what a station takes to begin a cue that could not begin in time
constexpr Micros late_after = seconds{1};        // a start later than this is a late one

WallTime start_of(const v1::Cue& cue) { return wall_from_us(cue.start_us()); }
Micros length_of(const v1::Cue& cue) { return Micros{cue.duration_us()}; }
WallTime end_of(const v1::Cue& cue) { return start_of(cue) + length_of(cue); }

bool is_of(const Refusal& refusal, const v1::Cue& cue) {
  return refusal.cue.segment() == cue.segment() && refusal.cue.occurrence() == cue.occurrence();
}

/// What becomes of one cue.
struct Course {
  const v1::Cue* cue = nullptr;
  WallTime air_start;  ///< later than planned once it begins later from its beginning
  bool begun = false;  ///< some of it has been on air
  bool whole = false;  ///< it waits to begin from its beginning
  std::optional<WallTime> refused;
  bool over = false;  ///< nothing more becomes of it
  [[nodiscard]] WallTime air_end() const { return air_start + length_of(*cue); }
};

/// Goes through the cues of one station instant by instant, as PROTOCOL.md §8a has it.
class Walk {
 public:
  Walk(const std::vector<v1::Cue>& cues, const model::Catalogue& catalogue, const planner::Settings& settings)
      : catalogue_(catalogue), settings_(settings) {
    for (const auto& cue : cues) add(cue);
  }

  std::vector<Refusal> refusals() {
    while (!instants_.empty()) judge(instants_.extract(instants_.begin()).value());
    return std::move(refusals_);
  }

 private:
  void add(const v1::Cue& cue);
  [[nodiscard]] const v1::Policy& policy_of(LocalDate date);
  [[nodiscard]] std::vector<Course*> open_at(WallTime at);
  void judge(WallTime at);
  void refuse(Course& course, WallTime at, Reason reason);
  bool consider(Course& course, bool taken, WallTime at);
  void lose(Course& course, WallTime at);
  bool take(Course& course, WallTime at);
  bool begin_whole(Course& course, WallTime at);
  [[nodiscard]] WallTime latest_begin(const Course& course, WallTime at) const;

  const model::Catalogue& catalogue_;
  const planner::Settings& settings_;
  std::vector<Course> courses_;  // by start
  std::size_t first_ = 0;        // all before are over
  std::set<WallTime> instants_;  // at which something may change
  std::map<LocalDate, v1::Policy> policies_;
  protocol::policy::Sessions sessions_;
  std::vector<Refusal> refusals_;
};

void Walk::add(const v1::Cue& cue) {
  auto& course = courses_.emplace_back();
  course.cue = &cue;
  course.air_start = start_of(cue);
  instants_.insert({start_of(cue), end_of(cue)});
  const auto last = settings_.zone.date_of(end_of(cue) - Micros{1});
  for (auto day = settings_.zone.date_of(start_of(cue)); day < last; day += days{1})
    instants_.insert(settings_.zone.midnight(day + days{1}));
  auto [session, first] = sessions_.try_emplace(cue.occurrence(), protocol::policy::Session{start_of(cue), false});
  if (!first) session->second.first_start = std::min(session->second.first_start, start_of(cue));
}

/// The policy as the plan of that day has it.
const v1::Policy& Walk::policy_of(LocalDate date) {
  auto known = policies_.find(date);
  if (known == policies_.end())
    known = policies_.emplace(date, planner::policy_message(catalogue_, date, settings_)).first;
  return known->second;
}

/// What may have the air, the highest class first; what waits longest first within one.
std::vector<Course*> Walk::open_at(WallTime at) {
  while (first_ < courses_.size() && courses_[first_].over) ++first_;
  std::vector<Course*> open;
  for (std::size_t i = first_; i < courses_.size() && start_of(*courses_[i].cue) <= at; ++i) {
    auto& course = courses_[i];
    if (!course.whole && at >= end_of(*course.cue)) course.over = true;
    if (!course.over) open.push_back(&course);
  }
  std::stable_sort(open.begin(), open.end(), [](const Course* one, const Course* other) {
    return one->cue->cue_class() > other->cue->cue_class();
  });
  return open;
}

/// A session counts once it is heard, an instant after its cue has taken the air: so what loses the air to it has lost
/// it already when the law forbids it.
void Walk::judge(WallTime at) {
  for (bool heard = true; heard;) {
    heard = false;
    const Course* on_air = nullptr;
    for (Course* course : open_at(at)) {
      if (consider(*course, on_air != nullptr, at)) on_air = course;
    }
    if (on_air != nullptr) heard = !std::exchange(sessions_.at(on_air->cue->occurrence()).aired, true);
  }
}

/// @return whether the cue has the air
bool Walk::consider(Course& course, bool taken, WallTime at) {
  const auto& cue = *course.cue;
  if (const auto rule = forbidden_by(policy_of(settings_.zone.date_of(at)), cue, sessions_)) {
    course.over = at >= end_of(cue);
    if (!course.over) refuse(course, at, *rule);
    return false;
  }
  if (course.whole && at > start_of(cue) && at + pre_roll > latest_begin(course, at)) {
    course.over = true;
    return false;
  }
  if (taken) {
    lose(course, at);
    return false;
  }
  return take(course, at);
}

/// What is true at the end of an instant is what was true of it.
void Walk::refuse(Course& course, WallTime at, Reason reason) {
  if (course.refused && *course.refused != at) return;
  if (course.refused) std::erase_if(refusals_, [&](const Refusal& one) { return is_of(one, *course.cue); });
  course.refused = at;
  const auto date = settings_.zone.date_of(sessions_.at(course.cue->occurrence()).first_start);
  refusals_.push_back({*course.cue, date, settings_.zone.date_of(at), reason});
}

/// A higher class has the air.
void Walk::lose(Course& course, WallTime at) {
  const auto& cue = *course.cue;
  if (cue.preempt_policy() == v1::PREEMPT_POLICY_DROP) {
    course.over = true;
  } else if (cue.preempt_policy() == v1::PREEMPT_POLICY_RESTART ||
             (cue.late_policy() == v1::LATE_POLICY_WHOLE && !course.begun)) {
    course.whole = true;
    const auto latest = latest_begin(course, at);
    if (latest < WallTime::max()) instants_.insert(std::max(at, latest - pre_roll) + Micros{1});
  }
}

/// @return whether it does
bool Walk::take(Course& course, WallTime at) {
  const auto& cue = *course.cue;
  if (course.whole && at > start_of(cue)) return begin_whole(course, at);
  const bool late = !course.begun && at > start_of(cue) + late_after;
  course.over = late && cue.late_policy() != v1::LATE_POLICY_JOIN;
  course.begun = course.begun || !course.over;
  return !course.over;
}

/// It begins from its beginning, if the law lets it end so late; nothing more becomes of it.
bool Walk::begin_whole(Course& course, WallTime at) {
  v1::Cue shifted = *course.cue;
  shifted.set_start_us(to_us(at + pre_roll));
  course.over = true;
  if (forbidden_by(policy_of(settings_.zone.date_of(at)), shifted, sessions_)) return false;
  course.begun = true;
  course.air_start = at + pre_roll;
  instants_.insert(course.air_end());
  return true;
}

/// The last instant at which a cue may still begin from its beginning.
WallTime Walk::latest_begin(const Course& course, WallTime at) const {
  const auto& cue = *course.cue;
  auto latest = WallTime::max();
  if (!course.begun && cue.late_policy() == v1::LATE_POLICY_WHOLE) latest = start_of(cue) + Micros{cue.late_limit_us()};
  for (const auto& other : courses_) {
    const bool rival = &other != &course && other.cue->cue_class() >= cue.cue_class() && other.air_end() > at &&
                       (!other.over || other.air_start > start_of(*other.cue));
    const bool before = other.air_start <= at && other.cue->cue_class() > cue.cue_class();
    if (!rival || before || other.air_start < start_of(cue)) continue;
    return std::min(latest, other.air_start - length_of(cue));
  }
  return latest;
}

}  // namespace

Soundings soundings_of(const std::vector<const model::Programme*>& programmes, const model::Catalogue& catalogue,
                       const model::Station& station, LocalDate from, LocalDate to, const planner::Settings& settings) {
  Soundings soundings;
  planner::Tracks tracks;
  for (auto& run : planner::runs_of(programmes, catalogue, station, from - days{1}, to, settings.zone)) {
    const auto& occurrence = run.occurrence;
    if (occurrence.duration <= Micros{0} || occurrence.start < settings.zone.midnight(from)) continue;
    if (!tracks.claim({v1::MEDIUM_AUDIO, run.programme->cue_class}, occurrence.start, occurrence.end())) continue;
    for (auto& cue : planner::cues_of(run, catalogue, station, settings)) soundings.cues.push_back(std::move(cue));
    soundings.runs.push_back(std::move(run));
  }
  std::stable_sort(soundings.cues.begin(), soundings.cues.end(), [](const v1::Cue& one, const v1::Cue& other) {
    return std::pair{one.start_us(), one.segment()} < std::pair{other.start_us(), other.segment()};
  });
  return soundings;
}

std::vector<Refusal> refusals_of(const std::vector<v1::Cue>& cues, const model::Catalogue& catalogue,
                                 const planner::Settings& settings) {
  return Walk{cues, catalogue, settings}.refusals();
}

}  // namespace loa::headend::rules
