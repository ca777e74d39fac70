#pragma once
#include <memory>

#include "content/speech/speech.hpp"

namespace loa::content::speech {

/// Speech by libespeak-ng, offline, about a thousand times faster than real time.
/// The library keeps its state in the process: one EspeakSpeech exists at a time, and one thread uses it at a time.
class EspeakSpeech final : public Speech {
 public:
  /// @error busy: another one exists in this process · missing: the voice data (espeak-ng-data) is not installed
  static Result<std::unique_ptr<EspeakSpeech>> open();

  Result<media::Pcm> speak(std::string_view text, const SpeechSettings& settings) override;

  EspeakSpeech(const EspeakSpeech&) = delete;
  EspeakSpeech& operator=(const EspeakSpeech&) = delete;
  ~EspeakSpeech() override;

 private:
  EspeakSpeech() = default;
};

}  // namespace loa::content::speech
