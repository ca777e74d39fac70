#include <charconv>
#include <sstream>

#include "headend/api/views.hpp"
#include "headend/rules/rules.hpp"
#include "tools/cli/desk.hpp"
#include "tools/cli/print.hpp"

namespace loa::tools::cli {
namespace {

using namespace headend;

struct Set {
  model::Policy policy;
  std::vector<std::string> windows;
  std::string from;
  std::string to;
};

struct Named {
  std::string id;
};

tl::unexpected<Error> bad_window(const std::string& text) {
  return fail(ErrorCode::invalid, "\"{}\" is not a window: write it as \"t2-cn 05:00-21:30\", with a cap as \"… -3dB\"",
              text);
}

Result<int> parse_cap(const std::string& text, const std::string& window) {
  double level_db = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), level_db);
  const std::string_view unit{end, static_cast<std::size_t>(text.data() + text.size() - end)};
  if (error != std::errc{} || (unit != "dB" && unit != "db") || level_db > 0 || level_db < -60)
    return bad_window(window);
  return static_cast<int>(level_db * 100);
}

/// "t2-cn 05:00-21:30 [-3dB]"
Result<model::Policy::Window> parse_window(const std::string& text) {
  std::istringstream words{text};
  std::string days, hours, cap, more;
  words >> days >> hours >> cap >> more;
  const auto dash = hours.find('-');
  if (dash == std::string::npos || !more.empty()) return bad_window(text);
  model::Policy::Window window;
  LOA_TRY_LET(window.weekdays, parse_days(days));
  LOA_TRY_LET(const auto from, timetable::parse_time(hours.substr(0, dash)));
  LOA_TRY_LET(const auto to, timetable::parse_time(hours.substr(dash + 1), true));
  if (from.count() % 60 != 0 || to.count() % 60 != 0 || to <= from) return bad_window(text);
  window.from_minute = static_cast<std::uint32_t>(from.count() / 60);
  window.to_minute = static_cast<std::uint32_t>(to.count() / 60);
  if (!cap.empty()) {
    LOA_TRY_LET(window.level_cap_cb, parse_cap(cap, text));
  }
  return window;
}

Result<void> set(const Context& context, const Set& options) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  auto policy = options.policy;
  LOA_TRY(good_id("policy", policy.id));
  LOA_TRY(good_name("legal reference", policy.reference));
  LOA_TRY_LET(policy.validity, parse_validity(options.from, options.to));
  for (const auto& text : options.windows) {
    LOA_TRY_LET(const auto window, parse_window(text));
    policy.windows.push_back(window);
  }
  LOA_TRY(rules::verdict(rules::problems_of(policy)));
  LOA_TRY(desk.keep([&](headend::store::Unit& unit) { return unit.schedule().put_policy(policy); }));
  tell(context.json, api::view(policy), "Đã lưu quy định · policy kept: " + policy.id);
  return {};
}

std::string format_minute(std::uint32_t minute) { return timetable::format_time(std::chrono::minutes{minute}); }

std::string format_limit(std::uint32_t limit) {
  return limit == 0 ? "không giới hạn · no limit" : std::to_string(limit);
}

void print(const model::Policy& policy) {
  fmt::print("{}  {}\n", policy.id, policy.reference);
  fmt::print("  hiệu lực · valid              {} – {}\n",
             policy.validity.from ? timetable::format_date(*policy.validity.from) : "…",
             policy.validity.to ? timetable::format_date(*policy.validity.to) : "…");
  for (const auto& window : policy.windows) {
    fmt::print("  được phát · may be heard      {}  {}–{}  ≤ {:.1f} dB\n", timetable::format_weekdays(window.weekdays),
               format_minute(window.from_minute), format_minute(window.to_minute), window.level_cap_cb / 100.0);
  }
  fmt::print("  buổi mỗi ngày · sessions/day  {}\n", format_limit(policy.sessions_per_day));
  fmt::print("  phút mỗi buổi · min/session   {}\n", format_limit(policy.minutes_per_session));
  fmt::print("  ngày mỗi tuần · days/week     {}\n", format_limit(policy.days_per_week));
}

Result<void> show(const Context& context) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY_LET(const auto catalogue, desk.store.catalogue());
  if (context.json) {
    print_json(api::view(catalogue.policies));
    return {};
  }
  for (const auto& policy : catalogue.policies) print(policy);
  if (catalogue.policies.empty())
    fmt::print("Chưa có quy định: không trạm nào được phát · no policy: nothing may be heard\n");
  return {};
}

Result<void> remove(const Context& context, const Named& options) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY(desk.store.schedule().remove_policy(options.id));
  tell(context.json, {{"removed", options.id}}, "Đã xóa · removed: " + options.id);
  return {};
}

}  // namespace

void add_policy(CLI::App& app, Context& context) {
  auto* noun = app.add_subcommand("policy", "Quy định giờ phát, mức to · when the ward may be heard");
  noun->require_subcommand(1);
  auto options = std::make_shared<Set>();
  auto& policy = options->policy;
  auto* verb = noun->add_subcommand("set", "Thêm hoặc thay · add or replace");
  verb->add_option("id", policy.id, "Mã · id")->required();
  verb->add_option("--reference", policy.reference, "Căn cứ pháp lý · legal reference")->required();
  verb->add_option("--window", options->windows, "\"t2-cn 05:00-21:30 [-3dB]\", lặp lại được · repeatable")->required();
  verb->add_option("--sessions-per-day", policy.sessions_per_day, "0 = không giới hạn · no limit")
      ->check(CLI::Range(0, 100));
  verb->add_option("--minutes-per-session", policy.minutes_per_session, "0 = không giới hạn · no limit")
      ->check(CLI::Range(0, 1440));
  verb->add_option("--days-per-week", policy.days_per_week, "0 = không giới hạn · no limit")->check(CLI::Range(0, 7));
  verb->add_option("--from", options->from, "Ngày đầu · first day");
  verb->add_option("--to", options->to, "Ngày cuối · last day");
  on(verb, context, options, set);
  on(noun->add_subcommand("show", "Xem · show"), context, show);
  auto gone = std::make_shared<Named>();
  auto* away = noun->add_subcommand("remove", "Xóa · remove");
  away->add_option("id", gone->id, "Mã · id")->required();
  on(away, context, gone, remove);
}

}  // namespace loa::tools::cli
