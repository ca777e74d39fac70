#pragma once
#include <filesystem>
#include <string>

#include "protocol/base/file.hpp"
#include "protocol/base/result.hpp"

namespace loa::headend::ward {

/// Takes the lock that a head-end holds as long as it runs for a ward, by whatever means it ends.
/// @param folder  the ward's
/// @param id      of the ward, for the sentence
/// @error busy: a head-end runs · io
Result<UniqueFd> hold_headend_lock(const std::filesystem::path& folder, const std::string& id);

}  // namespace loa::headend::ward
