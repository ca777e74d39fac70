#include "tools/simfleet/weather.hpp"

namespace loa::tools::simfleet {
namespace {

constexpr std::int64_t most_disk_steps = 25;
constexpr double liars = 0.05;         // of the wrong clocks: they call themselves synchronised until NTP comes
constexpr double lies_at_boot = 0.05;  // of the time sources
constexpr double most_often = 10;      // so that not every boot is one

}  // namespace

const std::vector<std::pair<Fault, std::string>>& all_faults() {
  static const std::vector<std::pair<Fault, std::string>> faults{{Fault::kill, "kill"},
                                                                 {Fault::power_cut, "cut"},
                                                                 {Fault::clock, "clock"},
                                                                 {Fault::step, "step"},
                                                                 {Fault::disk, "disk"},
                                                                 {Fault::device, "device"},
                                                                 {Fault::content, "content"},
                                                                 {Fault::command, "command"},
                                                                 {Fault::link, "link"},
                                                                 {Fault::broker, "broker"},
                                                                 {Fault::office, "office"},
                                                                 {Fault::edit, "edit"},
                                                                 {Fault::alarm, "alarm"},
                                                                 {Fault::folder, "folder"},
                                                                 {Fault::rollback, "rollback"},
                                                                 {Fault::clone, "clone"},
                                                                 {Fault::replace, "replace"},
                                                                 {Fault::lie, "lie"},
                                                                 {Fault::office_clock, "office-clock"}};
  return faults;
}

Result<std::set<Fault>> parse_faults(std::string_view list) {
  std::set<Fault> chosen;
  while (!list.empty()) {
    const auto word = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), word.size() + 1));
    bool known = word == "none";
    for (const auto& [fault, name] : all_faults()) {
      if (word != name && word != "all" && word != (is_rare(fault) ? "rare" : "everyday")) continue;
      known = true;
      chosen.insert(fault);
    }
    if (!known) return fail(ErrorCode::invalid, "there is no fault '{}': see --help for their words", word);
  }
  return chosen;
}

Weather::Weather(Timeline& timeline, Random random, std::set<Fault> faults, double often, Network& network,
                 SimOffice& office, const std::vector<std::unique_ptr<Site>>& sites)
    : timeline_(timeline),
      random_(random),
      faults_(std::move(faults)),
      often_(often),
      network_(network),
      office_(office),
      sites_(sites) {
  if (faults_.contains(Fault::link)) network_.set_quality({0.03, 0.03, 0.05});
}

const std::vector<Weather::Kind>& Weather::kinds() {
  static const std::vector<Kind> kinds{{Fault::kill, 1.0, &Weather::kill, false},
                                       {Fault::power_cut, 1.0, &Weather::power_cut, false},
                                       {Fault::step, 0.2, &Weather::step_clock, false},
                                       {Fault::disk, 0.2, &Weather::disk, false},
                                       {Fault::device, 0.4, &Weather::device, false},
                                       {Fault::content, 0.2, &Weather::content, false},
                                       {Fault::command, 0.2, &Weather::command, false},
                                       {Fault::link, 0.3, &Weather::link, false},
                                       {Fault::broker, 0.1, &Weather::broker, true},
                                       {Fault::office, 0.5, &Weather::office, true},
                                       {Fault::edit, 2.0, &Weather::edit, true},
                                       {Fault::alarm, 0.5, &Weather::alarm, true},
                                       {Fault::folder, 0.01, &Weather::lose_folder, false},
                                       {Fault::rollback, 0.01, &Weather::roll_back, false},
                                       {Fault::clone, 0.004, &Weather::clone, false},
                                       {Fault::replace, 0.01, &Weather::replace, false},
                                       {Fault::lie, 0.05, &Weather::lie, false},
                                       {Fault::office_clock, 0.02, &Weather::office_clock, true}};
  return kinds;
}

void Weather::begin_day() {
  for (const auto& kind : kinds()) {
    if (!faults_.contains(kind.fault)) continue;
    const double per_day = kind.per_day * (is_rare(kind.fault) ? often_ : 1);
    for (std::size_t station = 0; station < (kind.of_all ? 1 : sites_.size()); ++station) {
      auto count = static_cast<int>(per_day);
      count += random_.happens(per_day - count) ? 1 : 0;
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

SimClock::Boot Weather::some_clock() {
  if (faults_.contains(Fault::lie) && random_.happens(lies_at_boot * std::min(often_, most_often)))
    return {SimClock::Error::right, true, random_.between(20, 900) * second_us, some_lie()};
  if (!faults_.contains(Fault::clock)) return {SimClock::Error::right, false, second_us};
  SimClock::Boot boot;
  boot.error = static_cast<SimClock::Error>(random_.between(0, 4));
  boot.sure = boot.error != SimClock::Error::right && random_.happens(liars);
  boot.right_after_us = some_ntp_delay();
  return boot;
}

std::int64_t Weather::some_ntp_delay() {
  if (random_.happens(0.6)) return random_.between(1, 60) * second_us;
  if (random_.happens(0.8)) return random_.between(1, 120) * minute_us;
  return random_.between(2, 48) * hour_us;
}

/// By minutes, days, weeks, or a wrong decade; ahead more often than behind.
std::int64_t Weather::some_lie() {
  const std::int64_t sign = random_.happens(0.7) ? 1 : -1;
  switch (random_.between(0, 3)) {
    case 0:
      return sign * random_.between(1, 120) * minute_us;
    case 1:
      return sign * random_.between(3, 72) * hour_us;
    case 2:
      return sign * random_.between(3, 40) * day_us;
    default:
      return sign * 3650 * day_us;
  }
}

void Weather::first_boot(Site& site) { site.box().power_on(some_clock()); }

void Weather::kill(std::size_t station) {
  const auto steps = random_.happens(0.5) ? static_cast<std::uint64_t>(random_.between(1, most_disk_steps)) : 0;
  box(station).end_process({SimDisk::End::killed, steps});
}

void Weather::power_cut(std::size_t station) {
  const auto steps = random_.happens(0.5) ? static_cast<std::uint64_t>(random_.between(1, most_disk_steps)) : 0;
  std::int64_t off = random_.between(5, 300) * second_us;
  if (random_.happens(0.2)) off = random_.between(5, 600) * minute_us;
  if (random_.happens(0.02)) off = random_.between(1, 8) * day_us;
  box(station).end_process({SimDisk::End::power_cut, steps, off, some_clock()});
}

void Weather::step_clock(std::size_t station) {
  std::int64_t by = random_.between(-2'000, 2'000) * millisecond_us;
  if (random_.happens(0.5)) by = random_.between(-600, 600) * second_us;
  if (random_.happens(0.2)) by = random_.between(-48, 48) * hour_us;
  box(station).step_clock(by, random_.between(1, 7200) * second_us);
}

void Weather::disk(std::size_t station) {
  auto* ill = &box(station);
  ill->set_disk(static_cast<SimDisk::Illness>(random_.between(1, 3)));
  timeline_.after(random_.between(1, 3600) * second_us, [ill] { ill->set_disk(SimDisk::Illness::none); });
}

void Weather::device(std::size_t station) {
  auto* poor = &box(station);
  if (random_.happens(0.5)) {
    poor->set_stalled(true);
    timeline_.after(random_.between(20, 5'000) * millisecond_us, [poor] { poor->set_stalled(false); });
  } else {
    poor->set_device_gone(true);
    timeline_.after(random_.between(1, 900) * second_us, [poor] { poor->set_device_gone(false); });
  }
}

void Weather::content(std::size_t station) { box(station).harm_content(random_.next()); }

void Weather::command(std::size_t station) {
  v1::Command command;
  if (random_.happens(0.5)) {
    command.mutable_stop()->set_reason("nham bai");
  } else {
    command.mutable_mute()->set_reason("dam tang");
    command.mutable_mute()->set_until_us(timeline_.now() + random_.between(1, 7200) * second_us);
  }
  if (const auto sealed = office_.order(box(station).id(), command))
    box(station).command(command.has_stop() ? "stop" : "mute", *sealed);
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

/// The card was read elsewhere, or a technician began anew with the old bundle; the content may still be there.
void Weather::lose_folder(std::size_t station) {
  const auto card = random_.happens(0.5) ? SimStation::Card::state_lost : SimStation::Card::replaced;
  box(station).end_process({SimDisk::End::power_cut, 0, random_.between(20, 3'600) * second_us, some_clock(), card});
}

/// An image of the card is made, and written back minutes or days later.
void Weather::roll_back(std::size_t station) {
  auto* imaged = &box(station);
  imaged->keep_image();
  const auto age = random_.happens(0.5) ? random_.between(5, 600) * minute_us : random_.between(10, 120) * hour_us;
  timeline_.after(age, [this, imaged] {
    imaged->end_process(
        {SimDisk::End::power_cut, 0, random_.between(60, 3'600) * second_us, some_clock(), SimStation::Card::image});
  });
}

void Weather::clone(std::size_t station) {
  const auto length = random_.between(10, 360) * minute_us;
  sites_[station]->clone(some_clock(), length, random_.happens(0.3));
}

void Weather::replace(std::size_t station) {
  std::optional<std::int64_t> back;
  if (random_.happens(0.3)) back = random_.between(4, 96) * hour_us;
  sites_[station]->replace(some_clock(), back);
}

void Weather::lie(std::size_t station) { box(station).step_clock(some_lie(), random_.between(20, 1'200) * second_us); }

void Weather::office_clock(std::size_t /*station*/) {
  const std::int64_t sign = random_.happens(0.5) ? 1 : -1;
  office_.set_clock(sign * random_.between(5, 12 * 60) * minute_us);
  timeline_.after(random_.between(30, 8 * 60) * minute_us, [this] { office_.set_clock(0); });
}

}  // namespace loa::tools::simfleet
