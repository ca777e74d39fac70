// simfleet: years of many stations in minutes, everything that can go wrong, and the ledger against the horns.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>

#include "protocol/base/log.hpp"
#include "tools/simfleet/fleet.hpp"

namespace {

using namespace loa;
using namespace loa::tools::simfleet;
using Clock = std::chrono::steady_clock;

/// The verdicts of all runs of a call.
struct Sum {
  Verdict verdict;
  std::map<std::string, std::uint64_t> counts;
  std::uint64_t runs = 0, failed = 0, events = 0;
  double seconds = 0;
  std::string digests;  ///< of the runs, one after the other

  void add(const Outcome& outcome) {
    const Verdict& one = outcome.verdict;
    verdict.cues += one.cues;
    verdict.proofs_lost += one.proofs_lost;
    verdict.proofs_double += one.proofs_double;
    verdict.false_us += one.false_us;
    verdict.fired_twice += one.fired_twice;
    verdict.not_back += one.not_back;
    verdict.forks += one.forks;
    verdict.planned_us += one.planned_us;
    verdict.emitted_us += one.emitted_us;
    verdict.reported_us += one.reported_us;
    verdict.unproved_us += one.unproved_us;
    verdict.again_us += one.again_us;
    for (const auto& [word, count] : outcome.counts) counts[word] += count;
    events += outcome.events;
    digests += outcome.digest;
    ++runs;
    if (!one.held()) ++failed;
  }
  [[nodiscard]] std::string digest() const { return runs == 1 ? digests : protocol::crypto::sha256(digests).hex(); }
};

double hours_of(std::int64_t us) { return static_cast<double>(us) / static_cast<double>(hour_us); }

void print_json(const Sum& sum, const Options& options) {
  const Verdict& all = sum.verdict;
  fmt::print(
      "{{\"stations\":{},\"days\":{},\"seed\":{},\"runs\":{},\"failed\":{},\"cues\":{},\"proofs_lost\":{},"
      "\"proofs_double\":{},\"false_us\":{},\"fired_twice\":{},\"not_back\":{},\"forks\":{},\"emitted_us\":{},"
      "\"reported_us\":{},\"unproved_us\":{},\"events\":{},\"seconds\":{:.3f},\"log_sha256\":\"{}\"}}\n",
      options.stations, options.days, options.seed, sum.runs, sum.failed, all.cues, all.proofs_lost, all.proofs_double,
      all.false_us, all.fired_twice, all.not_back, all.forks, all.emitted_us, all.reported_us, all.unproved_us,
      sum.events, sum.seconds, sum.digest());
}

void print_text(const Sum& sum, const Options& options, double simulated_s) {
  const Verdict& all = sum.verdict;
  fmt::print("happened:");
  for (const auto& [word, count] : sum.counts) fmt::print(" {} {}", word, count);
  fmt::print(
      "\nheard {:.1f} h of {:.1f} h planned, reported {:.1f} h; {:.1f} s unproved after power cuts and ill disks, "
      "{:.1f} s heard again\n",
      hours_of(all.emitted_us), hours_of(all.planned_us), hours_of(all.reported_us),
      static_cast<double>(all.unproved_us) / 1e6, static_cast<double>(all.again_us) / 1e6);
  fmt::print("event log sha256 {}\n", sum.digest());
  fmt::print(
      "simfleet: {} stations x {} days x {} runs, {} cues: proofs lost {}, double {}, false seconds {:.2f}, fired "
      "twice "
      "{}, not back {}, forks {}; {:.0f} x real time; {}\n",
      options.stations, options.days, sum.runs, all.cues, all.proofs_lost, all.proofs_double,
      static_cast<double>(all.false_us) / 1e6, all.fired_twice, all.not_back, all.forks, simulated_s / sum.seconds,
      sum.failed == 0 ? "every promise held" : fmt::format("{} runs FAILED", sum.failed));
}

void print_failure(const Outcome& outcome, const Options& options, const std::string& faults) {
  for (const auto& text : outcome.verdict.findings) fmt::print("found: {}\n", text);
  for (const auto& text : outcome.verdict.problems) fmt::print("office: {}\n", text);
  fmt::print("replay: simfleet --stations {} --days {} --seed {} --faults {} --log FILE\n", options.stations,
             options.days, options.seed, faults);
}

std::filesystem::path scratch_folder() {
  std::error_code none;
  const std::filesystem::path memory{"/dev/shm"};
  const auto base = std::filesystem::is_directory(memory, none) ? memory : std::filesystem::temp_directory_path();
  return base / fmt::format("simfleet-{}", ::getpid());
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  double years = 0;
  bool json = false;
  std::string faults = "all", log_file;
  CLI::App app{"Runs simulated stations through everything that can go wrong and compares the report with the horns.",
               "simfleet"};
  app.add_option("--stations", options.stations, "how many")->check(CLI::Range(1, 10'000))->capture_default_str();
  app.add_option("--days", options.days, "with faults, of each run")
      ->check(CLI::Range(1, 3'650))
      ->capture_default_str();
  app.add_option("--seed", options.seed, "decides everything")->capture_default_str();
  app.add_option("--years", years, "run after run with the seeds that follow, until so many station-years are over");
  app.add_option(
      "--faults", faults,
      "all, none, or a list of kill,cut,clock,step,disk,device,content,command,link,broker,office,edit,alarm");
  app.add_option("--log", log_file, "file for the event log of the last run");
  app.add_flag("--json", json, "the totals for programs");
  CLI11_PARSE(app, argc, argv);
  log::set_level(log::Level::error);
  const auto chosen = parse_faults(faults);
  if (!chosen) {
    fmt::print(stderr, "simfleet: {}\n", chosen.error().text);
    return 2;
  }
  options.faults = *chosen;
  options.scratch = scratch_folder();
  const bool shown = ::isatty(STDERR_FILENO) != 0;
  const double station_days = static_cast<double>(options.stations) * options.days;
  Sum sum;
  const Options first = options;
  const auto begin = Clock::now();
  do {
    options.log = log_file.empty() ? nullptr : std::fopen(log_file.c_str(), "w");
    options.progress = [&](int day) {
      if (shown) fmt::print(stderr, "\rseed {} day {}/{}, {} failed ", options.seed, day, options.days, sum.failed);
    };
    const auto outcome = run(options);
    if (options.log != nullptr) std::fclose(options.log);
    if (!outcome) {
      fmt::print(stderr, "simfleet: {}\n", outcome.error().text);
      return 2;
    }
    sum.add(*outcome);
    if (!outcome->verdict.held()) print_failure(*outcome, options, faults);
    ++options.seed;
  } while (static_cast<double>(sum.runs) * station_days < years * 365.25);
  if (shown) fmt::print(stderr, "\r{:60}\r", "");
  sum.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  const double simulated_s = static_cast<double>(sum.runs) * options.days * 86'400.0;
  json ? print_json(sum, first) : print_text(sum, first, simulated_s);
  return sum.failed == 0 ? 0 : 1;
}
