#include "station/daemon/memory.hpp"

#include <malloc.h>

namespace loa::station::daemon {
namespace {

constexpr int large = 64 << 10;  // bytes

}  // namespace

void keep_memory_small() {
  ::mallopt(M_ARENA_MAX, 1);
  ::mallopt(M_MMAP_THRESHOLD, large);
  ::mallopt(M_TRIM_THRESHOLD, large);
}

void give_back_memory() { ::malloc_trim(0); }

v1::Plan without_cues(v1::Plan& plan) {
  v1::Plan aside;
  const auto swap = [&] {
    aside.mutable_cues()->Swap(plan.mutable_cues());
    aside.mutable_playlists()->Swap(plan.mutable_playlists());
    aside.mutable_pages()->Swap(plan.mutable_pages());
  };
  swap();
  v1::Plan rest = plan;
  swap();
  return rest;
}

}  // namespace loa::station::daemon
