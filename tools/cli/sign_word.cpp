#include "tools/cli/sign_word.hpp"

#include <map>
#include <thread>

#include "tools/cli/print.hpp"

namespace loa::tools::cli {
namespace {

using namespace headend;
using publisher::SignProgress;
using State = SignProgress::State;

constexpr std::chrono::milliseconds look_interval{200};

struct StateWord {
  const char* people;
  const char* program;
};

StateWord word_of(State state) {
  switch (state) {
    case State::ready:
      return {"bảng đổi lúc · sign changes at", "ready"};
    case State::fetching:
      return {"đổi khi trạm tải xong · shown when fetched", "fetching"};
    case State::not_taken:
      return {"đổi khi trạm nhận lệnh và tải xong · shown when taken and fetched", "not-taken"};
    case State::unreachable:
      return {"trạm ngoài liên lạc: đổi khi tải xong · out of reach: shown when fetched", "unreachable"};
    case State::not_issued:
      break;
  }
  return {"văn phòng chưa gửi lệnh: đổi khi tải xong · no order has gone out yet: shown when fetched", "not-issued"};
}

/// A time of today; with its date on another day.
std::string words_of(WallTime at, const timetable::Zone& zone, WallTime now) {
  return zone.date_of(at) == zone.date_of(now) ? timetable::format_local_time(at, zone)
                                               : timetable::format_local(at, zone);
}

/// "bảng đổi lúc · sign changes at 14:05:12: bang-01, bang-02": one line for each state and instant.
SignWord word_of(const std::vector<SignProgress>& progress, const timetable::Zone& zone, WallTime now) {
  std::map<std::string, std::vector<std::string>> lines;
  SignWord word;
  for (const auto& one : progress) {
    const auto state = word_of(one.state);
    std::string line = state.people;
    if (one.state == State::ready) line = one.at ? line + " " + words_of(*one.at, zone, now) : "trạm đã nhận · taken";
    lines[line].push_back(one.station);
    boost::json::object entry{{"station", one.station}, {"state", state.program}};
    if (one.at) entry["at"] = format_utc(*one.at);
    word.json.push_back(std::move(entry));
  }
  for (const auto& [line, stations] : lines) word.text += "\n  " + line + ": " + join(stations);
  return word;
}

}  // namespace

Result<SignWord> hear_signs(Desk& desk, const publisher::SignWatch& watch) {
  LOA_TRY_LET(const bool anybody, watch.is_anybody_there(desk.store, wall_now()));
  for (Micros waited{0};; waited += look_interval) {
    const auto now = wall_now();
    LOA_TRY_LET(const auto progress, watch.look(desk.store, now));
    const bool enough = !anybody || !publisher::SignWatch::is_worth_waiting(progress, now, waited);
    if (enough) return word_of(progress, desk.zone(), now);
    std::this_thread::sleep_for(look_interval);
  }
}

}  // namespace loa::tools::cli
