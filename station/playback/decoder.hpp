#pragma once
#include <cstdint>
#include <memory>

#include "content/opus/opus_reader.hpp"
#include "station/playback/voice.hpp"

namespace loa::station::playback {

/// Fills one voice from its object. Used by the decoder thread only.
class Decoder {
 public:
  /// Opens the object and seeks to where the voice will be heard first: the assignment's begin, or now if that has
  /// passed.
  /// @error missing · invalid: damaged, or shorter than its cue
  static Result<std::unique_ptr<Decoder>> open(const Assignment& assignment, MonoTime now, std::size_t mark);

  [[nodiscard]] Voice& voice() { return voice_; }
  /// Decodes until the ring is full, the content ends, or `max_frames` were made.
  void fill(std::size_t max_frames);

 private:
  Decoder(content::opus::OpusReader reader) : reader_(std::move(reader)) {}
  content::opus::OpusReader reader_;
  Voice voice_;
  bool done_ = false;
};

}  // namespace loa::station::playback
