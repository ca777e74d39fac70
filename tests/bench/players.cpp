#include "tests/bench/players.hpp"

#include <algorithm>
#include <cmath>
#include <thread>

#include "protocol/base/file.hpp"
#include "tests/support/listen.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::bench {

namespace fs = std::filesystem;

Result<VirtualCard> VirtualCard::make(const fs::path& folder, const std::string& name, const Crystal& crystal) {
  const auto plugin = tests::program_folder().parent_path() / "lib" / "libasound_module_pcm_loa.so";
  if (!fs::exists(plugin)) return fail(ErrorCode::missing, "the virtual sound card {} is not built", plugin.string());
  VirtualCard card;
  card.folder_ = folder / name;
  LOA_TRY(make_folders(card.folder_ / "recordings"));
  const auto text = fmt::format(
      "pcm_type.loa {{ lib \"{}\" }}\n"
      "pcm.!default {{ type loa name \"{}\" record \"{}\" ppm {} wander_ppm {} wander_s {} wander_phase {} "
      "hint {{ show on description \"card\" }} }}\n",
      plugin.string(), name, card.recordings_folder().string(), crystal.ppm, crystal.wander_ppm, crystal.wander_s,
      crystal.wander_phase);
  LOA_TRY(save_file(card.folder_ / "asound.conf", text));
  return card;
}

std::string VirtualCard::env() const { return "ALSA_CONFIG_PATH=" + (folder_ / "asound.conf").string(); }

Result<std::vector<tests::Recording>> VirtualCard::recordings() const {
  return tests::Recording::load_folder(folder_ / "recordings");
}

Result<void> watch(const std::vector<pid_t>& players, double seconds, Performance& performance) {
  std::vector<tests::Usage> before;
  for (const auto pid : players) {
    LOA_TRY_LET(const auto usage, tests::usage_of(pid));
    before.push_back(usage);
  }
  const double begin = now_s();
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  for (std::size_t i = 0; i < players.size(); ++i) {
    LOA_TRY_LET(const auto usage, tests::usage_of(players[i]));
    const double cpu_s = std::chrono::duration<double>(usage.cpu - before[i].cpu).count();
    performance.cpu_percent.push_back(100 * cpu_s / (now_s() - begin));
    performance.resident_mb.push_back(static_cast<double>(usage.resident_bytes) / 1e6);
  }
  return {};
}

namespace {

/// When a card first played something louder than noise.
std::optional<std::int64_t> first_sound_us(const std::vector<tests::Recording>& takes) {
  for (const auto& take : takes) {
    const auto loud = std::find_if(take.frames.begin(), take.frames.end(), [](int v) { return std::abs(v) > 100; });
    if (loud == take.frames.end()) continue;
    const double seconds = static_cast<double>(loud - take.frames.begin()) / take.true_rate();
    return take.start_realtime_ns / 1000 + std::llround(seconds * 1e6);
  }
  return {};
}

}  // namespace

Result<void> compare_starts(const std::vector<VirtualCard>& cards, const std::vector<std::int16_t>& sound,
                            Performance& performance) {
  std::optional<std::int64_t> near;
  std::vector<tests::listen::Match> matches;
  for (const auto& card : cards) {
    LOA_TRY_LET(const auto takes, card.recordings());
    if (!near) near = first_sound_us(takes);
    if (!near) return fail(ErrorCode::io, "a player's card stayed silent");
    matches.push_back(tests::listen::align(takes, {sound, *near, 50}));
  }
  bool first = true;
  for (std::size_t window = 0; window < matches[0].windows.size(); ++window) {
    double low = 1e9;
    double high = -1e9;
    for (const auto& match : matches) {
      if (!match.windows[window].heard) continue;
      low = std::min(low, match.windows[window].offset_us);
      high = std::max(high, match.windows[window].offset_us);
    }
    const bool all_heard =
        std::all_of(matches.begin(), matches.end(), [&](const auto& match) { return match.windows[window].heard; });
    if (!all_heard) continue;
    if (first) performance.start_spread_us = high - low;
    performance.worst_spread_us = std::max(performance.worst_spread_us, high - low);
    first = false;
  }
  if (first) return fail(ErrorCode::io, "no quarter of a second was heard on all four cards");
  return {};
}

}  // namespace loa::bench
