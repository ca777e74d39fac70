#include "headend/timetable/local_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace loa::headend::timetable {
namespace {

using namespace std::chrono;

/// A whole number of 1…`most` digits; absent for anything else.
std::optional<int> number_of(std::string_view text, std::size_t most) {
  if (text.empty() || text.size() > most) return std::nullopt;
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string result{text};
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

constexpr std::array<const char*, 7> names_vi{"t2", "t3", "t4", "t5", "t6", "t7", "cn"};
constexpr std::array<const char*, 7> names_en{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::array<const char*, 7> names_shown{"T2", "T3", "T4", "T5", "T6", "T7", "CN"};

/// 0 = Monday … 6 = Sunday.
std::optional<unsigned> day_named(std::string_view text) {
  for (unsigned day = 0; day < 7; ++day) {
    if (text == names_vi[day] || text == names_en[day]) return day;
  }
  return std::nullopt;
}

/// One item of a list of days: a day, or a range that may pass Sunday.
std::optional<Weekdays> days_of_item(std::string_view item) {
  const auto ends = split(item, '-');
  const auto first = day_named(trimmed(ends.front())), last = day_named(trimmed(ends.back()));
  if (ends.size() > 2 || !first || !last) return std::nullopt;
  unsigned days = 0;
  for (unsigned day = *first;; day = (day + 1) % 7) {
    days |= 1U << day;
    if (day == *last) return static_cast<Weekdays>(days);
  }
}

/// Hours, minutes, seconds of "5", "5:00", "05:00:30"; also "5h", "5h30".
std::optional<std::array<int, 3>> clock_of(std::string_view text) {
  const auto h = text.find_first_of("hH");
  std::string plain{text};
  if (h != std::string_view::npos)
    plain = std::string{text.substr(0, h)} + ":" + (h + 1 < text.size() ? std::string{text.substr(h + 1)} : "00");
  const auto parts = split(plain, ':');
  std::array<int, 3> clock{};
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto value = number_of(parts[i], 2);
    if (!value || (i > 0 && parts[i].size() != 2)) return std::nullopt;
    clock[i] = *value;
  }
  return clock;
}

}  // namespace

Result<LocalDate> parse_date(std::string_view text) {
  const bool slashes = text.find('/') != std::string_view::npos;
  const auto parts = split(text, slashes ? '/' : '-');
  if (parts.size() == 3) {
    const auto y = number_of(parts[slashes ? 2 : 0], 4), m = number_of(parts[1], 2),
               d = number_of(parts[slashes ? 0 : 2], 2);
    if (y && m && d && *y >= 2000) {
      const year_month_day date{year{*y}, month{static_cast<unsigned>(*m)}, day{static_cast<unsigned>(*d)}};
      if (date.ok()) return LocalDate{date};
    }
  }
  return fail(ErrorCode::invalid, "'{}' is not a date: write it like 2026-11-21 or 21/11/2026", text);
}

std::string format_date(LocalDate date) {
  const year_month_day parts{date};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(parts.year()), static_cast<unsigned>(parts.month()),
                     static_cast<unsigned>(parts.day()));
}

std::string format_date_vi(LocalDate date) {
  const year_month_day parts{date};
  return fmt::format("{:02}/{:02}/{:04}", static_cast<unsigned>(parts.day()), static_cast<unsigned>(parts.month()),
                     static_cast<int>(parts.year()));
}

Result<TimeOfDay> parse_time(std::string_view text, bool may_be_24) {
  const auto clock = clock_of(text);
  if (clock && (*clock)[1] < 60 && (*clock)[2] < 60) {
    const TimeOfDay time = hours{(*clock)[0]} + minutes{(*clock)[1]} + seconds{(*clock)[2]};
    if (time < hours{24} || (may_be_24 && time == hours{24})) return time;
  }
  return fail(ErrorCode::invalid, "'{}' is not a time of day: write it like 05:00 or 05:00:30", text);
}

std::string format_time(TimeOfDay time) {
  const auto whole = time.count();
  if (whole % 60 == 0) return fmt::format("{:02}:{:02}", whole / 3600, whole / 60 % 60);
  return fmt::format("{:02}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

Result<Weekdays> parse_weekdays(std::string_view text) {
  const auto plain = lower(trimmed(text));
  if (plain == "daily" || plain == "hằng ngày" || plain == "hàng ngày") return model::every_day;
  unsigned days = 0;
  for (const auto item : split(plain, ',')) {
    const auto some = days_of_item(trimmed(item));
    if (!some) {
      return fail(ErrorCode::invalid, "'{}' is not a list of weekdays: write it like T2-T6, T2,T4,CN, mon-fri or daily",
                  text);
    }
    days |= *some;
  }
  return static_cast<Weekdays>(days);
}

std::string format_weekdays(Weekdays days) {
  if ((days & model::every_day) == model::every_day) return "hằng ngày";
  std::string text;
  for (unsigned day = 0; day < 7; ++day) {
    if ((days >> day & 1U) == 0) continue;
    unsigned last = day;
    while (last < 6 && (days >> (last + 1) & 1U) != 0) ++last;
    if (!text.empty()) text += ", ";
    text += names_shown[day];
    if (last >= day + 2) {
      text += std::string{"–"} + names_shown[last];
      day = last;
    }
  }
  return text;
}

std::string format_local(WallTime instant, Zone zone) {
  const auto time = duration_cast<seconds>(zone.time_of_day(instant)).count();
  return fmt::format("{} {:02}:{:02}:{:02}", format_date(zone.date_of(instant)), time / 3600, time / 60 % 60,
                     time % 60);
}

std::string format_local_time(WallTime instant, Zone zone) {
  const auto ms = duration_cast<milliseconds>(zone.time_of_day(instant)).count();
  return fmt::format("{:02}:{:02}:{:02}.{:03}", ms / 3600000, ms / 60000 % 60, ms / 1000 % 60, ms % 1000);
}

}  // namespace loa::headend::timetable
