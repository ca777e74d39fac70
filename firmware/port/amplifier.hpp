#pragma once
#include "protocol/base/result.hpp"

namespace loa::firmware {

/// The relay that powers the amplifier of a loudspeaker cluster.
class Amplifier {
 public:
  virtual ~Amplifier() = default;
  /// @error io: the relay line cannot be driven
  virtual Result<void> set(bool on) = 0;
};

}  // namespace loa::firmware
