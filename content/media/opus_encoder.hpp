#pragma once
#include <memory>
#include <span>
#include <string>

#include "protocol/base/result.hpp"

namespace loa::content::media {

/// What the encoder is tuned for (libopus application, bit rate).
enum class Kind { speech, music };

/// Encodes mono 48 000 Hz sound as Ogg Opus (RFC 7845). The same frames give the same bytes: fixed serial number, no
/// version or date in the tags. The length is exact: pre-skip and end trimming are set.
class OpusEncoder {
 public:
  /// @param bits_per_second  6 000…256 000, variable around it
  static Result<OpusEncoder> open(Kind kind, int bits_per_second);
  Result<void> add(std::span<const float> frames);
  /// @return the whole file; call once
  Result<std::string> finish();

  OpusEncoder(OpusEncoder&&) noexcept;
  OpusEncoder& operator=(OpusEncoder&&) noexcept;
  ~OpusEncoder();

 private:
  struct State;
  explicit OpusEncoder(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace loa::content::media
