#include "headend/planner/planner.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "headend/planner/extras.hpp"
#include "headend/planner/facts.hpp"
#include "headend/planner/rotation.hpp"
#include "headend/timetable/timetable.hpp"
#include "protocol/message/check.hpp"

namespace loa::headend::planner {
namespace {

using namespace std::chrono;
using store::LocalDate;
using store::PlannedCue;
using timetable::occurrence_id;

std::int64_t midnight_us(const timetable::Zone& zone, LocalDate date) { return to_us(zone.to_utc(date, Micros{0})); }

/// Collects the cues of one station's plan.
class Compiler {
 public:
  Compiler(const store::Catalogue& catalogue, const store::Station& station, WallTime now, const Settings& settings)
      : catalogue_(catalogue),
        station_(station),
        now_(now),
        settings_(settings),
        today_(settings.zone.date_of(now)),
        facts_(catalogue, station) {}

  void add_begun(const std::vector<PlannedCue>& begun);
  void add_programmes();
  void add_slogans();
  void add_fillers();
  Result<Planned> finish();

 private:
  struct Candidate {
    const store::Programme* programme;
    timetable::Occurrence occurrence;
  };
  using Track = std::pair<v1::Medium, v1::CueClass>;  ///< cues of one track do not overlap

  [[nodiscard]] LocalDate last_day() const { return today_ + days{settings_.horizon_days - 1}; }
  [[nodiscard]] std::int64_t horizon_us() const {
    return midnight_us(settings_.zone, today_ + days{settings_.horizon_days});
  }
  [[nodiscard]] std::optional<std::string> obstacle_to(const v1::Cue& cue) const;
  bool claim(Track track, WallTime start, WallTime end);
  void add_occurrence(const Candidate& candidate);
  void add_playlists(LocalDate date);
  void add_playlist(LocalDate date, const Playlist& playlist);
  [[nodiscard]] const store::SloganImage* image_of(const store::Slogan& slogan) const;
  void add_objects(v1::Plan& plan) const;

  const store::Catalogue& catalogue_;
  const store::Station& station_;
  WallTime now_;
  const Settings& settings_;
  LocalDate today_;
  Facts facts_;
  std::vector<PlannedCue> cues_;
  std::set<std::string> begun_;
  std::map<Track, WallTime> busy_until_;
  std::vector<std::string> notes_;
};

/// Takes the track for a stretch of time, if it is free. Calls come in the order of their starts.
bool Compiler::claim(Track track, WallTime start, WallTime end) {
  const auto busy = busy_until_.find(track);
  if (busy != busy_until_.end() && start < busy->second) return false;
  busy_until_[track] = end;
  return true;
}

/// Why a cue that was promised can no longer be carried out; absent if it can.
std::optional<std::string> Compiler::obstacle_to(const v1::Cue& cue) const {
  std::vector<std::string> objects{cue.object()};
  for (const auto& page : cue.pages()) objects.push_back(page.object());
  for (const auto& bytes : objects) {
    const auto object = store::Sha256::from_bytes(bytes);
    const auto* content = object ? catalogue_.content(*object) : nullptr;
    if (!content) return "its content was removed";
    const bool fits = cue.medium() == v1::MEDIUM_AUDIO ||
                      (station_.sign && content->image && content->image->geometry == *station_.sign);
    if (!fits) return "its sign is another one now";
  }
  if (cue.medium() == v1::MEDIUM_AUDIO && !station_.has_speaker) return "it has no loudspeaker now";
  return std::nullopt;
}

void Compiler::add_begun(const std::vector<PlannedCue>& begun) {
  for (const auto& planned : begun) {
    begun_.insert(planned.cue.occurrence());
    if (const auto obstacle = obstacle_to(planned.cue)) {
      notes_.push_back(
          fmt::format("'{}' is left out on station '{}': {}", planned.cue.title(), station_.id, *obstacle));
      continue;
    }
    cues_.push_back(planned);
    auto& busy = busy_until_[{planned.cue.medium(), planned.cue.cue_class()}];
    busy = std::max(busy, wall_from_us(planned.cue.start_us() + planned.cue.duration_us()));
  }
}

void Compiler::add_programmes() {
  if (!station_.has_speaker) return;
  std::vector<Candidate> candidates;
  for (const auto& programme : catalogue_.programmes) {
    if (!store::reaches(programme.groups, station_)) continue;
    const auto duration = timetable::duration_of(programme, catalogue_);
    for (auto& occurrence : timetable::expand(programme, duration, today_, last_day(), settings_.zone)) {
      occurrence.start += station_.stagger;
      candidates.push_back({&programme, std::move(occurrence)});
    }
  }
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& one, const Candidate& other) {
    return std::tie(one.occurrence.start, one.occurrence.id) < std::tie(other.occurrence.start, other.occurrence.id);
  });
  for (const auto& candidate : candidates) add_occurrence(candidate);
}

void Compiler::add_occurrence(const Candidate& candidate) {
  const auto& [programme, occurrence] = candidate;
  if (occurrence.start < now_ || begun_.count(occurrence.id) != 0 || occurrence.duration <= Micros{0}) return;
  if (!claim({v1::MEDIUM_AUDIO, programme->cue_class}, occurrence.start, occurrence.end())) {
    notes_.push_back(
        fmt::format("{} is left out on station '{}': another programme is on air then", occurrence.id, station_.id));
    return;
  }
  std::int64_t frames = 0;
  for (std::size_t i = 0; i < programme->segments.size(); ++i) {
    const auto& segment = programme->segments[i];
    const auto* content = catalogue_.content(segment.object);
    if (!content || content->frames <= 0) continue;
    const auto from = timetable::position_of(frames), to = timetable::position_of(frames + content->frames);
    frames += content->frames;
    PlannedCue planned{station_.id, {}, occurrence.start, 0, std::nullopt};
    auto& cue = planned.cue;
    cue.set_occurrence(occurrence.id);
    cue.set_segment(static_cast<std::uint32_t>(i));
    cue.set_cue_class(programme->cue_class);
    cue.set_medium(v1::MEDIUM_AUDIO);
    cue.set_category(segment.category);
    cue.set_start_us(to_us(occurrence.start + from));
    cue.set_duration_us((to - from).count());
    cue.set_object(std::string{segment.object.view()});
    cue.set_gain_cb(gain_at(station_, settings_.zone, occurrence.start + from));
    cue.set_late_policy(programme->late_policy);
    cue.set_late_limit_us(programme->late_limit.count());
    cue.set_preempt_policy(programme->preempt_policy);
    cue.set_required_grade(settings_.required_grade);
    cue.set_stagger_us(station_.stagger.count());
    cue.set_title(short_title(content->title));
    planned.facts = facts_.of_sound(segment.category, content->title);
    cues_.push_back(std::move(planned));
  }
}

void Compiler::add_fillers() {
  const auto* filler = catalogue_.filler ? catalogue_.content(*catalogue_.filler) : nullptr;
  if (filler == nullptr || filler->frames <= 0) return;
  const auto facts = facts_.of_sound(std::string{protocol::message::filler_programme}, filler->title);
  for (auto& planned : fillers_for(cues_, *filler, now_, settings_.zone, begun_)) {
    planned.facts = facts;
    cues_.push_back(std::move(planned));
  }
}

void Compiler::add_slogans() {
  if (!station_.sign) return;
  for (auto date = today_; date <= last_day(); date += days{1}) add_playlists(date);
}

const store::SloganImage* Compiler::image_of(const store::Slogan& slogan) const {
  const auto image = std::find_if(slogan.images.begin(), slogan.images.end(), [&](const store::SloganImage& entry) {
    const auto* content = catalogue_.content(entry.object);
    return entry.geometry == *station_.sign && content && content->image;
  });
  return image == slogan.images.end() ? nullptr : &*image;
}

void Compiler::add_playlists(LocalDate date) {
  std::vector<const store::Slogan*> slogans;
  for (const auto& slogan : catalogue_.slogans) {
    if (store::reaches(slogan.groups, station_) && timetable::falls_on(slogan.weekdays, date) &&
        slogan.validity.contains(date) && image_of(slogan) != nullptr) {
      slogans.push_back(&slogan);
    }
  }
  std::stable_sort(slogans.begin(), slogans.end(),
                   [](const auto* one, const auto* other) { return one->position < other->position; });
  for (const auto& playlist : playlists_of(slogans, catalogue_, settings_.longest_playlist))
    add_playlist(date, playlist);
}

/// A playlist whose time has come already begins with the next minute, or when what had begun under the plan before
/// ends: a sign is not dark for an edit.
void Compiler::add_playlist(LocalDate date, const Playlist& playlist) {
  const Track track{v1::MEDIUM_SIGN, v1::CUE_CLASS_SCHEDULED};
  auto start = settings_.zone.to_utc(date, playlist.from);
  const auto end = settings_.zone.to_utc(date, playlist.to);
  if (start < now_) start = std::max<WallTime>(ceil<minutes>(now_), start);
  if (const auto busy = busy_until_.find(track); busy != busy_until_.end()) start = std::max(start, busy->second);
  const auto id = occurrence_id(timetable::sign_playlist, date,
                                floor<seconds>(playlist.from + (start - settings_.zone.to_utc(date, playlist.from))));
  if (end - start < protocol::message::min_dwell || begun_.count(id) != 0) return;
  claim(track, start, end);
  PlannedCue planned{station_.id, {}, start, 0, std::nullopt};
  auto& cue = planned.cue;
  cue.set_occurrence(id);
  cue.set_cue_class(v1::CUE_CLASS_SCHEDULED);
  cue.set_medium(v1::MEDIUM_SIGN);
  cue.set_category(playlist.pages.front().slogan->category);
  cue.set_start_us(to_us(start));
  cue.set_duration_us((end - start).count());
  cue.set_late_policy(v1::LATE_POLICY_JOIN);
  cue.set_required_grade(settings_.required_grade);
  std::vector<const store::Slogan*> slogans;
  for (const auto& turn : playlist.pages) {
    slogans.push_back(turn.slogan);
    const auto* image = image_of(*turn.slogan);
    const bool scrolls = catalogue_.content(image->object)->image->width_px > station_.sign->width_px;
    auto* page = cue.add_pages();
    page->set_object(std::string{image->object.view()});
    page->set_dwell_us(turn.dwell.count());
    page->set_scroll_px_s(scrolls ? turn.slogan->scroll_px_s : 0);
  }
  planned.facts = facts_.of_pages(slogans);
  cue.set_object(cue.pages(0).object());
  cue.set_scroll_px_s(cue.pages(0).scroll_px_s());
  const auto others = playlist.pages.size() - 1;
  cue.set_title(short_title(playlist.pages.front().slogan->text) + (others > 0 ? fmt::format(" (+{})", others) : ""));
  if (cue.title().size() > protocol::message::max_title_bytes) cue.set_title(short_title(cue.title()));
  cues_.push_back(std::move(planned));
}

void Compiler::add_objects(v1::Plan& plan) const {
  std::set<std::string> named;
  for (const auto& cue : plan.cues()) {
    named.insert(cue.object());
    for (const auto& page : cue.pages()) named.insert(page.object());
  }
  for (const auto& bytes : named) {
    const auto* content = catalogue_.content(*store::Sha256::from_bytes(bytes));
    auto* object = plan.add_objects();
    object->set_sha256(bytes);
    object->set_bytes(content->bytes);
    object->set_medium(content->medium);
  }
}

Result<Planned> Compiler::finish() {
  std::vector<PlannedCue*> ordered;  // a message is dear to move
  ordered.reserve(cues_.size());
  for (auto& cue : cues_) ordered.push_back(&cue);
  std::stable_sort(ordered.begin(), ordered.end(), [](const PlannedCue* one, const PlannedCue* other) {
    const auto key = [](const v1::Cue& cue) {
      return std::tuple{cue.start_us(), cue.segment(), std::string_view{cue.occurrence()}};
    };
    return key(one->cue) < key(other->cue);
  });
  Planned planned;
  auto& plan = planned.plan;
  plan.set_station(station_.id);
  plan.set_made_us(to_us(now_));
  plan.set_horizon_us(horizon_us());
  std::optional<std::string> note;
  *plan.mutable_policy() = policy_message(catalogue_, today_, settings_, note);
  if (note) notes_.push_back(fmt::format("{}: station '{}' will stay silent", *note, station_.id));
  plan.set_content_url(settings_.content_url);
  for (const auto& group : station_.groups) {
    if (group != store::everyone) plan.add_groups(group);
  }
  if (station_.sign) {
    plan.mutable_sign()->set_width_px(station_.sign->width_px);
    plan.mutable_sign()->set_height_px(station_.sign->height_px);
    for (const auto& stretch : catalogue_.brightness) {
      auto* added = plan.add_brightness();
      added->set_from_minute(stretch.from_minute);
      added->set_to_minute(stretch.to_minute);
      added->set_percent(stretch.percent);
    }
  }
  plan.mutable_cues()->Reserve(static_cast<int>(ordered.size()));
  planned.cues.reserve(ordered.size());
  for (auto* cue : ordered) {
    *plan.add_cues() = cue->cue;
    if (wall_from_us(cue->cue.start_us()) >= now_) planned.cues.push_back(std::move(*cue));
  }
  add_objects(plan);
  planned.notes = std::move(notes_);
  if (auto sound = protocol::message::check(plan); !sound) {
    return pass(std::move(sound).error(), fmt::format("cannot plan for station '{}'", station_.id));
  }
  return planned;
}

/// What a plan says beside its cues, as comparable bytes; instants that only say when it was made are left out.
std::string frame_of(const v1::Plan& plan, std::int64_t from_us, std::int64_t to_us) {
  v1::Plan frame;
  *frame.mutable_policy() = plan.policy();
  frame.mutable_policy()->set_valid_from_us(std::max(plan.policy().valid_from_us(), from_us));
  frame.mutable_policy()->set_valid_until_us(std::min(plan.policy().valid_until_us(), to_us));
  frame.set_content_url(plan.content_url());
  *frame.mutable_groups() = plan.groups();
  if (plan.has_sign()) *frame.mutable_sign() = plan.sign();
  *frame.mutable_brightness() = plan.brightness();
  return frame.SerializeAsString();
}

std::vector<const v1::Cue*> cues_between(const v1::Plan& plan, std::int64_t from_us, std::int64_t to_us) {
  std::vector<const v1::Cue*> cues;
  for (const auto& cue : plan.cues()) {
    if (cue.start_us() + cue.duration_us() > from_us && cue.start_us() < to_us) cues.push_back(&cue);
  }
  return cues;
}

bool same_cue(const v1::Cue* one, const v1::Cue* other) {
  return one->start_us() == other->start_us() && one->SerializeAsString() == other->SerializeAsString();
}

}  // namespace

std::string short_title(std::string title) {
  std::replace(title.begin(), title.end(), '\n', ' ');
  if (title.size() <= protocol::message::max_title_bytes) return title;
  std::size_t end = protocol::message::max_title_bytes;
  while (end > 0 && (static_cast<unsigned char>(title[end]) & 0xc0) == 0x80) --end;
  title.resize(end);
  return title;
}

v1::Policy policy_message(const store::Catalogue& catalogue, LocalDate today, const Settings& settings,
                          std::optional<std::string>& note) {
  v1::Policy message;
  const auto& zone = settings.zone;
  const auto last_day = today + days{settings.horizon_days - 1};
  message.set_utc_offset_s(static_cast<std::int32_t>(zone.utc_offset.count()));
  const auto* policy = catalogue.policy_on(today);
  auto until = today;
  while (until <= last_day && catalogue.policy_on(until) == policy) until += days{1};
  const bool ends = until <= last_day;
  message.set_valid_until_us(ends ? midnight_us(zone, until) : midnight_us(zone, last_day + days{2}));
  message.set_valid_from_us(midnight_us(zone, today - days{1}));
  if (!policy) {
    note = fmt::format("no policy is in force on {}", timetable::format_date(today));
    return message;
  }
  if (policy->validity.from) message.set_valid_from_us(midnight_us(zone, *policy->validity.from));
  message.set_reference(short_title(policy->reference));
  message.set_sessions_per_day(policy->sessions_per_day);
  message.set_minutes_per_session(policy->minutes_per_session);
  message.set_days_per_week(policy->days_per_week);
  for (const auto& window : policy->windows) {
    auto* added = message.add_windows();
    added->set_weekdays(window.weekdays);
    added->set_from_minute(window.from_minute);
    added->set_to_minute(window.to_minute);
    added->set_level_cap_cb(window.level_cap_cb);
  }
  return message;
}

Result<Planned> compile(const store::Catalogue& catalogue, const store::Station& station, WallTime now,
                        const Settings& settings, const std::vector<PlannedCue>& begun) {
  Compiler compiler{catalogue, station, now, settings};
  compiler.add_begun(begun);
  compiler.add_programmes();
  compiler.add_fillers();
  compiler.add_slogans();
  return compiler.finish();
}

bool same_orders(const v1::Plan& one, const v1::Plan& other, WallTime now) {
  const auto from = to_us(now), to = std::min(one.horizon_us(), other.horizon_us());
  if (frame_of(one, from, to) != frame_of(other, from, to)) return false;
  const auto ours = cues_between(one, from, to), theirs = cues_between(other, from, to);
  return std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end(), same_cue);
}

}  // namespace loa::headend::planner
