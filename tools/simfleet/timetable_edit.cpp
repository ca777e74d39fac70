#include "tools/simfleet/timetable_edit.hpp"

#include <algorithm>

namespace loa::tools::simfleet {
namespace {

using std::chrono::minutes;

constexpr minutes grid{5};

/// To a neighbour on a grid of five minutes, within the third of an hour it began in: no programme meets another of its
/// class.
void move(headend::model::Programme& programme, Random& random) {
  const auto third = programme.start - programme.start % minutes{20};
  programme.start = third + random.between(0, 3) * grid;
}

void shuffle(headend::model::Programme& programme, Random& random) {
  auto& segments = programme.segments;
  const auto by = random.between(1, static_cast<std::int64_t>(segments.size()));
  std::rotate(segments.begin(), segments.begin() + (by % static_cast<std::int64_t>(segments.size())), segments.end());
}

}  // namespace

void edit(headend::model::Programme& programme, Random& random) {
  switch (random.between(0, 4)) {
    case 0:
      return move(programme, random);
    case 1:
      return shuffle(programme, random);
    case 2:
      if (programme.segments.size() > 1) programme.segments.pop_back();
      return;
    case 3:
      programme.segments.push_back(programme.segments.front());
      return;
    default:
      programme.weekdays ^= 1U << random.between(0, 6);
      if (programme.weekdays == 0) programme.weekdays = headend::model::every_day;
  }
}

void edit(headend::model::Policy& policy, Random& random) {
  switch (random.between(0, 3)) {
    case 0:
      policy.windows[0].from_minute = 6 * 60;
      return;
    case 1:
      policy.windows[0].to_minute = 17 * 60 + 10;  // in the middle of the afternoon's programme
      return;
    case 2:
      policy.sessions_per_day = 3;
      return;
    default:
      policy.minutes_per_session = 10;
  }
}

void edit(headend::model::Slogan& slogan, Random& random) {
  switch (random.between(0, 3)) {
    case 0:
      slogan.from += minutes{random.between(-30, 30)};
      return;
    case 1:
      slogan.to += minutes{random.between(-30, 30)};
      return;
    case 2:
      slogan.dwell = std::chrono::seconds{random.between(5, 30)};
      return;
    default:
      slogan.position = static_cast<int>(random.between(-1, 1));
  }
}

}  // namespace loa::tools::simfleet
