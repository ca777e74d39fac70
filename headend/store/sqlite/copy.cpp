#include "headend/store/sqlite/copy.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "headend/store/sqlite/connection.hpp"
#include "headend/store/sqlite/migrate.hpp"
#include "protocol/base/file.hpp"

namespace loa::headend::store::sqlite {
namespace {

namespace fs = std::filesystem;

Result<void> demand_file(const fs::path& file) {
  std::error_code ignored;
  if (fs::is_regular_file(file, ignored)) return {};
  return fail(ErrorCode::missing, "there is no database {}", file.string());
}

/// SQLite does not sync what VACUUM INTO writes.
Result<void> sync_file(const fs::path& file) {
  const UniqueFd fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  if (fd.valid() && ::fsync(fd.get()) == 0) return sync_folder(file.parent_path());
  return fail(ErrorCode::io, "cannot sync {}: {}", file.string(), errno_text());
}

Result<std::vector<NamedObject>> read_objects(Connection& connection) {
  std::vector<NamedObject> objects;
  LOA_TRY(connection.each("SELECT object, bytes FROM contents ORDER BY object", [&](const Row& row) {
    objects.push_back({row.as<model::Sha256>(0), row.as<std::uint64_t>(1)});
  }));
  return objects;
}

}  // namespace

Result<std::vector<NamedObject>> named_objects(const fs::path& file) {
  LOA_TRY(demand_file(file));
  LOA_TRY_LET(const auto connection, Connection::open(file));
  return read_objects(*connection);
}

Result<void> copy_database(const fs::path& from, const fs::path& to) {
  LOA_TRY(demand_file(from));
  std::error_code ignored;
  if (fs::exists(to, ignored)) return fail(ErrorCode::exists, "{} is there already", to.string());
  LOA_TRY_LET(const auto connection, Connection::open(from));
  if (auto copied = connection->run("VACUUM INTO ?", to.string()); !copied) {
    fs::remove(to, ignored);
    return pass(std::move(copied).error(), "cannot copy the database to " + to.string());
  }
  return sync_file(to);
}

Result<CopyFacts> examine_copy(const fs::path& file) {
  LOA_TRY(demand_file(file));
  LOA_TRY_LET(const auto connection, Connection::open_unchanging(file));
  CopyFacts facts;
  LOA_TRY(connection->each("PRAGMA user_version", [&](const Row& row) { facts.version = row.as<int>(0); }));
  LOA_TRY_LET(facts.objects, read_objects(*connection));
  return facts;
}

int newest_store_version() { return newest_version(); }

}  // namespace loa::headend::store::sqlite
