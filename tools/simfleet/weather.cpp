#include "tools/simfleet/weather.hpp"

namespace loa::tools::simfleet {
namespace {

constexpr std::int64_t most_disk_steps = 25;

}  // namespace

const std::vector<std::pair<Fault, std::string>>& all_faults() {
  static const std::vector<std::pair<Fault, std::string>> faults{
      {Fault::kill, "kill"},  {Fault::power_cut, "cut"}, {Fault::clock, "clock"},     {Fault::step, "step"},
      {Fault::disk, "disk"},  {Fault::device, "device"}, {Fault::content, "content"}, {Fault::command, "command"},
      {Fault::link, "link"},  {Fault::broker, "broker"}, {Fault::office, "office"},   {Fault::edit, "edit"},
      {Fault::alarm, "alarm"}};
  return faults;
}

Result<std::set<Fault>> parse_faults(std::string_view list) {
  std::set<Fault> chosen;
  while (!list.empty()) {
    const auto word = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), word.size() + 1));
    bool known = word == "none";
    for (const auto& [fault, name] : all_faults()) {
      if (word != name && word != "all") continue;
      known = true;
      chosen.insert(fault);
    }
    if (!known) return fail(ErrorCode::invalid, "there is no fault '{}': see --help for their words", word);
  }
  return chosen;
}

Weather::Weather(Timeline& timeline, Random random, std::set<Fault> faults, Network& network, SimOffice& office,
                 const std::vector<std::unique_ptr<SimStation>>& stations)
    : timeline_(timeline),
      random_(random),
      faults_(std::move(faults)),
      network_(network),
      office_(office),
      stations_(stations) {
  if (faults_.contains(Fault::link)) network_.set_quality({0.03, 0.03, 0.05});
}

const std::vector<Weather::Kind>& Weather::kinds() {
  static const std::vector<Kind> kinds{
      {Fault::kill, 1.0, &Weather::kill, false},       {Fault::power_cut, 1.0, &Weather::power_cut, false},
      {Fault::step, 0.2, &Weather::step_clock, false}, {Fault::disk, 0.2, &Weather::disk, false},
      {Fault::device, 0.4, &Weather::device, false},   {Fault::content, 0.2, &Weather::content, false},
      {Fault::command, 0.2, &Weather::command, false}, {Fault::link, 0.3, &Weather::link, false},
      {Fault::broker, 0.1, &Weather::broker, true},    {Fault::office, 0.5, &Weather::office, true},
      {Fault::edit, 2.0, &Weather::edit, true},        {Fault::alarm, 0.5, &Weather::alarm, true}};
  return kinds;
}

void Weather::begin_day() {
  for (const auto& kind : kinds()) {
    if (!faults_.contains(kind.fault)) continue;
    for (std::size_t station = 0; station < (kind.of_all ? 1 : stations_.size()); ++station) {
      auto count = static_cast<int>(kind.per_day);
      count += random_.happens(kind.per_day - count) ? 1 : 0;
      count += random_.happens(0.15) && count > 0 ? 1 : 0;
      for (int i = 0; i < count; ++i)
        timeline_.at(some_instant(), [this, inject = kind.inject, station] { (this->*inject)(station); });
    }
  }
}

/// Of the day that begins now.
Instant Weather::some_instant() {
  if (random_.happens(0.4)) return timeline_.now() + random_.between(0, day_us - 1);
  static constexpr std::int64_t starts_h[] = {5, 11, 17, 19};
  const auto start = starts_h[random_.between(0, 3)] * hour_us;
  return timeline_.now() + start + random_.between(-10 * second_us, 17 * minute_us);
}

SimStation::ClockError Weather::some_clock() {
  if (!faults_.contains(Fault::clock)) return SimStation::ClockError::right;
  return static_cast<SimStation::ClockError>(random_.between(0, 4));
}

std::int64_t Weather::some_ntp_delay() {
  if (!faults_.contains(Fault::clock)) return second_us;
  if (random_.happens(0.6)) return random_.between(1, 60) * second_us;
  if (random_.happens(0.8)) return random_.between(1, 120) * minute_us;
  return random_.between(2, 48) * hour_us;
}

void Weather::first_boot(SimStation& station) { station.power_on(some_clock(), some_ntp_delay()); }

void Weather::kill(std::size_t station) {
  const auto steps = random_.happens(0.5) ? static_cast<std::uint64_t>(random_.between(1, most_disk_steps)) : 0;
  stations_[station]->end_process(SimDisk::End::killed, steps, 0, SimStation::ClockError::right, 0);
}

void Weather::power_cut(std::size_t station) {
  const auto steps = random_.happens(0.5) ? static_cast<std::uint64_t>(random_.between(1, most_disk_steps)) : 0;
  std::int64_t off = random_.between(5, 300) * second_us;
  if (random_.happens(0.2)) off = random_.between(5, 600) * minute_us;
  if (random_.happens(0.02)) off = random_.between(1, 8) * day_us;
  const auto clock = some_clock();
  stations_[station]->end_process(SimDisk::End::power_cut, steps, off, clock, some_ntp_delay());
}

void Weather::step_clock(std::size_t station) {
  std::int64_t by = random_.between(-2'000, 2'000) * millisecond_us;
  if (random_.happens(0.5)) by = random_.between(-600, 600) * second_us;
  if (random_.happens(0.2)) by = random_.between(-48, 48) * hour_us;
  stations_[station]->step_clock(by, random_.between(1, 7200) * second_us);
}

void Weather::disk(std::size_t station) {
  auto* ill = stations_[station].get();
  ill->set_disk(static_cast<SimDisk::Illness>(random_.between(1, 3)));
  timeline_.after(random_.between(1, 3600) * second_us, [ill] { ill->set_disk(SimDisk::Illness::none); });
}

void Weather::device(std::size_t station) {
  auto* poor = stations_[station].get();
  if (random_.happens(0.5)) {
    poor->set_stalled(true);
    timeline_.after(random_.between(20, 5'000) * millisecond_us, [poor] { poor->set_stalled(false); });
  } else {
    poor->set_device_gone(true);
    timeline_.after(random_.between(1, 900) * second_us, [poor] { poor->set_device_gone(false); });
  }
}

void Weather::content(std::size_t station) { stations_[station]->harm_content(random_.next()); }

void Weather::command(std::size_t station) {
  v1::Command command;
  command.set_id("c");
  if (random_.happens(0.5)) {
    command.mutable_stop()->set_reason("nham bai");
  } else {
    command.mutable_mute()->set_reason("dam tang");
    command.mutable_mute()->set_until_us(timeline_.now() + random_.between(1, 7200) * second_us);
  }
  stations_[station]->command(command);
}

void Weather::link(std::size_t station) {
  std::int64_t length = random_.between(1, 1800) * second_us;
  if (random_.happens(0.2)) length = random_.between(1, 24) * hour_us;
  if (random_.happens(0.05)) length = random_.between(1, 10) * day_us;
  if (random_.happens(0.01)) length = random_.between(29, 45) * day_us;  // past the horizon of what it knows
  network_.set_line(station, false);
  timeline_.after(length, [this, station] { network_.set_line(station, true); });
}

void Weather::broker(std::size_t /*station*/) {
  network_.break_broker(random_.between(1, 3600) * second_us, random_.happens(0.5));
}

/// A flood in the night, or in the middle of a programme; half of them are called off, some corrected by a second one.
void Weather::alarm(std::size_t /*station*/) {
  if (random_.happens(0.3)) {
    timeline_.after(random_.between(0, 90) * second_us,
                    [this] { office_.alarm(random_.between(1, 30) * second_us, 1); });
  }
  const auto in_us = random_.between(1, 120) * second_us;
  office_.alarm(in_us, static_cast<unsigned>(random_.between(1, 8)));
  if (!random_.happens(0.5)) return;
  timeline_.after(random_.between(0, in_us + 90 * second_us), [this] { office_.all_clear(); });
}

void Weather::office(std::size_t /*station*/) { office_.restart(); }

void Weather::edit(std::size_t /*station*/) { office_.edit(random_); }

}  // namespace loa::tools::simfleet
