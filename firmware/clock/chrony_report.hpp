#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/base/result.hpp"
#include "protocol/base/time.hpp"

namespace loa::firmware {

/// What chronyd says of the clock that it keeps ("tracking").
struct ChronyReport {
  /// Its leap status is not "Not synchronised", and its reference is a source: not the machine itself (the directive
  /// `local`, reference 127.127.1.1).
  bool synchronised = false;
  /// |system time offset| + root dispersion + root delay / 2, the bound that chronyc(1) gives; 0…1 h, more is 1 h.
  Micros error_bound{0};
};

/// One request for "tracking", as long as its answer. @source chrony 4, candm.h: protocol version 6, command 33
std::string chrony_request(std::uint32_t sequence);

/// Reads the answer to the request of that sequence. Pure; bytes may be anything.
/// @error invalid: not an answer to it  @error refused: chronyd says why not, by a number
Result<ChronyReport> parse_chrony_reply(std::string_view bytes, std::uint32_t sequence);

}  // namespace loa::firmware
