#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <variant>

#include "content/opus/opus_reader.hpp"
#include "station/playback/test_tone.hpp"
#include "station/playback/voice.hpp"

namespace loa::station::playback {

/// Fills one voice from its object, or from the tone of a test. Used by the decoder thread only.
class Decoder {
 public:
  /// Opens the object and seeks to where the voice will be heard first: the assignment's begin, or now if that has
  /// passed.
  /// @error missing · invalid: damaged, or shorter than its cue
  static Result<std::unique_ptr<Decoder>> open(const Assignment& assignment, MonoTime now, std::size_t mark);

  [[nodiscard]] Voice& voice() { return voice_; }
  /// Decodes what must be there before the voice is handed over: of one that joins late enough for what the device is
  /// written ahead of what sounds, however long the decoding takes; else it would begin with a blip and a gap.
  /// @param clock  asked again and again
  void prepare(const std::function<MonoTime()>& clock);
  /// Decodes until the ring is full, the content ends, or `max_frames` were made. @return whether any was made
  bool fill(std::size_t max_frames);
  /// Whether what is decoded goes on until that instant.
  [[nodiscard]] bool reaches(MonoTime time) const { return static_cast<double>(end_) >= voice_.frame_at(time); }

 private:
  using Source = std::variant<content::opus::OpusReader, TestTone>;
  static Result<Source> open_source(const Assignment& assignment);
  explicit Decoder(Source source) : source_(std::move(source)) {}
  [[nodiscard]] std::int64_t source_frames() const;

  Source source_;
  Voice voice_;
  std::int64_t end_ = 0;  // content frame after the last decoded one
  bool done_ = false;
};

}  // namespace loa::station::playback
