#include "headend/publisher/emergency.hpp"
#include "tools/cli/desk.hpp"
#include "tools/cli/print.hpp"

namespace loa::tools::cli {
namespace {

using namespace headend;
using std::chrono::seconds;

struct Start {
  std::string sound;
  unsigned repeat = 3;
  std::vector<std::string> groups;
  int in_s = 10;
  std::string reason;
};

struct Stop {
  std::vector<std::string> groups;
  std::string reason = "operator";
};

Result<std::vector<std::string>> meant(const model::Catalogue& catalogue, const std::vector<std::string>& groups) {
  if (groups.empty()) return std::vector<std::string>{model::everyone};
  return known_groups(catalogue, groups);
}

Result<void> start(const Context& context, const Start& options) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY_LET(const auto catalogue, desk.store.catalogue());
  LOA_TRY_LET(const auto groups, meant(catalogue, options.groups));
  LOA_TRY_LET(const auto* content, find_content(catalogue, options.sound));
  LOA_TRY(good_name("reason", options.reason));
  LOA_TRY_LET(auto emergencies, open_emergency_desk(desk));
  planner::EmergencyWish wish;
  wish.object = content->object;
  wish.repeat = options.repeat;
  const auto now = wall_now();
  wish.start = std::chrono::ceil<seconds>(now + seconds{options.in_s});
  LOA_TRY_LET(const auto stations, emergencies.start(wish, groups, options.reason, now));
  boost::json::array names;
  for (const auto& station : stations) names.emplace_back(station);
  const auto at = timetable::format_local_time(wish.start, desk.zone());
  tell(context.json, {{"stations", names}, {"start", format_utc(wish.start)}, {"repeat", wish.repeat}},
       fmt::format("KHẨN CẤP · EMERGENCY: {} × {}, {}, {} trạm · stations\nGọi tắt bằng · call it off with: "
                   "loa emergency stop",
                   content->title, options.repeat, at, stations.size()));
  return {};
}

Result<void> stop(const Context& context, const Stop& options) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY_LET(const auto catalogue, desk.store.catalogue());
  LOA_TRY_LET(const auto groups, meant(catalogue, options.groups));
  LOA_TRY(good_name("reason", options.reason));
  LOA_TRY_LET(auto emergencies, open_emergency_desk(desk));
  LOA_TRY_LET(const auto stations, emergencies.stop(groups, options.reason, wall_now()));
  boost::json::array names;
  for (const auto& station : stations) names.emplace_back(station);
  tell(context.json, {{"stations", names}},
       stations.empty() ? std::string{"Không có báo động nào · there is no emergency in force"}
                        : fmt::format("Đã báo an · called off: {}", join(stations)));
  return {};
}

Result<void> show(const Context& context) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY_LET(const auto newest, desk.store.plans().newest_emergencies());
  const auto now = wall_now();
  std::vector<std::vector<std::string>> rows{
      {"TRẠM · STATION", "TÌNH TRẠNG · STATE", "LỆNH LÚC · ORDERED", "ĐẾN · UNTIL", "TIẾNG · SOUND", "LÝ DO · REASON"}};
  boost::json::array entries;
  for (const auto& one : newest) {
    const bool called_off = one.until == one.plan.made;
    const char* word = called_off ? "called-off" : one.in_force(now) ? "in-force" : "over";
    rows.push_back({one.plan.station,
                    called_off          ? "đã báo an · called off"
                    : one.in_force(now) ? "ĐANG BÁO ĐỘNG · IN FORCE"
                                        : "đã xong · over",
                    timetable::format_local(one.plan.made, desk.zone()),
                    called_off ? "–" : timetable::format_local_time(one.until, desk.zone()), one.title, one.reason});
    entries.push_back({{"station", one.plan.station},
                       {"state", word},
                       {"ordered", format_utc(one.plan.made)},
                       {"until", format_utc(one.until)},
                       {"sequence", one.plan.sequence},
                       {"title", one.title},
                       {"reason", one.reason}});
  }
  if (context.json) {
    print_json(entries);
  } else {
    print_table(rows);
  }
  return {};
}

}  // namespace

void add_emergency(CLI::App& app, Context& context) {
  auto* noun = app.add_subcommand("emergency", "Khẩn cấp: át mọi thứ, cả giờ cấm · over everything, at any hour");
  noun->require_subcommand(1);
  auto begin = std::make_shared<Start>();
  auto* verb = noun->add_subcommand("start", "Phát ngay · on every horn, at once");
  verb->add_option("--sound", begin->sound, "Nội dung: mã hoặc tên · content, by digits or title")->required();
  verb->add_option("--repeat", begin->repeat, "Số lần · how many times")
      ->check(CLI::Range(1, 1'000))
      ->capture_default_str();
  verb->add_option("--group", begin->groups, "Nhóm; không có: mọi trạm · groups, repeatable; none: every station");
  verb->add_option("--in", begin->in_s, "Bao nhiêu giây nữa · seconds from now, for the sound to get there")
      ->check(CLI::Range(1, 3'600))
      ->capture_default_str();
  verb->add_option("--reason", begin->reason, "Lý do, căn cứ · reason and legal basis")->required();
  on(verb, context, begin, start);
  auto end = std::make_shared<Stop>();
  verb = noun->add_subcommand("stop", "Báo an · call it off");
  verb->add_option("--group", end->groups, "Nhóm; không có: mọi trạm · groups; none: every station");
  verb->add_option("--reason", end->reason, "Lý do · reason")->capture_default_str();
  on(verb, context, end, stop);
  on(noun->add_subcommand("show", "Xem · what is in force"), context, show);
}

}  // namespace loa::tools::cli
