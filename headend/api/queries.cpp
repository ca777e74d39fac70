#include "headend/api/queries.hpp"

#include <algorithm>
#include <tuple>

#include "protocol/message/reason.hpp"

namespace loa::headend::api {
namespace {

using protocol::message::Reason;

constexpr const char* unreachable = "unreachable";
constexpr std::chrono::seconds usual_interval{60}, longest_slack{30};
/// A station of which the broker says that it is gone has so long to say itself that it is not.
constexpr std::chrono::seconds look_time{3};

/// Whether the broker's word that the connection has ended still stands. It is unsigned: a status signed later
/// overrules it, and a station that lives is asked for one at once.
bool is_gone(const FleetLine& line, WallTime now) {
  if (line.online || now - line.online_since < look_time) return false;
  return !line.status_received || *line.status_received <= line.online_since;
}

std::string why_unreachable(const FleetLine& line, WallTime since, WallTime now) {
  if (!line.known) return "it was never heard of since it was added";
  if (is_gone(line, now)) return "its connection has ended: power, network or program, or somebody stopped it";
  return fmt::format("its status of {} was the last, and {} ago",
                     format_utc(line.status_received.value_or(since)).substr(11, 8),
                     format_duration(std::chrono::floor<std::chrono::seconds>(now - since)));
}

/// Nobody but the head-end can tell it; only that somebody looks after it is kept, for as long as it lasts.
store::FaultRecord unreachable_fault(const FleetLine& line, WallTime since, WallTime now,
                                     const std::vector<store::FaultRecord>& kept) {
  store::FaultRecord fault{
      line.station.id, unreachable, v1::FAULT_STATE_NEW, since, since, 1, why_unreachable(line, since, now)};
  for (const auto& other : kept) {
    if (other.station == fault.station && other.code == fault.code && other.since == since) fault.state = other.state;
  }
  return fault;
}

}  // namespace

std::optional<WallTime> unreachable_since(const FleetLine& line, WallTime now) {
  if (!line.known) return line.station.added;
  if (is_gone(line, now)) return line.online_since;
  const WallTime last = line.status_received.value_or(line.online_since);  // an unsigned word keeps nobody alive
  const auto promised = line.status && line.status->next_within_s() > 0
                            ? std::chrono::seconds{line.status->next_within_s()}
                            : usual_interval;
  if (now - last <= promised + std::min(promised, longest_slack)) return std::nullopt;
  return last;
}

Result<std::vector<store::FaultRecord>> faults(store::Store& store, WallTime now) {
  LOA_TRY_LET(const auto kept, store.faults());
  LOA_TRY_LET(const auto lines, fleet(store));
  std::vector<store::FaultRecord> all;
  std::copy_if(kept.begin(), kept.end(), std::back_inserter(all),
               [](const auto& fault) { return fault.code != unreachable; });
  for (const auto& line : lines) {
    if (const auto since = unreachable_since(line, now)) all.push_back(unreachable_fault(line, *since, now, kept));
  }
  std::sort(all.begin(), all.end(), [](const auto& one, const auto& other) {
    return std::tie(one.station, one.code) < std::tie(other.station, other.code);
  });
  return all;
}

Result<std::vector<FleetLine>> fleet(store::Store& store) {
  LOA_TRY_LET(const auto catalogue, store.catalogue());
  LOA_TRY_LET(const auto statuses, store.statuses());
  LOA_TRY_LET(const auto faults, store.faults());
  std::vector<FleetLine> lines;
  for (const auto& station : catalogue.stations) {
    FleetLine line;
    line.station = station;
    const auto found =
        std::find_if(statuses.begin(), statuses.end(), [&](const auto& s) { return s.station == station.id; });
    if (found != statuses.end()) {
      line.known = true;
      line.online = found->online;
      line.online_since = found->online_since;
      line.status = found->status;
      line.status_received = found->status_received;
    }
    LOA_TRY_LET(const auto plan, store.newest_plan(station.id));
    line.plan_issued = plan ? plan->sequence : 0;
    std::copy_if(faults.begin(), faults.end(), std::back_inserter(line.faults),
                 [&](const auto& fault) { return fault.station == station.id && fault.code != unreachable; });
    lines.push_back(std::move(line));
  }
  return lines;
}

namespace {

/// A fault that would keep the next programme from being heard or seen.
const store::FaultRecord* silenced_by(const FleetLine& line) {
  for (const auto& fault : line.faults) {
    const bool stands = fault.state == v1::FAULT_STATE_NEW || fault.state == v1::FAULT_STATE_ACKNOWLEDGED;
    const bool silences = fault.code == "device-gone" || fault.code == "panel" || fault.code == "amplifier-feedback" ||
                          fault.code == "clock-untrusted";
    if (stands && silences) return &fault;
  }
  return nullptr;
}

}  // namespace

std::string state_of(const FleetLine& line, WallTime now) {
  if (!line.known) return "chưa thấy · never seen";
  if (is_gone(line, now)) return "mất kết nối · offline";
  if (unreachable_since(line, now)) return "không liên lạc được · unreachable";
  if (!line.status) return "đã kết nối · online";
  if (!line.status->on_air().empty()) return "đang phát · on air";
  if (const auto* fault = silenced_by(line)) return fmt::format("có lỗi · at fault ({})", fault->code);
  if (line.status->plan_sequence() < line.plan_issued) return "chờ kế hoạch · plan on its way";
  if (line.status->objects_held() < line.status->objects_wanted()) return "đang tải · fetching";
  return "sẵn sàng · ready";
}

Result<v1::Command> test_order(store::Store& store, const std::string& station) {
  LOA_TRY_LET(const auto catalogue, store.catalogue());
  const auto* known = catalogue.station(station);
  if (known == nullptr)
    return fail(ErrorCode::missing, "không có trạm \"{0}\": xem `loa station list` · there is no station \"{0}\"",
                station);
  LOA_TRY_LET(const auto statuses, store.statuses());
  for (const auto& status : statuses) {
    if (status.station != station || !status.status) continue;
    const auto& words = status.status->understands();
    if (std::find(words.begin(), words.end(), "test") != words.end()) continue;
    return fail(
        ErrorCode::unsupported,
        "phần mềm của trạm {} quá cũ, chưa biết thử máy: hãy nâng cấp · its software ({}) is too old for tests: "
        "upgrade the box",
        station, status.status->software());
  }
  v1::Command command;
  command.mutable_test()->set_gain_cb(known->gain_cb);
  return command;
}

bool passed(const v1::Answer& answer) {
  return std::all_of(answer.measured().begin(), answer.measured().end(), [](const auto& measured) {
    return measured.reason() == name_of(Reason::complete) && measured.frames() > 0;
  });
}

std::string describe(const v1::Measured& measured) {
  const bool sign = measured.medium() == v1::MEDIUM_SIGN;
  const double seconds = static_cast<double>(measured.to_us() - measured.from_us()) / 1e6;
  std::string text = sign ? fmt::format("bảng: thấy {0:.2f} s, {1} khung hình · sign: seen {0:.2f} s, {1} frames",
                                        seconds, measured.frames())
                          : fmt::format(
                                "loa: phát {0:.2f} s, {1} mẫu, mức {2:.1f} dB · loudspeaker: {0:.2f} s, {1} "
                                "samples, gain {2:.1f} dB",
                                seconds, measured.frames(), measured.gain_cb() / 100.0);
  text += fmt::format(", lệch · start {:+.2f} ms", measured.start_error_us() / 1000.0);
  if (measured.gaps() > 0)
    text += fmt::format(", {} chỗ hụt · gaps ({:.0f} ms)", measured.gaps(),
                        static_cast<double>(measured.gaps_us()) / 1000.0);
  if (measured.reason() != name_of(Reason::complete))
    text += fmt::format(", KHÔNG XONG · NOT COMPLETE ({})", measured.reason());
  return text;
}

Result<report::Report> make_report(store::Store& store, store::LocalDate from, store::LocalDate to,
                                   timetable::Zone zone, const std::string& station, WallTime now, report::Keep keep) {
  LOA_TRY_LET(auto made, report::of_store(store, from, to, zone, now, station));
  if (!station.empty() && !made.first_plan) {
    LOA_TRY_LET(const auto catalogue, store.catalogue());
    if (catalogue.station(station) == nullptr)
      return fail(ErrorCode::missing, "there is no station \"{}\": `loa station list` shows them", station);
  }
  auto revised = report::revise(store, made, station, keep);
  // A full disk keeps no revision, and hides no report.
  if (!revised && revised.error().code == ErrorCode::full)
    revised = report::revise(store, made, station, report::Keep::no);
  if (!revised) return pass(std::move(revised).error());
  return made;
}

}  // namespace loa::headend::api
