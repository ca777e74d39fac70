#pragma once
#include <cstdint>
#include <vector>

#include "protocol/base/result.hpp"

namespace loa::headend::ward {

/// A TCP port that nobody on this machine listens on at the moment, below the range that outgoing connections use (so
/// that none of them takes it before its listener starts).
/// @param taken  ports already given away
/// @error busy: none found
Result<std::uint16_t> free_port(const std::vector<std::uint16_t>& taken);

}  // namespace loa::headend::ward
