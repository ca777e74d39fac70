#pragma once
#include <sqlite3.h>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "headend/model/proof.hpp"
#include "headend/model/terms.hpp"
#include "protocol/base/result.hpp"
#include "protocol/base/time.hpp"

/// SQLite as the ward's memory. The thin layer over its C interface stands here.
namespace loa::headend::store::sqlite {

/// Bytes for a BLOB column; a plain string becomes TEXT.
struct Blob {
  std::string_view bytes;
};

/// Binds the values of one statement, one after the other: instants as UTC microseconds, lengths as counts of their own
/// unit, dates as days since 1970-01-01 in local time, hashes, keys and epochs as bytes.
class Binder {
 public:
  explicit Binder(sqlite3_stmt* statement) : statement_(statement) {}

  void add(Blob value);
  void add(std::string_view value);
  void add(const std::string& value) { add(std::string_view{value}); }
  void add(const char* value) { add(std::string_view{value}); }
  void add(double value);
  void add(WallTime value) { add(to_us(value)); }
  void add(model::LocalDate value) { add(value.time_since_epoch().count()); }
  void add(const model::Sha256& value) { add(Blob{value.view()}); }
  void add(const model::PublicKey& value) { add(Blob{value.view()}); }
  void add(const model::Epoch& value);
  template <class Rep, class Period>
  void add(std::chrono::duration<Rep, Period> value) {
    add(value.count());
  }
  template <class T>
  requires std::is_integral_v<T> || std::is_enum_v<T>
  void add(T value) { add_integer(static_cast<std::int64_t>(value)); }
  template <class T>
  void add(const std::optional<T>& value) {
    if (value) {
      add(*value);
    } else {
      add_null();
    }
  }

 private:
  void add_integer(std::int64_t value);
  void add_null();

  sqlite3_stmt* statement_;
  int position_ = 0;
};

/// The current row of a query. Columns count from 0.
class Row {
 public:
  explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
  [[nodiscard]] bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  /// Text or bytes; valid until the next row.
  [[nodiscard]] std::string_view view(int column) const;
  [[nodiscard]] std::string text(int column) const { return std::string{view(column)}; }
  [[nodiscard]] WallTime instant(int column) const { return as<WallTime>(column); }

  /// Reads what Binder::add() bound. Bytes of another length than theirs give a hash, key or epoch of zeros.
  template <class T>
  [[nodiscard]] T as(int column) const {
    return read(column, std::type_identity<T>{});
  }

 private:
  template <class T>
  T read(int column, std::type_identity<T> /*type*/) const {
    return static_cast<T>(integer(column));
  }
  [[nodiscard]] bool read(int column, std::type_identity<bool> /*type*/) const { return integer(column) != 0; }
  [[nodiscard]] std::string read(int column, std::type_identity<std::string> /*type*/) const { return text(column); }
  [[nodiscard]] double read(int column, std::type_identity<double> /*type*/) const {
    return sqlite3_column_double(statement_, column);
  }
  [[nodiscard]] WallTime read(int column, std::type_identity<WallTime> /*type*/) const {
    return wall_from_us(integer(column));
  }
  [[nodiscard]] model::LocalDate read(int column, std::type_identity<model::LocalDate> /*type*/) const {
    return model::LocalDate{std::chrono::days{integer(column)}};
  }
  [[nodiscard]] model::Sha256 read(int column, std::type_identity<model::Sha256> type) const;
  [[nodiscard]] model::PublicKey read(int column, std::type_identity<model::PublicKey> type) const;
  [[nodiscard]] model::Epoch read(int column, std::type_identity<model::Epoch> type) const;
  template <class Rep, class Period>
  auto read(int column, std::type_identity<std::chrono::duration<Rep, Period>> /*type*/) const {
    return std::chrono::duration<Rep, Period>{integer(column)};
  }
  template <class T>
  std::optional<T> read(int column, std::type_identity<std::optional<T>> /*type*/) const {
    return is_null(column) ? std::nullopt : std::optional<T>{as<T>(column)};
  }

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
  Result<void> run(std::string_view sql, const Values&... values) {
    return each(
        sql, [](const Row&) {}, values...);
  }

  /// Executes one statement and calls `row` for each row.
  template <class... Values>
  Result<void> each(std::string_view sql, const EachRow& row, const Values&... values) {
    LOA_TRY_LET(sqlite3_stmt * statement, prepare(sql));
    [[maybe_unused]] Binder binder{statement};
    (binder.add(values), ...);
    return finish(statement, row);
  }

  /// Executes one statement whose values `bind` adds.
  template <std::invocable<Binder&> Bind>
  Result<void> bound(std::string_view sql, const Bind& bind) {
    LOA_TRY_LET(sqlite3_stmt * statement, prepare(sql));
    Binder binder{statement};
    bind(binder);
    return finish(statement, [](const Row&) {});
  }

  /// Rows changed by the last run().
  [[nodiscard]] int changes() const { return sqlite3_changes(handle_.get()); }
  [[nodiscard]] std::int64_t last_id() const { return sqlite3_last_insert_rowid(handle_.get()); }
  /// Instructions that SQLite has executed for all statements so far: how much it read, for tests.
  [[nodiscard]] std::int64_t steps() const;

  /// One transaction, or a part of the one that is open.
  Result<void> transaction(const std::function<Result<void>()>& work) { return transaction("BEGIN IMMEDIATE", work); }
  /// The same for reading only: waits for no writer. Outside of a transaction it refuses to write.
  Result<void> read_transaction(const std::function<Result<void>()>& work);

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  Result<void> transaction(const char* begin, const std::function<Result<void>()>& work);
  Result<sqlite3_stmt*> prepare(std::string_view sql);
  Result<void> finish(sqlite3_stmt* statement, const EachRow& row);
  [[nodiscard]] tl::unexpected<Error> failure(std::string_view doing) const;

  std::unique_ptr<sqlite3, Close> handle_;
  std::map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>, std::less<>> statements_;  ///< by text
  std::string name_;
  int depth_ = 0;
};

}  // namespace loa::headend::store::sqlite
