#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "protocol/message/check.hpp"
#include "protocol/message/compact.hpp"
#include "protocol/message/demand.hpp"

namespace loa::protocol::message {
namespace {

using ObjectTable = std::unordered_map<std::string_view, v1::Medium>;

std::string name_of_cue(const v1::Cue& cue) { return fmt::format("cue {}#{}", cue.occurrence(), cue.segment()); }

bool is_medium(int medium) { return medium == v1::MEDIUM_AUDIO || medium == v1::MEDIUM_SIGN; }

Result<void> check_window(const v1::Policy::Window& window) {
  LOA_TRY(demand_range("weekdays", window.weekdays(), 1U, all_weekdays));
  LOA_TRY(demand_range("to_minute", window.to_minute(), 1U, minutes_per_day));
  LOA_TRY(demand(window.from_minute() < window.to_minute(), "from_minute {} is not before to_minute {}",
                 window.from_minute(), window.to_minute()));
  return demand_range("level_cap_cb", window.level_cap_cb(), min_gain_cb, 0);
}

Result<void> check_url(std::string_view url) {
  const bool scheme = url.starts_with("https://") || url.starts_with("http://");
  LOA_TRY(demand(scheme && url.ends_with('/') && url.size() <= max_text_bytes,
                 "content_url is not of the form https://host:port/…/ (at most {} bytes)", max_text_bytes));
  for (unsigned char c : url) {
    LOA_TRY(demand(c > ' ' && c < 0x7F && c != '?' && c != '#' && c != '\\',
                   "content_url has a character that no such "
                   "address has"));
  }
  const auto host = url.substr(url.find("//") + 2);
  return demand(host.find('/') > 0 && host.substr(0, host.find('/')).find('@') == std::string_view::npos,
                "content_url has no host, or a login before it");
}

Result<ObjectTable> check_objects(const v1::Plan& plan) {
  LOA_TRY(demand(static_cast<std::size_t>(plan.objects_size()) <= max_objects, "{} objects are more than {}",
                 plan.objects_size(), max_objects));
  ObjectTable table;
  std::uint64_t total = 0;
  for (const auto& object : plan.objects()) {
    LOA_TRY(demand_bytes("an object's sha256", object.sha256(), hash_bytes));
    LOA_TRY(demand_range<std::uint64_t>("an object's bytes", object.bytes(), 1, max_object_bytes));
    LOA_TRY(
        demand(is_medium(object.medium()), "an object has no known medium ({})", static_cast<int>(object.medium())));
    if (!table.emplace(object.sha256(), object.medium()).second) {
      return fail(ErrorCode::invalid, "object {} is listed twice", format_hex(object.sha256()));
    }
    total += object.bytes();
  }
  LOA_TRY(demand(total <= max_plan_object_bytes, "objects of {} bytes together are more than {}", total,
                 max_plan_object_bytes));
  LOA_TRY(plan.objects_size() == 0 ? Result<void>{} : check_url(plan.content_url()));
  return table;
}

Result<void> check_sign_geometry(const v1::Plan& plan) {
  if (!plan.has_sign()) return {};
  LOA_TRY(demand_range("sign width_px", plan.sign().width_px(), min_sign_px, max_sign_px));
  return demand_range("sign height_px", plan.sign().height_px(), min_sign_px, max_sign_px);
}

Result<void> check_brightness(const v1::Plan& plan) {
  LOA_TRY(demand(plan.brightness_size() == 0 || plan.has_sign(), "brightness stands only with a sign"));
  LOA_TRY(demand(static_cast<std::size_t>(plan.brightness_size()) <= max_brightness,
                 "{} stretches of brightness are more than {}", plan.brightness_size(), max_brightness));
  std::uint32_t free_from = 0;
  for (const auto& stretch : plan.brightness()) {
    LOA_TRY(demand_range("brightness to_minute", stretch.to_minute(), 1U, minutes_per_day));
    LOA_TRY(demand(stretch.from_minute() >= free_from && stretch.from_minute() < stretch.to_minute(),
                   "brightness from_minute {} is not before to_minute {}, or before the end of the one before",
                   stretch.from_minute(), stretch.to_minute()));
    LOA_TRY(demand_range("brightness percent", stretch.percent(), 1U, max_percent));
    free_from = stretch.to_minute();
  }
  return {};
}

Result<void> check_groups(const v1::Plan& plan) {
  LOA_TRY(demand(static_cast<std::size_t>(plan.groups_size()) <= max_groups, "{} groups are more than {}",
                 plan.groups_size(), max_groups));
  std::set<std::string_view> seen;
  for (const auto& group : plan.groups()) {
    LOA_TRY(demand_id("a group", group));
    LOA_TRY(demand(seen.insert(group).second, "group {} is listed twice", group));
  }
  return {};
}

Result<void> check_page(const v1::Page& page) {
  LOA_TRY(demand_bytes("a page's object", page.object(), hash_bytes));
  LOA_TRY(demand_range<std::int64_t>("a page's dwell_us", page.dwell_us(), min_dwell.count(), max_duration.count()));
  return demand_range("a page's scroll_px_s", page.scroll_px_s(), 0U, max_scroll_px_s);
}

Result<void> check_page_in_plan(const v1::Page& page, const ObjectTable& objects) {
  const auto listed = objects.find(page.object());
  return demand(listed != objects.end() && listed->second == v1::MEDIUM_SIGN, "its page {} is not listed for a sign",
                format_hex(page.object()));
}

/// The tables of the compact form, each entry once, however many cues name it.
Result<void> check_playlists(const v1::Plan& plan, const ObjectTable& objects) {
  LOA_TRY(demand(static_cast<std::size_t>(plan.pages_size()) <= max_plan_pages, "{} pages are more than {}",
                 plan.pages_size(), max_plan_pages));
  LOA_TRY(demand(static_cast<std::size_t>(plan.playlists_size()) <= max_playlists, "{} playlists are more than {}",
                 plan.playlists_size(), max_playlists));
  for (const auto& page : plan.pages()) {
    LOA_TRY(check_page(page));
    LOA_TRY(check_page_in_plan(page, objects));
  }
  for (const auto& playlist : plan.playlists()) {
    LOA_TRY(
        demand_range<std::size_t>("a playlist's pages", static_cast<std::size_t>(playlist.pages_size()), 1, max_pages));
    for (const auto index : playlist.pages())
      LOA_TRY(demand(index < static_cast<std::uint32_t>(plan.pages_size()),
                     "a playlist names page {}, and the plan has {}", index, plan.pages_size()));
  }
  return {};
}

Result<void> check_first_page(const v1::Cue& cue, const v1::Page& first) {
  return demand(cue.object() == first.object() && cue.scroll_px_s() == first.scroll_px_s(),
                "object and scroll_px_s are not those of the first page");
}

/// The playlist that a cue names, if it does.
Result<void> check_playlist_of(const v1::Cue& cue, const v1::Plan& plan) {
  const auto number = cue.playlist_number();
  if (number == 0) return {};
  LOA_TRY(demand(number <= static_cast<std::uint32_t>(plan.playlists_size()), "its playlist {} is not among {}", number,
                 plan.playlists_size()));
  return check_first_page(cue, plan.pages(static_cast<int>(plan.playlists(static_cast<int>(number) - 1).pages(0))));
}

/// What a cue demands of the plan around it.
Result<void> check_in_plan(const v1::Cue& cue, const v1::Plan& plan, const ObjectTable& objects) {
  const auto object = objects.find(cue.object());
  if (object == objects.end()) return fail(ErrorCode::invalid, "its object {} is not listed", format_hex(cue.object()));
  LOA_TRY(demand(object->second == cue.medium(), "its object is listed for another medium"));
  for (const auto& page : cue.pages()) LOA_TRY(check_page_in_plan(page, objects));
  LOA_TRY(check_playlist_of(cue, plan));
  LOA_TRY(demand(cue.medium() != v1::MEDIUM_SIGN || plan.has_sign(), "it is for a sign and the station has none"));
  return demand(cue.start_us() < plan.horizon_us(), "it starts at or after the horizon");
}

/// Order, uniqueness and overlap, cue after cue.
class Sequence {
 public:
  Result<void> add(const v1::Cue& cue) {
    const auto place = std::pair{cue.start_us(), cue.segment()};
    LOA_TRY(demand(!last_ || *last_ <= place, "it stands after a cue that starts later"));
    last_ = place;
    LOA_TRY(demand(keys_.emplace(cue.occurrence(), cue.segment()).second, "it is there twice"));
    auto& busy_until = ends_[{cue.medium(), cue.cue_class()}];
    LOA_TRY(demand(cue.start_us() >= busy_until, "it overlaps the one before it of the same class and medium"));
    busy_until = cue.start_us() + cue.duration_us();
    return {};
  }

 private:
  std::optional<std::pair<std::int64_t, std::uint32_t>> last_;
  std::set<std::pair<std::string_view, std::uint32_t>> keys_;
  std::map<std::pair<int, int>, std::int64_t> ends_;
};

Result<void> check_cues(const v1::Plan& plan, const ObjectTable& objects) {
  LOA_TRY(demand(static_cast<std::size_t>(plan.cues_size()) <= max_cues, "{} cues are more than {}", plan.cues_size(),
                 max_cues));
  Sequence sequence;
  for (const auto& cue : plan.cues()) {
    auto result = check(cue);
    if (result) result = check_in_plan(cue, plan, objects);
    if (result) result = sequence.add(cue);
    if (!result) return pass(std::move(result).error(), name_of_cue(cue));
  }
  return {};
}

Result<void> check_enums(const v1::Cue& cue) {
  LOA_TRY(demand(is_medium(cue.medium()), "medium {} is not known", static_cast<int>(cue.medium())));
  LOA_TRY(
      demand(v1::CueClass_IsValid(cue.cue_class()), "cue_class {} is not known", static_cast<int>(cue.cue_class())));
  LOA_TRY(demand(v1::LatePolicy_IsValid(cue.late_policy()), "late_policy {} is not known",
                 static_cast<int>(cue.late_policy())));
  LOA_TRY(demand(v1::PreemptPolicy_IsValid(cue.preempt_policy()), "preempt_policy {} is not known",
                 static_cast<int>(cue.preempt_policy())));
  return demand(v1::ClockGrade_IsValid(cue.required_grade()), "required_grade {} is not known",
                static_cast<int>(cue.required_grade()));
}

Result<void> check_pages(const v1::Cue& cue) {
  LOA_TRY(demand(cue.template_number() == 0, "it names a template, and the plan was not made whole"));
  if (cue.pages_size() == 0 && cue.playlist_number() == 0) return {};
  LOA_TRY(demand(cue.medium() == v1::MEDIUM_SIGN, "pages stand only in a cue for a sign"));
  LOA_TRY(demand(cue.pages_size() == 0 || cue.playlist_number() == 0, "it has pages and a playlist"));
  if (cue.pages_size() == 0) return {};
  LOA_TRY(demand(static_cast<std::size_t>(cue.pages_size()) <= max_pages, "{} pages are more than {}", cue.pages_size(),
                 max_pages));
  for (const auto& page : cue.pages()) LOA_TRY(check_page(page));
  return check_first_page(cue, cue.pages(0));
}

std::string_view programme_of(std::string_view occurrence) { return occurrence.substr(0, occurrence.find('/')); }

/// The reserved programmes belong to their class, so that nobody takes one thing for another by its name.
Result<void> check_class(const v1::Cue& cue) {
  const auto programme = programme_of(cue.occurrence());
  LOA_TRY(demand((cue.cue_class() == v1::CUE_CLASS_EMERGENCY) == (programme == emergency_programme),
                 "cue_class EMERGENCY and the programme '{}' belong together", emergency_programme));
  return demand((cue.cue_class() == v1::CUE_CLASS_FILLER) == (programme == filler_programme),
                "cue_class FILLER and the programme '{}' belong together", filler_programme);
}

}  // namespace

bool is_reserved(std::string_view occurrence) {
  const auto programme = programme_of(occurrence);
  return programme == emergency_programme || programme == filler_programme;
}

bool is_occurrence(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || !is_id(text.substr(0, slash))) return false;
  const auto rest = text.substr(slash + 1);
  if (rest.size() != 17 || rest[10] != '/') return false;
  const auto clock = rest.substr(11);
  std::string instant = "yyyy-mm-ddThh:mm:ssZ";  // put together by hand: each cue of each plan comes by here
  instant.replace(0, 10, rest.substr(0, 10));
  for (const std::size_t pair : {0U, 1U, 2U}) instant.replace(11 + 3 * pair, 2, clock.substr(2 * pair, 2));
  return parse_utc(instant).has_value();
}

Result<void> check(const v1::Policy& policy) {
  LOA_TRY(demand_text("policy reference", policy.reference(), max_title_bytes));
  LOA_TRY(demand_instant("policy valid_from_us", policy.valid_from_us(), wall_from_us(0), latest));
  LOA_TRY(demand(policy.valid_until_us() > policy.valid_from_us(), "policy valid_until_us is not after valid_from_us"));
  LOA_TRY(demand_range("policy utc_offset_s", policy.utc_offset_s(), -max_utc_offset_s, max_utc_offset_s));
  LOA_TRY(demand_range("policy sessions_per_day", policy.sessions_per_day(), 0U, minutes_per_day));
  LOA_TRY(demand_range("policy minutes_per_session", policy.minutes_per_session(), 0U, minutes_per_day));
  LOA_TRY(demand_range("policy days_per_week", policy.days_per_week(), 0U, days_per_week));
  LOA_TRY(demand(static_cast<std::size_t>(policy.windows_size()) <= max_windows, "policy has {} windows, more than {}",
                 policy.windows_size(), max_windows));
  for (const auto& window : policy.windows()) {
    if (auto result = check_window(window); !result) return pass(std::move(result).error(), "policy window");
  }
  return {};
}

Result<void> check(const v1::Cue& cue) {
  LOA_TRY(demand(is_occurrence(cue.occurrence()), "occurrence is not of the form programme/2026-11-21/050000"));
  LOA_TRY(demand_range("segment", cue.segment(), 0U, max_segment));
  LOA_TRY(check_enums(cue));
  LOA_TRY(check_class(cue));
  LOA_TRY(demand_id("category", cue.category()));
  LOA_TRY(demand_instant("start_us", cue.start_us(), earliest, latest));
  LOA_TRY(demand_range<std::int64_t>("duration_us", cue.duration_us(), 1, max_duration.count()));
  LOA_TRY(demand_bytes("object", cue.object(), hash_bytes));
  LOA_TRY(demand_range("gain_cb", cue.gain_cb(), min_gain_cb, 0));
  LOA_TRY(demand_range<std::int64_t>("late_limit_us", cue.late_limit_us(), 0, max_duration.count()));
  LOA_TRY(demand_range<std::int64_t>("stagger_us", cue.stagger_us(), 0, max_stagger.count()));
  LOA_TRY(demand_range("scroll_px_s", cue.scroll_px_s(), 0U, cue.medium() == v1::MEDIUM_SIGN ? max_scroll_px_s : 0U));
  LOA_TRY(check_pages(cue));
  return demand_text("title", cue.title(), max_title_bytes);
}

Result<void> check(const v1::Plan& plan) {
  LOA_TRY(demand_id("station", plan.station()));
  LOA_TRY(demand_instant("made_us", plan.made_us(), earliest, latest));
  LOA_TRY(demand_range<std::int64_t>("horizon_us", plan.horizon_us(), plan.made_us(),
                                     plan.made_us() + max_horizon.count()));
  LOA_TRY(demand(plan.has_policy(), "the plan has no policy: a station without one may not sound"));
  LOA_TRY(check(plan.policy()));
  LOA_TRY(check_sign_geometry(plan));
  LOA_TRY(check_brightness(plan));
  LOA_TRY(check_groups(plan));
  LOA_TRY(demand(plan.templates_size() == 0, "the plan was not made whole: it still has templates"));
  LOA_TRY_LET(const ObjectTable objects, check_objects(plan));
  LOA_TRY(check_playlists(plan, objects));
  return check_cues(plan, objects);
}

Result<void> check_slot(const v1::Plan& plan, v1::Kind slot) {
  for (const auto& cue : plan.cues()) {
    const bool emergency = cue.cue_class() == v1::CUE_CLASS_EMERGENCY;
    if (emergency == (slot == v1::KIND_EMERGENCY)) continue;
    return fail(ErrorCode::refused, "{} {}", name_of_cue(cue),
                emergency ? "is an emergency, which only the emergency key may order"
                          : "is no emergency, and nothing else may be ordered as one");
  }
  return {};
}

}  // namespace loa::protocol::message
