// simfleet: years of many stations in minutes, everything that can go wrong, and the ledger against the horns.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <cmath>

#include "protocol/base/log.hpp"
#include "tools/simfleet/crew.hpp"

namespace {

using namespace loa;
using namespace loa::tools::simfleet;
using Clock = std::chrono::steady_clock;

double hours_of(std::int64_t us) { return static_cast<double>(us) / static_cast<double>(hour_us); }

void print_json(const Sum& sum, const Options& options, double seconds) {
  auto made = sum.json();
  made["stations"] = options.stations;
  made["days"] = options.days;
  made["seed"] = options.seed;
  made["seconds"] = seconds;
  made["log_sha256"] = sum.digest();
  made.erase("logs");
  fmt::print("{}\n", boost::json::serialize(made));
}

void print_text(const Sum& sum, const Options& options, double seconds) {
  const double simulated_s = static_cast<double>(sum.runs) * options.days * 86'400.0;
  const Verdict& all = sum.verdict;
  fmt::print("happened:");
  for (const auto& [word, count] : sum.counts) fmt::print(" {} {}", word, count);
  fmt::print(
      "\nheard {:.1f} h of {:.1f} h planned, reported {:.1f} h; {:.1f} s unproved after power cuts and ill disks, "
      "{:.1f} s heard again, {:.1f} s by a wrong clock and not counted\n",
      hours_of(all.emitted_us), hours_of(all.planned_us), hours_of(all.reported_us),
      static_cast<double>(all.unproved_us) / 1e6, static_cast<double>(all.again_us) / 1e6,
      static_cast<double>(all.untimely_us) / 1e6);
  fmt::print("event log sha256 {}\n", sum.digest());
  fmt::print(
      "simfleet: {} stations x {} days x {} runs, {} cues: proofs lost {}, double {}, false seconds {:.2f}, fired "
      "twice {}, silent {}, lowered {}, not back {}, forks {}; {:.0f} x real time; {}\n",
      options.stations, options.days, sum.runs, all.cues, all.proofs_lost, all.proofs_double,
      static_cast<double>(all.false_us) / 1e6, all.fired_twice, all.silent, all.lowered, all.not_back, all.forks,
      simulated_s / seconds, sum.failed == 0 ? "every promise held" : fmt::format("{} runs FAILED", sum.failed));
}

/// Beside the result: that of --json is for programs.
void print_failure(const Outcome& outcome, const Options& options, const std::string& faults) {
  for (const auto& text : outcome.verdict.findings) fmt::print(stderr, "found: {}\n", text);
  for (const auto& text : outcome.verdict.problems) fmt::print(stderr, "office: {}\n", text);
  fmt::print(stderr, "replay: simfleet --stations {} --days {} --seed {} --faults {} --often {} --log FILE\n",
             options.stations, options.days, options.seed, faults, options.often);
}

/// One for each process; what a killed one left behind goes.
std::filesystem::path scratch_folder() {
  namespace fs = std::filesystem;
  std::error_code none;
  const fs::path memory{"/dev/shm"};
  const auto base = fs::is_directory(memory, none) ? memory : fs::temp_directory_path();
  const std::string name = "simfleet-";
  for (const auto& entry : fs::directory_iterator{base, none}) {
    const auto found = entry.path().filename().string();
    if (found.starts_with(name) && ::kill(std::atoi(found.c_str() + name.size()), 0) != 0 && errno == ESRCH)
      fs::remove_all(entry.path(), none);
  }
  return base / (name + std::to_string(::getpid()));
}

/// For people who wait: a line that moves on a terminal, else one for each twentieth.
class Progress {
 public:
  explicit Progress(std::uint64_t runs) : runs_(runs) {}

  void day(int day, const Options& options) const {
    if (shown_) fmt::print(stderr, "\rseed {} day {}/{} ", options.seed, day, options.days);
  }
  void run(const Sum& sum) const {
    const double passed = std::chrono::duration<double>(Clock::now() - begin_).count();
    const double left = passed * static_cast<double>(runs_ - sum.runs) / static_cast<double>(sum.runs);
    const bool due = shown_ || (runs_ >= 20 && sum.runs % (runs_ / 20) == 0);
    if (due)
      fmt::print(stderr, "{}run {} of {}, {} failed, {:.0f} min left{}", shown_ ? "\r" : "simfleet: ", sum.runs, runs_,
                 sum.failed, left / 60, shown_ ? "   " : "\n");
  }
  void end() const {
    if (shown_) fmt::print(stderr, "\r{:60}\r", "");
  }

 private:
  const std::uint64_t runs_;
  const bool shown_ = ::isatty(STDERR_FILENO) != 0;
  const Clock::time_point begin_ = Clock::now();
};

}  // namespace

int main(int argc, char** argv) {
  Options options;
  double years = 0;
  unsigned jobs = 1;
  bool json = false;
  std::string faults = "all", log_file;
  CLI::App app{"Runs simulated stations through everything that can go wrong and compares the report with the horns.",
               "simfleet"};
  app.add_option("--stations", options.stations, "how many")->check(CLI::Range(1, 10'000))->capture_default_str();
  app.add_option("--days", options.days, "with faults, of each run")
      ->check(CLI::Range(1, 3'650))
      ->capture_default_str();
  app.add_option("--seed", options.seed, "decides everything")->capture_default_str();
  app.add_option("--years", years, "run after run with the seeds that follow, until so many station-years are over")
      ->check(CLI::Range(0.0, 1e6));
  app.add_option("--jobs", jobs, "runs side by side; what comes out is the same")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app.add_option(
      "--faults", faults,
      "all, everyday, rare, none, or a list of kill,cut,clock,step,disk,device,content,command,link,broker,office,"
      "edit,alarm,folder,rollback,clone,replace,lie,office-clock");
  app.add_option("--often", options.often, "times so often as in the field come the rare ones, from folder on")
      ->check(CLI::Range(0.0, 1'000.0))
      ->capture_default_str();
  app.add_option("--log", log_file, "file for the event log of the last run; of one job");
  app.add_flag("--json", json, "the totals for programs");
  CLI11_PARSE(app, argc, argv);
  log::set_level(log::Level::silent);
  const auto chosen = parse_faults(faults);
  if (!chosen) {
    fmt::print(stderr, "simfleet: {}\n", chosen.error().text);
    return 2;
  }
  if (jobs > 1 && !log_file.empty()) {
    fmt::print(stderr, "simfleet: --log is the log of one run at a time; leave out --jobs\n");
    return 2;
  }
  options.faults = *chosen;
  const double station_days = static_cast<double>(options.stations) * options.days;
  const auto runs = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(years * 365.25 / station_days)));
  const Progress progress{runs};
  const auto begin = Clock::now();
  const Job job = [&](std::uint64_t seed) -> Result<Sum> {
    Options one = options;
    one.seed = seed;
    one.scratch = scratch_folder();
    one.log = log_file.empty() ? nullptr : std::fopen(log_file.c_str(), "w");
    if (jobs == 1) one.progress = [&](int day) { progress.day(day, one); };
    const auto outcome = run(one);
    if (one.log != nullptr) std::fclose(one.log);
    if (!outcome) return pass(outcome.error());
    if (!outcome->verdict.held()) print_failure(*outcome, one, faults);
    Sum sum;
    sum.add(seed, *outcome);
    return sum;
  };
  const auto told = [&](const Sum& sum) { progress.run(sum); };
  const auto sum = jobs > 1 ? run_crew(jobs, options.seed, runs, job, told) : run_alone(options.seed, runs, job, told);
  progress.end();
  if (!sum) {
    fmt::print(stderr, "simfleet: {}\n", sum.error().text);
    return 2;
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  json ? print_json(*sum, options, seconds) : print_text(*sum, options, seconds);
  return sum->failed == 0 ? 0 : 1;
}
