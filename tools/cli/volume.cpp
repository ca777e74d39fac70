#include "tools/cli/volume.hpp"
#include "headend/timetable/timetable.hpp"
#include "tools/cli/desk.hpp"
#include "tools/cli/print.hpp"

namespace loa::tools::cli {
namespace {

using namespace headend;

struct Volume {
  std::string id;
  std::string from;
  std::string to;
  double gain_db = 0;
  bool clear = false;
};

Result<std::uint32_t> minute_of(const std::string& text) {
  if (text == "24:00") return 1'440U;
  LOA_TRY_LET(const auto time, timetable::parse_time(text));
  return static_cast<std::uint32_t>(time / std::chrono::minutes{1});
}

/// Replaces what the station had between the two times; the rest of older windows stays.
std::vector<model::Volume> with(const std::vector<model::Volume>& before, const model::Volume& added) {
  std::vector<model::Volume> volumes{added};
  for (const auto& one : before) {
    if (one.from_minute < added.from_minute)
      volumes.push_back({one.from_minute, std::min(one.to_minute, added.from_minute), one.gain_cb});
    if (one.to_minute > added.to_minute)
      volumes.push_back({std::max(one.from_minute, added.to_minute), one.to_minute, one.gain_cb});
  }
  std::sort(volumes.begin(), volumes.end(),
            [](const auto& one, const auto& other) { return one.from_minute < other.from_minute; });
  return volumes;
}

std::string clock(std::uint32_t minute) { return fmt::format("{:02}:{:02}", minute / 60, minute % 60); }

Result<void> show(const Context& context, const model::Station& station) {
  std::vector<std::vector<std::string>> rows{{"TỪ · FROM", "ĐẾN · TO", "MỨC · GAIN"}};
  boost::json::array json;
  for (const auto& one : station.volumes) {
    rows.push_back({clock(one.from_minute), clock(one.to_minute), fmt::format("{:.1f} dB", one.gain_cb / 100.0)});
    json.push_back({{"from", clock(one.from_minute)}, {"to", clock(one.to_minute)}, {"gain_cb", one.gain_cb}});
  }
  if (context.json) {
    print_json({{"station", station.id}, {"gain_cb", station.gain_cb}, {"volumes", json}});
  } else {
    fmt::print("{}: {:.1f} dB\n", station.id, station.gain_cb / 100.0);
    print_table(rows);
  }
  return {};
}

Result<void> volume(const Context& context, const Volume& options) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY_LET(auto catalogue, desk.store.catalogue());
  const auto* found = catalogue.station(options.id);
  if (found == nullptr) return fail(ErrorCode::missing, "there is no station \"{}\"", options.id);
  auto station = *found;
  if (options.clear) {
    station.volumes.clear();
  } else if (!options.from.empty() || !options.to.empty()) {
    LOA_TRY_LET(const auto from, minute_of(options.from));
    LOA_TRY_LET(const auto to, minute_of(options.to));
    if (from >= to)
      return fail(ErrorCode::invalid, "{} is not before {}: say two windows around midnight", options.from, options.to);
    if (options.gain_db < -60 || options.gain_db > 0)
      return fail(ErrorCode::invalid, "a gain of {} dB is not possible: it lies between -60 and 0", options.gain_db);
    station.volumes = with(station.volumes, {from, to, static_cast<int>(options.gain_db * 100)});
  } else {
    return show(context, station);
  }
  LOA_TRY(
      desk.keep([&](headend::store::Unit& unit) { return unit.stations().put_volumes(station.id, station.volumes); }));
  return show(context, station);
}

}  // namespace

void add_volume(CLI::App* station, Context& context) {
  auto options = std::make_shared<Volume>();
  auto* verb = station->add_subcommand("volume", "Mức theo giờ · volume by hour; without options: shows it");
  verb->add_option("id", options->id, "Mã · id")->required();
  verb->add_option("--from", options->from, "Từ giờ, 05:00 · from");
  verb->add_option("--to", options->to, "Đến giờ · to");
  verb->add_option("--gain", options->gain_db, "Mức, dB ≤ 0 · gain");
  verb->add_flag("--clear", options->clear, "Bỏ hết · forget them all");
  on(verb, context, options, volume);
}

}  // namespace loa::tools::cli
