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

}  // namespace loa::station::daemon
