#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "tests/support/wav.hpp"

/// The arithmetic of listening.
namespace loa::tests::listen {

/// What the recordings say at 48 000 points a second of true time.
struct Axis {
  std::vector<float> samples;
  std::vector<bool> covered_ms;  ///< for each 48 samples: some recording covers them
};

/// Lays recordings on the axis whose sample 0 is at `origin_ns` (UTC). 16-point interpolation; silence where none
/// covers.
Axis lay_out(std::span<const Recording> recordings, std::int64_t origin_ns, std::size_t length);

/// Every eighth sample after a low-pass at 2.4 kHz.
std::vector<float> decimate_by_8(std::span<const float> samples);

/// `length` samples from a fractional position on, by 16-point interpolation; zeros where they do not all exist.
std::vector<float> shifted(std::span<const float> samples, double position, std::size_t length);

double dot(std::span<const float> a, std::span<const float> b);

/// Energies of stretches, each answered in constant time.
class Energy {
 public:
  explicit Energy(std::span<const float> samples);
  [[nodiscard]] double of(std::size_t from, std::size_t length) const { return sums_[from + length] - sums_[from]; }

 private:
  std::vector<double> sums_;
};

/// Normalised cross-correlation of `needle` with `hay` beginning at each position of [from, to).
/// Positions where the needle does not fit give 0.
std::vector<double> correlate(std::span<const float> needle, double needle_energy, std::span<const float> hay,
                              const Energy& hay_energy, std::ptrdiff_t from, std::ptrdiff_t to);

}  // namespace loa::tests::listen
