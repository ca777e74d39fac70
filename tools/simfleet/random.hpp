#pragma once
#include <cstddef>
#include <cstdint>

namespace loa::tools::simfleet {

/// The one source of chance in a run: SplitMix64 (Steele, Lea, Flood 2014), the same on every machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  /// @return low…high, both included
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(high - low + 1));
  }
  /// @param chance  0…1
  bool happens(double chance) { return static_cast<double>(next() >> 11) * 0x1p-53 < chance; }

 private:
  std::uint64_t state_;
};

}  // namespace loa::tools::simfleet
