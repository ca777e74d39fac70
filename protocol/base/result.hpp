#pragma once
#include <fmt/core.h>

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace loa {

/// What kind of failure, for the program that must react.
enum class ErrorCode {
  invalid,      ///< the input is malformed or breaks a rule; repeating it will not help
  missing,      ///< a named thing does not exist
  exists,       ///< it is there already and may not be replaced
  refused,      ///< not allowed: signature, rights, policy, expiry, replay
  elsewhere,    ///< sound, and meant for somebody else
  io,           ///< disk, device or network failed; may heal
  busy,         ///< held by something else at the moment
  timeout,      ///< no answer within the deadline
  full,         ///< no space, or a quota is reached
  unsupported,  ///< this build, device or format version cannot do it
};

/// The code's name as it stands in logs and JSON, such as "refused".
const char* name_of(ErrorCode code);

/// A failure from outside (disk, device, network, peer's bytes, operator): a code for the program, and one sentence for
/// people that says what was tried, on which, why it failed and what to do.
struct Error {
  ErrorCode code;
  std::string text;
};

/// A value, or the Error that prevented it. Never ignored silently.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

/// Builds the failing side: `return fail(ErrorCode::io, "cannot open {}: {}", path, reason);`
template <class... Args>
tl::unexpected<Error> fail(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  return tl::unexpected<Error>(Error{code, fmt::format(format, std::forward<Args>(args)...)});
}

/// Hands an error on to the caller, unchanged.
inline tl::unexpected<Error> pass(Error error) { return tl::unexpected<Error>(std::move(error)); }

/// Hands an error on with what the caller was doing put before it: "while doing: cause".
inline tl::unexpected<Error> pass(Error error, const std::string& context) {
  return tl::unexpected<Error>(Error{error.code, context + ": " + error.text});
}

}  // namespace loa

/// Evaluates a Result<void> expression and returns its error from the enclosing function if it failed.
#define LOA_TRY(expression)                                      \
  do {                                                           \
    if (auto loa_try_result_ = (expression); !loa_try_result_) { \
      return ::loa::pass(std::move(loa_try_result_).error());    \
    }                                                            \
  } while (false)

#define LOA_TRY_JOIN_(a, b) a##b
#define LOA_TRY_NAME_(line) LOA_TRY_JOIN_(loa_try_value_, line)
#define LOA_TRY_LET_(temporary, declaration, expression)            \
  auto temporary = (expression);                                    \
  if (!temporary) return ::loa::pass(std::move(temporary).error()); \
  declaration = *std::move(temporary)

/// Declares a variable from a Result, or returns its error: `LOA_TRY_LET(auto text, read_file(path, limit));`
#define LOA_TRY_LET(declaration, expression) LOA_TRY_LET_(LOA_TRY_NAME_(__LINE__), declaration, expression)
