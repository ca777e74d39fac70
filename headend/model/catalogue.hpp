#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "headend/model/content.hpp"
#include "headend/model/programme.hpp"
#include "headend/model/station.hpp"

/// What a ward has and wants, all of it.
namespace loa::headend::model {

/// One consistent snapshot of everything the timetable and the planner look at. Each list is sorted by id.
struct Catalogue {
  std::vector<Station> stations;
  std::vector<Group> groups;
  std::vector<Category> categories;
  std::vector<Content> contents;  ///< by object
  std::vector<Programme> programmes;
  std::vector<Slogan> slogans;
  std::vector<Policy> policies;
  std::vector<Brightness> brightness;  ///< by from_minute, apart; outside of all: 100 %
  std::optional<Sha256> filler;        ///< stands in for content that is missing

  /// @return nullptr if there is none
  [[nodiscard]] const Station* station(std::string_view id) const;
  [[nodiscard]] const Group* group(std::string_view id) const;
  [[nodiscard]] const Category* category(std::string_view id) const;
  [[nodiscard]] const Content* content(const Sha256& object) const;
  [[nodiscard]] const Programme* programme(std::string_view id) const;
  [[nodiscard]] const Slogan* slogan(std::string_view id) const;
  /// The policy in force on a day: of several the one that came into force last, then the greatest id.
  [[nodiscard]] const Policy* policy_on(LocalDate day) const;
};

/// Takes a content into the catalogue as the store keeps it: an object that is there already
/// serves the new signs beside those it served before.
void add(Catalogue& catalogue, Content content);

}  // namespace loa::headend::model
