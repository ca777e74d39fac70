#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <numbers>
#include <random>
#include <string>

#include "content/media/pcm.hpp"
#include "protocol/base/file.hpp"

namespace loa::content {

/// A sine of 440 Hz.
inline media::Pcm tone(std::size_t frames, double amplitude) {
  media::Pcm pcm;
  pcm.frames.resize(frames);
  for (std::size_t i = 0; i < frames; ++i) {
    pcm.frames[i] =
        static_cast<float>(amplitude * std::sin(2 * std::numbers::pi * 440 * static_cast<double>(i) / 48'000));
  }
  return pcm;
}

/// Plucked notes, twice a second: peaks 15 dB above the loudness, like a zither.
inline media::Pcm plucks(std::size_t frames) {
  media::Pcm pcm;
  pcm.frames.resize(frames);
  for (std::size_t i = 0; i < frames; ++i) {
    const double t = static_cast<double>(i % 24'000) / 48'000;
    const double envelope = 0.2 * std::exp(-t * 14) * std::min(1.0, t * 400);
    const double phase = 2 * std::numbers::pi * 330 * t;
    pcm.frames[i] =
        static_cast<float>(envelope * (std::sin(phase) + 0.5 * std::sin(2 * phase) + 0.3 * std::sin(3 * phase)));
  }
  return pcm;
}

/// Sound with an extreme crest factor: bursts of white noise twice a second over faint noise. Same every time.
inline media::Pcm drum(std::size_t frames) {
  media::Pcm pcm;
  pcm.frames.resize(frames);
  std::mt19937 random{7};
  for (std::size_t i = 0; i < frames; ++i) {
    const double noise = static_cast<double>(random()) / 2147483648.0 - 1;
    const double envelope = 0.9 * std::exp(-static_cast<double>(i % 24'000) / 900) + 0.004;
    pcm.frames[i] = static_cast<float>(envelope * noise);
  }
  return pcm;
}

/// A WAV file of 16-bit samples (RIFF, PCM), with a length in its header that need not be true.
inline std::string wav(const media::Pcm& pcm, std::uint32_t rate_hz = 48'000, std::uint32_t claimed_bytes = 0) {
  std::string data;
  for (float x : pcm.frames) {
    const auto sample =
        static_cast<std::uint16_t>(static_cast<std::int16_t>(std::lround(std::clamp(x, -1.0F, 1.0F) * 32'767)));
    data += static_cast<char>(sample & 0xFF);
    data += static_cast<char>(sample >> 8);
  }
  const auto little = [](std::uint32_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>((value >> (8 * i)) & 0xFF);
    return text;
  };
  const auto size = claimed_bytes > 0 ? claimed_bytes : static_cast<std::uint32_t>(data.size());
  return "RIFF" + little(36 + size, 4) + "WAVEfmt " + little(16, 4) + little(1, 2) + little(1, 2) + little(rate_hz, 4) +
         little(rate_hz * 2, 4) + little(2, 2) + little(16, 2) + "data" + little(size, 4) + data;
}

}  // namespace loa::content
