#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/base/result.hpp"
#include "protocol/crypto/hash.hpp"

/// Files as a backup writes and reads them: hashed on their way, synced before anybody names them.
namespace loa::headend::backup {

using protocol::crypto::Sha256;

/// Told how many bytes more have been read.
using Moved = std::function<void(std::uint64_t bytes)>;

/// What was written or read.
struct Written {
  Sha256 sha256;
  std::uint64_t bytes = 0;
};

/// Writes a new file and syncs it; a file of that name from an earlier attempt is replaced.
/// @param mode  permission bits; absent: whatever the medium gives (a memory stick knows none and refuses to be told)
/// @error full · io
Result<Written> write_file(const std::filesystem::path& to, std::string_view bytes, std::optional<unsigned> mode);

/// When a copy is durable.
enum class Durable {
  now,       ///< when the call returns
  by_flush,  ///< after flush(): of many small files one wait instead of one each
};

/// Copies a file as write_file() writes one. @error missing · full · io
Result<Written> copy_file(const std::filesystem::path& from, const std::filesystem::path& to,
                          std::optional<unsigned> mode, const Moved& moved, Durable durable = Durable::now);

/// Waits until everything that was written to the medium of a folder is on it. @error io · full
Result<void> flush(const std::filesystem::path& folder);

/// Reads a file from end to end. @error missing · io
Result<Written> hash_file(const std::filesystem::path& file, const Moved& moved);

}  // namespace loa::headend::backup
