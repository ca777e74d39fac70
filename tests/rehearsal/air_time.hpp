#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "protocol/base/time.hpp"

namespace loa::tests {

/// Now, as everybody on this machine sees it.
WallTime wall_now();

/// "2026-11-21" and "05:00:00" of the ward's local time: what `loa programme add` takes.
std::string local_date(WallTime time);
std::string local_time(WallTime time);

/// Noise below 2 kHz at 48 000 Hz that never repeats: any quarter second of it is found at one place only, and an
/// offset of some 50 µs (a card's crystal that is just being measured) does not make it unlike itself, as white noise
/// would be.
std::vector<std::int16_t> noise(std::chrono::milliseconds length, unsigned seed);

}  // namespace loa::tests
