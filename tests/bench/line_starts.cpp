// The spread of very many starts: short sounds, most of them while the card is open, each fifth after a pause in which
// our stations have closed it.
#include <thread>

#include "tests/bench/ear.hpp"
#include "tests/bench/ensemble.hpp"
#include "tests/bench/patience.hpp"

namespace loa::bench {

using namespace std::chrono_literals;

namespace {

constexpr std::array<Crystal, 4> crystals{{{100}, {-100}, {40}, {-70}}};
constexpr std::size_t sound_count = 8;  // neighbours never sound alike
constexpr double sound_s = 0.6;
constexpr std::int64_t open_us = 1'250'000;  // from one start to the next
constexpr std::int64_t closed_us =
    4'500'000;                                // from an end: 2 s until the card is closed, 1.5 s for which it is opened
constexpr std::int64_t lead_us = 10'000'000;  // from the first process to the first sample
constexpr double budget_us = 200;
constexpr const char* rival = "4 snapclients 0.26, pcm, buffer 1 s";

bool card_was_closed(std::size_t start) { return start % 5 == 0; }

struct Score {
  std::vector<std::int64_t> due_us;  ///< of each start, from the first
  std::vector<std::vector<std::int16_t>> sounds;
};

Score write_score(std::size_t starts) {
  Score score;
  std::int64_t at_us = 0;
  for (std::size_t i = 0; i < starts; ++i) {
    if (i > 0) at_us += card_was_closed(i) ? closed_us : open_us;
    score.due_us.push_back(at_us);
  }
  for (std::size_t i = 0; i < sound_count; ++i)
    score.sounds.push_back(bench_sound(sound_s, 100 + static_cast<unsigned>(i)));
  return score;
}

/// The score as one stream: each sound and the silence until the next.
Source stream_of(const Score& score) {
  return [&score, part = std::vector<std::int16_t>{}, i = std::size_t{0}]() mutable {
    if (i == score.due_us.size()) return std::span<const std::int16_t>{};
    part = score.sounds[i % sound_count];
    const auto next_us = i + 1 < score.due_us.size() ? score.due_us[i + 1] : score.due_us[i] + 3'000'000;
    part.resize(static_cast<std::size_t>((next_us - score.due_us[i]) * 48 / 1'000));
    ++i;
    return std::span<const std::int16_t>{part};
  };
}

struct Spreads {
  std::vector<double> open, closed;
  std::vector<double> from_plan;  ///< of each start and card, where there was a plan
  double missed = 0;
};

/// @param sounds  as this kind of player had them: ours decoded from Opus, the rival's as they are
Result<Spreads> listen(const char* who, Ears ears, const Score& score,
                       const std::vector<std::vector<std::int16_t>>& sounds, std::int64_t start_us) {
  Spreads spreads;
  for (std::size_t i = 0; i < score.due_us.size(); ++i) {
    LOA_TRY_LET(const auto heard, ears.hear(sounds[i % sounds.size()], start_us + score.due_us[i]));
    const auto spread = heard.start_spread_us();
    if (!spread) {
      ++spreads.missed;
      fmt::print(stderr, "starts: {}: start {} was not heard on all cards\n", who, i);
      continue;
    }
    (card_was_closed(i) ? spreads.closed : spreads.open).push_back(*spread);
    for (const auto& match : heard.matches) spreads.from_plan.push_back(std::abs(*match.start_error_us));
    if (*spread > budget_us) fmt::print(stderr, "starts: {}: start {} has a spread of {:.0f} us\n", who, i, *spread);
  }
  return spreads;
}

struct Both {
  Spreads ours, rival;
  std::vector<std::string> notes;
};

Result<Both> play_and_listen(const Context& context, const Score& score) {
  const auto folder = context.work;
  Programme programme;
  std::vector<std::vector<std::int16_t>> heard_of_ours;
  for (const auto& sound : score.sounds) {
    LOA_TRY_LET(auto object, ingest_sound(folder, sound));
    LOA_TRY_LET(auto again, decoded(folder, object));
    heard_of_ours.push_back(std::move(again));
    programme.objects.push_back(std::move(object));
  }
  const Load load;
  const auto start_us = realtime_us() + lead_us;
  for (std::size_t i = 0; i < score.due_us.size(); ++i) {
    programme.cues.push_back({start_us + score.due_us[i], i % sound_count});
  }
  LOA_TRY_LET(auto stations, start_stations(folder / "ours", programme, crystals));
  LOA_TRY_LET(auto snapcast, start_snapcast(folder / "snapcast", crystals));
  std::this_thread::sleep_for(2s);
  {
    const auto feeder = feed(snapcast.server.pipe, stream_of(score));
    LOA_TRY(wait_until(start_us + score.due_us.back() + 4'000'000, "starts", stations));
  }
  const auto scheduling = scheduling_of(stations.front().process, "loa-audio");
  for (auto& station : stations) station.process.stop();
  for (auto& client : snapcast.clients) client.process.stop();
  Both both;
  both.notes = {load.say(), fmt::format("cards +100, -100, +40, -70 ppm; our audio thread has {}", scheduling)};
  LOA_TRY_LET(auto our_ears, Ears::planned(stations));
  LOA_TRY_LET(both.ours, listen("ours", std::move(our_ears), score, heard_of_ours, start_us));
  LOA_TRY_LET(auto rival_ears, Ears::following(snapcast.clients, 0));
  LOA_TRY_LET(both.rival, listen("rival", std::move(rival_ears), score, score.sounds, 0));
  return both;
}

Line spread_line(const std::string& name, std::vector<double> ours, std::vector<double> theirs) {
  Line line{name, "us", rival, {std::move(ours), {}}, {std::move(theirs), {}}};
  line.budget = budget_us;
  line.judged = Judged::p99;
  line.no_worse_than_rival = true;
  return line;
}

std::vector<double> joined(std::vector<double> a, const std::vector<double>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

std::vector<Line> measure_starts(const Context& context) {
  const std::size_t starts = context.whole ? 1'000 : 20;
  const auto score = write_score(starts);
  const auto name = fmt::format("spread of 4, {} starts", starts);
  const auto both = play_and_listen(context, score);
  if (!both) {
    Line line = spread_line(name, {}, {});
    line.ours.why_not = line.rival.why_not = both.error().text;
    return {line};
  }
  auto all =
      spread_line(name, joined(both->ours.open, both->ours.closed), joined(both->rival.open, both->rival.closed));
  all.notes = both->notes;
  auto open = spread_line("- card already open", both->ours.open, both->rival.open);
  auto closed = spread_line("- card opened for it (rival: always open)", both->ours.closed, both->rival.closed);
  Line plan{"distance from the planned instant", "us", "has no planned instant", {both->ours.from_plan, {}}, {}};
  plan.budget = 1'000;
  plan.judged = Judged::worst;
  Line missed{"starts not heard on all 4", "", rival, {{both->ours.missed}, {}}, {{both->rival.missed}, {}}};
  missed.budget = 0;
  missed.judged = Judged::worst;
  return {all, open, closed, plan, missed};
}

}  // namespace loa::bench
