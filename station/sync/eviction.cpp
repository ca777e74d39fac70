#include "station/sync/eviction.hpp"

#include <algorithm>

namespace loa::station::sync {
namespace {

bool is_missed_less(const Stored& one, const Stored& other) {
  if (one.needed != other.needed) return !one.needed || (other.needed && *one.needed > *other.needed);
  if (one.bytes != other.bytes) return one.bytes > other.bytes;
  return one.object < other.object;
}

}  // namespace

Eviction choose_evictions(std::vector<Stored> stored, std::uint64_t wanted_bytes, WallTime spare) {
  std::erase_if(stored, [&](const Stored& one) { return one.needed && *one.needed <= spare; });
  std::sort(stored.begin(), stored.end(), is_missed_less);
  Eviction eviction;
  for (auto& one : stored) {
    if (eviction.bytes >= wanted_bytes) break;
    eviction.bytes += one.bytes;
    eviction.objects.push_back(one);
  }
  return eviction;
}

}  // namespace loa::station::sync
