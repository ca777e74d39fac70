#include "headend/planner/planner.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "headend/planner/extras.hpp"
#include "headend/planner/facts.hpp"
#include "headend/planner/policy_message.hpp"
#include "headend/planner/rotation.hpp"
#include "headend/planner/sign_cues.hpp"
#include "headend/planner/sounds.hpp"
#include "headend/timetable/timetable.hpp"
#include "protocol/message/check.hpp"
#include "protocol/message/compact.hpp"
#include "protocol/message/page_folder.hpp"

namespace loa::headend::planner {
namespace {

using namespace std::chrono;
using model::LocalDate;
using model::PlannedCue;
using timetable::occurrence_id;

WallTime end_of(const v1::Cue& cue) { return wall_from_us(cue.start_us() + cue.duration_us()); }

/// Collects the cues of one station's plan.
class Compiler {
 public:
  Compiler(const model::Catalogue& catalogue, const model::Station& station, WallTime now, const Settings& settings)
      : catalogue_(catalogue),
        station_(station),
        now_(now),
        settings_(settings),
        today_(settings.zone.date_of(now)),
        facts_(catalogue, station) {}

  void want_slogans(const std::vector<PlannedCue>& promised);
  void add_begun(const std::vector<PlannedCue>& begun);
  void add_programmes();
  void add_slogans();
  void add_fillers();
  Planned finish();

 private:
  struct Wanted {
    WallTime start, end;
    LocalDate date;
    Playlist playlist;
  };

  [[nodiscard]] LocalDate last_day() const { return today_ + days{settings_.horizon_days - 1}; }
  [[nodiscard]] std::int64_t horizon_us() const {
    return to_us(settings_.zone.midnight(today_ + days{settings_.horizon_days}));
  }
  [[nodiscard]] std::optional<std::string> obstacle_to(const v1::Cue& cue) const;
  void add_run(const Run& run);
  void want_playlists(LocalDate date);
  [[nodiscard]] std::vector<WantedPages> wanted_until(WallTime end) const;
  void end_where_unwanted(PlannedCue& promised, const std::vector<WantedPages>& wanted);
  void add_playlist(const Wanted& wanted);
  [[nodiscard]] const v1::Cue* sign_cue_until(WallTime end) const;
  [[nodiscard]] std::vector<v1::Page> pages_of(const std::vector<PageTurn>& turns) const;
  [[nodiscard]] const model::SloganImage* image_of(const model::Slogan& slogan) const;
  void note_crowd(const Playlist& playlist);
  void write_frame(v1::Plan& plan);
  void add_objects(v1::Plan& plan) const;

  const model::Catalogue& catalogue_;
  const model::Station& station_;
  WallTime now_;
  const Settings& settings_;
  LocalDate today_;
  Facts facts_;
  std::vector<PlannedCue> cues_;
  std::set<std::string> begun_;
  std::set<std::string> cut_;   ///< begun occurrences that end earlier than promised
  std::vector<Wanted> wanted_;  ///< on the sign, by start
  WallTime change_;             ///< when another order for the sign is obeyed
  Tracks tracks_;
  std::vector<std::string> notes_;
  std::map<std::size_t, std::string> crowded_out_;  ///< by how many share a sign, the first time that they do
};

/// Why a cue that was promised can no longer be carried out; absent if it can.
std::optional<std::string> Compiler::obstacle_to(const v1::Cue& cue) const {
  std::vector<std::string> objects{cue.object()};
  for (const auto& page : cue.pages()) objects.push_back(page.object());
  for (const auto& bytes : objects) {
    const auto object = model::Sha256::from_bytes(bytes);
    const auto* content = object ? catalogue_.content(*object) : nullptr;
    if (!content) return "its content was removed";
    const bool fits =
        cue.medium() == v1::MEDIUM_AUDIO || (station_.sign && content->image && content->image->serves(*station_.sign));
    if (!fits) return "its sign is another one now";
  }
  if (cue.medium() == v1::MEDIUM_AUDIO && !station_.has_speaker) return "it has no loudspeaker now";
  return std::nullopt;
}

void Compiler::add_begun(const std::vector<PlannedCue>& begun) {
  WallTime last = change_;
  for (const auto& promised : begun) last = std::max(last, end_of(promised.cue));
  const auto wanted = wanted_until(last);
  for (const auto& promised : begun) {
    const bool sign = promised.cue.medium() == v1::MEDIUM_SIGN;
    if (promised.occurrence_start >= (sign ? change_ : now_)) continue;
    begun_.insert(promised.cue.occurrence());
    if (const auto obstacle = obstacle_to(promised.cue)) {
      notes_.push_back(
          fmt::format("'{}' is left out on station '{}': {}", promised.cue.title(), station_.id, *obstacle));
      continue;
    }
    cues_.push_back(promised);
    if (sign) end_where_unwanted(cues_.back(), wanted);
    const auto& cue = cues_.back().cue;
    tracks_.keep({cue.medium(), cue.cue_class()}, end_of(cue));
  }
}

void Compiler::add_programmes() {
  const auto programmes = programmes_of(catalogue_, station_);
  const auto first = today_ - days{1};  // a stagger may put the last second of yesterday into today
  for (const auto& run : runs_of(programmes, catalogue_, station_, first, last_day(), settings_.zone)) add_run(run);
}

void Compiler::add_run(const Run& run) {
  const auto& occurrence = run.occurrence;
  if (occurrence.start < now_ || begun_.count(occurrence.id) != 0 || occurrence.duration <= Micros{0}) return;
  if (!tracks_.claim({v1::MEDIUM_AUDIO, run.programme->cue_class}, occurrence.start, occurrence.end())) {
    notes_.push_back(
        fmt::format("{} is left out on station '{}': another programme is on air then", occurrence.id, station_.id));
    return;
  }
  for (auto& cue : cues_of(run, catalogue_, station_, settings_)) {
    if (cue.start_us() >= horizon_us()) break;  // on the last night: tomorrow's plan has the rest
    PlannedCue planned{station_.id, std::move(cue), occurrence.start, 0, std::nullopt};
    const auto* content = catalogue_.content(*model::Sha256::from_bytes(planned.cue.object()));
    planned.facts = facts_.of_sound(planned.cue.category(), content->title);
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

void Compiler::want_slogans(const std::vector<PlannedCue>& promised) {
  change_ = now_ + settings_.sign_lead;
  if (!station_.sign) return;
  for (auto date = today_; date <= last_day(); date += days{1}) want_playlists(date);
  change_ = change_instant(change_, promised, wanted_until(change_ + minutes{1}));
}

void Compiler::add_slogans() {
  for (const auto& wanted : wanted_) add_playlist(wanted);
}

std::vector<WantedPages> Compiler::wanted_until(WallTime end) const {
  std::vector<WantedPages> stretches;
  for (const auto& wanted : wanted_) {
    if (wanted.start >= end) break;
    if (wanted.end > now_) stretches.push_back({wanted.start, wanted.end, pages_of(wanted.playlist.pages)});
  }
  return stretches;
}

/// A cue of the sign that shows something else than is wanted now ends at the next instant a station can obey.
void Compiler::end_where_unwanted(PlannedCue& promised, const std::vector<WantedPages>& wanted) {
  auto& cue = promised.cue;
  const auto end = to_us(end_of_wanted(cue, wanted, change_));
  if (cue.cue_class() != v1::CUE_CLASS_SCHEDULED || end >= cue.start_us() + cue.duration_us()) return;
  cue.set_duration_us(end - cue.start_us());
  cut_.insert(cue.occurrence());
}

const model::SloganImage* Compiler::image_of(const model::Slogan& slogan) const {
  const auto image = std::find_if(slogan.images.begin(), slogan.images.end(), [&](const model::SloganImage& entry) {
    const auto* content = catalogue_.content(entry.object);
    return entry.geometry == *station_.sign && content && content->image && content->image->serves(entry.geometry);
  });
  return image == slogan.images.end() ? nullptr : &*image;
}

void Compiler::want_playlists(LocalDate date) {
  std::vector<const model::Slogan*> slogans;
  for (const auto& slogan : catalogue_.slogans) {
    if (model::reaches(slogan.groups, station_) && timetable::falls_on(slogan.weekdays, date) &&
        slogan.validity.contains(date) && image_of(slogan) != nullptr) {
      slogans.push_back(&slogan);
    }
  }
  std::stable_sort(slogans.begin(), slogans.end(),
                   [](const auto* one, const auto* other) { return one->position < other->position; });
  const auto& zone = settings_.zone;
  for (auto& playlist : playlists_of(slogans, catalogue_, settings_.longest_playlist)) {
    if (playlist.crowded_out > 0) note_crowd(playlist);
    wanted_.push_back({zone.to_utc(date, playlist.from), zone.to_utc(date, playlist.to), date, std::move(playlist)});
  }
}

void Compiler::note_crowd(const Playlist& playlist) {
  const auto all = playlist.pages.size() + playlist.crowded_out;
  crowded_out_.try_emplace(
      all, fmt::format(
               "lúc {0} bảng của '{1}' có {2} khẩu hiệu, nhiều nhất là {3}: hãy chia giờ, ngày hoặc nhóm · at {0} the "
               "sign of "
               "'{1}' has {2} slogans, and at most {3} take turns: give some of them other hours, days or groups",
               timetable::format_time(floor<seconds>(playlist.from)), station_.id, all, protocol::message::max_pages));
}

std::vector<v1::Page> Compiler::pages_of(const std::vector<PageTurn>& turns) const {
  std::vector<v1::Page> pages;
  for (const auto& turn : turns) {
    const auto* image = image_of(*turn.slogan);
    const bool scrolls = catalogue_.content(image->object)->image->width_px > station_.sign->width_px;
    auto& page = pages.emplace_back();
    page.set_object(std::string{image->object.view()});
    page.set_dwell_us(turn.dwell.count());
    page.set_scroll_px_s(scrolls ? turn.slogan->scroll_px_s : 0);
  }
  return pages;
}

/// The promised cue of the sign that ends at an instant.
const v1::Cue* Compiler::sign_cue_until(WallTime end) const {
  const auto found = std::find_if(cues_.begin(), cues_.end(), [&](const PlannedCue& one) {
    return one.cue.medium() == v1::MEDIUM_SIGN && begun_.contains(one.cue.occurrence()) && end_of(one.cue) == end;
  });
  return found == cues_.end() ? nullptr : &found->cue;
}

/// A playlist whose time has come already begins when an order can be obeyed, or when what had begun under the plan
/// before ends: a sign is not dark for an edit. What an edit brought is seen first.
void Compiler::add_playlist(const Wanted& wanted) {
  const auto& [from, end, date, playlist] = wanted;
  const Tracks::Track track{v1::MEDIUM_SIGN, v1::CUE_CLASS_SCHEDULED};
  const auto start = std::max({from, change_, tracks_.free_from(track)});
  const auto id = occurrence_id(timetable::sign_playlist, date, floor<seconds>(playlist.from + (start - from)));
  if (end - start < protocol::message::min_dwell || begun_.count(id) != 0) return;
  tracks_.claim(track, start, end);
  auto turns = playlist.pages;
  const auto* before = start > from || start == change_ ? sign_cue_until(start) : nullptr;
  if (before != nullptr) {
    const auto first = static_cast<std::ptrdiff_t>(first_page(*before, pages_of(turns)));
    std::rotate(turns.begin(), turns.begin() + first, turns.end());
  }
  auto pages = pages_of(turns);
  PlannedCue planned{station_.id, {}, start, 0, std::nullopt};
  auto& cue = planned.cue;
  cue.set_occurrence(id);
  cue.set_cue_class(v1::CUE_CLASS_SCHEDULED);
  cue.set_medium(v1::MEDIUM_SIGN);
  cue.set_category(turns.front().slogan->category);
  cue.set_start_us(to_us(start));
  cue.set_duration_us((end - start).count());
  cue.set_late_policy(v1::LATE_POLICY_JOIN);
  cue.set_required_grade(settings_.required_grade);
  for (auto& page : pages) *cue.add_pages() = std::move(page);
  std::vector<const model::Slogan*> slogans;
  for (const auto& turn : turns) slogans.push_back(turn.slogan);
  planned.facts = facts_.of_pages(slogans);
  cue.set_object(cue.pages(0).object());
  cue.set_scroll_px_s(cue.pages(0).scroll_px_s());
  const auto others = turns.size() - 1;
  cue.set_title(short_title(turns.front().slogan->text) + (others > 0 ? fmt::format(" (+{})", others) : ""));
  if (cue.title().size() > protocol::message::max_title_bytes) cue.set_title(short_title(cue.title()));
  cues_.push_back(std::move(planned));
}

void Compiler::add_objects(v1::Plan& plan) const {
  std::set<std::string> named;
  for (const auto& cue : plan.cues()) named.insert(cue.object());
  for (const auto& page : plan.pages()) named.insert(page.object());
  for (const auto& bytes : named) {
    const auto* content = catalogue_.content(*model::Sha256::from_bytes(bytes));
    auto* object = plan.add_objects();
    object->set_sha256(bytes);
    object->set_bytes(content->bytes);
    object->set_medium(content->medium);
  }
}

/// What the plan says beside its cues and their objects.
void Compiler::write_frame(v1::Plan& plan) {
  plan.set_station(station_.id);
  plan.set_made_us(to_us(now_));
  plan.set_horizon_us(horizon_us());
  *plan.mutable_policy() = policy_message(catalogue_, today_, settings_);
  if (catalogue_.policy_on(today_) == nullptr) {
    notes_.push_back(fmt::format("no policy is in force on {}: station '{}' will stay silent",
                                 timetable::format_date(today_), station_.id));
  }
  plan.set_content_url(settings_.content_url);
  for (const auto& group : station_.groups) {
    if (group != model::everyone) plan.add_groups(group);
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
}

Planned Compiler::finish() {
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
  write_frame(plan);
  plan.mutable_cues()->Reserve(static_cast<int>(ordered.size()));
  planned.cues.reserve(ordered.size());
  protocol::message::PageFolder folder{plan};
  for (auto* cue : ordered) {
    folder.add(cue->cue);
    const bool to_come = wall_from_us(cue->cue.start_us()) >= now_;
    if (to_come || cut_.contains(cue->cue.occurrence())) planned.cues.push_back(std::move(*cue));
  }
  add_objects(plan);
  planned.notes = std::move(notes_);
  for (auto crowd = crowded_out_.rbegin(); crowd != crowded_out_.rend(); ++crowd)
    planned.crowded_out.push_back(std::move(crowd->second));
  return planned;
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

Planned draft(const model::Catalogue& catalogue, const model::Station& station, WallTime now, const Settings& settings,
              const std::vector<PlannedCue>& begun) {
  Compiler compiler{catalogue, station, now, settings};
  compiler.want_slogans(begun);
  compiler.add_begun(begun);
  compiler.add_programmes();
  compiler.add_fillers();
  compiler.add_slogans();
  return compiler.finish();
}

Result<Planned> compile(const model::Catalogue& catalogue, const model::Station& station, WallTime now,
                        const Settings& settings, const std::vector<PlannedCue>& begun) {
  auto planned = draft(catalogue, station, now, settings, begun);
  if (auto sound = protocol::message::check(planned.plan); !sound)
    return pass(std::move(sound).error(), fmt::format("cannot plan for station '{}'", station.id));
  LOA_TRY(protocol::message::unfold_pages(planned.plan));
  return planned;
}

WallTime promised_until(WallTime now, const Settings& settings) { return now + settings.sign_lead + seconds{10}; }

}  // namespace loa::headend::planner
