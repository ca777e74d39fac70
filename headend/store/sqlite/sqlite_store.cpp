#include "headend/store/sqlite/sqlite_store.hpp"

#include "headend/store/sqlite/catalogue_reader.hpp"
#include "headend/store/sqlite/findings.hpp"
#include "headend/store/sqlite/fleet.hpp"
#include "headend/store/sqlite/library.hpp"
#include "headend/store/sqlite/lost_proofs.hpp"
#include "headend/store/sqlite/migrate.hpp"
#include "headend/store/sqlite/plans.hpp"
#include "headend/store/sqlite/promises.hpp"
#include "headend/store/sqlite/proofs.hpp"
#include "headend/store/sqlite/reports.hpp"
#include "headend/store/sqlite/schedule.hpp"
#include "headend/store/sqlite/sequences.hpp"
#include "headend/store/sqlite/stations.hpp"
#include "headend/store/sqlite/waiting_proofs.hpp"

namespace loa::headend::store::sqlite {

/// One connection, and the ports over it.
struct SqliteStore::Ports {
  explicit Ports(std::unique_ptr<Connection> opened) : connection(std::move(opened)) {}
  std::unique_ptr<Connection> connection;
  SqliteStations stations{*connection};
  SqliteLibrary library{*connection};
  SqliteSchedule schedule{*connection};
  SqlitePlans plans{*connection};
  SqlitePromises promises{*connection};
  SqliteProofs proofs{*connection};
  SqliteWaitingProofs waiting_proofs{*connection};
  SqliteLostProofs lost_proofs{*connection};
  SqliteFleet fleet{*connection};
  SqliteFindings findings{*connection};
  SqliteReports reports{*connection};
  SqliteSequences sequences{*connection};
};

SqliteStore::SqliteStore(std::unique_ptr<Ports> ports) : ports_(std::move(ports)) {}
SqliteStore::SqliteStore(SqliteStore&&) noexcept = default;
SqliteStore& SqliteStore::operator=(SqliteStore&&) noexcept = default;
SqliteStore::~SqliteStore() = default;

Result<SqliteStore> SqliteStore::open(const std::filesystem::path& file) {
  LOA_TRY_LET(auto connection, Connection::open(file));
  if (auto migrated = migrate(*connection, newest_version()); !migrated) {
    return pass(std::move(migrated).error(), "cannot open the store " + file.string());
  }
  return SqliteStore{std::make_unique<Ports>(std::move(connection))};
}

Result<void> SqliteStore::write(const Work& work) {
  return ports_->connection->transaction([&] { return work(*this); });
}

Result<void> SqliteStore::read(const Work& work) {
  return ports_->connection->read_transaction([&] { return work(*this); });
}

Result<std::int64_t> SqliteStore::version() {
  std::int64_t version = 0;
  LOA_TRY(ports_->connection->each("PRAGMA data_version", [&](const Row& row) { version = row.integer(0); }));
  return version;
}

Result<model::Catalogue> SqliteStore::catalogue() { return read_catalogue(*ports_->connection); }
Stations& SqliteStore::stations() { return ports_->stations; }
Library& SqliteStore::library() { return ports_->library; }
Schedule& SqliteStore::schedule() { return ports_->schedule; }
Plans& SqliteStore::plans() { return ports_->plans; }
Promises& SqliteStore::promises() { return ports_->promises; }
Proofs& SqliteStore::proofs() { return ports_->proofs; }
WaitingProofs& SqliteStore::waiting_proofs() { return ports_->waiting_proofs; }
LostProofs& SqliteStore::lost_proofs() { return ports_->lost_proofs; }
Fleet& SqliteStore::fleet() { return ports_->fleet; }
Findings& SqliteStore::findings() { return ports_->findings; }
Reports& SqliteStore::reports() { return ports_->reports; }
Sequences& SqliteStore::sequences() { return ports_->sequences; }

}  // namespace loa::headend::store::sqlite
