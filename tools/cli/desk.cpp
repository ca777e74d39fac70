#include "tools/cli/desk.hpp"

#include "headend/store/sqlite/sqlite_store.hpp"
#include "protocol/base/text.hpp"

namespace loa::tools::cli {

using namespace headend;

Result<Desk> Desk::open(const Context& context) {
  LOA_TRY_LET(const auto folder, ward::find_folder(context.ward));
  LOA_TRY_LET(auto opened, ward::Ward::open(folder));
  LOA_TRY_LET(auto store, store::sqlite::SqliteStore::open(opened.database_file()));
  return Desk{std::move(opened), std::move(store)};
}

timetable::Zone Desk::zone() const { return {std::chrono::seconds{ward.settings().utc_offset_s}}; }

model::LocalDate Desk::today() const { return zone().date_of(wall_now()); }

planner::Settings Desk::planning() const {
  planner::Settings settings;
  settings.zone = zone();
  settings.content_url = ward.content_url();
  return settings;
}

Result<std::vector<std::string>> Desk::keep(const headend::store::Work& work) {
  LOA_TRY_LET(auto outlook, publisher::edit(store, planning(), wall_now(), work));
  return std::move(outlook.cannot_obey);
}

void warn_of(const Context& context, const std::vector<std::string>& cannot_obey) {
  if (context.json) return;
  for (const auto& sentence : cannot_obey) fmt::print("Chú ý · note: {}\n", sentence);
}

Result<publisher::EmergencyDesk> open_emergency_desk(Desk& desk) {
  LOA_TRY_LET(const auto key, desk.ward.emergency_key());
  return publisher::EmergencyDesk{desk.ward.settings().id, key, desk.planning(), desk.store};
}

WallTime wall_now() { return std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now()); }

Result<std::vector<std::string>> known_groups(const model::Catalogue& catalogue, std::vector<std::string> groups) {
  for (const auto& id : groups) {
    if (id == model::everyone || catalogue.group(id) != nullptr) continue;
    std::string known = model::everyone;
    for (const auto& group : catalogue.groups) known += ", " + group.id;
    return fail(ErrorCode::missing, "there is no group \"{}\": there are {}; add one with `loa group add`", id, known);
  }
  std::sort(groups.begin(), groups.end());
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  return groups;
}

Result<void> known_category(const model::Catalogue& catalogue, const std::string& category) {
  if (catalogue.category(category) != nullptr) return {};
  return fail(ErrorCode::missing, "there is no category \"{}\": add it with `loa category add`", category);
}

Result<const model::Content*> find_content(const model::Catalogue& catalogue, std::string_view text) {
  const model::Content* found = nullptr;
  for (const auto& content : catalogue.contents) {
    const bool fits = content.title == text || (text.size() >= 6 && content.object.hex().starts_with(text));
    if (!fits) continue;
    if (found != nullptr)
      return fail(ErrorCode::invalid, "\"{}\" fits several contents: give more digits of one", text);
    found = &content;
  }
  if (found != nullptr) return found;
  return fail(ErrorCode::missing, "there is no content \"{}\": `loa content list` shows what there is", text);
}

Result<model::Weekdays> parse_days(std::string text) {
  for (auto at = text.find(".."); at != std::string::npos; at = text.find("..")) text.replace(at, 2, "-");
  return timetable::parse_weekdays(text);
}

Result<model::Validity> parse_validity(const std::string& from, const std::string& to) {
  model::Validity validity;
  if (!from.empty()) {
    LOA_TRY_LET(validity.from, timetable::parse_date(from));
  }
  if (!to.empty()) {
    LOA_TRY_LET(validity.to, timetable::parse_date(to));
  }
  if (validity.from && validity.to && *validity.to < *validity.from) {
    return fail(ErrorCode::invalid, "the last day {} lies before the first day {}", to, from);
  }
  return validity;
}

Result<void> good_id(std::string_view what, std::string_view id) {
  if (is_id(id) && id != model::everyone) return {};
  return fail(ErrorCode::invalid, "\"{}\" cannot name a {}: 1 to 32 of a–z, 0–9 and '-', not \"all\"", id, what);
}

Result<void> good_name(std::string_view what, std::string_view name) {
  if (!name.empty() && name.size() <= 200 && is_clean_utf8(name) && name.find('\n') == std::string_view::npos)
    return {};
  return fail(ErrorCode::invalid, "the {} must be one line of 1 to 200 bytes of UTF-8", what);
}

}  // namespace loa::tools::cli
