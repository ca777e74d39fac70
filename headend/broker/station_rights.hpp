#pragma once
#include <cstddef>
#include <string_view>

namespace loa::headend::broker {

/// What the access list cannot say: how long a message of a station may be, and which of them the broker may keep.
/// Asked by the broker itself (guard/), for each message that is not the head-end's.
/// @param topic     any, also one that is not ours
/// @param bytes     of the payload
/// @param retained  it asks the broker to keep it
bool may_publish(std::string_view topic, std::size_t bytes, bool retained);

}  // namespace loa::headend::broker
