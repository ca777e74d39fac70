#include "protocol/policy/local_time.hpp"

namespace loa::protocol::policy {

using namespace std::chrono;

WallTime Zone::to_utc(LocalDate date, Micros time) const {
  return WallTime{date.time_since_epoch() + time - utc_offset};
}

LocalDate Zone::date_of(WallTime instant) const {
  return LocalDate{floor<days>(instant + utc_offset).time_since_epoch()};
}

Micros Zone::time_of_day(WallTime instant) const {
  const auto local = instant + utc_offset;
  return local - floor<days>(local);
}

Zone zone_of(const v1::Policy& policy) { return {seconds{policy.utc_offset_s()}}; }

unsigned weekday_of(LocalDate date) { return weekday{date}.iso_encoding() - 1; }

bool falls_on(Weekdays days, LocalDate date) { return (days >> weekday_of(date) & 1U) != 0; }

LocalDate week_of(LocalDate date) { return date - days{weekday_of(date)}; }

}  // namespace loa::protocol::policy
