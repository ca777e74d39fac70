#pragma once
#include <string>
#include <string_view>

namespace loa::headend::ward {

/// A TOML basic string, with quotes and escapes (TOML 1.0.0 "String").
std::string quote(std::string_view text);

}  // namespace loa::headend::ward
