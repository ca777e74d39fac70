#include "tools/simfleet/sim_shelf.hpp"

#include <iterator>

namespace loa::tools::simfleet {

bool SimShelf::has(const Sha256& object) const { return objects_.contains(std::string{object.view()}); }

bool SimShelf::verify(const Sha256& object) {
  const auto entry = objects_.find(std::string{object.view()});
  if (entry == objects_.end() || entry->second) return entry != objects_.end();
  if (!gone_()) objects_.erase(entry);
  return false;
}

void SimShelf::keep_only(const std::set<Sha256>& named) {
  if (gone_()) return;
  std::erase_if(objects_, [&](const auto& entry) { return !named.contains(*Sha256::from_bytes(entry.first)); });
}

bool SimShelf::harm(std::uint64_t which) {
  if (objects_.empty()) return false;
  std::next(objects_.begin(), static_cast<std::ptrdiff_t>(which % objects_.size()))->second = false;
  return true;
}

bool SimShelf::decodes(const std::string& name) const {
  const auto entry = objects_.find(name);
  return entry != objects_.end() && entry->second;
}

}  // namespace loa::tools::simfleet
