// The office and the pole under one law: what the office foresees is what a real station core refuses.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <set>

#include "headend/rules/refusals.hpp"
#include "headend/rules/rules.hpp"
#include "tests/unit/headend/rules/random_ward.hpp"
#include "tests/unit/headend/rules/station_life.hpp"

namespace loa::headend::rules {
namespace {

using std::chrono::days;
using namespace std::chrono_literals;

/// Random wards, each for a week: `LOA_SEEDS` asks for more of them.
const std::uint64_t seeds = std::getenv("LOA_SEEDS") != nullptr ? std::stoull(std::getenv("LOA_SEEDS")) : 300;

/// What is refused of a cue first, and on which local date.
struct Refused {
  std::string reason;
  model::LocalDate judged;
  bool operator==(const Refused&) const = default;
};
using Refusals = std::map<std::pair<std::string, std::uint32_t>, Refused>;  // by occurrence and segment

std::string difference(const Refusals& office, const Refusals& pole) {
  std::string text;
  const auto tell = [&](const char* who, const Refusals& one, const Refusals& other) {
    for (const auto& [cue, refused] : one) {
      const auto twin = other.find(cue);
      if (twin != other.end() && twin->second == refused) continue;
      text += fmt::format("only the {}: {}#{} {} on {}\n", who, cue.first, cue.second, refused.reason,
                          timetable::format_date(refused.judged));
    }
  };
  tell("office", office, pole);
  tell("pole", pole, office);
  return text;
}

/// A week is lived, and the day after it, into which it runs.
model::LocalDate last_day(const RandomWard& ward) { return ward.monday + days{7}; }

/// What the pole does. What begins on the last day may end after it was lived.
Refusals refused_by_core(const RandomWard& ward, const model::Catalogue& catalogue, const model::Station& station) {
  Refusals refusals;
  StationLife life{catalogue, station, ward.settings};
  for (const auto& part : life.live(ward.monday, last_day(ward))) {
    if (part.bucket() != v1::BUCKET_REFUSED ||
        part.occurrence().find(timetable::format_date(last_day(ward))) != std::string::npos)
      continue;
    const auto judged = ward.settings.zone.date_of(wall_from_us(part.from_us()));
    refusals.try_emplace({part.occurrence(), part.segment()}, Refused{part.reason(), judged});
  }
  return refusals;
}

/// What the office foresees.
Refusals foreseen(const RandomWard& ward, const model::Catalogue& catalogue, const model::Station& station) {
  const auto soundings = soundings_of(planner::programmes_of(catalogue, station), catalogue, station, ward.monday,
                                      last_day(ward), ward.settings);
  Refusals refusals;
  for (const auto& refusal : refusals_of(soundings.cues, catalogue, ward.settings)) {
    if (refusal.cue.occurrence().find(timetable::format_date(last_day(ward))) != std::string::npos) continue;
    refusals.try_emplace({refusal.cue.occurrence(), refusal.cue.segment()},
                         Refused{std::string{protocol::message::name_of(refusal.reason)}, refusal.judged});
  }
  return refusals;
}

TEST(Law, TheOfficeForeseesWhatThePoleRefuses) {
  std::size_t weeks = 0, cues = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const RandomWard ward{seed};
    for (const auto& station : ward.catalogue.stations) {
      const auto office = foreseen(ward, ward.catalogue, station);
      const auto pole = refused_by_core(ward, ward.catalogue, station);
      EXPECT_EQ(difference(office, pole), "") << "seed " << seed << ", " << station.id;
      ++weeks;
      cues += pole.size();
    }
  }
  std::cout << "seeds 1 to " << seeds << ": " << weeks << " weeks of a station, " << cues
            << " cues refused, 0 differences\n";
}

std::string code_of(const model::Catalogue& catalogue, const Refused& refused) {
  static const std::map<std::string, std::string> codes{{"policy-not-valid", "policy-change"},
                                                        {"policy-hours", "hours"},
                                                        {"policy-sessions", "sessions-per-day"},
                                                        {"policy-minutes", "session-length"},
                                                        {"policy-days", "days-per-week"}};
  return catalogue.policy_on(refused.judged) == nullptr ? "no-policy" : codes.at(refused.reason);
}

/// The kinds of breach that poles commit to their proofs because of a programme.
std::set<std::string> breaches_at_poles(const RandomWard& ward, const model::Programme& programme) {
  auto without = ward.catalogue;
  std::erase_if(without.programmes, [&](const auto& one) { return one.id == programme.id; });
  std::set<std::string> codes;
  for (const auto& station : ward.catalogue.stations) {
    if (!model::reaches(programme.groups, station)) continue;
    const auto before = refused_by_core(ward, without, station);
    for (const auto& [cue, refused] : refused_by_core(ward, ward.catalogue, station)) {
      if (cue.first.starts_with(programme.id + "/") || !before.contains(cue))
        codes.insert(code_of(ward.catalogue, refused));
    }
  }
  return codes;
}

TEST(Law, AnEditIsWarnedOfExactlyWhatPolesRefuseBecauseOfIt) {
  std::map<std::string, int> told;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    RandomWard ward{seed};
    auto& programme = ward.catalogue.programmes.front();
    programme.validity = {{}, ward.monday + days{6}};  // all it does is over within the week that is lived
    std::set<std::string> office;
    const auto problems = problems_of(programme, ward.catalogue, ward.monday, ward.settings.zone);
    if (!verdict(problems)) continue;  // must not be stored
    for (const auto& problem : problems) {
      if (problem.severity == Severity::breach) office.insert(problem.code);
    }
    EXPECT_EQ(office, breaches_at_poles(ward, programme)) << "seed " << seed;
    for (const auto& code : office) ++told[code];
  }
  for (const auto& [code, count] : told)
    std::cout << "seeds 1 to " << seeds << ": " << code << " " << count << " times\n";
  EXPECT_GE(told.size(), 5U) << "every kind of breach comes up, but for a change of policy at midnight, which is rare";
}

}  // namespace
}  // namespace loa::headend::rules
