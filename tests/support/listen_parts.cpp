#include "tests/support/listen_parts.hpp"

#include <algorithm>
#include <cmath>

namespace loa::tests::listen {

namespace {

constexpr std::ptrdiff_t block = 48;  // 1 ms
constexpr double seconds_of_block = 0.001;
constexpr std::size_t shortest_gap = 2;  // blocks
constexpr std::size_t shortest_heard = 5;
constexpr std::size_t shortest_stray = 20;
constexpr double quiet_rms = 2;     // of 32 768: below it silence and content look alike
constexpr double rounding_rms = 1;  // two roundings to 16 bit and an interpolation between them
constexpr double stray_rms = 30;
constexpr double frames_of_us = 48'000e-6;

enum class Block : char {
  heard,
  lost,
  doubtful,  ///< the content pauses: cannot be told
};

/// The lags, in frames, that a block may have: of its own window, and of the nearest heard one on each side.
class Lags {
 public:
  explicit Lags(const std::vector<Window>& windows) : windows_(windows) {}

  [[nodiscard]] std::vector<double> near(std::size_t window) const {
    std::vector<double> lags;
    if (windows_[window].heard) lags.push_back(lag_of(window));
    for (std::size_t i = window; i-- > 0;) {
      if (windows_[i].heard) {
        lags.push_back(lag_of(i));
        break;
      }
    }
    for (std::size_t i = window + 1; i < windows_.size(); ++i) {
      if (windows_[i].heard) {
        lags.push_back(lag_of(i));
        break;
      }
    }
    return lags;
  }

 private:
  [[nodiscard]] double lag_of(std::size_t i) const { return windows_[i].offset_us * frames_of_us; }
  const std::vector<Window>& windows_;
};

struct Sums {
  double content = 0, heard = 0, both = 0;
};

Sums compare(const Scene& scene, std::ptrdiff_t at, std::ptrdiff_t length, double lag) {
  const auto content =
      std::span<const float>(scene.content).subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(length));
  const auto heard = shifted(scene.axis.samples, static_cast<double>(at + scene.margin) + lag, content.size());
  return {dot(content, content), dot(heard, heard), dot(content, heard)};
}

/// The usual gain from content to recording: the median over the heard windows.
double gain_of(const Scene& scene, const std::vector<Window>& windows) {
  std::vector<double> gains;
  const auto frames = static_cast<std::ptrdiff_t>(scene.content.size());
  for (const auto& window : windows) {
    if (!window.heard) continue;
    const auto at = static_cast<std::ptrdiff_t>(std::llround(window.at_s * 48'000));
    const Sums sums = compare(scene, at, std::min<std::ptrdiff_t>(1'200, frames - at), window.offset_us * frames_of_us);
    if (sums.content > 0) gains.push_back(std::sqrt(sums.heard / sums.content));
  }
  if (gains.empty()) return 1;
  const auto middle = gains.begin() + static_cast<std::ptrdiff_t>(gains.size() / 2);
  std::nth_element(gains.begin(), middle, gains.end());
  return *middle;
}

bool is_covered(const Scene& scene, std::ptrdiff_t at, double lag) {
  const auto ms = (static_cast<double>(at + scene.margin) + lag) / block + 0.5;
  const auto i = static_cast<std::size_t>(std::max(0.0, ms));
  return i < scene.axis.covered_ms.size() && scene.axis.covered_ms[i];
}

/// Whether the same wave is there: alike in shape, and not merely a whisper of it (the tail of a fade may be −14 dB);
/// or so faint that rounding spoils its shape, but no further from it than rounding goes.
bool is_alike(const Sums& sums, double gain, double length) {
  const double expected = gain * gain * sums.content;
  const double residual = std::sqrt(std::max(0.0, expected - 2 * gain * sums.both + sums.heard) / length);
  if (residual < rounding_rms + 0.2 * std::sqrt(expected / length)) return true;
  return sums.both > 0.8 * std::sqrt(sums.content * sums.heard) && sums.heard > 0.04 * expected;
}

Block judge(const Scene& scene, std::ptrdiff_t at, std::ptrdiff_t length, const std::vector<double>& lags,
            double gain) {
  bool quiet = false;
  for (const double lag : lags) {
    if (!is_covered(scene, at, lag)) continue;
    const Sums sums = compare(scene, at, length, lag);
    if (std::sqrt(sums.content / static_cast<double>(length)) * gain < quiet_rms) {
      quiet = true;
    } else if (is_alike(sums, gain, static_cast<double>(length))) {
      return Block::heard;
    }
  }
  return quiet ? Block::doubtful : Block::lost;
}

std::vector<Block> judge_all(const Scene& scene, const std::vector<Window>& windows) {
  const Lags lags(windows);
  const double gain = gain_of(scene, windows);
  const auto frames = static_cast<std::ptrdiff_t>(scene.content.size());
  std::vector<Block> blocks;
  std::vector<double> near;
  for (std::ptrdiff_t at = 0; at < frames; at += block) {
    if (at % 12'000 == 0) near = lags.near(static_cast<std::size_t>(at / 12'000));
    blocks.push_back(judge(scene, at, std::min(block, frames - at), near, gain));
  }
  return blocks;
}

/// Calls use(first, end) for each run of equal blocks.
template <class Use>
void for_runs(const std::vector<Block>& blocks, Use use) {
  for (std::size_t first = 0; first < blocks.size();) {
    std::size_t end = first;
    while (end < blocks.size() && blocks[end] == blocks[first]) ++end;
    use(first, end);
    first = end;
  }
}

/// Turns runs of `what` shorter than `least` into `into`.
void smooth(std::vector<Block>& blocks, Block what, std::size_t least, Block into) {
  const auto before = blocks;
  for_runs(before, [&](std::size_t first, std::size_t end) {
    if (before[first] == what && end - first < least) std::fill(blocks.begin() + first, blocks.begin() + end, into);
  });
}

/// A pause of the content counts as what lies around it; between heard and lost it counts as heard, and is added up.
double settle_doubts(std::vector<Block>& blocks) {
  double doubtful_s = 0;
  const auto before = blocks;
  for_runs(before, [&](std::size_t first, std::size_t end) {
    if (before[first] != Block::doubtful) return;
    const bool lost_before = first > 0 && before[first - 1] == Block::lost;
    const bool lost_after = end < before.size() && before[end] == Block::lost;
    const bool heard_beside =
        (first > 0 && before[first - 1] == Block::heard) || (end < before.size() && before[end] == Block::heard);
    const Block verdict = heard_beside ? Block::heard : Block::lost;
    if (verdict == Block::heard && (lost_before || lost_after)) {
      doubtful_s += static_cast<double>(end - first) * seconds_of_block;
    }
    std::fill(blocks.begin() + first, blocks.begin() + end, verdict);
  });
  return doubtful_s;
}

Part part_of(const Scene& scene, std::size_t first, std::size_t end) {
  const double length_s = static_cast<double>(scene.content.size()) / 48'000;
  return {static_cast<double>(first) * seconds_of_block,
          std::min(length_s, static_cast<double>(end) * seconds_of_block)};
}

/// Where in the content the sound at axis sample `at` really comes from.
std::optional<double> place_of(const Scene& scene, std::ptrdiff_t at, std::ptrdiff_t length) {
  const auto needle = decimate_by_8(std::span<const float>(scene.axis.samples)
                                        .subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(length)));
  const auto hay = decimate_by_8(scene.content);
  const Energy energy(hay);
  // The low-pass rings at the ends of the cut-out needle: leave them away.
  const auto inner = std::span<const float>(needle).subspan(4, needle.size() - 8);
  const auto values = correlate(inner, dot(inner, inner), hay, energy, 0,
                                static_cast<std::ptrdiff_t>(hay.size()) - static_cast<std::ptrdiff_t>(inner.size()));
  if (values.empty()) return {};
  const auto top = std::max_element(values.begin(), values.end());
  if (*top < 0.9) return {};
  return static_cast<double>(top - values.begin() - 4) * 8 / 48'000;
}

/// Which milliseconds of the planned time are loud although what was planned there is not heard.
std::vector<bool> loud_strangers(const Scene& scene, const std::vector<Block>& blocks) {
  std::vector<bool> strange(blocks.size());
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (blocks[i] != Block::lost) continue;
    const auto at = static_cast<std::size_t>(scene.margin) + i * block;
    const auto piece = std::span<const float>(scene.axis.samples).subspan(at, block);
    strange[i] = std::sqrt(dot(piece, piece) / block) > stray_rms;
  }
  return strange;
}

/// Strays are runs of loud strangers; pauses of up to 20 ms inside (zero crossings, plosives) do not divide them.
void find_strays(const Scene& scene, const std::vector<Block>& blocks, Match& match) {
  const auto strange = loud_strangers(scene, blocks);
  for (std::size_t first = 0; first < strange.size(); ++first) {
    if (!strange[first]) continue;
    std::size_t last = first;
    for (std::size_t i = first; i < strange.size() && i - last <= shortest_stray; ++i) {
      if (strange[i]) last = i;
    }
    const std::size_t length = last + 1 - first;
    if (length >= shortest_stray) {
      const auto at = scene.margin + static_cast<std::ptrdiff_t>(first) * block;
      const auto probe = std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(length) * block, 12'000);
      auto content_at = place_of(scene, at, probe);
      match.strays.push_back(
          {static_cast<double>(first) * seconds_of_block, static_cast<double>(length) * seconds_of_block, content_at});
    }
    first = last;
  }
}

}  // namespace

void find_parts(const Scene& scene, Match& match) {
  auto blocks = judge_all(scene, match.windows);
  smooth(blocks, Block::lost, shortest_gap, Block::heard);
  match.doubtful_s = settle_doubts(blocks);
  smooth(blocks, Block::heard, shortest_heard, Block::lost);
  for_runs(blocks, [&](std::size_t first, std::size_t end) {
    const Part part = part_of(scene, first, end);
    (blocks[first] == Block::heard ? match.heard : match.gaps).push_back(part);
    (blocks[first] == Block::heard ? match.heard_s : match.lost_s) += part.length_s();
  });
  find_strays(scene, blocks, match);
}

}  // namespace loa::tests::listen
