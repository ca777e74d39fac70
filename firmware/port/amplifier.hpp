#pragma once
#include <optional>

#include "protocol/base/result.hpp"

namespace loa::firmware {

/// The relay that powers the amplifier of a loudspeaker cluster.
class Amplifier {
 public:
  virtual ~Amplifier() = default;
  /// @error io: the relay line cannot be driven
  virtual Result<void> set(bool on) = 0;
  /// What the amplifier says of itself: whether it has power.
  /// @return absent: no such wire
  /// @error io: the wire cannot be read
  virtual Result<std::optional<bool>> feedback() = 0;
};

}  // namespace loa::firmware
