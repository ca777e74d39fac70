#include "protocol/base/time.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace loa {
namespace {

using namespace std::chrono;

/// Reads exactly `count` digits at `at`; -1 if they are not all digits.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

/// Microseconds of ".123456"; -1 if malformed. An empty text is zero.
int fraction_us(std::string_view text) {
  if (text.empty()) return 0;
  if (text[0] != '.' || text.size() < 2 || text.size() > 7) return -1;
  int value = digits(text, 1, text.size() - 1);
  for (std::size_t i = text.size(); value >= 0 && i < 7; ++i) value *= 10;
  return value;
}

}  // namespace

const char* name_of(ClockGrade grade) {
  switch (grade) {
    case ClockGrade::none:
      return "none";
    case ClockGrade::last_known:
      return "last-known";
    case ClockGrade::network:
      return "network";
    case ClockGrade::disciplined:
      return "disciplined";
  }
  return "none";
}

std::string format_utc(WallTime time) {
  constexpr WallTime first{sys_days{year{0} / 1 / 1}}, last{sys_days{year{10'000} / 1 / 1} - Micros{1}};
  time = std::clamp(time, first, last);
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

Result<WallTime> parse_utc(std::string_view text) {
  const auto wrong = [&] {
    return fail(ErrorCode::invalid, "'{}' is not a UTC instant like 2026-11-21T22:00:00Z", text);
  };
  if (text.size() < 20 || text.back() != 'Z' || text[4] != '-' || text[7] != '-' || text[10] != 'T' ||
      text[13] != ':' || text[16] != ':') {
    return wrong();
  }
  const int y = digits(text, 0, 4), mo = digits(text, 5, 2), d = digits(text, 8, 2);
  const int h = digits(text, 11, 2), mi = digits(text, 14, 2), s = digits(text, 17, 2);
  const int us = fraction_us(text.substr(19, text.size() - 20));
  if (y < 0 || mo < 0 || d < 0 || h < 0 || h > 23 || mi < 0 || mi > 59 || s < 0 || s > 59 || us < 0) return wrong();
  const year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
  if (!date.ok()) return wrong();
  return WallTime{sys_days{date} + hours{h} + minutes{mi} + seconds{s} + Micros{us}};
}

std::string format_duration(Micros duration) {
  const bool negative = duration < Micros::zero();
  const char* sign = negative ? "-" : "";
  const auto us = negative ? -duration.count() : duration.count();
  if (us < 1'000'000) return fmt::format("{}{} ms", sign, us / 1'000);
  const auto tenths = us / 100'000;  // cut, not rounded: 59.96 s is not yet a minute
  const auto in_minute = fmt::format("{}.{}", tenths % 600 / 10, tenths % 10);
  const auto in_minute_wide = fmt::format("{:02}.{}", tenths % 600 / 10, tenths % 10);
  if (tenths < 600) return fmt::format("{}{} s", sign, in_minute);
  if (tenths < 36'000) return fmt::format("{}{} min {} s", sign, tenths / 600, in_minute_wide);
  return fmt::format("{}{} h {:02} min {} s", sign, tenths / 36'000, tenths / 600 % 60, in_minute_wide);
}

}  // namespace loa
