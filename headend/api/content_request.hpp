#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "headend/api/http_server.hpp"

/// The pure half of the server: targets, ranges and tokens (RFC 9110). No sockets.
namespace loa::headend::api {

/// Bytes of a file, first…last, both included.
struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  bool operator==(const ByteRange&) const = default;
};

enum class RangeVerdict {
  whole,  ///< no Range, or one that RFC 9110 §14.2 lets us ignore (several ranges, other units, malformed): 200
  part,   ///< 206
  unsatisfiable,  ///< 416
};

/// @param header  value of Range, empty if there is none
/// @param size    of the file
/// @param range   set when the verdict is `part`
RangeVerdict parse_range(std::string_view header, std::uint64_t size, ByteRange& range);

/// The object a target names: "/content/<64 lower-case hexadecimal digits>", nothing else; no query, no other spelling.
std::optional<protocol::crypto::Sha256> parse_content_target(std::string_view target);

/// A target below "/api/1/", decoded. Absent: it is not there, or its percent-encoding or UTF-8 is wrong.
std::optional<Request> parse_api_target(std::string_view target);

/// Whether "Authorization: Bearer <token>" carries the token; takes the same time for every wrong token.
bool is_authorised(std::string_view header, std::string_view token);

/// Whether an If-None-Match or If-Range value names this entity tag (with quotes).
bool names_tag(std::string_view header, std::string_view tag);

}  // namespace loa::headend::api
