// How a station comes back: after deaths in a row, without its CA, and to whom it tells that it lives.
#include <thread>

#include "protocol/base/log.hpp"
#include "station/daemon/station.hpp"

namespace loa::station::daemon {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds connect_again{60};  // until a setting of the link is repaired

/// The marks that are mapped and their copy on the card, into one folder.
void set_marks_aside(const settings::StationSettings& settings) {
  namespace fs = std::filesystem;
  const auto aside = settings.state_folder / "marks.aside";
  const auto hot =
      journal::MarkFolders::of(settings.state_folder, settings.runtime_folder, settings.ward, settings.station).hot;
  std::error_code failed;
  fs::remove_all(aside, failed);
  fs::rename(settings.state_folder / "marks", aside, failed);
  if (fs::exists(hot, failed)) {  // not below the folder that was renamed: on tmpfs
    fs::copy(hot, aside / "hot", fs::copy_options::recursive, failed);
    fs::remove_all(hot, failed);
  }
  log::warn("marks.set_aside", {{"folder", aside.string()}, {"done", !failed}});
}

}  // namespace

/// Before anything else on disk is read.
void Station::come_back(const health::Restarts& restarts, const settings::StationSettings& settings) {
  log::info("station.start", {{"number", restarts.total()}, {"failed_before", restarts.in_row()}});
  if (!restarts.safe()) return;
  log::error("safe.entered", {{"failed_starts", restarts.in_row()},
                              {"hint", "the plan on disk is held back; publish a newer plan, or wait"},
                              {"for_s", restarts.safe_time().count()}});
  if (restarts.died_opening()) set_marks_aside(settings);
  std::this_thread::sleep_for(restarts.delay());
}

/// It is not looked into: it may be what the process dies of.
void Station::hold_plan(std::string sealed) {
  plan_unused_ = true;
  if (const auto sequence = gate_.plan_sequence(sealed)) held_sequence_ = *sequence;
  plan_bytes_ = std::move(sealed);
  refuse("plan on disk", {ErrorCode::refused, fmt::format("held back after {} starts in a row that did not last a "
                                                          "minute: publish a newer plan",
                                                          restarts_.in_row())});
}

void Station::look_at_uptime(MonoTime now) {
  const auto uptime = std::chrono::duration_cast<seconds>(now - started_);
  if (restarts_.safe() && (plan_ || uptime >= restarts_.safe_time())) {
    log::info("safe.left", {{"after_s", uptime.count()}, {"newer_plan", plan_.has_value()}});
    restarts_.leave_safe(uptime);
    held_sequence_.reset();
    status_due_ = true;
    if (!plan_) {
      plan_unused_ = false;
      if (auto plan = load_plan()) adopt(std::move(*plan), true);
    }
  }
  restarts_.lasted(uptime);
}

/// A station without its CA plays what it has, and says what it lacks.
void Station::connect(MonoTime now) {
  const auto started = link_->start();
  connect_at_.reset();
  if (started) return;
  log::error("link.failed", {{"error", started.error().text}, {"again_s", connect_again.count()}});
  connect_at_ = now + connect_again;
}

/// From now on whoever hangs is found.
void Station::supervise() {
  rooms_.add("io", pulse_, health::Liveness::Serves::sound);
  rooms_.add("fetch", fetcher_->pulse(), health::Liveness::Serves::other);
  rooms_.add("link", link_->pulse(), health::Liveness::Serves::other);
  supervisor_ = std::make_unique<health::Supervisor>(*board_.watchdog, rooms_);
  supervisor_->set_awake(sound_awake_, sign_awake_);
  tick();
}

}  // namespace loa::station::daemon
