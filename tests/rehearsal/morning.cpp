#include "tests/rehearsal/morning.hpp"

#include <boost/json/serialize.hpp>
#include <cmath>
#include <thread>

#include "protocol/base/file.hpp"
#include "tests/rehearsal/air_time.hpp"

namespace loa::tests {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr auto lead = 15s;  // from scheduling to the first sample: plans and content reach the stations meanwhile

const std::vector<StationKit> fleet{
    {"cum-01", "Cụm loa số 1", "to-1", 80},
    {"cum-02", "Cụm loa số 2", "to-1", -60},
    {"cum-03", "Cụm loa số 3", "to-2", 0, true, {}, true},
    {"bang-01", "Bảng chữ cổng chào", "to-1", 0, false, "192x32"},
    {"bang-02", "Màn hình nhà văn hóa", "to-2", 0, false, "512x256"},
};

std::string text_of(const json::object& object, const char* key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string{value->get_string()} : std::string{};
}

const json::object* status_of(const json::object& line) {
  const auto* status = line.if_contains("status");
  return status != nullptr && status->is_object() ? &status->get_object() : nullptr;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

/// A title's beginning, whole characters of UTF-8.
std::string shortened(const std::string& title) {
  constexpr std::size_t most = 24;
  std::size_t characters = 0, at = 0;
  while (at < title.size() && title[at] != '\n' && characters < most) {
    ++at;
    while (at < title.size() && (static_cast<unsigned char>(title[at]) & 0xC0U) == 0x80U) ++at;
    ++characters;
  }
  return at == title.size() ? title : title.substr(0, at) + "…";
}

/// The pages of a sign's playlist: what its recording must show.
void add_pages(std::vector<AiredCue>& aired, const std::string& station, const json::object& cue,
               const json::array& pages) {
  for (const auto& value : pages) {
    const auto& page = value.get_object();
    AiredCue made;
    made.station = station;
    made.occurrence = text_of(cue, "occurrence");
    made.title = first_line(text_of(cue, "title"));
    made.object = text_of(page, "object");
    made.scroll_px_s = page.at("scroll_px_s").to_number<std::uint32_t>();
    aired.push_back(std::move(made));
  }
}

double seconds_of(Micros length) { return static_cast<double>(length.count()) / 1e6; }

}  // namespace

Result<std::unique_ptr<Morning>> Morning::prepare(const std::filesystem::path& folder,
                                                  const std::filesystem::path& samples, Tell tell) {
  tell("Lập phường, cấp khóa và chứng thư cho 5 trạm · making the ward, keys and certificates of 5 stations");
  LOA_TRY_LET(auto kit, WardKit::make(folder, fleet));
  std::unique_ptr<Morning> morning{new Morning{std::move(kit), samples, std::move(tell)}};
  LOA_TRY(morning->add_content());
  return morning;
}

Result<void> Morning::add_content() {
  tell_("Nhập nhạc hiệu, bản tin, nhạc (−16 LUFS, Opus) · ingesting tunes, bulletins and music");
  LOA_TRY(add_sound("mo-dau.flac", "Nhạc hiệu mở đầu", "nhac-hieu", true));
  LOA_TRY(add_sound("loi-chao.txt", "Lời chào", "nhac-hieu", false));
  LOA_TRY(add_sound("ban-tin-chuyen-doi-so.txt", "Bản tin chuyển đổi số", "chuyen-doi-so", false));
  LOA_TRY(add_sound("ban-tin-suc-khoe.txt", "Bản tin sức khỏe", "suc-khoe", false));
  LOA_TRY(add_sound("nhac.mp3", "Khúc nhạc sáng", "am-nhac", true));
  return add_sound("ket-thuc.ogg", "Nhạc hiệu kết thúc", "nhac-hieu", true);
}

Result<void> Morning::add_sound(const std::string& file, const std::string& title, const std::string& category,
                                bool music) {
  std::vector<std::string> arguments{"--json", "content", "add", "--title", title, "--category", category};
  if (file.ends_with(".txt")) {
    arguments.insert(arguments.end(), {"--text-file", (samples_ / file).string()});
  } else {
    arguments.push_back((samples_ / file).string());
  }
  if (music) arguments.emplace_back("--music");
  LOA_TRY_LET(const auto added, kit_->loa(arguments));
  return {};
}

Result<void> Morning::air() {
  LOA_TRY(start_everything());
  LOA_TRY(schedule());
  LOA_TRY(run_programme());
  return wait_for_proofs();
}

bool Morning::fleet_is(const std::function<bool(const json::object&)>& holds) const {
  const auto lines = kit_->loa_json({"fleet"});
  if (!lines || !lines->is_array() || lines->get_array().size() != fleet.size()) return false;
  for (const auto& line : lines->get_array()) {
    if (!holds(line.get_object())) return false;
  }
  return true;
}

Result<void> Morning::start_everything() {
  tell_("Khởi động máy chủ và 5 trạm · starting the head-end and 5 stations");
  LOA_TRY(kit_->start_headend());
  for (const auto& station : kit_->stations()) LOA_TRY(kit_->start_station(station.id));
  const bool up = wait_until(
      20s, [this] { return fleet_is([](const json::object& line) { return line.at("online").as_bool(); }); });
  if (!up) return fail(ErrorCode::timeout, "not every station was online after 20 s: see {}", kit_->folder().string());
  return {};
}

Result<void> Morning::schedule() {
  start_ = std::chrono::ceil<std::chrono::seconds>(wall_now() + lead);
  const auto date = local_date(start_);
  std::vector<std::string> programme{"programme",
                                     "add",
                                     "buoi-sang",
                                     "--title",
                                     "Chương trình buổi sáng",
                                     "--at",
                                     local_time(start_),
                                     "--from",
                                     date,
                                     "--to",
                                     date,
                                     "--group",
                                     "to-1",
                                     "--group",
                                     "to-2"};
  for (const char* segment : {"Nhạc hiệu mở đầu", "Lời chào", "Bản tin chuyển đổi số", "Bản tin sức khỏe",
                              "Khúc nhạc sáng", "Nhạc hiệu kết thúc"}) {
    programme.insert(programme.end(), {"--segment", segment});
  }
  LOA_TRY_LET(const auto added, kit_->loa(programme));
  LOA_TRY_LET(const auto contents, kit_->loa_json({"content", "list"}));
  for (const auto& content : contents.as_array()) {
    if (const auto* length = content.get_object().if_contains("duration_us"))
      length_ += Micros{length->to_number<std::int64_t>()};
  }
  LOA_TRY(add_slogans(local_time(start_), local_time(start_ + std::chrono::ceil<std::chrono::seconds>(length_))));
  tell_(fmt::format("Phát lúc {} · on air at {}, {} long, to 3 clusters and 2 signs", local_time(start_),
                    local_time(start_), format_duration(length_)));
  return {};
}

Result<void> Morning::add_slogans(const std::string& at, const std::string& until) {
  const auto date = local_date(start_);
  const auto add = [&](const char* file, const char* group, std::vector<std::string> more) -> Result<void> {
    LOA_TRY_LET(auto text, read_file(samples_ / file, 4'096));
    while (!text.empty() && text.back() == '\n') text.pop_back();
    std::vector<std::string> arguments{"slogan", "add",        text,        "--group", group, "--at",
                                       at,       "--until",    until,       "--from",  date,  "--to",
                                       date,     "--category", "khau-hieu", "--dwell", "15"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    LOA_TRY_LET(const auto added, kit_->loa(arguments));
    return {};
  };
  LOA_TRY(add("khau-hieu-bang-chu.txt", "to-1", {}));
  LOA_TRY(add("khau-hieu-chu-chay.txt", "to-1", {"--scroll", "60"}));
  return add("khau-hieu-man-hinh.txt", "to-2", {});
}

Result<void> Morning::run_programme() {
  for (double second = -seconds_of(start_ - wall_now()); second < seconds_of(length_) + 1;
       second = seconds_of(wall_now() - start_)) {
    LOA_TRY(inject(second));
    tell_what_is_on_air(second);
    std::this_thread::sleep_for(500ms);
  }
  return {};
}

/// What goes wrong, and when, in seconds of the programme.
Result<void> Morning::inject(double second) {
  struct Fault {
    double at;
    const char* line;
    std::function<Result<void>(WardKit&)> happen;
  };
  static const std::vector<Fault> faults{
      {10, "!! cum-01 bị ngắt đột ngột (SIGKILL) · cum-01 is killed",
       [](WardKit& kit) -> Result<void> {
         kit.kill_station("cum-01");
         return {};
       }},
      {16, "   cum-01 khởi động lại, vào đúng chỗ · cum-01 comes back, in place",
       [](WardKit& kit) { return kit.start_station("cum-01"); }},
      {22, "!! máy chủ MQTT mất sạch dữ liệu (SIGKILL) · the broker is killed and all it stored is gone",
       [](WardKit& kit) { return kit.kill_broker_with_its_state(); }},
      {32, "!! cum-03 mất liên lạc với máy chủ · cum-03 is cut off from the office",
       [](WardKit& kit) -> Result<void> {
         kit.relay_of("cum-03").cut();
         return {};
       }},
      {56, "   đường truyền của cum-03 được nối lại · cum-03 has its road back",
       [](WardKit& kit) -> Result<void> {
         kit.relay_of("cum-03").mend();
         return {};
       }},
  };
  while (next_fault_ < faults.size() && second >= faults[next_fault_].at) {
    const Fault& fault = faults[next_fault_++];
    tell_(fmt::format("{:+6.1f} s {}", second, fault.line));
    LOA_TRY(fault.happen(*kit_));
  }
  return {};
}

/// One line for all stations, whenever it changes.
void Morning::tell_what_is_on_air(double second) {
  const auto lines = kit_->loa_json({"fleet"});
  if (!lines) return tell_(lines.error().text);
  std::string text;
  for (const auto& value : lines->as_array()) {
    const auto& line = value.get_object();
    const auto* status = status_of(line);
    const std::string on_air = status == nullptr ? "" : text_of(*status, "on_air");
    const bool online = line.at("online").as_bool();
    const auto waiting = status == nullptr ? 0 : status->at("proofs_waiting").to_number<std::int64_t>();
    text += fmt::format("  {} {}{}", text_of(line, "station"),
                        !online          ? "✗ mất liên lạc"
                        : on_air.empty() ? "○"
                                         : "▶ " + shortened(on_air),
                        waiting > 0 ? fmt::format(" ({} chờ biên nhận)", waiting) : "");
  }
  if (text == last_told_) return;
  last_told_ = text;
  tell_(fmt::format("{:+6.1f} s{}", second, text));
}

Result<void> Morning::wait_for_proofs() {
  const bool complete = wait_until(60s, [this] {
    const auto report = report_json();
    if (!report) return false;
    const auto& object = report->get_object();
    return object.at("cues_to_come").to_number<std::int64_t>() == 0 &&
           object.at("cues_unexplained").to_number<std::int64_t>() == 0;
  });
  if (!complete) tell_("   sau 60 giây vẫn thiếu bằng chứng · proofs are missing after 60 s");
  return {};
}

Result<std::string> Morning::report_text() const {
  return kit_->loa({"report", "--from", local_date(start_), "--to", local_date(start_ + length_)});
}

Result<json::value> Morning::report_json() const {
  return kit_->loa_json({"report", "--from", local_date(start_), "--to", local_date(start_ + length_)});
}

Result<std::vector<AiredCue>> Morning::aired() const {
  LOA_TRY_LET(const auto report, report_json());
  std::vector<AiredCue> aired;
  for (const auto& station : kit_->stations()) {
    LOA_TRY_LET(const auto plan, kit_->loa_json({"plan", "show", station.id}));
    for (const auto& value : plan.at("cues").as_array()) {
      const auto& cue = value.get_object();
      LOA_TRY_LET(const auto start, parse_utc(text_of(cue, "start")));
      if (start < start_ || start >= start_ + length_ + 1s) continue;
      const auto duration = cue.at("duration_us").to_number<std::int64_t>();
      if (const auto playlist = cue.at("playlist").to_number<std::size_t>(); playlist > 0) {
        add_pages(aired, station.id, cue, plan.at("playlists").as_array().at(playlist - 1).as_array());
        continue;
      }
      aired.push_back({station.id, text_of(cue, "occurrence"), cue.at("segment").to_number<std::uint32_t>(),
                       first_line(text_of(cue, "title")), text_of(cue, "object"), text_of(cue, "medium") == "audio",
                       to_us(start), duration, cue.at("scroll_px_s").to_number<std::uint32_t>(),
                       static_cast<double>(duration) / 1e6});
    }
  }
  for (const auto& value : report.at("differences").as_array()) {
    const auto& difference = value.get_object();
    LOA_TRY_LET(const auto from, parse_utc(text_of(difference, "from")));
    LOA_TRY_LET(const auto to, parse_utc(text_of(difference, "to")));
    for (auto& cue : aired) {
      const bool same = cue.station == text_of(difference, "station") &&
                        cue.occurrence == text_of(difference, "occurrence") &&
                        cue.segment == difference.at("segment").to_number<std::uint32_t>();
      if (same) cue.reported_s -= seconds_of(to - from);
    }
  }
  return aired;
}

}  // namespace loa::tests
