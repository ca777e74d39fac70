#pragma once
#include <filesystem>

#include "protocol/message/loa.pb.h"

namespace loa::station::daemon {

/// Adds what the machine says of itself: free bytes on the disk of `folder`, resident memory of this process.
void add_vitals(v1::Status& status, const std::filesystem::path& folder);

}  // namespace loa::station::daemon
