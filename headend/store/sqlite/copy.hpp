#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

#include "headend/model/terms.hpp"
#include "protocol/base/result.hpp"

/// Whole copies of a ward's database, and what they hold. No store is opened for it, and none is brought up to date.
namespace loa::headend::store::sqlite {

/// Writes the database as it stands at one moment into a new file, and syncs it. The head-end goes on committing
/// meanwhile: `VACUUM INTO` reads one snapshot, where SQLite's backup would begin anew with each commit of another
/// process and never end.
/// @param to  must not be there yet
/// @error missing: no database in `from` · exists · full · io
Result<void> copy_database(const std::filesystem::path& from, const std::filesystem::path& to);

/// A content object that a database names.
struct NamedObject {
  model::Sha256 sha256;
  std::uint64_t bytes = 0;
};

/// The content objects that a database names now, whoever else writes to it.
/// @error missing · invalid
Result<std::vector<NamedObject>> named_objects(const std::filesystem::path& file);

/// What a copy tells of itself.
struct CopyFacts {
  int version = 0;  ///< of the tables (SCHEMA.md)
  std::vector<NamedObject> objects;
};

/// Reads a copy that nobody writes to, without leaving a byte beside it or in it: it may lie on a medium without locks.
/// @error missing · invalid: no database of ours
Result<CopyFacts> examine_copy(const std::filesystem::path& file);

/// The version of the tables that this program writes.
int newest_store_version();

}  // namespace loa::headend::store::sqlite
