#pragma once
#include <string_view>

#include "headend/store/sqlite/connection.hpp"

/// Broken references as sentences for people.
namespace loa::headend::store::sqlite {

/// Explains a reference that was broken while storing: something named does not exist.
Result<void> stored(Result<void> outcome, const char* what, std::string_view id);

/// Explains a reference that was broken while removing: something still uses it. Removing nothing is `missing`.
Result<void> removed(Connection& sql, Result<void> outcome, const char* what, std::string_view id);

}  // namespace loa::headend::store::sqlite
