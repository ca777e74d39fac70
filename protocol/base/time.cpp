#include "protocol/base/time.hpp"

#include <fmt/format.h>

#include <charconv>

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
  const auto length = negative ? -duration : duration;
  const char* sign = negative ? "-" : "";
  if (length < seconds{1}) return fmt::format("{}{} ms", sign, length / milliseconds{1});
  const auto whole_minutes = floor<minutes>(length);
  const double rest = duration_cast<std::chrono::duration<double>>(length - whole_minutes).count();
  if (length < minutes{1}) return fmt::format("{}{:.1f} s", sign, rest);
  if (length < hours{1}) return fmt::format("{}{} min {:04.1f} s", sign, whole_minutes.count(), rest);
  return fmt::format("{}{} h {:02} min {:04.1f} s", sign, whole_minutes / hours{1}, (whole_minutes % hours{1}).count(),
                     rest);
}

}  // namespace loa
