#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/base/result.hpp"

namespace loa::content::text {

/// Makes text from a keyboard, a web form or any editor's file into the one form that is spoken, drawn and hashed:
/// without byte order mark, CR LF and CR as newline, tabs and no-break blanks as blanks, Unicode NFC (a Mac writes "ế"
/// as three characters), no blanks at the ends of lines, no empty lines at either end.
/// @error invalid: empty, longer than max_bytes, not UTF-8, or with control characters; the sentence says which
Result<std::string> normalise(std::string_view raw, std::size_t max_bytes);

/// The first character of a normalised text that would be there without being seen (Unicode Cf, Cn, Co, Cs, Zl, Zp),
/// such as a direction override or a zero-width blank; absent if there is none.
std::optional<std::uint32_t> first_invisible(std::string_view text);

/// The code of the first character of a text that is not empty.
std::uint32_t first_code(std::string_view text);

/// Whether a normalised text has at least one letter or digit: without, there is nothing to say.
bool has_words(std::string_view text);

}  // namespace loa::content::text
