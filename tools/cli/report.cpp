#include "headend/api/queries.hpp"
#include "tools/cli/desk.hpp"
#include "tools/cli/print.hpp"

namespace loa::tools::cli {
namespace {

using namespace headend;

struct Period {
  std::string from;
  std::string to;
  std::string station;
  bool cues = false;
};

Result<void> report(const Context& context, const Period& options) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY_LET(const auto from, timetable::parse_date(options.from));
  LOA_TRY_LET(const auto to, timetable::parse_date(options.to));
  LOA_TRY_LET(const auto made,
              api::make_report(desk.store, from, to, desk.zone(), options.station, wall_now(), report::Keep::yes));
  if (context.json) {
    fmt::print("{}\n", report::format_json(made));
    return {};
  }
  fmt::print("{}", report::format_text(made, options.cues ? report::Detail::cues : report::Detail::runs));
  return {};
}

}  // namespace

void add_report(CLI::App& app, Context& context) {
  auto options = std::make_shared<Period>();
  auto* verb = app.add_subcommand("report", "Báo cáo: kế hoạch và thực tế · planned against actual");
  verb->add_option("--from", options->from, "Ngày đầu · first day")->required();
  verb->add_option("--to", options->to, "Ngày cuối · last day")->required();
  verb->add_option("--station", options->station, "Chỉ một trạm · one station only");
  verb->add_flag("--cues", options->cues, "Từng mục không phát được · each cue that was not heard");
  on(verb, context, options, report);
}

}  // namespace loa::tools::cli
