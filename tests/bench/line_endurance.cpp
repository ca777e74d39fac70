// An hour on cards whose crystals wander, and ten minutes on a machine that is busy with other things.
#include <thread>

#include "protocol/base/file.hpp"
#include "tests/bench/ear.hpp"
#include "tests/bench/ensemble.hpp"
#include "tests/bench/patience.hpp"

namespace loa::bench {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t piece_frames = 10 * 48'000;  // listened to at once
constexpr std::int64_t lead_us = 12'000'000;       // from the first process to the first sample
constexpr double budget_us = 200;
constexpr const char* rival = "4 snapclients 0.26, pcm, buffer 1 s";

/// One sound, so many times over without a pause, on these cards.
struct Endurance {
  std::string name;
  std::array<Crystal, 4> crystals;
  double sound_s = 0;
  int times = 0;
  [[nodiscard]] double seconds() const { return sound_s * times; }
};

/// What the recordings of four cards say.
struct Verdict {
  std::vector<double> spreads_us;  ///< of each quarter of a second that all four said
  std::vector<double> gaps;        ///< of each card: holes of 2 ms or more in what it should have said
  std::vector<double> lost_s;      ///< of each card: their sum
  std::vector<double> underruns;   ///< of each card
  int slips = 0;                   ///< of the stream as a whole
};

struct Both {
  Verdict ours, rival;
  std::vector<std::string> notes;
};

Result<Verdict> listen(const char* who, Ears ears, const Endurance& endurance, std::span<const std::int16_t> sound,
                       std::int64_t start_us) {
  Verdict verdict{{}, std::vector<double>(4), std::vector<double>(4), {}, 0};
  for (int round = 0; round < endurance.times; ++round) {
    for (std::size_t at = 0; at < sound.size(); at += piece_frames) {
      const auto frames = static_cast<std::int64_t>(at) + round * static_cast<std::int64_t>(sound.size());
      const auto content = sound.subspan(at, std::min(piece_frames, sound.size() - at));
      LOA_TRY_LET(const auto heard, ears.hear(content, start_us + frames * 1'000 / 48));
      for (const auto& spread : heard.spreads_us()) {
        if (spread) verdict.spreads_us.push_back(*spread);
      }
      for (std::size_t card = 0; card < 4; ++card) {
        const auto& match = heard.matches[card];
        verdict.gaps[card] += static_cast<double>(match.gaps.size());
        verdict.lost_s[card] += match.lost_s;
        for (const auto& gap : match.gaps) {
          fmt::print(stderr, "{}: {}: card {} has a gap of {:.3f} s at {:.3f} s\n", endurance.name, who, card,
                     gap.length_s(), static_cast<double>(frames) / 48'000 + gap.from_s);
        }
      }
    }
  }
  const auto length_us = static_cast<std::int64_t>(sound.size()) * 1'000 / 48 * endurance.times;
  verdict.underruns = ears.underruns(start_us, start_us + length_us - 20'000);  // at its end a card may run dry
  verdict.slips = ears.slips();
  return verdict;
}

/// With a second of silence at its end: a server passes on whole chunks only.
Source stream_of(const Endurance& endurance, std::span<const std::int16_t> sound) {
  return [sound, times = endurance.times, round = 0, at = std::size_t{0}]() mutable {
    static constexpr std::array<std::int16_t, 48'000> silence{};
    if (at == sound.size()) ++round, at = 0;
    if (round > times) return std::span<const std::int16_t>{};
    if (round == times) return ++round, std::span<const std::int16_t>{silence};
    const auto part = sound.subspan(at, std::min<std::size_t>(480'000, sound.size() - at));
    at += part.size();
    return part;
  };
}

/// @param meanwhile  what else is to happen as soon as all play
Result<Both> play_and_listen(const Context& context, const Endurance& endurance,
                             const std::function<Result<void>()>& meanwhile) {
  const auto folder = context.work;
  const auto sound = bench_sound(endurance.sound_s);
  Programme programme;
  LOA_TRY_LET(auto object, ingest_sound(folder, sound));
  LOA_TRY_LET(const auto sound_of_ours, decoded(folder, object));
  const auto length_us = object.frames * 1'000 / 48;
  programme.objects.push_back(std::move(object));
  const Load load;
  const auto start_us = realtime_us() + lead_us;
  for (int i = 0; i < endurance.times; ++i) programme.cues.push_back({start_us + i * length_us, 0});
  LOA_TRY_LET(auto stations, start_stations(folder / "ours", programme, endurance.crystals));
  LOA_TRY_LET(auto snapcast, start_snapcast(folder / "snapcast", endurance.crystals));
  std::this_thread::sleep_for(2s);
  const auto fed_us = realtime_us();
  {
    const auto feeder = feed(snapcast.server.pipe, stream_of(endurance, sound));
    LOA_TRY(meanwhile());
    const auto end_us = std::max(start_us, fed_us + 1'000'000) + endurance.times * length_us + 1'500'000;
    LOA_TRY(wait_until(end_us, endurance.name, stations));
  }
  Both both;
  both.notes = {load.say(), "our audio thread has " + scheduling_of(stations.front().process, "loa-audio") +
                                ", snapclient " + scheduling_of(snapcast.clients.front().process, "snapclient")};
  for (auto& station : stations) station.process.stop();
  for (auto& client : snapcast.clients) client.process.stop();
  LOA_TRY_LET(auto our_ears, Ears::planned(stations));
  LOA_TRY_LET(both.ours, listen("ours", std::move(our_ears), endurance, sound_of_ours, start_us));
  LOA_TRY_LET(auto rival_ears, Ears::following(snapcast.clients, 0));
  LOA_TRY_LET(both.rival, listen("rival", std::move(rival_ears), endurance, sound, 0));
  both.notes.push_back(fmt::format("the rival's stream slipped as a whole {} times", both.rival.slips));
  return both;
}

/// A line of both verdicts, or the reason why there is none.
Line line_of(const Result<Both>& both, std::string name, const char* unit, std::vector<double> Verdict::*value) {
  Line line{std::move(name), unit, rival, {}, {}};
  if (both) {
    line.ours.samples = both->ours.*value;
    line.rival.samples = both->rival.*value;
  } else {
    line.ours.why_not = line.rival.why_not = both.error().text;
  }
  line.judged = Judged::worst;
  return line;
}

Line zero_line(const Result<Both>& both, std::string name, const char* unit, std::vector<double> Verdict::*value) {
  auto line = line_of(both, std::move(name), unit, value);
  line.budget = 0;
  return line;
}

/// Both cores and the disk; it ends by itself, or when the object goes.
Result<tests::Process> start_stress(const std::filesystem::path& folder, double seconds) {
  LOA_TRY(make_folders(folder));
  const auto cores = std::to_string(std::thread::hardware_concurrency());
  return tests::Process::start(
      {.argv = {"stress-ng", "--cpu", cores, "--hdd", "2", "--hdd-bytes", "128m", "--hdd-opts", "fsync", "--temp-path",
                folder, "--timeout", fmt::format("{:.0f}s", seconds), "--metrics-brief"},
       .folder = folder});
}

/// Its own account: the lines with the work done.
std::vector<std::string> work_done(const std::string& said) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < said.size();) {
    const auto end = std::min(said.find('\n', at), said.size());
    const auto line = said.substr(at, end - at);
    const auto metric = line.find("] ");
    const bool counts = line.find(" cpu ") != std::string::npos || line.find(" hdd ") != std::string::npos;
    if (metric != std::string::npos && counts) lines.push_back("stress-ng: " + line.substr(metric + 2));
    at = end + 1;
  }
  return lines;
}

}  // namespace

std::vector<Line> measure_drift(const Context& context) {
  constexpr std::array<Crystal, 4> wandering{
      {{0, 100, 1'200, 0}, {0, 100, 1'500, 0.25}, {0, 100, 900, 0.5}, {0, 100, 1'800, 0.75}}};
  const Endurance endurance{"drift", wandering, context.whole ? 300.0 : 60.0, context.whole ? 12 : 1};
  const auto both = play_and_listen(context, endurance, [] { return Result<void>{}; });
  const auto length = fmt::format("{:.0f} min on wandering cards", endurance.seconds() / 60);
  auto spread = line_of(both, "spread of 4, " + length, "us", &Verdict::spreads_us);
  spread.budget = budget_us;
  spread.judged = Judged::p99;
  spread.no_worse_than_rival = true;
  if (both) spread.notes = both->notes;
  spread.notes.emplace_back("crystals wander over ±100 ppm in ramps, periods 20, 25, 15 and 30 min");
  return {spread, zero_line(both, "- gaps of each", "", &Verdict::gaps),
          zero_line(both, "- underruns of each", "", &Verdict::underruns)};
}

std::vector<Line> measure_stress(const Context& context) {
  constexpr std::array<Crystal, 4> constant{{{100}, {-100}, {40}, {-70}}};
  const Endurance endurance{"stress", constant, context.whole ? 300.0 : 20.0, context.whole ? 2 : 1};
  std::optional<tests::Process> stress;
  const auto both = play_and_listen(context, endurance, [&]() -> Result<void> {
    LOA_TRY_LET(auto process, start_stress(context.work / "stress", endurance.seconds() + lead_us / 1e6));
    stress = std::move(process);
    return {};
  });
  const auto length = fmt::format("{:.3g} min under stress", endurance.seconds() / 60);
  auto underruns = zero_line(both, "underruns of each of 4, " + length, "", &Verdict::underruns);
  if (both) underruns.notes = both->notes;
  if (stress) {
    stress->wait(60s);
    for (auto& line : work_done(stress->out() + stress->err())) underruns.notes.push_back(std::move(line));
  }
  auto spread = line_of(both, "- spread of 4", "us", &Verdict::spreads_us);
  spread.judged = Judged::p99;
  return {underruns, zero_line(both, "- gaps of each", "", &Verdict::gaps),
          line_of(both, "- lost of each", "s", &Verdict::lost_s), spread};
}

}  // namespace loa::bench
