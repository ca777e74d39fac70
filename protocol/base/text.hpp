#pragma once
#include <string>
#include <string_view>

#include "protocol/base/result.hpp"

namespace loa {

/// Lower-case hexadecimal of bytes.
std::string format_hex(std::string_view bytes);

/// @param text  an even number of hexadecimal digits
/// @error       invalid
Result<std::string> parse_hex(std::string_view text);

/// Whether a text may name a ward, station, group or programme on the wire and on disk: 1…32 of a–z 0–9 and '-', not
/// beginning or ending with '-'. (So it is safe as an MQTT level, a file name and an ACL pattern.)
bool is_id(std::string_view text);

/// Whether the bytes are well-formed UTF-8 without control characters other than newline (RFC 3629).
bool is_clean_utf8(std::string_view text);

/// Makes a text fit a field for people: cut at a whole character to `most` bytes, and what is_clean_utf8() refuses in
/// it shown as '?'. A sentence may hold what a stranger sent, and a message with one bad field is refused whole.
std::string fit_text(std::string_view text, std::size_t most);

}  // namespace loa
