#pragma once
#include "station/sync/fetch_job.hpp"

namespace loa::station::fetch {

/// The process dies with the thread that started it.
void die_with_parent();

/// From now on this process and its threads cannot: write any file but the partial one, or that beyond its size; read
/// what is neither the system's nor the authority (so no key of the station); start programs; keep more than 64 files
/// open; take more than 64 MB on top of what it has; leave a core. Paths are kept by Landlock (Linux 5.13 or newer);
/// where the kernel has none, the other limits stand alone.
/// @return  whether Landlock keeps the paths
/// @error   io · refused: the partial file cannot be made
Result<bool> confine(const sync::FetchJob& job);

}  // namespace loa::station::fetch
