#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "protocol/base/result.hpp"

namespace loa::content::media {

/// Puts a gain on mono 48 000 Hz sound and keeps its sample peaks below a ceiling, by libav's volume and look-ahead
/// limiter (attack 5 ms, release 50 ms). The length does not change and nothing is delayed.
class Leveller {
 public:
  using Sink = std::function<Result<void>(std::span<const float>)>;

  /// @param ceiling_db  absent: no limiter, samples are only multiplied; else −24…0 dBFS
  static Result<Leveller> open(double gain_db, std::optional<double> ceiling_db, Sink sink);

  /// @error what the sink returned
  Result<void> add(std::span<const float> frames);
  /// Hands the last frames to the sink: call once.
  Result<void> finish();

  Leveller(Leveller&&) noexcept;
  Leveller& operator=(Leveller&&) noexcept;
  ~Leveller();

 private:
  struct State;
  explicit Leveller(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace loa::content::media
