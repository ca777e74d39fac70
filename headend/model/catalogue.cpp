#include "headend/model/catalogue.hpp"

#include <algorithm>

namespace loa::headend::model {
namespace {

template <class List, class Id>
auto find_by_id(const List& list, const Id& id) -> const typename List::value_type* {
  const auto found = std::find_if(list.begin(), list.end(), [&](const auto& entry) { return entry.id == id; });
  return found == list.end() ? nullptr : &*found;
}

/// A policy without a first day has been in force since ever.
LocalDate in_force_since(const Policy& policy) { return policy.validity.from.value_or(LocalDate::min()); }

}  // namespace

const Station* Catalogue::station(std::string_view id) const { return find_by_id(stations, id); }
const Group* Catalogue::group(std::string_view id) const { return find_by_id(groups, id); }
const Category* Catalogue::category(std::string_view id) const { return find_by_id(categories, id); }
const Programme* Catalogue::programme(std::string_view id) const { return find_by_id(programmes, id); }
const Slogan* Catalogue::slogan(std::string_view id) const { return find_by_id(slogans, id); }

const Content* Catalogue::content(const Sha256& object) const {
  const auto found = std::lower_bound(contents.begin(), contents.end(), object,
                                      [](const Content& entry, const Sha256& key) { return entry.object < key; });
  return found == contents.end() || found->object != object ? nullptr : &*found;
}

const Policy* Catalogue::policy_on(LocalDate day) const {
  const Policy* best = nullptr;
  for (const auto& policy : policies) {
    if (!policy.validity.contains(day)) continue;
    if (best == nullptr || in_force_since(policy) >= in_force_since(*best)) best = &policy;
  }
  return best;
}

void add(Catalogue& catalogue, Content content) {
  const auto place =
      std::lower_bound(catalogue.contents.begin(), catalogue.contents.end(), content,
                       [](const Content& one, const Content& other) { return one.object < other.object; });
  if (place == catalogue.contents.end() || place->object != content.object) {
    catalogue.contents.insert(place, std::move(content));
    return;
  }
  *place = united(*place, std::move(content));
}

}  // namespace loa::headend::model
