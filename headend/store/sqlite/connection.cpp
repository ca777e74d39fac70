#include "headend/store/sqlite/connection.hpp"

#include <fcntl.h>

#include <algorithm>

#include "protocol/base/file.hpp"
#include "protocol/base/text.hpp"

namespace loa::headend::store::sqlite {
namespace {

constexpr int patience_ms = 5000;

ErrorCode code_of(int result) {
  switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorCode::busy;
    case SQLITE_FULL:
      return ErrorCode::full;
    case SQLITE_CONSTRAINT:
      return result == SQLITE_CONSTRAINT_FOREIGNKEY ? ErrorCode::missing : ErrorCode::exists;
    case SQLITE_READONLY:
      return ErrorCode::refused;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_MISMATCH:
      return ErrorCode::invalid;
    default:
      return ErrorCode::io;
  }
}

/// The file holds password hashes: others may not read it.
Result<void> make_private_file(const std::filesystem::path& file) {
  if (file == ":memory:") return {};
  const UniqueFd fd{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (fd.valid()) return {};
  return fail(ErrorCode::io, "cannot open the store {}: {}", file.string(), errno_text());
}

/// Writes what means something in a URI as %XX.
std::string escape_uri(std::string_view path) {
  std::string escaped;
  for (const char c : path) {
    const bool plain = c != '%' && c != '?' && c != '#';
    escaped += plain ? std::string(1, c) : "%" + format_hex(std::string_view{&c, 1});
  }
  return escaped;
}

}  // namespace

std::string_view Row::view(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes == nullptr ? std::string_view{} : std::string_view{bytes, size};
}

model::Sha256 Row::read(int column, std::type_identity<model::Sha256> /*type*/) const {
  return model::Sha256::from_bytes(view(column)).value_or(model::Sha256{});
}

model::PublicKey Row::read(int column, std::type_identity<model::PublicKey> /*type*/) const {
  return model::PublicKey::from_bytes(view(column)).value_or(model::PublicKey{});
}

model::Epoch Row::read(int column, std::type_identity<model::Epoch> /*type*/) const {
  model::Epoch epoch{};
  const auto bytes = view(column);
  std::copy_n(bytes.begin(), std::min(bytes.size(), epoch.size()), epoch.begin());
  return epoch;
}

Result<std::unique_ptr<Connection>> Connection::open(const std::filesystem::path& file) {
  LOA_TRY(make_private_file(file));
  auto connection = std::make_unique<Connection>();
  connection->name_ = file.string();
  sqlite3* handle = nullptr;
  const int result = sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  connection->handle_.reset(handle);
  if (result != SQLITE_OK) return connection->failure("open");
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, patience_ms);
  LOA_TRY(connection->execute(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"));
  return connection;
}

Result<std::unique_ptr<Connection>> Connection::open_unchanging(const std::filesystem::path& file) {
  auto connection = std::make_unique<Connection>();
  connection->name_ = file.string();
  sqlite3* handle = nullptr;
  const auto uri = "file:" + escape_uri(file.string()) + "?immutable=1";
  const int result = sqlite3_open_v2(uri.c_str(), &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr);
  connection->handle_.reset(handle);
  if (result != SQLITE_OK) return connection->failure("open");
  sqlite3_extended_result_codes(handle, 1);
  return connection;
}

Result<void> Connection::execute(const char* statements) {
  if (sqlite3_exec(handle_.get(), statements, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return failure(statements);
}

Result<sqlite3_stmt*> Connection::prepare(std::string_view sql) {
  if (const auto kept = statements_.find(sql); kept != statements_.end()) return kept->second.get();
  sqlite3_stmt* statement = nullptr;
  const int length = static_cast<int>(sql.size());
  if (sqlite3_prepare_v3(handle_.get(), sql.data(), length, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) !=
      SQLITE_OK) {
    return failure(sql);
  }
  statements_.emplace(sql, statement);
  return statement;
}

Result<void> Connection::finish(sqlite3_stmt* statement, const EachRow& row) {
  int result = SQLITE_ROW;
  while ((result = sqlite3_step(statement)) == SQLITE_ROW) row(Row{statement});
  auto outcome = result == SQLITE_DONE ? Result<void>{} : Result<void>{failure(sqlite3_sql(statement))};
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  return outcome;
}

tl::unexpected<Error> Connection::failure(std::string_view doing) const {
  const int result = sqlite3_extended_errcode(handle_.get());
  return fail(code_of(result), "store {}: {} (while doing: {})", name_, sqlite3_errmsg(handle_.get()),
              doing.substr(0, 80));
}

Result<void> Connection::transaction(const char* begin, const std::function<Result<void>()>& work) {
  if (depth_ > 0) return work();
  LOA_TRY(execute(begin));
  ++depth_;
  auto outcome = work();
  --depth_;
  if (outcome) outcome = execute("COMMIT");
  // A failed statement may already have rolled back by itself; then this has nothing to do.
  if (!outcome && sqlite3_get_autocommit(handle_.get()) == 0) {
    sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
  return outcome;
}

Result<void> Connection::read_transaction(const std::function<Result<void>()>& work) {
  if (depth_ > 0) return work();
  LOA_TRY(execute("PRAGMA query_only = ON"));
  auto outcome = transaction("BEGIN", work);
  auto writable = execute("PRAGMA query_only = OFF");
  return outcome ? writable : outcome;
}

std::int64_t Connection::steps() const {
  std::int64_t steps = 0;
  for (auto* statement = sqlite3_next_stmt(handle_.get(), nullptr); statement != nullptr;
       statement = sqlite3_next_stmt(handle_.get(), statement)) {
    steps += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 0);
  }
  return steps;
}

void Binder::add(Blob value) {
  const char* bytes = value.bytes.data() == nullptr ? "" : value.bytes.data();
  sqlite3_bind_blob64(statement_, ++position_, bytes, value.bytes.size(), SQLITE_TRANSIENT);
}

void Binder::add(std::string_view value) {
  const char* text = value.data() == nullptr ? "" : value.data();
  sqlite3_bind_text64(statement_, ++position_, text, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void Binder::add(double value) { sqlite3_bind_double(statement_, ++position_, value); }

void Binder::add(const model::Epoch& value) { add(Blob{{reinterpret_cast<const char*>(value.data()), value.size()}}); }

void Binder::add_integer(std::int64_t value) { sqlite3_bind_int64(statement_, ++position_, value); }
void Binder::add_null() { sqlite3_bind_null(statement_, ++position_); }

}  // namespace loa::headend::store::sqlite
