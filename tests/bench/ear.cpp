#include "tests/bench/ear.hpp"

#include <algorithm>
#include <cmath>
#include <future>

namespace loa::bench {

using tests::listen::Match;
using tests::listen::Question;

namespace {

constexpr double planned_search_ms = 25;
constexpr double following_search_ms = 60;
constexpr double lost_search_ms = 6'000;
constexpr std::int64_t second_ns = 1'000'000'000;

/// Of what the first card should have said.
double share_heard(const Ensemble& ensemble, std::size_t frames) {
  return ensemble.matches.front().heard_s * 48'000 / static_cast<double>(frames);
}

double spread_of(const std::vector<double>& offsets) {
  const auto [low, high] = std::minmax_element(offsets.begin(), offsets.end());
  return *high - *low;
}

}  // namespace

Result<Ear> Ear::open(const VirtualCard& card) {
  Ear ear;
  LOA_TRY_LET(ear.takes_, tests::Take::open_folder(card.recordings_folder()));
  return ear;
}

Result<Match> Ear::hear(const Question& question) const {
  const auto around_ns = static_cast<std::int64_t>((question.search_ms + 100) * 1e6);
  const auto from_ns = question.planned_start_us * 1'000 - around_ns;
  const auto to_ns = from_ns + static_cast<std::int64_t>(question.content.size()) * second_ns / 48'000 + 2 * around_ns;
  std::vector<tests::Recording> pieces;
  for (const auto& take : takes_) {
    if (take.end_ns() < from_ns || take.start_ns() > to_ns) continue;
    LOA_TRY_LET(auto piece, take.piece(from_ns, to_ns));
    if (!piece.frames.empty()) pieces.push_back(std::move(piece));
  }
  return tests::listen::align(pieces, question);
}

Result<std::optional<std::int64_t>> Ear::first_sound_us() const {
  for (const auto& take : takes_) {
    for (auto at = take.start_ns(); at < take.end_ns(); at += second_ns) {
      LOA_TRY_LET(const auto piece, take.piece(at, at + second_ns));
      const auto loud = std::find_if(piece.frames.begin(), piece.frames.end(), [](int v) { return std::abs(v) > 100; });
      if (loud == piece.frames.end()) continue;
      const double seconds = static_cast<double>(loud - piece.frames.begin()) / piece.true_rate();
      return piece.start_realtime_ns / 1'000 + std::llround(seconds * 1e6);
    }
  }
  return std::nullopt;
}

int Ear::underruns(std::int64_t from_us, std::int64_t to_us) const {
  return static_cast<int>(std::count_if(takes_.begin(), takes_.end(), [&](const auto& take) {
    const auto end_us = take.end_ns() / 1'000;
    return take.end() == "dry" && end_us >= from_us && end_us < to_us;
  }));
}

std::optional<double> Ensemble::start_spread_us() const {
  std::vector<double> errors;
  for (const auto& match : matches) {
    if (!match.start_error_us) return {};
    errors.push_back(*match.start_error_us);
  }
  return spread_of(errors);
}

std::vector<std::optional<double>> Ensemble::spreads_us() const {
  std::vector<std::optional<double>> spreads;
  for (std::size_t window = 0; window < matches.front().windows.size(); ++window) {
    if (matches.front().windows[window].quiet) continue;
    std::vector<double> offsets;
    for (const auto& match : matches) {
      if (match.windows[window].heard) offsets.push_back(match.windows[window].offset_us);
    }
    spreads.push_back(offsets.size() == matches.size() ? std::optional{spread_of(offsets)} : std::nullopt);
  }
  return spreads;
}

Result<Ears> Ears::planned(const std::vector<Player>& players) {
  Ears ears;
  for (const auto& player : players) {
    LOA_TRY_LET(auto ear, Ear::open(player.card));
    ears.ears_.push_back(std::move(ear));
  }
  return ears;
}

Result<Ears> Ears::following(const std::vector<Player>& players, std::int64_t first_us) {
  LOA_TRY_LET(auto ears, planned(players));
  LOA_TRY_LET(const auto first, ears.ears_.front().first_sound_us());
  if (!first) return fail(ErrorCode::io, "the first player's card stayed silent");
  ears.following_ = true;
  ears.shift_us_ = *first - first_us;
  return ears;
}

Result<Ensemble> Ears::hear_at(std::span<const std::int16_t> content, std::int64_t planned_us, double search_ms) const {
  std::vector<std::future<Result<Match>>> works;
  for (const auto& ear : ears_) {
    works.push_back(std::async(std::launch::async, [&, planned_us] {
      return ear.hear({content, planned_us, search_ms});
    }));
  }
  Ensemble ensemble;
  for (auto& work : works) {
    LOA_TRY_LET(auto match, work.get());
    ensemble.matches.push_back(std::move(match));
  }
  return ensemble;
}

Result<Ensemble> Ears::hear(std::span<const std::int16_t> content, std::int64_t due_us) {
  if (!following_) return hear_at(content, due_us, planned_search_ms);
  LOA_TRY_LET(auto heard, hear_at(content, due_us + shift_us_, following_search_ms));
  if (share_heard(heard, content.size()) < 0.9) {
    LOA_TRY(find_again(content, due_us));
    LOA_TRY_LET(auto again, hear_at(content, due_us + shift_us_, following_search_ms));
    if (share_heard(again, content.size()) > share_heard(heard, content.size())) heard = std::move(again);
  }
  const Match& first = heard.matches.front();
  if (!first.heard.empty()) shift_us_ += std::llround(first.median_offset_us);
  return heard;
}

/// Looks for the end of what was not heard, which lies past the slip.
Result<void> Ears::find_again(std::span<const std::int16_t> content, std::int64_t due_us) {
  const auto length = std::min<std::size_t>(content.size(), 48'000);
  const auto before = content.size() - length;
  const Question question{content.last(length), due_us + shift_us_ + static_cast<std::int64_t>(before) * 1'000 / 48,
                          lost_search_ms};
  LOA_TRY_LET(const auto match, ears_.front().hear(question));
  if (match.heard.empty()) return {};
  shift_us_ += std::llround(match.median_offset_us);
  if (std::abs(match.median_offset_us) < following_search_ms * 1'000) return {};  // a hole, not a slip
  ++slips_;
  fmt::print(stderr, "the rival's stream has slipped by {:.3f} s\n", match.median_offset_us * 1e-6);
  return {};
}

std::vector<double> Ears::underruns(std::int64_t from_us, std::int64_t to_us) const {
  std::vector<double> counts;
  for (const auto& ear : ears_) counts.push_back(ear.underruns(from_us + shift_us_, to_us + shift_us_));
  return counts;
}

}  // namespace loa::bench
