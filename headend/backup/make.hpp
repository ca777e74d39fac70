#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "headend/backup/manifest.hpp"
#include "headend/ward/ward.hpp"
#include "protocol/base/result.hpp"
#include "protocol/base/time.hpp"
#include "protocol/crypto/passphrase.hpp"

namespace loa::headend::backup {

/// Told the share of the work that is done, 0…1.
using Progress = std::function<void(double share)>;

/// What a person asks for.
struct Wish {
  std::filesystem::path folder;  ///< made when it is not there
  std::string program;           ///< version, for the list
  std::size_t keep = 3;          ///< so many sets stay, this one among them; at least 1
  protocol::crypto::Effort effort = protocol::crypto::Effort::moderate;
};

/// What became of it.
struct Made {
  std::string set;
  Manifest manifest;
  std::size_t objects_copied = 0;  ///< the rest was there from an earlier backup
  std::uint64_t bytes_written = 0;
  std::vector<std::string> left_out;  ///< files that ward.toml names outside of the ward's folder
  std::size_t removed = 0;            ///< older sets
};

/// Writes a new set of a ward beside those that are there, while its head-end runs or not: what the database says is of
/// one moment. Objects that an earlier set has are not copied again. A set is whole or it is none: its list is written
/// last, and its folder gets its name then. Older sets go only after that.
/// @param now  names the set
/// @error exists: something else is in the folder, or the backup of another ward · invalid: the passphrase is too short
///        · full: of a new set nothing stays · busy: another backup writes there · io
Result<Made> make(const ward::Ward& ward, const Wish& wish, std::string_view passphrase, WallTime now,
                  const Progress& progress);

}  // namespace loa::headend::backup
