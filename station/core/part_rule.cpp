#include "station/core/part_rule.hpp"

#include <algorithm>

namespace loa::station::core {
namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t rate_over_us = 600 * second_us;
constexpr std::int64_t clean_us = 10 * second_us;
constexpr std::int64_t shortest_shown_us = 5 * second_us;

}  // namespace

std::optional<bool> runs_dry(const v1::Proof& part, std::uint32_t limit) {
  const std::int64_t length_us = part.to_us() - part.from_us();
  if (part.underruns() == 0) return length_us >= clean_us ? std::optional{false} : std::nullopt;
  const std::int64_t tolerated = std::int64_t{limit} * std::max(length_us, rate_over_us);
  return part.underruns() * rate_over_us >= tolerated ? std::optional{true} : std::nullopt;
}

std::optional<bool> is_starved(const v1::Proof& part, bool scrolls) {
  const std::int64_t length_us = part.to_us() - part.from_us();
  if (length_us < shortest_shown_us) return std::nullopt;
  const std::int64_t needed = scrolls ? 10 * length_us / second_us : length_us / (2 * second_us);
  return static_cast<std::int64_t>(part.frames()) < needed;
}

}  // namespace loa::station::core
