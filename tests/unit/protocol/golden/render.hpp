#pragma once
#include <string>

#include "tests/unit/protocol/samples/samples.hpp"

namespace loa::tests {

/// What the bytes of a golden vector mean, as a text: each layer decoded by the protoc program, which knows nothing of
/// our code but loa.proto.
std::string render(const samples::Vector& vector);

}  // namespace loa::tests
