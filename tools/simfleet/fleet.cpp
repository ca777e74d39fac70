#include "tools/simfleet/fleet.hpp"

#include "tools/simfleet/history.hpp"

namespace loa::tools::simfleet {
namespace {

constexpr Instant first_midnight = 1'795'219'200 * second_us - 7 * hour_us;  // 2026-11-21 00:00 in Hanoi
constexpr std::int64_t hand_over_us = 3 * hour_us;                           // with all well again

protocol::crypto::SecretKey key_of(std::size_t station) {
  std::array<std::uint8_t, 32> seed{1};
  for (std::size_t i = 0; i < 8; ++i) seed[8 + i] = static_cast<std::uint8_t>(station >> (8 * i));
  return protocol::crypto::SecretKey::from_seed(seed);
}

/// Everything of one run.
class Fleet {
 public:
  explicit Fleet(const Options& options)
      : options_(options),
        random_(options.seed),
        timeline_(first_midnight),
        log_(options.log),
        network_(timeline_, Random{random_.next()}, log_, options.stations) {}

  Result<void> build();
  Result<Outcome> run();

 private:
  Result<void> add_station(std::size_t index);

  const Options& options_;
  Random random_;
  Timeline timeline_;
  EventLog log_;
  Network network_;
  std::unique_ptr<SimOffice> office_;
  std::vector<std::unique_ptr<Site>> sites_;
  History history_;
};

Result<void> Fleet::build() {
  std::error_code failed;
  std::filesystem::remove_all(options_.scratch, failed);
  LOA_TRY(make_folders(options_.scratch, 0700));
  std::vector<SimOffice::StationEntry> entries;
  for (std::size_t i = 0; i < options_.stations; ++i)
    entries.push_back({fmt::format("tram-{:04}", i), key_of(i).public_key()});
  LOA_TRY_LET(office_, SimOffice::open(timeline_, network_, log_, entries));
  for (std::size_t i = 0; i < options_.stations; ++i) {
    station::settings::StationSettings settings;
    settings.ward = SimOffice::ward;
    settings.station = entries[i].id;
    settings.plan_keys = settings.headend_keys = {office_->key()};
    settings.emergency_keys = {office_->emergency_key()};
    settings.safe_after = 0;  // deaths in a row are the rule here
    settings.sign.emplace();
    settings.sign->width_px = 64;
    settings.sign->height_px = 32;
    sites_.push_back(std::make_unique<Site>(World{timeline_, network_, log_}, i, Random{random_.next()},
                                            std::move(settings), key_of(i), options_.scratch));
    sites_.back()->set_lie(options_.lie_us);
  }
  return {};
}

Result<Outcome> Fleet::run() {
  Weather weather{timeline_, Random{random_.next()}, options_.faults, options_.often, network_, *office_, sites_};
  office_->begin();
  for (auto& site : sites_) weather.first_boot(*site);
  const Instant end = first_midnight + options_.days * day_us;
  for (int day = 0; day < options_.days; ++day) {
    weather.begin_day();
    timeline_.run_until(first_midnight + (day + 1) * day_us);
    LOA_TRY(history_.look(office_->store(), sites_, first_midnight, timeline_.now()));
    if (options_.progress) options_.progress(day + 1);
  }
  network_.set_quality({});
  office_->set_clock(0);
  for (std::size_t i = 0; i < sites_.size(); ++i) {
    network_.set_line(i, true);
    sites_[i]->heal();
  }
  timeline_.run_until(end + hand_over_us);
  Outcome outcome;
  LOA_TRY_LET(outcome.verdict, judge(*office_, sites_, history_, first_midnight, end));
  for (const auto& finding : outcome.verdict.findings) log_.note(timeline_.now(), "judge", "finding", "{}", finding);
  outcome.counts = log_.counts();
  outcome.events = timeline_.events();
  outcome.digest = log_.digest();
  return outcome;
}

}  // namespace

Result<Outcome> run(const Options& options) {
  Fleet fleet{options};
  LOA_TRY(fleet.build());
  auto outcome = fleet.run();
  std::error_code failed;
  std::filesystem::remove_all(options.scratch, failed);
  return outcome;
}

}  // namespace loa::tools::simfleet
