#include <poll.h>
#include <unistd.h>

#include "headend/api/views.hpp"
#include "tools/cli/desk.hpp"
#include "tools/cli/print.hpp"

namespace loa::tools::cli {
namespace {

using namespace headend;

struct Look {
  bool watch = false;
};

std::string age_of(const api::FleetLine& line, WallTime now) {
  if (!line.status_received) return "–";
  return format_duration(std::chrono::floor<std::chrono::seconds>(now - *line.status_received));
}

std::vector<std::string> row_of(const api::FleetLine& line, WallTime now) {
  const auto& status = line.status;
  std::string faults;
  for (const auto& fault : line.faults) {
    if (fault.state >= v1::FAULT_STATE_RESOLVED) continue;  // it has passed; `--json` has it still
    faults += (faults.empty() ? "" : ", ") + fault.code;
  }
  return {line.station.id,
          api::state_of(line, now),
          status ? status->on_air() : "",
          status ? fmt::format("{}/{}", status->objects_held(), status->objects_wanted()) : "–",
          status ? loa::name_of(static_cast<ClockGrade>(status->clock_grade())) : "–",
          status ? std::to_string(status->proofs_waiting()) : "–",
          age_of(line, now),
          faults.empty() ? "–" : faults};
}

void print_people(const std::vector<api::FleetLine>& lines, WallTime now) {
  std::vector<std::vector<std::string>> rows{{"TRẠM · STATION", "TRẠNG THÁI · STATE", "ĐANG PHÁT · ON AIR",
                                              "NỘI DUNG · CONTENT", "ĐỒNG HỒ · CLOCK", "CHỜ BIÊN NHẬN · PROOFS",
                                              "TIN CUỐI · AGE", "LỖI · FAULTS"}};
  for (const auto& line : lines) rows.push_back(row_of(line, now));
  print_table(rows);
}

Result<void> show_once(const Context& context, Desk& desk) {
  LOA_TRY_LET(const auto lines, api::fleet(desk.store));
  if (context.json) {
    print_json(api::view(lines, wall_now()));
  } else {
    print_people(lines, wall_now());
  }
  return {};
}

Result<void> fleet(const Context& context, const Look& options) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY(show_once(context, desk));
  while (options.watch) {
    std::fflush(stdout);
    ::poll(nullptr, 0, 1000);
    if (!context.json && ::isatty(STDOUT_FILENO) != 0) fmt::print("\033[H\033[2J");
    LOA_TRY(show_once(context, desk));
  }
  return {};
}

}  // namespace

void add_fleet(CLI::App& app, Context& context) {
  auto options = std::make_shared<Look>();
  auto* verb = app.add_subcommand("fleet", "Tình trạng các trạm · how the stations are");
  verb->add_flag("--watch", options->watch, "Mỗi giây một lần · every second, until Ctrl-C");
  on(verb, context, options, fleet);
}

}  // namespace loa::tools::cli
