#pragma once
#include <cstdint>
#include <optional>

#include "protocol/message/loa.pb.h"

/// How bright the sign is: a pure function of the plan and the instant.
namespace loa::station::core {

/// Percent at an instant, microseconds UTC; 100 outside of all stretches.
int brightness_at(const v1::Plan& plan, std::int64_t at_us);

/// The next instant after `at_us` at which it may change; absent for a plan without stretches.
std::optional<std::int64_t> next_brightness_us(const v1::Plan& plan, std::int64_t at_us);

}  // namespace loa::station::core
