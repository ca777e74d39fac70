#pragma once
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "headend/store/catalogue.hpp"
#include "headend/store/facts.hpp"

namespace loa::headend::planner {

/// What the cues of one station count for, taken from the catalogue when they are promised. Equal facts are one object.
class Facts {
 public:
  /// @param catalogue, station  must outlive this object
  Facts(const store::Catalogue& catalogue, const store::Station& station) : catalogue_(catalogue), station_(station) {}

  /// Makes the facts of a sound.
  /// @param column  id of a category; one that the catalogue does not have is its own name
  std::shared_ptr<const store::PromiseFacts> of_sound(const std::string& column, const std::string& title);
  /// Makes the facts of a sign's playlist: each page belongs to the slogan that put it there.
  /// @param slogans  in the order of the pages, ≥ 1
  std::shared_ptr<const store::PromiseFacts> of_pages(const std::vector<const store::Slogan*>& slogans);

 private:
  [[nodiscard]] store::Named column_of(const std::string& id) const;
  [[nodiscard]] store::PromiseFacts of_station() const;

  const store::Catalogue& catalogue_;
  const store::Station& station_;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<const store::PromiseFacts>> sounds_;
  std::map<std::vector<const store::Slogan*>, std::shared_ptr<const store::PromiseFacts>> pages_;
};

}  // namespace loa::headend::planner
