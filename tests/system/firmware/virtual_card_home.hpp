#pragma once
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/temp_folder.hpp"
#include "tests/support/wav.hpp"

namespace loa::tests {

/// What a recording's sidecar says, read as text: this side of the format is checked by the unit tests.
inline double sidecar_number(const std::string& json, const std::string& key) {
  const auto at = json.find("\"" + key + "\": ");
  return at == std::string::npos ? -1 : std::strtod(json.c_str() + at + key.size() + 4, nullptr);
}

/// A folder with an asound.conf that defines one virtual card "horn", and its recordings.
class VirtualCardTest : public testing::Test {
 protected:
  /// @param fields  more fields of the PCM's definition
  void define_card(const std::string& fields) {
    std::filesystem::create_directory(recordings());
    std::ofstream{folder_ / "asound.conf"} << "pcm_type.loa { lib \"" LOA_CARD_PLUGIN "\" }\n"
                                           << "pcm.horn { type loa name \"horn\" record \"" << recordings().string()
                                           << "\" control \"" << control().string() << "\" " << fields << " }\n"
                                           << "pcm.any { type plug slave.pcm horn }\n";
    ::setenv("ALSA_CONFIG_PATH", (folder_ / "asound.conf").c_str(), 1);
  }

  void order(const std::string& line) { std::ofstream{control()} << line << "\n"; }

  [[nodiscard]] std::filesystem::path recordings() const { return folder_ / "recordings"; }
  [[nodiscard]] std::filesystem::path control() const { return folder_ / "control"; }

  [[nodiscard]] std::vector<std::filesystem::path> wav_files() const {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator{recordings()}) {
      if (entry.path().extension() == ".wav") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  [[nodiscard]] static std::vector<std::int16_t> frames_of(const std::filesystem::path& wav) {
    auto loaded = Wav::load(wav);
    EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().text);
    return loaded ? loaded->frames : std::vector<std::int16_t>{};
  }

  [[nodiscard]] static std::string sidecar_of(std::filesystem::path wav) {
    std::ostringstream all;
    all << std::ifstream{wav.replace_extension(".json")}.rdbuf();
    return all.str();
  }

  /// Frames that differ from their neighbours and from silence, so that a lost or doubled one shows.
  [[nodiscard]] static std::vector<std::int16_t> numbered_frames(std::size_t count) {
    std::vector<std::int16_t> frames(count);
    std::uint32_t state = 1;
    for (auto& frame : frames) {
      state = state * 1'664'525U + 1'013'904'223U;
      frame = static_cast<std::int16_t>((state >> 16U) | 1U);
    }
    return frames;
  }

  const TempFolder folder_{"loa-card"};
};

}  // namespace loa::tests
