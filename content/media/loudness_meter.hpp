#pragma once
#include <cstdint>
#include <memory>
#include <span>

namespace loa::content::media {

/// Measures mono 48 000 Hz sound by EBU R128: integrated loudness (gated, ITU-R BS.1770-4) and true peak (4×
/// oversampled).
class LoudnessMeter {
 public:
  enum class Peak { sample, true_peak };  ///< the sample peak costs a tenth of the true peak

  explicit LoudnessMeter(Peak peak);
  void add(std::span<const float> frames);
  void add(std::span<const std::int16_t> frames);
  /// @return LUFS; −∞ for silence, and for less than 400 ms
  [[nodiscard]] double integrated_lufs() const;
  /// @return dBTP or dBFS, as asked for; −∞ for digital silence
  [[nodiscard]] double peak_db() const;
  [[nodiscard]] std::int64_t frames() const;

  LoudnessMeter(LoudnessMeter&&) noexcept;
  LoudnessMeter& operator=(LoudnessMeter&&) noexcept;
  ~LoudnessMeter();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace loa::content::media
