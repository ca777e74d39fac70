// What a station costs while nothing is to be heard, which is nearly always: four stations of a real ward, with a real
// broker, a month's plan of twenty cues a day and one cue behind them, beside four snapclients on a silent server.
#include <fstream>
#include <sstream>
#include <thread>

#include "protocol/base/file.hpp"
#include "tests/bench/players.hpp"
#include "tests/rehearsal/air_time.hpp"
#include "tests/rehearsal/ward_kit.hpp"

namespace loa::bench {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using tests::WardKit;

namespace {

constexpr int cues_a_day = 20;
constexpr auto watched = 60s;
constexpr auto settling = 15s;  // from the end of the cue: the amplifier's post-roll is over, the card is closed
constexpr auto first_cue = 20s;

/// Sum over the lines "<name>:  <number>" of a file in /proc.
double sum_in(const fs::path& file, std::string_view name) {
  std::ifstream lines{file};
  double sum = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.find(name) != std::string::npos) sum += std::strtod(line.c_str() + line.find(':') + 1, nullptr);
  }
  return sum;
}

/// How often its threads have given up the processor so far: each sleep is one, and ends in one wake-up.
double switches_of(pid_t pid) {
  double sum = 0;
  for (const auto& thread : fs::directory_iterator(fmt::format("/proc/{}/task", pid))) {
    sum += sum_in(thread.path() / "status", "voluntary_ctxt_switches");
  }
  return sum;
}

/// The most it ever had resident.
double peak_mb_of(pid_t pid) { return sum_in(fmt::format("/proc/{}/status", pid), "VmHWM") * 1024 / 1e6; }

Result<void> schedule(const WardKit& kit, const std::string& id, WallTime at) {
  LOA_TRY_LET(const auto added, kit.loa({"programme", "add", id, "--title", id, "--at", tests::local_time(at),
                                         "--group", "to-1", "--segment", "Nhạc"}));
  return {};
}

Result<std::unique_ptr<WardKit>> make_ward(const fs::path& folder) {
  std::vector<tests::StationKit> stations;
  for (std::size_t i = 0; i < card_ppm.size(); ++i) {
    stations.push_back({fmt::format("cum-{}", i), fmt::format("Cụm {}", i), "to-1", static_cast<int>(card_ppm[i])});
  }
  LOA_TRY_LET(auto kit, WardKit::make(folder, stations));
  LOA_TRY(tests::Wav::save(folder / "sound.wav", 48'000, bench_sound(5)));
  LOA_TRY_LET(const auto added, kit->loa({"content", "add", (folder / "sound.wav").string(), "--title", "Nhạc",
                                          "--category", "am-nhac", "--music"}));
  const auto now = tests::wall_now();
  for (int cue = 1; cue < cues_a_day; ++cue) LOA_TRY(schedule(*kit, fmt::format("gio-{}", cue), now + cue * 1h));
  LOA_TRY(kit->start_headend());
  LOA_TRY(schedule(*kit, "nay", std::chrono::ceil<std::chrono::seconds>(tests::wall_now() + first_cue)));
  return kit;
}

bool log_has(const WardKit& kit, const std::string& station, std::string_view words) {
  std::stringstream text;
  text << std::ifstream{kit.log_of(station)}.rdbuf();
  return text.str().find(words) != std::string::npos;
}

Result<std::vector<pid_t>> start_stations(WardKit& kit) {
  std::vector<pid_t> pids;
  for (const auto& station : kit.stations()) {
    LOA_TRY(kit.start_station(station.id));
    pids.push_back(kit.pid_of(station.id));
  }
  for (const auto& station : kit.stations()) {
    for (const char* step : {"link.up", "object.fetched", "cue.ended"}) {
      if (tests::wait_until(first_cue + 20s, [&] { return log_has(kit, station.id, step); })) continue;
      return fail(ErrorCode::timeout, "station {} did not come to {}", station.id, step);
    }
  }
  return pids;
}

/// Wake-ups a second of each, over the same time.
std::vector<Figures> watch_idle(const std::vector<std::vector<pid_t>>& groups) {
  std::vector<std::vector<double>> before;
  for (const auto& group : groups) {
    auto& counts = before.emplace_back();
    for (const auto pid : group) counts.push_back(switches_of(pid));
  }
  const double begin = now_s();
  std::this_thread::sleep_for(watched);
  const double seconds = now_s() - begin;
  std::vector<Figures> figures;
  for (std::size_t group = 0; group < groups.size(); ++group) {
    auto& samples = figures.emplace_back().samples;
    for (std::size_t i = 0; i < groups[group].size(); ++i) {
      samples.push_back((switches_of(groups[group][i]) - before[group][i]) / seconds);
    }
  }
  return figures;
}

Result<std::vector<Line>> measure(const fs::path& folder) {
  LOA_TRY_LET(const auto kit, make_ward(folder / "ward"));
  LOA_TRY_LET(const auto ours, start_stations(*kit));
  LOA_TRY_LET(const auto snapcast, start_silent_snapcast(folder / "snapcast"));
  std::vector<pid_t> theirs;
  for (const auto& client : snapcast.clients) theirs.push_back(client.pid());
  std::this_thread::sleep_for(settling);
  const auto wakeups = watch_idle({ours, theirs});
  std::vector<Figures> memory(2);
  for (const auto pid : ours) memory[0].samples.push_back(peak_mb_of(pid));
  for (const auto pid : theirs) memory[1].samples.push_back(peak_mb_of(pid));
  constexpr const char* rival = "4 snapclients 0.26, silent server";
  return std::vector<Line>{
      {"wake-ups while idle, all threads", "1/s", rival, wakeups[0], wakeups[1], true, 2},
      {"peak resident: connected, month's plan, 1 cue", "MB", rival, memory[0], memory[1], true, 16}};
}

}  // namespace

std::vector<Line> measure_idle(const Context& context) {
  auto lines = measure(context.work);
  if (lines) return std::move(*lines);
  return {{"wake-ups while idle, all threads", "1/s", "", Figures::not_measured(lines.error().text), {}}};
}

}  // namespace loa::bench
