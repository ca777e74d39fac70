#include "firmware/clock/chrony_report.hpp"

#include <algorithm>
#include <cmath>

namespace loa::firmware {
namespace {

constexpr std::uint8_t version = 6, request_type = 1, reply_type = 2;
constexpr std::uint16_t tracking_command = 33, tracking_reply = 5, success = 0;
constexpr std::uint16_t not_synchronised = 3;             // leap status
constexpr std::uint32_t local_reference = 0x7F'7F'01'01;  // 127.127.1.1
constexpr std::uint16_t most_strata = 15;
constexpr double longest_bound_s = 3600;

// Where the fields of a reply lie; all are big-endian.
enum At : std::size_t {
  at_version = 0,
  at_type = 1,
  at_command = 4,
  at_reply = 6,
  at_status = 8,
  at_sequence = 16,
  at_reference = 28,
  at_stratum = 52,
  at_leap = 54,
  at_offset = 68,
  at_root_delay = 92,
  at_root_dispersion = 96,
  reply_bytes = 104
};

std::uint32_t number(std::string_view bytes, std::size_t at, std::size_t length) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < length; ++i) value = value << 8U | static_cast<std::uint8_t>(bytes[at + i]);
  return value;
}

/// chrony's own 32-bit floating point: 7 bits of exponent, 25 of coefficient, both in two's complement. Always finite.
double real(std::string_view bytes, std::size_t at) {
  const std::uint32_t bits = number(bytes, at, 4);
  int exponent = static_cast<int>(bits >> 25U);
  if (exponent >= 64) exponent -= 128;
  auto coefficient = static_cast<std::int32_t>(bits & 0x1FF'FFFFU);
  if (coefficient >= 1 << 24) coefficient -= 1 << 25;
  return std::ldexp(coefficient, exponent - 25);
}

}  // namespace

std::string chrony_request(std::uint32_t sequence) {
  std::string bytes(reply_bytes, '\0');
  bytes[at_version] = version;
  bytes[at_type] = request_type;
  bytes[at_command + 1] = tracking_command;
  for (std::size_t i = 0; i < 4; ++i) bytes[8 + i] = static_cast<char>(sequence >> (24U - 8U * i) & 0xFFU);
  return bytes;
}

Result<ChronyReport> parse_chrony_reply(std::string_view bytes, std::uint32_t sequence) {
  constexpr std::size_t head_bytes = at_reference;
  if (bytes.size() < head_bytes || number(bytes, at_version, 1) != version || number(bytes, at_type, 1) != reply_type ||
      number(bytes, at_command, 2) != tracking_command || number(bytes, at_sequence, 4) != sequence) {
    return fail(ErrorCode::invalid, "these {} bytes are no answer of chronyd to what it was asked", bytes.size());
  }
  if (const auto status = number(bytes, at_status, 2); status != success)
    return fail(ErrorCode::refused, "chronyd refuses to tell its tracking: status {}", status);
  if (number(bytes, at_reply, 2) != tracking_reply || bytes.size() != reply_bytes)
    return fail(ErrorCode::invalid, "chronyd's answer has {} bytes, its tracking {}", bytes.size(),
                std::size_t{reply_bytes});
  const auto stratum = number(bytes, at_stratum, 2), leap = number(bytes, at_leap, 2);
  const double delay_s = real(bytes, at_root_delay), dispersion_s = real(bytes, at_root_dispersion);
  if (leap > not_synchronised || delay_s < 0 || dispersion_s < 0)
    return fail(ErrorCode::invalid, "chronyd's tracking makes no sense: leap {}, root delay {} s, dispersion {} s",
                leap, delay_s, dispersion_s);
  const double bound_s = std::min(std::abs(real(bytes, at_offset)) + dispersion_s + delay_s / 2, longest_bound_s);
  ChronyReport report;
  report.synchronised = leap != not_synchronised && stratum >= 1 && stratum <= most_strata &&
                        number(bytes, at_reference, 4) != local_reference;
  report.error_bound = std::chrono::ceil<Micros>(std::chrono::duration<double>{bound_s});
  return report;
}

}  // namespace loa::firmware
