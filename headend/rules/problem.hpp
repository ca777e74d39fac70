#pragma once
#include <string>
#include <vector>

#include "protocol/base/result.hpp"

namespace loa::headend::rules {

enum class Severity {
  error,    ///< makes no sense: must not be stored
  breach,   ///< breaks the policy: stations will refuse it and say so
  warning,  ///< probably not meant
};

/// Something wrong with an entry, told while it is being edited.
struct Problem {
  Severity severity = Severity::error;
  std::string code;   ///< stable word: "empty", "unknown-group", "overlap", "hours" …
  std::string text;   ///< one sentence
  std::string other;  ///< id of the other programme, for an overlap
};

/// Gives the errors as one Error: the first sentence, and how many more. No error: success. Breaches count when
/// `strict`.
Result<void> verdict(const std::vector<Problem>& problems, bool strict = false);

}  // namespace loa::headend::rules
