#pragma once
#include <cstdint>
#include <filesystem>
#include <span>

#include "protocol/base/result.hpp"

namespace loa::firmware {

/// Writes an RGB picture as PNG; the file appears whole or not at all (temporary file, rename). Not synced: a recording
/// for people, not a proof.
/// @param rgb  [height × width × 3], rows from the top
/// @error      io · full
Result<void> save_png(const std::filesystem::path& path, int width_px, int height_px,
                      std::span<const std::uint8_t> rgb);

}  // namespace loa::firmware
