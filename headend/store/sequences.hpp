#pragma once
#include <cstdint>
#include <string>
#include "protocol/base/result.hpp"

namespace loa::headend::store {

/// Counters that never fall, by name ("plan/<station>", "receipt/<station>" …).
class Sequences {
 public:
  /// Hands out the next number: greater than every one handed out before, and at least `floor`. Durable before it is
  /// returned. (Callers give the time in seconds as floor, so that a store restored from a backup is never behind.)
  virtual Result<std::uint64_t> next(const std::string& counter, std::uint64_t floor = 1) = 0;
  /// Tells the last number handed out; 0: none yet.
  virtual Result<std::uint64_t> last(const std::string& counter) = 0;
  /// Lets a counter go on above a number that somebody else has seen, because the store may be a backup.
  /// @return whether it was behind
  virtual Result<bool> raise(const std::string& counter, std::uint64_t seen) = 0;

 protected:
  ~Sequences() = default;
};

}  // namespace loa::headend::store
