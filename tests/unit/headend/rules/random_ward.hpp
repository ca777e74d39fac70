#pragma once
#include <random>
#include <string>
#include <vector>

#include "headend/planner/planner.hpp"
#include "tests/unit/headend/sample_ward.hpp"

namespace loa::headend::rules {

/// A ward whose entries are drawn from a seed: many at the same hours, at the edges of windows and of days, so that the
/// law has something to say.
class RandomWard {
 public:
  explicit RandomWard(std::uint64_t seed) : random_(seed) {
    settings.zone.utc_offset =
        pick<std::chrono::seconds>({h(7), h(7), h(7), h(0), h(-5), h(5) + m(30), h(-9) - m(30), h(14)});
    settings.horizon_days = 3;  // a station that gets a plan each day needs no more
    settings.content_url = "https://127.0.0.1:8443/content/";
    catalogue.groups = {{"all", "Toàn phường"}, {"to-1", "Tổ 1"}, {"to-2", "Tổ 2"}};
    catalogue.categories = {{"tin", "Bản tin"}};
    add_contents();
    add_policies();
    for (int i = 1; i <= between(1, 3); ++i) add_station(i);
    for (int i = 1; i <= between(1, 6); ++i) add_programme(i);
  }

  planner::Settings settings;
  model::Catalogue catalogue;
  model::LocalDate monday = sample::date(2026, 11, 23);

  int between(int least, int most) { return std::uniform_int_distribution<int>{least, most}(random_); }
  bool happens(double chance) { return std::bernoulli_distribution{chance}(random_); }
  template <class T>
  T pick(const std::vector<T>& among) {
    return among[static_cast<std::size_t>(between(0, static_cast<int>(among.size()) - 1))];
  }

 private:
  static std::chrono::seconds h(int hours) { return std::chrono::hours{hours}; }
  static std::chrono::seconds m(int minutes) { return std::chrono::minutes{minutes}; }

  void add_contents() {
    for (const int seconds : {1, 7, 30, 60, 120, 299, 300, 301, 600, 900, 1800}) {
      const auto odd = happens(0.2) ? between(1, 47'999) : 0;
      catalogue.contents.push_back(
          sample::audio("sound " + std::to_string(seconds), std::int64_t{48'000} * seconds + odd, "tin"));
    }
    std::sort(catalogue.contents.begin(), catalogue.contents.end(),
              [](const auto& one, const auto& other) { return one.object < other.object; });
  }

  void add_station(int number) {
    auto station = sample::station("loa-" + std::to_string(number), {pick<std::string>({"to-1", "to-2"})},
                                   static_cast<std::uint8_t>(number));
    station.stagger = pick<Micros>({Micros{0}, Micros{0}, Micros{250'000}, Micros{1'000'000}});
    catalogue.stations.push_back(std::move(station));
  }

  /// A time of day at which things meet.
  std::chrono::seconds busy_time() {
    const auto hour = h(pick<int>({0, 4, 5, 5, 5, 6, 17, 17, 22, 23, 23}));
    return hour + m(pick<int>({0, 0, 5, 10, 15, 30, 45, 50, 55, 59})) +
           std::chrono::seconds{pick<int>({0, 0, 0, 1, 30, 59})};
  }

  model::Weekdays weekdays() {
    return static_cast<model::Weekdays>(pick<int>({0x7f, 0x7f, 0x1f, 0x60, between(1, 127)}));
  }

  void add_programme(int number) {
    model::Programme programme;
    programme.id = "p" + std::to_string(number);
    programme.title = programme.id;
    for (int i = between(1, 3); i > 0; --i) programme.segments.push_back({pick(catalogue.contents).object, "tin"});
    programme.start = busy_time();
    programme.weekdays = weekdays();
    programme.groups = {pick<std::string>({"all", "all", "to-1", "to-2"})};
    if (happens(0.3)) programme.cue_class = v1::CUE_CLASS_PRIORITY;
    programme.late_policy = static_cast<v1::LatePolicy>(between(0, 2));
    if (programme.late_policy == v1::LATE_POLICY_WHOLE) programme.late_limit = m(pick<int>({1, 10, 60}));
    programme.preempt_policy = static_cast<v1::PreemptPolicy>(between(0, 2));
    if (happens(0.2)) programme.validity.from = monday + std::chrono::days{between(0, 6)};
    if (happens(0.2)) programme.validity.to = monday + std::chrono::days{between(0, 6)};
    catalogue.programmes.push_back(std::move(programme));
  }

  void add_policies() {
    if (happens(0.05)) return;
    catalogue.policies.push_back(policy("a"));
    if (happens(0.15)) catalogue.policies[0].validity.to = monday + std::chrono::days{between(0, 6)};
    if (!happens(0.25)) return;
    catalogue.policies.push_back(policy("b"));
    catalogue.policies[1].validity.from = monday + std::chrono::days{between(0, 6)};
    if (happens(0.3))
      catalogue.policies[1].validity.to = *catalogue.policies[1].validity.from + std::chrono::days{between(0, 3)};
  }

  model::Policy policy(const std::string& id) {
    model::Policy made;
    made.id = id;
    made.reference = "QĐ " + id;
    for (int i = between(1, 4); i > 0; --i) made.windows.push_back(window());
    if (happens(0.5)) made.windows.push_back({model::every_day, 0, 1440, 0});
    made.sessions_per_day = static_cast<std::uint32_t>(pick<int>({0, 0, 1, 2, 3}));
    made.minutes_per_session = static_cast<std::uint32_t>(pick<int>({0, 0, 1, 5, 10, 15}));
    made.days_per_week = static_cast<std::uint32_t>(pick<int>({0, 0, 1, 3, 5, 6}));
    return made;
  }

  model::Policy::Window window() {
    const auto cut = [&] {
      return static_cast<std::uint32_t>(pick<int>({0, 240, 300, 305, 330, 360, 1020, 1050, 1320, 1380, 1439, 1440}));
    };
    auto from = cut(), to = cut();
    while (from == to) to = cut();
    if (from > to) std::swap(from, to);
    return {weekdays(), from, to, 0};
  }

  std::mt19937_64 random_;
};

}  // namespace loa::headend::rules
