#include <poll.h>

#include <charconv>

#include "headend/api/views.hpp"
#include "headend/publisher/removal.hpp"
#include "headend/ward/bundle.hpp"
#include "tools/cli/desk.hpp"
#include "tools/cli/print.hpp"
#include "tools/cli/station_test.hpp"
#include "tools/cli/volume.hpp"

namespace loa::tools::cli {
namespace {

using namespace headend;

struct Add {
  model::Station station;
  ward::StationWish wish;
  std::string sign;
  bool no_speaker = false;
  double gain_db = 0;
  int stagger_ms = 0;
  std::filesystem::path out;
};

struct Leave {
  std::string id;
  int wait_s = 10;
};

/// "192x32"
Result<ward::SignSize> parse_size(std::string_view text) {
  ward::SignSize size;
  const auto x = text.find('x');
  const auto number = [](std::string_view digits, std::uint32_t& value) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return !digits.empty() && error == std::errc{} && end == digits.data() + digits.size();
  };
  if (x != std::string_view::npos && number(text.substr(0, x), size.width_px) &&
      number(text.substr(x + 1), size.height_px)) {
    return size;
  }
  return fail(ErrorCode::invalid, "\"{}\" is not the size of a sign: write it as 192x32", text);
}

Result<void> complete(const Add& options, const Desk& desk, const model::Catalogue& catalogue, model::Station& station,
                      ward::StationWish& wish) {
  LOA_TRY(good_id("station", station.id));
  LOA_TRY(good_name("name", station.name));
  if (catalogue.station(station.id) != nullptr) {
    return fail(ErrorCode::exists, "station \"{}\" is there already: remove it first, or choose another id",
                station.id);
  }
  LOA_TRY_LET(station.groups, known_groups(catalogue, station.groups));
  if (options.gain_db < -60 || options.gain_db > 0) {
    return fail(ErrorCode::invalid, "a gain of {} dB is not possible: it lies between -60 and 0", options.gain_db);
  }
  if (options.stagger_ms < 0 || options.stagger_ms > 1000) {
    return fail(ErrorCode::invalid, "a stagger of {} ms is not possible: it lies between 0 and 1000",
                options.stagger_ms);
  }
  station.has_speaker = !options.no_speaker;
  station.gain_cb = static_cast<int>(options.gain_db * 100);
  station.stagger = std::chrono::milliseconds{options.stagger_ms};
  station.added = wall_now();
  wish.id = station.id;
  if (options.no_speaker) wish.pcm.clear();
  if (!options.sign.empty()) {
    LOA_TRY_LET(wish.sign, parse_size(options.sign));
    station.sign = model::Geometry{wish.sign->width_px, wish.sign->height_px};
  }
  if (!station.has_speaker && !station.sign) {
    return fail(ErrorCode::invalid, "station \"{}\" has neither loudspeaker nor sign", station.id);
  }
  return station.id == ward::headend_login || desk.ward.settings().id.empty()
             ? fail(ErrorCode::invalid, "no station can be called \"{}\"", station.id)
             : Result<void>{};
}

Result<void> add(const Context& context, const Add& options) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY_LET(const auto catalogue, desk.store.catalogue());
  auto station = options.station;
  auto wish = options.wish;
  LOA_TRY(complete(options, desk, catalogue, station, wish));
  LOA_TRY_LET(const auto enrolment, ward::make_bundle(desk.ward, wish, options.out));
  station.key = enrolment.key;
  station.mqtt_password_hash = enrolment.password_hash;
  const auto kept = desk.keep([&](headend::store::Unit& unit) { return unit.stations().put(station); });
  if (!kept) {
    std::error_code ignored;
    std::filesystem::remove_all(options.out, ignored);
    return pass(Result{kept}.error());
  }
  auto json = api::view(station);
  json["bundle"] = std::filesystem::absolute(options.out).string();
  tell(context.json, json,
       fmt::format("Đã thêm trạm · station added: {}\nMang thư mục này đến hộp · carry this folder to the box: {}",
                   station.id, options.out.string()));
  warn_of(context, *kept);
  return {};
}

std::string describe_sign(const model::Station& station) {
  return station.sign ? fmt::format("{}x{}", station.sign->width_px, station.sign->height_px) : "–";
}

Result<void> list(const Context& context) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY_LET(const auto catalogue, desk.store.catalogue());
  if (context.json) {
    print_json(api::view(catalogue.stations));
    return {};
  }
  std::vector<std::vector<std::string>> rows{
      {"TRẠM · STATION", "TÊN · NAME", "NHÓM · GROUPS", "LOA · SPEAKER", "BẢNG · SIGN"}};
  for (const auto& station : catalogue.stations) {
    rows.push_back({station.id, station.name, join(station.groups), station.has_speaker ? "có · yes" : "–",
                    describe_sign(station)});
  }
  print_table(rows);
  return {};
}

/// As the head-end last found it.
Result<model::RemovedStation> look_again(Desk& desk, const model::RemovedStation& removed) {
  LOA_TRY_LET(const auto all, desk.store.stations().removed());
  for (const auto& one : all) {
    if (one.id == removed.id && one.removed == removed.removed) return one;
  }
  return removed;
}

std::string outcome_of(const model::RemovedStation& removed, const timetable::Zone& zone) {
  if (removed.silent) return "trạm đã xác nhận im · it has said that it is silent";
  if (removed.closed)
    return "trạm chưa từng lên tiếng, không còn phát gì · it was never heard of: there is nothing to silence";
  const auto until = timetable::format_local(removed.until, zone);
  return fmt::format(
      "CHƯA liên lạc được: trạm có thể còn phát theo kế hoạch cũ đến {} · NOT reached: it may go on with its last plan "
      "until {}",
      until, until);
}

Result<void> remove(const Context& context, const Leave& options) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY_LET(const auto key, desk.ward.plan_key());
  LOA_TRY_LET(auto emergencies, open_emergency_desk(desk));
  publisher::RemovalDesk removal{desk.ward.settings().id, key, desk.planning(), desk.store, emergencies};
  LOA_TRY_LET(auto removed, removal.remove(options.id, wall_now()));
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{options.wait_s};
  while (!removed.silent && !removed.closed && std::chrono::steady_clock::now() < patience) {
    ::poll(nullptr, 0, 100);
    LOA_TRY_LET(removed, look_again(desk, removed));
  }
  tell(context.json,
       {{"removed", options.id},
        {"silent", removed.silent || removed.closed},
        {"until", format_utc(removed.silent || removed.closed ? removed.removed : removed.until)}},
       fmt::format("Đã xóa · removed: {} (bằng chứng được giữ · its proofs stay)\n{}", options.id,
                   outcome_of(removed, desk.zone())));
  return {};
}

void add_options(CLI::App* verb, Add& options) {
  verb->add_option("id", options.station.id, "Mã · id")->required();
  verb->add_option("--name", options.station.name, "Tên · name")->required();
  verb->add_option("--group", options.station.groups, "Nhóm, lặp lại được · groups, repeatable");
  verb->add_option("--neighbourhood", options.station.neighbourhood, "Nơi lắp · where it hangs");
  verb->add_option("--pcm", options.wish.pcm, "Thiết bị ALSA · ALSA PCM")->capture_default_str();
  verb->add_flag("--no-speaker", options.no_speaker, "Chỉ có bảng · a sign only");
  verb->add_option("--sign", options.sign, "Kích thước bảng, 192x32 · the sign's pixels");
  verb->add_option("--sign-driver", options.wish.sign_driver, "SDL: auto, x11, wayland, kmsdrm, offscreen, dummy")
      ->check(CLI::IsMember({"auto", "x11", "wayland", "kmsdrm", "offscreen", "dummy"}))
      ->capture_default_str();
  verb->add_option("--sign-record", options.wish.sign_record, "Ghi khung hình PNG vào · record its frames into");
  verb->add_option("--clock-trust", options.wish.clock_trust, "chrony, ntp, assume-network, assume-disciplined")
      ->check(CLI::IsMember({"chrony", "ntp", "assume-network", "assume-disciplined"}))
      ->capture_default_str();
  verb->add_option("--gain", options.gain_db, "Mức, dB ≤ 0 · gain");
  verb->add_option("--stagger", options.stagger_ms, "Lệch cố ý, ms · deliberate offset");
  verb->add_option("--out", options.out, "Thư mục mang đến hộp · bundle folder to make")->required();
}

}  // namespace

void add_station(CLI::App& app, Context& context) {
  auto* noun = app.add_subcommand("station", "Trạm: hộp, loa, bảng · stations");
  noun->require_subcommand(1);
  auto options = std::make_shared<Add>();
  auto* verb = noun->add_subcommand("add", "Thêm trạm và gói cài đặt · add one and make its bundle");
  add_options(verb, *options);
  on(verb, context, options, add);
  on(noun->add_subcommand("list", "Danh sách · list"), context, list);
  add_volume(noun, context);
  add_station_test(noun, context);
  auto gone = std::make_shared<Leave>();
  auto* away = noun->add_subcommand("remove", "Xóa và làm im · silence and remove; its login ends then");
  away->add_option("--wait", gone->wait_s, "Giây chờ trạm xác nhận im · seconds to wait for its word")
      ->check(CLI::Range(0, 60))
      ->capture_default_str();
  away->add_option("id", gone->id, "Mã · id")->required();
  on(away, context, gone, remove);
}

}  // namespace loa::tools::cli
