#pragma once
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "headend/model/catalogue.hpp"
#include "headend/model/promise.hpp"

namespace loa::headend::planner {

/// What the cues of one station count for, taken from the catalogue when they are promised. Equal facts are one object.
class Facts {
 public:
  /// @param catalogue, station  must outlive this object
  Facts(const model::Catalogue& catalogue, const model::Station& station) : catalogue_(catalogue), station_(station) {}

  /// Makes the facts of a sound.
  /// @param column  id of a category; one that the catalogue does not have is its own name
  std::shared_ptr<const model::PromiseFacts> of_sound(const std::string& column, const std::string& title);
  /// Makes the facts of a sign's playlist: each page belongs to the slogan that put it there.
  /// @param slogans  in the order of the pages, ≥ 1
  std::shared_ptr<const model::PromiseFacts> of_pages(const std::vector<const model::Slogan*>& slogans);

 private:
  [[nodiscard]] model::Named column_of(const std::string& id) const;
  [[nodiscard]] model::PromiseFacts of_station() const;

  const model::Catalogue& catalogue_;
  const model::Station& station_;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<const model::PromiseFacts>> sounds_;
  std::map<std::vector<const model::Slogan*>, std::shared_ptr<const model::PromiseFacts>> pages_;
};

}  // namespace loa::headend::planner
