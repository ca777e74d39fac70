#pragma once
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "headend/backup/files.hpp"
#include "headend/backup/manifest.hpp"
#include "protocol/base/file.hpp"
#include "protocol/base/result.hpp"
#include "protocol/base/time.hpp"

/// A backup folder and the sets in it (FORMAT.md).
namespace loa::headend::backup {

inline constexpr const char* manifest_name = "manifest";
inline constexpr const char* database_name = "loa.db";
inline constexpr const char* secrets_name = "secrets.sealed";

/// "20261201T063000Z": the name of the set that was made then.
std::string name_of_set(WallTime made);

/// Names of the sets of a folder that are whole as far as their name tells, oldest first. One that was not finished
/// ends in ".making" and is none.
std::vector<std::string> sets_in(const std::filesystem::path& folder);

/// Reads the list of one set. @error missing · invalid · unsupported: the sentence names the file
Result<Manifest> read_manifest(const std::filesystem::path& set);

/// Where a backup folder keeps an object.
std::filesystem::path object_file(const std::filesystem::path& folder, const Sha256& object);

/// Tells whether a file is what the list says. @error invalid: the sentence names the file
Result<void> demand_same(const std::filesystem::path& file, const Written& found, const Entry& listed);

/// Reads every byte that a set needs.
/// @param known  objects that were read already; those of this set come beside them
/// @error invalid, missing: the sentence names the first file that is wrong
Result<void> check_set(const std::filesystem::path& folder, const std::string& set, const Manifest& manifest,
                       std::set<Sha256>& known, const Moved& moved);

/// How many bytes check_set() reads of it at most.
std::uint64_t bytes_of(const Manifest& manifest);

/// Holds a folder against other programs that write a backup there, or restore into it.
/// @error busy
Result<UniqueFd> lock_folder(const std::filesystem::path& folder);

}  // namespace loa::headend::backup
