#include "headend/fleet/office_clock.hpp"

#include <algorithm>

namespace loa::headend::fleet {
namespace {

using std::chrono::abs;

constexpr std::size_t enough = 3, enough_if_all = 2;

}  // namespace

bool OfficeClock::agrees(Micros station_ahead) const { return abs(station_ahead + ahead()) <= model::clock_tolerance; }

OfficeClock::Votes OfficeClock::count(WallTime now) const {
  Votes votes;
  std::vector<Micros> others;
  for (const auto& [station, said] : said_) {
    if (abs(now - said.at) > lately) continue;
    ++votes.heard;
    if (abs(said.ahead) <= model::clock_tolerance) {
      ++votes.for_office;
    } else {
      others.push_back(said.ahead);
    }
  }
  if (others.empty()) return votes;
  std::sort(others.begin(), others.end());
  votes.ahead = others[others.size() / 2];
  votes.against = static_cast<std::size_t>(std::count_if(
      others.begin(), others.end(), [&](Micros ahead) { return abs(ahead - votes.ahead) <= model::clock_tolerance; }));
  return votes;
}

std::optional<ClockFinding> OfficeClock::judge(std::size_t stations, WallTime now) {
  const Votes votes = count(now);
  const bool all = votes.against >= enough_if_all && votes.against == stations;
  const bool wrong = (votes.against >= enough || all) && 2 * votes.against > votes.heard;
  const bool right = votes.for_office > 0 && votes.for_office >= votes.against;
  if (!wrong && !right) return std::nullopt;
  const Micros ahead = wrong ? -votes.ahead : Micros{0};
  const bool known = told_ && told_->off == wrong && abs(told_->ahead - ahead) <= model::clock_tolerance;
  if (known) return std::nullopt;
  told_ = ClockFinding{wrong, ahead, now};
  return told_;
}

}  // namespace loa::headend::fleet
