#pragma once
#include <functional>

#include "headend/model/catalogue.hpp"
#include "headend/publisher/edit.hpp"
#include "headend/publisher/emergency.hpp"
#include "headend/store/sqlite/sqlite_store.hpp"
#include "headend/timetable/timetable.hpp"
#include "headend/ward/ward.hpp"
#include "tools/cli/context.hpp"

namespace loa::tools::cli {

/// A ward opened for work: its folder and its store.
struct Desk {
  headend::ward::Ward ward;
  headend::store::sqlite::SqliteStore store;

  /// @error missing: no such ward, or several and none named · as Ward::open and SqliteStore::open
  static Result<Desk> open(const Context& context);
  [[nodiscard]] headend::timetable::Zone zone() const;
  [[nodiscard]] headend::model::LocalDate today() const;
  /// What the running head-end plans with.
  [[nodiscard]] headend::planner::Settings planning() const;
  /// Keeps an edit of the catalogue that the stations can be told (headend::publisher::edit).
  /// @return a sentence for each station whose software cannot take all of it
  Result<std::vector<std::string>> keep(const headend::store::Work& work);
};

/// @param desk  outlives what is returned @error of the emergency key's file
Result<headend::publisher::EmergencyDesk> open_emergency_desk(Desk& desk);
/// Prints what stations cannot obey beneath what a verb told: people only, JSON has it in the fleet's faults.
void warn_of(const Context& context, const std::vector<std::string>& cannot_obey);

/// The one place of `loa` that reads the clock.
WallTime wall_now();

/// Each must be a group of the ward, or "all".
/// @return sorted, each once @error missing: names the unknown one and says which there are
Result<std::vector<std::string>> known_groups(const headend::model::Catalogue& catalogue,
                                              std::vector<std::string> groups);

/// @error missing
Result<void> known_category(const headend::model::Catalogue& catalogue, const std::string& category);

/// @param text  digits of an object's SHA-256, six at least, or its exact title
/// @error missing · invalid: fits several
Result<const headend::model::Content*> find_content(const headend::model::Catalogue& catalogue, std::string_view text);

/// Weekdays as timetable::parse_weekdays takes them, and with ".." for a range.
Result<headend::model::Weekdays> parse_days(std::string text);

/// --from and --to as they were typed; empty: open.
Result<headend::model::Validity> parse_validity(const std::string& from, const std::string& to);

/// @param what  "group" and the like, for the sentence
/// @error invalid
Result<void> good_id(std::string_view what, std::string_view id);
/// A name or title: one line of clean UTF-8, 1…200 bytes.
Result<void> good_name(std::string_view what, std::string_view name);

}  // namespace loa::tools::cli
