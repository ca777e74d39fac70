#pragma once
#include <chrono>
#include <cstdint>
#include <random>

namespace loa::protocol::link {

/// How long to wait before the next attempt: exponential with full jitter, so that a thousand stations that lost the
/// same broker do not come back in the same second.
class Backoff {
 public:
  Backoff(std::chrono::milliseconds least, std::chrono::milliseconds most, std::uint64_t seed)
      : least_(least), most_(most), random_(seed) {}

  /// The wait after one more failure: random in 0…ceiling(), which doubles with each call up to the most.
  std::chrono::milliseconds next();
  /// A connection proved good: begin anew.
  void reset() { failures_ = 0; }
  /// The longest wait that next() can give now.
  [[nodiscard]] std::chrono::milliseconds ceiling() const;

 private:
  std::chrono::milliseconds least_, most_;
  std::mt19937_64 random_;
  unsigned failures_ = 0;
};

}  // namespace loa::protocol::link
