#include "headend/store/sqlite/outcomes.hpp"

namespace loa::headend::store::sqlite {

Result<void> stored(Result<void> outcome, const char* what, std::string_view id) {
  if (outcome || outcome.error().code != ErrorCode::missing) return outcome;
  return fail(ErrorCode::missing,
              "cannot store {} '{}': it names a group, category or content that does not exist; add that first", what,
              id);
}

Result<void> removed(Connection& sql, Result<void> outcome, const char* what, std::string_view id) {
  if (!outcome && outcome.error().code == ErrorCode::missing) {
    return fail(ErrorCode::busy, "cannot remove {} '{}': something still uses it; take it out there first", what, id);
  }
  if (outcome && sql.changes() == 0) return fail(ErrorCode::missing, "there is no {} '{}'", what, id);
  return outcome;
}

}  // namespace loa::headend::store::sqlite
