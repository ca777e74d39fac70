#pragma once
#include <string>
#include <string_view>

#include "content/media/pcm.hpp"
#include "protocol/base/result.hpp"

namespace loa::content::speech {

/// How a text is spoken.
struct SpeechSettings {
  std::string voice =
      "vi";  ///< of the engine; espeak-ng: "vi", "vi-vn-x-central", "vi-vn-x-south", with "+f3" for a timbre
  int words_per_minute =
      150;                 ///< 80…400. A horn in the street wants slower speech than a room: the engine's own is 175
  int pitch_percent = 50;  ///< 0…99
};

/// Turns a bulletin into sound.
class Speech {
 public:
  virtual ~Speech() = default;
  /// Speaks a text. Spoken again it has the same words and length, but an engine may vary the voice a little as people
  /// do: make the object once, approve it, and play that.
  /// @param text  UTF-8, at most max_text_bytes; normalised before use (content/text)
  /// @error invalid: empty, too long, not text, nothing speakable in it · missing: no such voice · io: the engine
  /// failed
  virtual Result<media::Pcm> speak(std::string_view text, const SpeechSettings& settings) = 0;
};

/// About 20 minutes of speech: no bulletin is longer.
inline constexpr std::size_t max_text_bytes = 24'000;

}  // namespace loa::content::speech
