#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "protocol/base/time.hpp"
#include "protocol/crypto/hash.hpp"
#include "protocol/crypto/key.hpp"

/// The words of the head-end: plain values, without SQL, files, clocks or sockets.
namespace loa::headend::model {

using protocol::crypto::PublicKey;
using protocol::crypto::Sha256;

/// A date in the ward's local time. Weekdays are computed from this and never from a UTC instant.
using LocalDate = std::chrono::local_days;

/// Seconds since local midnight, 0…86 399 for a start, up to 86 400 for an end.
using TimeOfDay = std::chrono::seconds;

/// A set of weekdays: bit 0 = Monday … bit 6 = Sunday, as in v1::Policy.
using Weekdays = std::uint8_t;
inline constexpr Weekdays every_day = 0x7f;

/// The group that every station is in, without being listed.
inline constexpr const char* everyone = "all";

struct Geometry {
  std::uint32_t width_px = 0;
  std::uint32_t height_px = 0;
  auto operator<=>(const Geometry&) const = default;
};

/// Days on which something is valid, both included; absent = open.
struct Validity {
  std::optional<LocalDate> from;
  std::optional<LocalDate> to;
  [[nodiscard]] bool contains(LocalDate day) const { return (!from || *from <= day) && (!to || day <= *to); }
  bool operator==(const Validity&) const = default;
};

/// A half-open span of UTC.
struct Span {
  WallTime from;
  WallTime to;
};

/// An id of the catalogue, with the name that it had at that moment.
struct Named {
  std::string id;
  std::string name;
  auto operator<=>(const Named&) const = default;
};

}  // namespace loa::headend::model
