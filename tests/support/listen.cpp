#include "tests/support/listen.hpp"

#include <algorithm>
#include <cmath>

#include "tests/support/listen_parts.hpp"
#include "tests/support/signal.hpp"

namespace loa::tests::listen {

namespace {

constexpr std::ptrdiff_t window_frames = 12'000;
constexpr std::ptrdiff_t shortest_window = 4'800;
constexpr double quiet_rms = 16;  // of 32 768: about −66 dBFS
constexpr double heard_peak = 0.8;
constexpr double us_of_frame = 1e6 / 48'000;
constexpr std::ptrdiff_t fine_reach = 10;

std::vector<float> to_float(std::span<const std::int16_t> pcm) { return {pcm.begin(), pcm.end()}; }

/// A lag in frames, with how well it fits.
struct Fit {
  double lag = 0;
  double peak = -1;
};

/// Finds windows of the content in the recording: coarsely at 6 kHz over the whole search range, then exactly around
/// the best candidates. Periodic sound fits at many lags nearly as well: among equals, the lag of the window before
/// wins.
class Finder {
 public:
  Finder(const Scene& scene, std::ptrdiff_t reach)
      : scene_(scene),
        reach_(reach),
        energy_(scene.axis.samples),
        coarse_content_(decimate_by_8(scene.content)),
        coarse_axis_(decimate_by_8(scene.axis.samples)),
        coarse_energy_(coarse_axis_) {}

  Fit find(std::ptrdiff_t at, std::ptrdiff_t length) {
    const auto needle =
        std::span<const float>(scene_.content).subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(length));
    Fit best;
    for (const auto lag : candidates(at, length)) {
      const Fit fit = refine(needle, at, lag);
      if (fit.peak > best.peak) best = fit;
    }
    const Fit same = refine(needle, at, previous_);
    if (same.peak > best.peak - 0.01) best = same;
    best = polish(needle, at, best);
    if (best.peak >= heard_peak) previous_ = static_cast<std::ptrdiff_t>(std::lround(best.lag));
    return best;
  }

 private:
  std::vector<std::ptrdiff_t> candidates(std::ptrdiff_t at, std::ptrdiff_t length) const {
    const auto needle = std::span<const float>(coarse_content_)
                            .subspan(static_cast<std::size_t>(at / 8), static_cast<std::size_t>(length / 8 - 1));
    const auto zero = (at + scene_.margin) / 8;
    const auto reach = reach_ / 8 + 1;
    const auto values =
        correlate(needle, dot(needle, needle), coarse_axis_, coarse_energy_, zero - reach, zero + reach + 1);
    const double top = *std::max_element(values.begin(), values.end());
    std::vector<std::pair<double, std::ptrdiff_t>> peaks;
    for (std::size_t i = 1; i + 1 < values.size(); ++i) {
      const bool is_peak = values[i] >= values[i - 1] && values[i] >= values[i + 1];
      if (is_peak && values[i] > 0.8 * top) peaks.emplace_back(values[i], (static_cast<std::ptrdiff_t>(i) - reach) * 8);
    }
    std::sort(peaks.rbegin(), peaks.rend());
    if (peaks.size() > 6) peaks.resize(6);
    std::vector<std::ptrdiff_t> lags;
    for (const auto& [value, lag] : peaks) lags.push_back(lag);
    return lags;
  }

  Fit refine(std::span<const float> needle, std::ptrdiff_t at, std::ptrdiff_t lag) const {
    const auto from = at + scene_.margin + lag - fine_reach;
    const auto values =
        correlate(needle, dot(needle, needle), scene_.axis.samples, energy_, from, from + 2 * fine_reach + 1);
    const auto top = std::max_element(values.begin(), values.end());
    const auto i = top - values.begin();
    double shift = 0;
    if (i > 0 && i < 2 * fine_reach) {
      const double bend = top[-1] - 2 * top[0] + top[1];
      if (bend < 0) shift = 0.5 * (top[-1] - top[1]) / bend;
    }
    return {static_cast<double>(lag - fine_reach + i) + shift, *top};
  }

  /// Between the samples: the peak of a parabola through the correlations a quarter of a sample apart.
  Fit polish(std::span<const float> needle, std::ptrdiff_t at, const Fit& fit) const {
    constexpr double step = 0.25;
    double values[3];
    for (int i = 0; i < 3; ++i) {
      const double position = static_cast<double>(at + scene_.margin) + fit.lag + (i - 1) * step;
      const auto there = shifted(scene_.axis.samples, position, needle.size());
      const double scale = std::sqrt(dot(needle, needle) * dot(there, there));
      values[i] = scale > 1 ? dot(needle, there) / scale : 0;
    }
    const double bend = values[0] - 2 * values[1] + values[2];
    if (bend >= 0) return fit;
    const double shift = std::clamp(0.5 * (values[0] - values[2]) / bend, -2.0, 2.0);
    return {fit.lag + shift * step, values[1]};
  }

  const Scene& scene_;
  std::ptrdiff_t reach_;
  Energy energy_;
  std::vector<float> coarse_content_;
  std::vector<float> coarse_axis_;
  Energy coarse_energy_;
  std::ptrdiff_t previous_ = 0;
};

std::vector<Window> find_windows(const Scene& scene, std::ptrdiff_t reach) {
  Finder finder(scene, reach);
  const Energy energy(scene.content);
  const auto frames = static_cast<std::ptrdiff_t>(scene.content.size());
  std::vector<Window> windows;
  for (std::ptrdiff_t at = 0; at < frames; at += window_frames) {
    const auto length = std::min(window_frames, frames - at);
    Window window;
    window.at_s = static_cast<double>(at) / 48'000;
    const double rms = std::sqrt(energy.of(static_cast<std::size_t>(at), static_cast<std::size_t>(length)) /
                                 static_cast<double>(length));
    window.quiet = rms < quiet_rms || length < shortest_window;
    if (!window.quiet) {
      const Fit fit = finder.find(at, length);
      window.peak = fit.peak;
      window.offset_us = fit.lag * us_of_frame;
      window.heard = fit.peak >= heard_peak && std::abs(fit.lag) <= static_cast<double>(reach);
    }
    windows.push_back(window);
  }
  return windows;
}

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Least-squares slope of offset over place: µs a second, which is parts per million.
double slope_of(const std::vector<Window>& heard) {
  double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (const auto& window : heard) {
    n += 1;
    sx += window.at_s;
    sy += window.offset_us;
    sxx += window.at_s * window.at_s;
    sxy += window.at_s * window.offset_us;
  }
  const double spread = n * sxx - sx * sx;
  return spread > 0 ? (n * sxy - sx * sy) / spread : 0;
}

bool touches_gap(const Window& window, const std::vector<Part>& gaps) {
  return std::any_of(gaps.begin(), gaps.end(),
                     [&](const Part& gap) { return gap.from_s < window.at_s + 0.25 && gap.to_s > window.at_s; });
}

void sum_up(Match& match) {
  std::vector<Window> heard;
  std::copy_if(match.windows.begin(), match.windows.end(), std::back_inserter(heard),
               [](const Window& window) { return window.heard; });
  if (heard.empty()) return;
  std::vector<double> offsets;
  match.worst_peak = 1;
  for (const auto& window : heard) {
    offsets.push_back(window.offset_us);
    match.max_offset_us = std::max(match.max_offset_us, std::abs(window.offset_us));
    if (!touches_gap(window, match.gaps)) match.worst_peak = std::min(match.worst_peak, window.peak);
  }
  match.median_offset_us = median_of(offsets);
  match.drift_ppm = slope_of(heard);
  const bool from_begin = !match.heard.empty() && match.heard.front().from_s < 0.5;
  if (from_begin) match.start_error_us = heard.front().offset_us;
}

}  // namespace

Match align(std::span<const Recording> recordings, const Question& question) {
  const auto reach = static_cast<std::ptrdiff_t>(std::ceil(question.search_ms * 48));
  Scene scene;
  scene.margin = (reach + 2 * fine_reach + 64) / 48 * 48 + 48;  // whole milliseconds
  scene.content = to_float(question.content);
  const std::int64_t origin_ns = question.planned_start_us * 1000 - scene.margin * 1'000'000 / 48;
  scene.axis = lay_out(recordings, origin_ns, scene.content.size() + 2 * static_cast<std::size_t>(scene.margin));
  Match match;
  match.windows = find_windows(scene, reach);
  find_parts(scene, match);
  sum_up(match);
  return match;
}

Match align(const Recording& recording, const Question& question) {
  return align(std::span<const Recording>(&recording, 1), question);
}

}  // namespace loa::tests::listen
