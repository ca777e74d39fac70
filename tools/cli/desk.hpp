#pragma once
#include "headend/publisher/emergency.hpp"
#include "headend/store/store.hpp"
#include "headend/timetable/timetable.hpp"
#include "headend/ward/ward.hpp"
#include "tools/cli/context.hpp"

namespace loa::tools::cli {

/// A ward opened for work: its folder and its store.
struct Desk {
  headend::ward::Ward ward;
  headend::store::Store store;

  /// @error missing: no such ward, or several and none named · as Ward::open and Store::open
  static Result<Desk> open(const Context& context);
  [[nodiscard]] headend::timetable::Zone zone() const;
  [[nodiscard]] headend::store::LocalDate today() const;
};

/// What is the same for every plan of this ward.
headend::planner::Settings planning_of(const Desk& desk);
/// @param desk  outlives what is returned @error of the emergency key's file
Result<headend::publisher::EmergencyDesk> open_emergency_desk(Desk& desk);

/// The one place of `loa` that reads the clock.
WallTime wall_now();

/// Each must be a group of the ward, or "all".
/// @return sorted, each once @error missing: names the unknown one and says which there are
Result<std::vector<std::string>> known_groups(const headend::store::Catalogue& catalogue,
                                              std::vector<std::string> groups);

/// @error missing
Result<void> known_category(const headend::store::Catalogue& catalogue, const std::string& category);

/// @param text  digits of an object's SHA-256, six at least, or its exact title
/// @error missing · invalid: fits several
Result<const headend::store::Content*> find_content(const headend::store::Catalogue& catalogue, std::string_view text);

/// Weekdays as timetable::parse_weekdays takes them, and with ".." for a range.
Result<headend::store::Weekdays> parse_days(std::string text);

/// --from and --to as they were typed; empty: open.
Result<headend::store::Validity> parse_validity(const std::string& from, const std::string& to);

/// @param what  "group" and the like, for the sentence
/// @error invalid
Result<void> good_id(std::string_view what, std::string_view id);
/// A name or title: one line of clean UTF-8, 1…200 bytes.
Result<void> good_name(std::string_view what, std::string_view name);

}  // namespace loa::tools::cli
