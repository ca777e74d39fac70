#pragma once
#include "headend/store/sqlite/connection.hpp"

namespace loa::headend::store::sqlite {

/// Brings a database to the newest version, or to an older one for a test of migration.
/// @error unsupported: it is newer than this program
Result<void> migrate(Connection& connection, int version);

/// Gives every promised cue the facts of the catalogue as it stands now, marked as of migration: what a build that kept
/// none can still tell. Reads the tables as they were in version 3.
Result<void> migrate_facts(Connection& connection);

/// The version that this program writes.
int newest_version();

}  // namespace loa::headend::store::sqlite
