#include "headend/api/queries.hpp"
#include "protocol/message/check.hpp"
#include "protocol/message/compact.hpp"
#include "protocol/seal/seal.hpp"
#include "tools/cli/desk.hpp"
#include "tools/cli/print.hpp"

namespace loa::tools::cli {
namespace {

using namespace headend;

struct Show {
  std::string station;
  int cues = 40;
};

Result<v1::Plan> open_plan(const Desk& desk, const model::IssuedPlan& issued) {
  LOA_TRY_LET(const auto key, desk.ward.plan_key());
  protocol::seal::Expectation expectation;
  expectation.ward = desk.ward.settings().id;
  expectation.kind = v1::KIND_PLAN;
  expectation.audiences = {"station/" + issued.station};
  expectation.keys = {key.public_key()};
  LOA_TRY_LET(const auto opened, protocol::seal::open(issued.sealed, expectation));
  auto plan = protocol::message::decode<v1::Plan>(opened.header.body());
  if (!plan)
    return fail(ErrorCode::invalid, "the plan kept for {} cannot be read: restore the ward's database", issued.station);
  protocol::message::fold_pages(*plan);
  return plan;
}

std::string hex_of(const std::string& object) {
  return protocol::crypto::Sha256::from_bytes(object).value_or(protocol::crypto::Sha256{}).hex();
}

/// The pages of each playlist, once: in every cue they would be some ten million bytes.
boost::json::array view(const google::protobuf::RepeatedPtrField<v1::Playlist>& playlists, const v1::Plan& plan) {
  boost::json::array all;
  for (const auto& playlist : playlists) {
    boost::json::array pages;
    for (const auto index : playlist.pages()) {
      const auto& page = plan.pages(static_cast<int>(index));
      pages.push_back(
          {{"object", hex_of(page.object())}, {"dwell_us", page.dwell_us()}, {"scroll_px_s", page.scroll_px_s()}});
    }
    all.push_back(std::move(pages));
  }
  return all;
}

boost::json::object view(const v1::Cue& cue) {
  return {{"occurrence", cue.occurrence()},
          {"segment", cue.segment()},
          {"medium", cue.medium() == v1::MEDIUM_SIGN ? "sign" : "audio"},
          {"category", cue.category()},
          {"start", format_utc(wall_from_us(cue.start_us()))},
          {"duration_us", cue.duration_us()},
          {"object", hex_of(cue.object())},
          {"gain_cb", cue.gain_cb()},
          {"scroll_px_s", cue.scroll_px_s()},
          {"playlist", cue.playlist_number()},  // 1 = the first of "playlists", 0 = none
          {"title", cue.title()}};
}

void print_people(const model::IssuedPlan& issued, const v1::Plan& plan, const Desk& desk, int most) {
  const auto zone = desk.zone();
  fmt::print("Kế hoạch · plan {} của · of {}, lập lúc · made {}, đến · until {}\n", issued.sequence, issued.station,
             timetable::format_local(issued.made, zone), timetable::format_local(issued.horizon, zone));
  std::vector<std::vector<std::string>> rows{{"LÚC · AT", "DÀI · LENGTH", "", "CHUYÊN MỤC · CATEGORY", "TÊN · TITLE"}};
  int left = 0;
  for (const auto& cue : plan.cues()) {
    if (static_cast<int>(rows.size()) > most && ++left > 0) continue;
    rows.push_back({timetable::format_local(wall_from_us(cue.start_us()), zone), format_length(cue.duration_us()),
                    cue.medium() == v1::MEDIUM_SIGN ? "bảng · sign" : "loa · audio", cue.category(), cue.title()});
  }
  print_table(rows);
  if (left > 0) fmt::print("… còn · and {} more (--cues)\n", left);
}

Result<void> show(const Context& context, const Show& options) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY_LET(const auto issued, desk.store.plans().newest(options.station));
  if (!issued) {
    return fail(ErrorCode::missing,
                "station \"{}\" has no plan yet: is it in `loa station list`, and is loa-headend running?",
                options.station);
  }
  LOA_TRY_LET(const auto plan, open_plan(desk, *issued));
  if (!context.json) {
    print_people(*issued, plan, desk, options.cues);
    return {};
  }
  boost::json::array brightness;
  for (const auto& stretch : plan.brightness()) {
    brightness.push_back(
        {{"from_minute", stretch.from_minute()}, {"to_minute", stretch.to_minute()}, {"percent", stretch.percent()}});
  }
  boost::json::array cues;
  for (const auto& cue : plan.cues()) cues.push_back(view(cue));
  print_json({{"station", issued->station},
              {"sequence", issued->sequence},
              {"made", format_utc(issued->made)},
              {"horizon", format_utc(issued->horizon)},
              {"content_url", plan.content_url()},
              {"objects", plan.objects_size()},
              {"bytes", issued->sealed.size()},
              {"brightness", brightness},
              {"playlists", view(plan.playlists(), plan)},
              {"cues", cues}});
  return {};
}

}  // namespace

void add_plan(CLI::App& app, Context& context) {
  auto* noun = app.add_subcommand("plan", "Kế hoạch đã gửi cho trạm · what a station was told to do");
  noun->require_subcommand(1);
  auto options = std::make_shared<Show>();
  auto* verb = noun->add_subcommand("show", "Xem · show");
  verb->add_option("station", options->station, "Trạm · station")->required();
  verb->add_option("--cues", options->cues, "Số dòng · lines at most")->capture_default_str();
  on(verb, context, options, show);
}

}  // namespace loa::tools::cli
