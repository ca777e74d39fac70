#include "headend/store/sqlite/sqlite_store.hpp"
#include "tests/unit/headend/store/port_suite.hpp"

namespace loa::headend::port_suite {
namespace {

using store::sqlite::SqliteStore;

Result<std::unique_ptr<store::Store>> open_sqlite(const std::filesystem::path& file) {
  LOA_TRY_LET(auto opened, SqliteStore::open(file));
  return std::unique_ptr<store::Store>{std::make_unique<SqliteStore>(std::move(opened))};
}

}  // namespace

std::vector<Backend> backends() {
  return {{"SqliteFile", true, [](const std::filesystem::path& folder) { return open_sqlite(folder / "ward.db"); }},
          {"SqliteMemory", false, [](const std::filesystem::path&) { return open_sqlite(":memory:"); }}};
}

}  // namespace loa::headend::port_suite
