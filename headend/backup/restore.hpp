#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "headend/backup/make.hpp"
#include "headend/backup/manifest.hpp"
#include "protocol/base/result.hpp"
#include "protocol/base/time.hpp"

namespace loa::headend::backup {

/// What a person asks for.
struct RestoreWish {
  std::filesystem::path folder;  ///< the backup
  std::string set = {};          ///< empty: the newest
  std::filesystem::path into;    ///< the ward's folder: new, empty, or with `replace` the same ward's
  bool replace = false;          ///< a ward that is there is moved aside, never deleted
};

/// What became of it.
struct Restored {
  std::string set;
  Manifest manifest;
  std::optional<std::filesystem::path> aside;  ///< where the ward is now that was there before
};

/// Makes a ward's folder from a backup, whole or not at all: it is built beside its place as "<into>.restoring", every
/// byte held against the list, synced, and put in place by one rename. Rights are those that Ward::create gives.
/// @param now  names what is moved aside
/// @error refused: another passphrase, or keys that did not make this backup · invalid: torn or altered, the sentence
///        names the file · missing: no set, or a file of it · exists: `into` is in use · busy: a head-end runs for it
///        · unsupported: a newer program made it · full · io
Result<Restored> restore(const RestoreWish& wish, std::string_view passphrase, WallTime now, const Progress& progress);

}  // namespace loa::headend::backup
