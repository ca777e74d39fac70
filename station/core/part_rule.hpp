#pragma once
#include <cstdint>
#include <optional>

#include "protocol/message/loa.pb.h"

/// What a heard or shown part says of its device. Each answer is absent when the part says nothing either way.
namespace loa::station::core {

/// Whether the sound breaks off too often: `limit` underruns in a part, or in each ten minutes of a longer one. A part
/// of 10 s or more without any says that it does not; fewer than the limit say nothing.
std::optional<bool> runs_dry(const v1::Proof& part, std::uint32_t limit);

/// Whether a sign gets fewer frames than can be read: 10 a second for a strip, one in two seconds for a page. Parts
/// shorter than 5 s say nothing.
std::optional<bool> is_starved(const v1::Proof& part, bool scrolls);

}  // namespace loa::station::core
