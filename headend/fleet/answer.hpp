#pragma once
#include <string>

#include "protocol/message/loa.pb.h"

/// What stations answer to orders, for people.
namespace loa::headend::fleet {

/// Whether every output that was tested did what it should: heard or seen from beginning to end.
bool passed(const v1::Answer& answer);

/// What an output made of a test, one line for people.
std::string describe(const v1::Measured& measured);

}  // namespace loa::headend::fleet
