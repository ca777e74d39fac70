#pragma once
#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "protocol/base/result.hpp"
#include "protocol/base/time.hpp"
#include "protocol/crypto/hash.hpp"

/// The thin layer over SQLite's C interface. Only bodies in this room include it.
namespace loa::headend::store {

/// Bytes for a BLOB column; a plain string becomes TEXT.
struct Blob {
  std::string_view bytes;
};

/// The current row of a query. Columns count from 0.
class Row {
 public:
  explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
  [[nodiscard]] bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  [[nodiscard]] double real(int column) const { return sqlite3_column_double(statement_, column); }
  /// Text or bytes; valid until the next row.
  [[nodiscard]] std::string_view view(int column) const;
  [[nodiscard]] std::string text(int column) const { return std::string{view(column)}; }
  [[nodiscard]] WallTime instant(int column) const { return wall_from_us(integer(column)); }
  /// 32 bytes; zero if the column holds something else.
  [[nodiscard]] protocol::crypto::Sha256 digest(int column) const;
  template <class T>
  [[nodiscard]] T number(int column) const {
    return static_cast<T>(integer(column));
  }

 private:
  sqlite3_stmt* statement_;
};

using EachRow = std::function<void(const Row&)>;

/// One open database file. Statements are prepared once and kept.
class Connection {
 public:
  /// Opens with WAL, synchronous=FULL, foreign keys on, and 5 s of patience with other writers.
  static Result<std::unique_ptr<Connection>> open(const std::filesystem::path& file);

  /// Opens a file that nobody writes to, for reading: takes no lock and makes no file beside it.
  static Result<std::unique_ptr<Connection>> open_unchanging(const std::filesystem::path& file);

  /// Executes statements without parameters, separated by ';'.
  Result<void> execute(const char* statements);

  /// Executes one statement whose rows, if any, do not matter.
  template <class... Values>
  Result<void> run(const char* sql, const Values&... values) {
    return each(
        sql, [](const Row&) {}, values...);
  }

  /// Executes one statement and calls `row` for each row.
  template <class... Values>
  Result<void> each(const char* sql, const EachRow& row, const Values&... values) {
    LOA_TRY_LET(sqlite3_stmt * statement, prepare(sql));
    int position = 0;
    (bind(statement, ++position, values), ...);
    return finish(statement, row);
  }

  /// Rows changed by the last run().
  [[nodiscard]] int changes() const { return sqlite3_changes(handle_.get()); }
  [[nodiscard]] std::int64_t last_id() const { return sqlite3_last_insert_rowid(handle_.get()); }

  /// One transaction, or a part of the one that is open.
  Result<void> transaction(const std::function<Result<void>()>& work) { return transaction("BEGIN IMMEDIATE", work); }
  /// The same for reading only: waits for no writer.
  Result<void> read_transaction(const std::function<Result<void>()>& work) { return transaction("BEGIN", work); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  Result<void> transaction(const char* begin, const std::function<Result<void>()>& work);
  Result<sqlite3_stmt*> prepare(const char* sql);
  Result<void> finish(sqlite3_stmt* statement, const EachRow& row);
  [[nodiscard]] tl::unexpected<Error> failure(const char* doing) const;

  static void bind(sqlite3_stmt* statement, int position, Blob value);
  static void bind(sqlite3_stmt* statement, int position, std::string_view value);
  static void bind(sqlite3_stmt* statement, int position, const std::string& value) {
    bind(statement, position, std::string_view{value});
  }
  static void bind(sqlite3_stmt* statement, int position, const char* value) {
    bind(statement, position, std::string_view{value});
  }
  static void bind(sqlite3_stmt* statement, int position, double value);
  static void bind(sqlite3_stmt* statement, int position, WallTime value) { bind(statement, position, to_us(value)); }
  static void bind(sqlite3_stmt* statement, int position, const protocol::crypto::Sha256& value) {
    bind(statement, position, Blob{value.view()});
  }
  template <class T>
  requires std::is_integral_v<T> || std::is_enum_v<T>
  static void bind(sqlite3_stmt* statement, int position, T value) {
    sqlite3_bind_int64(statement, position, static_cast<sqlite3_int64>(value));
  }
  template <class T>
  static void bind(sqlite3_stmt* statement, int position, const std::optional<T>& value) {
    if (value) {
      bind(statement, position, *value);
    } else {
      sqlite3_bind_null(statement, position);
    }
  }

  std::unique_ptr<sqlite3, Close> handle_;
  std::map<const char*, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;  ///< by literal
  std::string name_;
  int depth_ = 0;
};

/// Brings a database to the newest version, or to an older one for a test of migration.
/// @error unsupported: it is newer than this program
Result<void> migrate(Connection& connection, int version);

/// Gives every promised cue the facts of the catalogue as it stands now, marked as of migration: what a build that kept
/// none can still tell. Reads the tables as they were in version 3.
Result<void> migrate_facts(Connection& connection);

/// The version that this program writes.
int newest_version();

}  // namespace loa::headend::store
