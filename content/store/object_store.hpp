#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/crypto/hash.hpp"

namespace loa::content::store {

using protocol::crypto::Sha256;

/// Immutable objects, each named by its SHA-256, in one folder that survives a power cut at any instruction.
///
/// Layout: objects/<first 2 hex digits>/<64 hex digits>, read-only; partial/<64 hex digits> while it is being fetched;
/// temporary/<16 hex digits> while it is being stored.
/// An object appears under its name only after its bytes were hashed, found right and fsynced.
/// Not thread-safe; two processes may share a folder.
class ObjectStore {
 public:
  /// Makes the folders if needed and removes temporary files older than a day.
  /// @error io · refused: the folder cannot be written
  static Result<ObjectStore> open(const std::filesystem::path& folder);

  [[nodiscard]] bool has(const Sha256& object) const;
  /// Where the object is or would be.
  [[nodiscard]] std::filesystem::path path_of(const Sha256& object) const;
  /// @error missing
  [[nodiscard]] Result<std::uint64_t> size_of(const Sha256& object) const;
  [[nodiscard]] std::vector<Sha256> list() const;

  /// Stores bytes; storing what is there already is success. When it returns, a power cut cannot undo it.
  /// @error io · full; what was stored before is untouched
  Result<Sha256> put(std::string_view bytes);

  /// Where a download of the object is collected; may exist from an earlier attempt.
  [[nodiscard]] std::filesystem::path partial_path_of(const Sha256& object) const;
  /// Takes a finished download: hashes, fsyncs, renames.
  /// @error invalid: the bytes are not that object; the partial file is removed
  Result<void> adopt_partial(const Sha256& object);

  /// Reads the object again and compares its hash; a damaged object is removed so that it is fetched again.
  /// @error missing · invalid: damaged and removed · io
  Result<void> verify(const Sha256& object);
  /// Forgets an object; nothing happens if it is not there.
  Result<void> remove(const Sha256& object);

 private:
  explicit ObjectStore(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path folder_;
};

}  // namespace loa::content::store
