#include <algorithm>
#include <charconv>
#include <sstream>

#include "tools/cli/desk.hpp"
#include "tools/cli/print.hpp"

namespace loa::tools::cli {
namespace {

using namespace headend;

struct Set {
  std::vector<std::string> stretches;
  bool full = false;
};

constexpr std::uint32_t day_minutes = 1'440;

tl::unexpected<Error> bad_stretch(const std::string& text) {
  return fail(ErrorCode::invalid, "\"{}\" is not a brightness: write it as \"22:00-05:00 20%\", 1 to 100 %", text);
}

/// "22:00-05:00 20%": two stretches where it passes midnight.
Result<std::vector<model::Brightness>> parse_stretch(const std::string& text) {
  std::istringstream words{text};
  std::string hours, percent, more;
  words >> hours >> percent >> more;
  const auto dash = hours.find('-');
  model::Brightness stretch;
  const auto* end = percent.data() + percent.size();
  const auto [at, error] = std::from_chars(percent.data(), end, stretch.percent);
  const std::string_view unit{at, static_cast<std::size_t>(end - at)};
  if (dash == std::string::npos || !more.empty() || error != std::errc{} || (unit != "%" && !unit.empty()))
    return bad_stretch(text);
  LOA_TRY_LET(const auto from, timetable::parse_time(hours.substr(0, dash)));
  LOA_TRY_LET(const auto to, timetable::parse_time(hours.substr(dash + 1), true));
  if (from.count() % 60 != 0 || to.count() % 60 != 0 || from == to || stretch.percent < 1 || stretch.percent > 100) {
    return bad_stretch(text);
  }
  stretch.from_minute = static_cast<std::uint32_t>(from.count() / 60);
  stretch.to_minute = static_cast<std::uint32_t>(to.count() / 60);
  if (stretch.from_minute < stretch.to_minute) return std::vector{stretch};
  std::vector<model::Brightness> both{{stretch.from_minute, day_minutes, stretch.percent}};
  if (stretch.to_minute > 0) both.push_back({0, stretch.to_minute, stretch.percent});
  return both;
}

Result<std::vector<model::Brightness>> parse_stretches(const std::vector<std::string>& texts) {
  std::vector<model::Brightness> stretches;
  for (const auto& text : texts) {
    LOA_TRY_LET(const auto some, parse_stretch(text));
    stretches.insert(stretches.end(), some.begin(), some.end());
  }
  std::sort(stretches.begin(), stretches.end(),
            [](const auto& one, const auto& other) { return one.from_minute < other.from_minute; });
  for (std::size_t i = 1; i < stretches.size(); ++i) {
    if (stretches[i].from_minute >= stretches[i - 1].to_minute) continue;
    return fail(ErrorCode::invalid, "two brightnesses are given for {}: let them not overlap",
                timetable::format_time(std::chrono::minutes{stretches[i].from_minute}));
  }
  return stretches;
}

boost::json::array view(const std::vector<model::Brightness>& stretches) {
  boost::json::array array;
  for (const auto& one : stretches) {
    array.push_back({{"from_minute", one.from_minute}, {"to_minute", one.to_minute}, {"percent", one.percent}});
  }
  return array;
}

std::string text_of(const std::vector<model::Brightness>& stretches) {
  std::string text = "Độ sáng các bảng · brightness of the signs";
  for (const auto& one : stretches) {
    text += fmt::format("\n  {}–{}  {} %", timetable::format_time(std::chrono::minutes{one.from_minute}),
                        timetable::format_time(std::chrono::minutes{one.to_minute}), one.percent);
  }
  return text + (stretches.empty() ? "\n  100 %" : "\n  giờ khác · else  100 %");
}

Result<void> brightness(const Context& context, const Set& options) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  if (options.full && !options.stretches.empty()) {
    return fail(ErrorCode::invalid, "give either stretches of the day or --full");
  }
  if (options.full || !options.stretches.empty()) {
    LOA_TRY_LET(const auto stretches, parse_stretches(options.stretches));
    LOA_TRY(desk.keep([&](headend::store::Unit& unit) { return unit.schedule().put_brightness(stretches); }));
  }
  LOA_TRY_LET(const auto catalogue, desk.store.catalogue());
  tell(context.json, {{"brightness", view(catalogue.brightness)}}, text_of(catalogue.brightness));
  return {};
}

}  // namespace

void add_sign(CLI::App& app, Context& context) {
  auto* noun = app.add_subcommand("sign", "Các bảng LED · the signs");
  noun->require_subcommand(1);
  auto options = std::make_shared<Set>();
  auto* verb = noun->add_subcommand("brightness", "Độ sáng theo giờ; không có gì: xem · by time of day; alone: show");
  verb->add_option("stretches", options->stretches, "\"22:00-05:00 20%\" …");
  verb->add_flag("--full", options->full, "Luôn 100 % · always 100 %");
  on(verb, context, options, brightness);
}

}  // namespace loa::tools::cli
