#pragma once
#include <string>

namespace loa::headend::store::sqlite {

/// Makes the query of the distinct values of a column, one step in its index for each: SELECT DISTINCT reads every row,
/// and these tables grow for ever.
/// @param column  the first of an index, never NULL
inline std::string distinct(const std::string& table, const std::string& column) {
  const auto least = "(SELECT min(" + column + ") FROM " + table;
  return "WITH RECURSIVE each_one(" + column + ") AS (SELECT " + least + ") UNION ALL SELECT " + least + " WHERE " +
         column + " > each_one." + column + ") FROM each_one WHERE each_one." + column + " IS NOT NULL) SELECT " +
         column + " FROM each_one WHERE " + column + " IS NOT NULL";
}

}  // namespace loa::headend::store::sqlite
