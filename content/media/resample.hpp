#pragma once
#include <span>

#include "content/media/pcm.hpp"
#include "protocol/base/result.hpp"

namespace loa::content::media {

/// Brings mono s16 sound of another rate to 48 000 Hz.
/// @param from_hz  4 000…192 000
/// @error invalid: rate outside
Result<Pcm> resample(std::span<const std::int16_t> frames, int from_hz);

}  // namespace loa::content::media
