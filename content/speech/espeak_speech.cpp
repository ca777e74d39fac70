#include "content/speech/espeak_speech.hpp"

#include <espeak-ng/speak_lib.h>

#include <atomic>
#include <string>
#include <vector>

#include "content/media/resample.hpp"
#include "content/text/normal_text.hpp"

namespace loa::content::speech {
namespace {

constexpr int callback_ms = 200;
constexpr std::size_t most_minutes = 60;

/// The library is one for the whole process, so is this flag.
std::atomic_flag in_use = ATOMIC_FLAG_INIT;

struct Take {
  std::vector<std::int16_t> frames;
  std::size_t most_frames = 0;
};

/// @return 0 to go on, 1 to stop (speak_lib.h, espeak_SetSynthCallback)
int collect(short* frames, int count, espeak_EVENT* events) {
  auto* take = static_cast<Take*>(events->user_data);
  if (take == nullptr || frames == nullptr || count <= 0) return 0;
  take->frames.insert(take->frames.end(), frames, frames + count);
  return take->frames.size() > take->most_frames ? 1 : 0;
}

/// Loads the voices, once for the life of the process. Never undone: espeak_Terminate of 1.51 waits for ever when its
/// idle thread has not begun yet.
/// @return the rate in Hz, −1 without voices
int loaded_rate_hz() {
  static const int rate = espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, callback_ms, nullptr, espeakINITIALIZE_DONT_EXIT);
  return rate;
}

Result<void> check(const SpeechSettings& settings) {
  static constexpr const char* allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-+_";
  if (settings.voice.empty() || settings.voice.find_first_not_of(allowed) != std::string::npos) {
    return fail(ErrorCode::invalid, "'{}' cannot be the name of a voice; use one such as \"vi\"", settings.voice);
  }
  if (settings.words_per_minute < 80 || settings.words_per_minute > 400) {
    return fail(ErrorCode::invalid, "cannot speak {} words a minute; choose 80 to 400", settings.words_per_minute);
  }
  if (settings.pitch_percent < 0 || settings.pitch_percent > 99) {
    return fail(ErrorCode::invalid, "cannot speak at pitch {}; choose 0 to 99", settings.pitch_percent);
  }
  return {};
}

Result<void> apply(const SpeechSettings& settings) {
  if (espeak_SetVoiceByName(settings.voice.c_str()) != EE_OK) {
    return fail(ErrorCode::missing, "there is no voice '{}'; use \"vi\", \"vi-vn-x-central\" or \"vi-vn-x-south\"",
                settings.voice);
  }
  espeak_SetParameter(espeakRATE, settings.words_per_minute, 0);
  espeak_SetParameter(espeakPITCH, settings.pitch_percent, 0);
  return {};
}

}  // namespace

Result<std::unique_ptr<EspeakSpeech>> EspeakSpeech::open() {
  if (in_use.test_and_set()) return fail(ErrorCode::busy, "espeak-ng is in use already in this process");
  std::unique_ptr<EspeakSpeech> speech{new EspeakSpeech};
  if (loaded_rate_hz() > 0) return speech;
  return fail(ErrorCode::missing,
              "cannot speak: espeak-ng does not find its voices; install the package espeak-ng-data");
}

EspeakSpeech::~EspeakSpeech() { in_use.clear(); }

Result<media::Pcm> EspeakSpeech::speak(std::string_view raw, const SpeechSettings& settings) {
  LOA_TRY(check(settings));
  LOA_TRY_LET(const auto text, text::normalise(raw, max_text_bytes));
  if (!text::has_words(text)) {
    return fail(ErrorCode::invalid, "there is nothing to speak in \"{}\"; write at least one word", text);
  }
  const int rate = loaded_rate_hz();
  LOA_TRY(apply(settings));
  espeak_SetSynthCallback(collect);
  Take take;
  take.most_frames = most_minutes * 60 * static_cast<std::size_t>(rate);
  const auto result = espeak_Synth(text.c_str(), text.size() + 1, 0, POS_CHARACTER, 0,
                                   espeakCHARS_UTF8 | espeakENDPAUSE, nullptr, &take);
  if (result != EE_OK)
    return fail(ErrorCode::io, "cannot speak: espeak-ng fails with code {}", static_cast<int>(result));
  espeak_SetSynthCallback(nullptr);
  if (take.frames.empty()) return fail(ErrorCode::io, "cannot speak: espeak-ng made no sound of \"{}\"", text);
  return media::resample(take.frames, rate);
}

}  // namespace loa::content::speech
