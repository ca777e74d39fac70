#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "headend/store/sqlite/connection.hpp"

/// Columns said once: a table is one list, and INSERT, ON CONFLICT, SELECT and reading come from it. A new field is one
/// line of its list and one step of migrate.cpp.
namespace loa::headend::store::sqlite {

/// What ON CONFLICT does with a column.
enum class Role {
  key,    ///< names the row
  once,   ///< stays as it was first written
  value,  ///< is replaced by the newer word
};

/// One column of the rows that hold a T.
template <class T>
struct Column {
  const char* name;
  void (*bind)(Binder& binder, const T& from);
  void (*read)(const Row& row, int column, T& into);
  Role role = Role::value;
};

/// One table, or the part of its columns that holds a T.
template <class T, std::size_t N>
struct Table {
  const char* name;
  std::array<Column<T>, N> columns;
};

template <class T, class... Columns>
constexpr Table<T, 1 + sizeof...(Columns)> table(const char* name, Column<T> first, Columns... others) {
  return {name, {first, others...}};
}

/// The same table with one more column.
template <class T, std::size_t N>
constexpr Table<T, N + 1> with(const Table<T, N>& shorter, Column<T> last) {
  Table<T, N + 1> longer{shorter.name, {}};
  for (std::size_t i = 0; i < N; ++i) longer.columns[i] = shorter.columns[i];
  longer.columns[N] = last;
  return longer;
}

template <class>
struct MemberOf;
template <class Owner, class Member>
struct MemberOf<Member Owner::*> {
  using owner = Owner;
  using member = Member;
};

/// Makes the column of one data member.
template <auto Field>
constexpr auto field(const char* name, Role role = Role::value) {
  using T = typename MemberOf<decltype(Field)>::owner;
  using Value = typename MemberOf<decltype(Field)>::member;
  return Column<T>{name, [](Binder& binder, const T& from) { binder.add(from.*Field); },
                   [](const Row& row, int column, T& into) { into.*Field = row.as<Value>(column); }, role};
}

/// Makes the column of one data member of a data member.
template <auto Outer, auto Inner>
constexpr auto part(const char* name, Role role = Role::value) {
  using T = typename MemberOf<decltype(Outer)>::owner;
  using Value = typename MemberOf<decltype(Inner)>::member;
  return Column<T>{name, [](Binder& binder, const T& from) { binder.add(from.*Outer.*Inner); },
                   [](const Row& row, int column, T& into) { into.*Outer.*Inner = row.as<Value>(column); }, role};
}

/// Makes the column of a std::string that holds bytes and no text.
template <auto Field>
constexpr auto bytes(const char* name, Role role = Role::value) {
  using T = typename MemberOf<decltype(Field)>::owner;
  return Column<T>{name, [](Binder& binder, const T& from) { binder.add(Blob{from.*Field}); },
                   [](const Row& row, int column, T& into) { into.*Field = row.text(column); }, role};
}

/// Makes the column of a number in a protobuf message that is a data member.
template <auto Message, auto Get, auto Set>
constexpr auto said(const char* name, Role role = Role::value) {
  using T = typename MemberOf<decltype(Message)>::owner;
  return Column<T>{name, [](Binder& binder, const T& from) { binder.add(((from.*Message).*Get)()); },
                   [](const Row& row, int column, T& into) {
                     auto& message = into.*Message;
                     (message.*Set)(row.as<decltype((message.*Get)())>(column));
                   },
                   role};
}

/// A row that belongs to a row of another table: one of a list that a catalogue entry has.
template <class Value, class Owner = std::string>
struct Child {
  Owner owner{};
  std::size_t position = 0;
  Value value{};
};

template <class T, std::size_t N>
std::string names_of(const Table<T, N>& table) {
  std::string names;
  for (const auto& column : table.columns) names += (names.empty() ? "" : ", ") + std::string{column.name};
  return names;
}

template <class T, std::size_t N>
std::string insert_of(const Table<T, N>& table) {
  std::string marks;
  for (std::size_t i = 0; i < N; ++i) marks += i == 0 ? "?" : ",?";
  return std::string{"INSERT INTO "} + table.name + " (" + names_of(table) + ") VALUES (" + marks + ")";
}

template <class T, std::size_t N>
std::string upsert_of(const Table<T, N>& table) {
  std::string keys, updates;
  for (const auto& column : table.columns) {
    const std::string name{column.name};
    if (column.role == Role::key) keys += (keys.empty() ? "" : ", ") + name;
    if (column.role == Role::value) updates += (updates.empty() ? "" : ", ") + name + " = excluded." + name;
  }
  return insert_of(table) + " ON CONFLICT (" + keys + ") DO " + (updates.empty() ? "NOTHING" : "UPDATE SET " + updates);
}

template <class T, std::size_t N>
std::string select_of(const Table<T, N>& table) {
  return "SELECT " + names_of(table) + " FROM " + table.name + " ";
}

/// Binds every column of a value, in the order of the list.
template <class T, std::size_t N>
auto values_of(const Table<T, N>& table, const T& value) {
  return [&table, &value](Binder& binder) {
    for (const auto& column : table.columns) column.bind(binder, value);
  };
}

/// Reads a value from the columns of a row, in the order of the list.
/// @param first  where they begin
template <class T, std::size_t N>
T value_of(const Table<T, N>& table, const Row& row, int first = 0) {
  T value{};
  for (const auto& column : table.columns) column.read(row, first++, value);
  return value;
}

/// @error exists: its key is there already
template <class T, std::size_t N>
Result<void> insert(Connection& sql, const Table<T, N>& table, const T& value) {
  return sql.bound(insert_of(table), values_of(table, value));
}

/// Adds a row, or brings the one of its key up to date.
template <class T, std::size_t N>
Result<void> upsert(Connection& sql, const Table<T, N>& table, const T& value) {
  return sql.bound(upsert_of(table), values_of(table, value));
}

/// Reads rows in the order that `rest` gives.
/// @param rest  WHERE, ORDER BY, LIMIT
template <class T, std::size_t N, class... Values>
Result<std::vector<T>> select(Connection& sql, const Table<T, N>& table, std::string_view rest,
                              const Values&... values) {
  std::vector<T> found;
  LOA_TRY(sql.each(
      select_of(table).append(rest), [&](const Row& row) { found.push_back(value_of(table, row)); }, values...));
  return found;
}

/// Reads the first row, if there is one.
template <class T, std::size_t N, class... Values>
Result<std::optional<T>> select_one(Connection& sql, const Table<T, N>& table, std::string_view rest,
                                    const Values&... values) {
  LOA_TRY_LET(auto found, select(sql, table, rest, values...));
  return found.empty() ? std::nullopt : std::optional{std::move(found.front())};
}

/// Writes the list of one owner, in its order. Equal rows are written once.
template <class Value, class Owner, std::size_t N>
Result<void> put_children(Connection& sql, const Table<Child<Value, Owner>, N>& table, const Owner& owner,
                          const std::vector<Value>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    LOA_TRY(upsert(sql, table, Child<Value, Owner>{owner, i, values[i]}));
  }
  return {};
}

}  // namespace loa::headend::store::sqlite
