#include "headend/rules/problem.hpp"

#include <algorithm>

namespace loa::headend::rules {

Result<void> verdict(const std::vector<Problem>& problems, bool strict) {
  const auto stops = [&](const Problem& problem) {
    return problem.severity == Severity::error || (strict && problem.severity == Severity::breach);
  };
  const auto first = std::find_if(problems.begin(), problems.end(), stops);
  if (first == problems.end()) return {};
  const auto count = std::count_if(problems.begin(), problems.end(), stops);
  const auto code = first->severity == Severity::breach ? ErrorCode::refused : ErrorCode::invalid;
  if (count == 1) return fail(code, "{}", first->text);
  return fail(code, "{} (and {} more)", first->text, count - 1);
}

}  // namespace loa::headend::rules
