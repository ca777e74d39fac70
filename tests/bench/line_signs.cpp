// From an order for the signs to the last panel: a slogan added with `loa` to thirty signs, each a process of its own
// whose panel is off-screen and recorded.
#include <thread>

#include "tests/bench/bench.hpp"
#include "tests/rehearsal/air_time.hpp"
#include "tests/rehearsal/panel.hpp"

namespace loa::bench {

namespace {

using namespace std::chrono_literals;
using tests::Panel;
using tests::StationKit;
using tests::WardKit;

constexpr int sign_count = 30;
constexpr const char* size = "192x32";
constexpr double budget_s = 5;
constexpr auto patience =
    12s;  // then the panels are looked at; looking while it is measured would cost what it measures

std::vector<StationKit> fleet() {
  std::vector<StationKit> stations;
  for (int i = 1; i <= sign_count; ++i) {
    StationKit station;
    station.id = fmt::format("bang-{:02}", i);
    station.name = fmt::format("Bảng {}", i);
    station.group = i % 2 == 0 ? "to-1" : "to-2";
    station.speaker = false;
    station.sign = size;
    stations.push_back(station);
  }
  return stations;
}

bool all_hold_their_plan(const WardKit& kit) {
  const auto lines = kit.loa_json({"fleet"});
  if (!lines || lines->as_array().size() != sign_count) return false;
  for (const auto& line : lines->as_array()) {
    const auto& status = line.at("status");
    if (!status.is_object() || status.at("plan_sequence").to_number<std::int64_t>() == 0) return false;
  }
  return true;
}

Result<std::unique_ptr<WardKit>> start(const Context& context) {
  LOA_TRY_LET(auto kit, WardKit::make(context.work / "ward", fleet()));
  LOA_TRY(kit->start_headend());
  for (const auto& station : kit->stations()) LOA_TRY(kit->start_station(station.id));
  if (!tests::wait_until(60s, [&] { return all_hold_their_plan(*kit); })) {
    return fail(ErrorCode::timeout, "not every sign had its plan after 60 s");
  }
  return kit;
}

/// Seconds from the order to the first panel and to the last.
struct Shown {
  double first = 0;
  double last = 0;
};

Result<Shown> order(const WardKit& kit, int number) {
  const auto id = fmt::format("so-{}", number);
  const auto ordered = tests::wall_now();
  LOA_TRY_LET(const auto said,
              kit.loa({"slogan", "add", fmt::format("Khẩu hiệu số {}", number), "--id", id, "--group", "all"}));
  std::this_thread::sleep_until(std::chrono::system_clock::time_point{ordered.time_since_epoch() + patience});
  const auto page = tests::page_of(kit, id, size);
  Shown shown{1e9, 0};
  for (const auto& station : kit.stations()) {
    const auto at = Panel{kit, station.id}.shown_since(page, ordered);
    if (!at) return fail(ErrorCode::timeout, "{} did not show {} within {}", station.id, id, patience.count());
    const double took_s = static_cast<double>((*at - ordered).count()) / 1e6;
    shown = {std::min(shown.first, took_s), std::max(shown.last, took_s)};
  }
  return shown;
}

}  // namespace

std::vector<Line> measure_signs(const Context& context) {
  Line last{fmt::format("order to last of {} signs", sign_count), "s", "c28560f: at the next half-hour", {}, {}};
  last.budget = budget_s;
  last.judged = Judged::p99;
  last.rival.why_not = "up to 1 800 s, by its rule";
  Line first{"- to the first of them", "s", "", {}, {}};
  first.rival.why_not = "as above";
  auto kit = start(context);
  const int orders = context.whole ? 100 : 10;
  for (int i = 1; kit && i <= orders; ++i) {
    const auto shown = order(**kit, i);
    if (!shown) {
      last.ours = first.ours = Figures::not_measured(shown.error().text);
      break;
    }
    last.ours.samples.push_back(shown->last);
    first.ours.samples.push_back(shown->first);
  }
  if (!kit) last.ours.why_not = first.ours.why_not = kit.error().text;
  last.notes = {
      "from before `loa slogan add` is started, drawing included; head-end, broker and all signs on this machine"};
  return {last, first};
}

}  // namespace loa::bench
