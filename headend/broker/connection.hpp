#pragma once
#include "headend/ward/ward.hpp"
#include "protocol/link/link.hpp"

namespace loa::headend::broker {

/// How the head-end and `loa` reach the ward's broker: the private one's loopback listener, or the outside one.
/// @param client_id  at the private broker any number may be connected, each with its own
/// @error missing, refused or invalid: the password's file
Result<protocol::link::LinkSettings> connection_of(const ward::Ward& ward, const std::string& client_id);

}  // namespace loa::headend::broker
