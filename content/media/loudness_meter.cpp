#include "content/media/loudness_meter.hpp"

#include <ebur128.h>

#include <cmath>
#include <limits>
#include <new>

#include "content/media/pcm.hpp"

namespace loa::content::media {

struct LoudnessMeter::State {
  ebur128_state* meter;
  Peak peak;
  std::int64_t frames = 0;

  explicit State(Peak wanted)
      : meter(ebur128_init(
            1, rate_hz,
            EBUR128_MODE_I | (wanted == Peak::sample ? int{EBUR128_MODE_SAMPLE_PEAK} : int{EBUR128_MODE_TRUE_PEAK}))),
        peak(wanted) {
    if (meter == nullptr) throw std::bad_alloc();
  }
  ~State() { ebur128_destroy(&meter); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

LoudnessMeter::LoudnessMeter(Peak peak) : state_(std::make_unique<State>(peak)) {}
LoudnessMeter::LoudnessMeter(LoudnessMeter&&) noexcept = default;
LoudnessMeter& LoudnessMeter::operator=(LoudnessMeter&&) noexcept = default;
LoudnessMeter::~LoudnessMeter() = default;

void LoudnessMeter::add(std::span<const float> frames) {
  ebur128_add_frames_float(state_->meter, frames.data(), frames.size());
  state_->frames += static_cast<std::int64_t>(frames.size());
}

void LoudnessMeter::add(std::span<const std::int16_t> frames) {
  ebur128_add_frames_short(state_->meter, frames.data(), frames.size());
  state_->frames += static_cast<std::int64_t>(frames.size());
}

double LoudnessMeter::integrated_lufs() const {
  double lufs = 0;
  const bool good = ebur128_loudness_global(state_->meter, &lufs) == EBUR128_SUCCESS;
  return good ? lufs : -std::numeric_limits<double>::infinity();
}

double LoudnessMeter::peak_db() const {
  double peak = 0;
  if (state_->peak == Peak::sample) {
    ebur128_sample_peak(state_->meter, 0, &peak);
  } else {
    ebur128_true_peak(state_->meter, 0, &peak);
  }
  return 20 * std::log10(peak);
}

std::int64_t LoudnessMeter::frames() const { return state_->frames; }

}  // namespace loa::content::media
