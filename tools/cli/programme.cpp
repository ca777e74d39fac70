#include "headend/api/views.hpp"
#include "headend/rules/rules.hpp"
#include "tools/cli/desk.hpp"
#include "tools/cli/print.hpp"

namespace loa::tools::cli {
namespace {

using namespace headend;

struct Add {
  std::string id;
  std::string title;
  std::string at;
  std::string days = "mon-sun";
  std::vector<std::string> groups;
  std::vector<std::string> segments;
  std::string from;
  std::string to;
  std::string late = "join";
  int late_limit_s = 0;
  std::string pre_empted = "resume";
  bool priority = false;
  bool replace = false;
  bool strict = false;
};

struct Named {
  std::string id;
};

/// CONTENT[:CATEGORY]; a title may have a colon of its own, so the tail counts only if it names a category.
Result<model::Segment> parse_segment(const model::Catalogue& catalogue, const std::string& text) {
  const auto colon = text.rfind(':');
  const bool whole = colon == std::string::npos || find_content(catalogue, text).has_value();
  LOA_TRY_LET(const auto* content, find_content(catalogue, whole ? text : text.substr(0, colon)));
  const auto category = whole ? content->category : text.substr(colon + 1);
  if (category.empty()) {
    return fail(ErrorCode::invalid, "content \"{}\" has no category of its own: write {}:CATEGORY", content->title,
                text);
  }
  LOA_TRY(known_category(catalogue, category));
  return model::Segment{content->object, category};
}

Result<model::Programme> build(const Add& options, const model::Catalogue& catalogue) {
  model::Programme programme;
  programme.id = options.id;
  programme.title = options.title;
  LOA_TRY(good_id("programme", options.id));
  LOA_TRY(good_name("title", options.title));
  if (!options.replace && catalogue.programme(options.id) != nullptr) {
    return fail(ErrorCode::exists, "programme \"{}\" is there already: say --replace to change it", options.id);
  }
  LOA_TRY_LET(programme.start, timetable::parse_time(options.at));
  LOA_TRY_LET(programme.weekdays, parse_days(options.days));
  LOA_TRY_LET(programme.validity, parse_validity(options.from, options.to));
  LOA_TRY_LET(programme.groups, known_groups(catalogue, options.groups));
  for (const auto& text : options.segments) {
    LOA_TRY_LET(auto segment, parse_segment(catalogue, text));
    programme.segments.push_back(std::move(segment));
  }
  if (options.priority) programme.cue_class = v1::CUE_CLASS_PRIORITY;
  if (options.late == "whole") programme.late_policy = v1::LATE_POLICY_WHOLE;
  if (options.late == "skip") programme.late_policy = v1::LATE_POLICY_SKIP;
  if (options.pre_empted == "restart") programme.preempt_policy = v1::PREEMPT_POLICY_RESTART;
  if (options.pre_empted == "drop") programme.preempt_policy = v1::PREEMPT_POLICY_DROP;
  programme.late_limit = std::chrono::seconds{options.late_limit_s};
  return programme;
}

Result<void> add(const Context& context, const Add& options) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY_LET(const auto catalogue, desk.store.catalogue());
  LOA_TRY_LET(const auto programme, build(options, catalogue));
  const auto problems = rules::problems_of(programme, catalogue, desk.today(), desk.zone());
  LOA_TRY(rules::verdict(problems, options.strict));
  LOA_TRY_LET(const auto cannot_obey,
              desk.keep([&](headend::store::Unit& unit) { return unit.schedule().put_programme(programme); }));
  auto json = api::view(programme);
  auto& told = json["problems"].emplace_array();
  for (const auto& problem : problems) told.push_back({{"code", problem.code}, {"text", problem.text}});
  const auto length = timetable::duration_of(programme, catalogue);
  tell(context.json, json,
       fmt::format("Đã thêm · added: {}  {}  {}  {}", programme.id, timetable::format_time(programme.start),
                   timetable::format_weekdays(programme.weekdays), format_length(length.count())));
  for (const auto& problem : problems) {
    if (!context.json) fmt::print("Chú ý · note: {}\n", problem.text);
  }
  warn_of(context, cannot_obey);
  return {};
}

Result<void> list(const Context& context) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY_LET(const auto catalogue, desk.store.catalogue());
  if (context.json) {
    print_json(api::view(catalogue.programmes));
    return {};
  }
  std::vector<std::vector<std::string>> rows{
      {"CHƯƠNG TRÌNH · PROGRAMME", "GIỜ · AT", "NGÀY · DAYS", "DÀI · LENGTH", "NHÓM · GROUPS", "TÊN · TITLE"}};
  for (const auto& programme : catalogue.programmes) {
    rows.push_back(
        {programme.id, timetable::format_time(programme.start), timetable::format_weekdays(programme.weekdays),
         format_length(timetable::duration_of(programme, catalogue).count()), join(programme.groups), programme.title});
  }
  print_table(rows);
  return {};
}

Result<void> show(const Context& context, const Named& options) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY_LET(const auto catalogue, desk.store.catalogue());
  const auto* programme = catalogue.programme(options.id);
  if (programme == nullptr) {
    return fail(ErrorCode::missing, "there is no programme \"{}\": `loa programme list` shows them", options.id);
  }
  if (context.json) {
    print_json(api::view(*programme));
    return {};
  }
  fmt::print("{} ({})\n", programme->title, programme->id);
  fmt::print("{}  {}  {}\n\n", timetable::format_time(programme->start),
             timetable::format_weekdays(programme->weekdays), join(programme->groups));
  std::vector<std::vector<std::string>> rows{{"#", "LÚC · AT", "DÀI · LENGTH", "CHUYÊN MỤC · CATEGORY", "TÊN · TITLE"}};
  std::int64_t frames = 0;
  for (const auto& segment : programme->segments) {
    const auto* content = catalogue.content(segment.object);
    const auto length = content == nullptr ? 0 : content->frames;
    rows.push_back({std::to_string(rows.size()), format_length(timetable::position_of(frames).count()),
                    format_length(timetable::position_of(length).count()), segment.category,
                    content == nullptr ? segment.object.hex() : content->title});
    frames += length;
  }
  print_table(rows);
  return {};
}

Result<void> remove(const Context& context, const Named& options) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY(desk.store.schedule().remove_programme(options.id));
  tell(context.json, {{"removed", options.id}}, "Đã xóa · removed: " + options.id);
  return {};
}

void add_options(CLI::App* verb, Add& options) {
  verb->add_option("id", options.id, "Mã · id")->required();
  verb->add_option("--title", options.title, "Tên · title")->required();
  verb->add_option("--at", options.at, "Giờ, 05:00 · local time of day")->required();
  verb->add_option("--days", options.days, "Ngày, t2..cn hoặc mon-fri · weekdays")->capture_default_str();
  verb->add_option("--group", options.groups, "Nhóm, all = mọi trạm · groups, repeatable")->required();
  verb->add_option("--segment", options.segments, "NỘI_DUNG[:CHUYÊN_MỤC] · CONTENT[:CATEGORY], repeatable, in order")
      ->required();
  verb->add_option("--from", options.from, "Ngày đầu · first day");
  verb->add_option("--to", options.to, "Ngày cuối · last day");
  verb->add_option("--late", options.late, "join, whole, skip")->check(CLI::IsMember({"join", "whole", "skip"}));
  verb->add_option("--late-limit", options.late_limit_s, "Giây, cho whole · seconds")->check(CLI::Range(0, 86'400));
  verb->add_option("--pre-empted", options.pre_empted, "Khi bị át: tiếp tục, lại từ đầu, bỏ · resume, restart, drop")
      ->check(CLI::IsMember({"resume", "restart", "drop"}));
  verb->add_flag("--priority", options.priority, "Ưu tiên · priority");
  verb->add_flag("--replace", options.replace, "Thay chương trình cũ · replace the one there");
  verb->add_flag("--strict", options.strict, "Từ chối khi trái quy định · refuse what breaks the policy");
}

}  // namespace

void add_programme(CLI::App& app, Context& context) {
  auto* noun = app.add_subcommand("programme", "Chương trình phát thanh · programmes");
  noun->require_subcommand(1);
  auto options = std::make_shared<Add>();
  auto* verb = noun->add_subcommand("add", "Thêm · add");
  add_options(verb, *options);
  on(verb, context, options, add);
  on(noun->add_subcommand("list", "Danh sách · list"), context, list);
  auto one = std::make_shared<Named>();
  auto* look = noun->add_subcommand("show", "Xem · show");
  look->add_option("id", one->id, "Mã · id")->required();
  on(look, context, one, show);
  auto gone = std::make_shared<Named>();
  auto* away = noun->add_subcommand("remove", "Xóa · remove");
  away->add_option("id", gone->id, "Mã · id")->required();
  on(away, context, gone, remove);
}

}  // namespace loa::tools::cli
