#include "station/daemon/come_back.hpp"

#include <thread>

#include "protocol/base/log.hpp"
#include "station/journal/mark_keeper.hpp"

namespace loa::station::daemon {
namespace {

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

void come_back(const health::Restarts& restarts, const settings::StationSettings& settings) {
  log::info("station.start", {{"number", restarts.total()}, {"failed_before", restarts.in_row()}});
  if (!restarts.safe()) return;
  log::error("safe.entered", {{"failed_starts", restarts.in_row()},
                              {"hint", "the plan on disk is held back; publish a newer plan, or wait"},
                              {"for_s", restarts.safe_time().count()}});
  if (restarts.died_opening()) set_marks_aside(settings);
  std::this_thread::sleep_for(restarts.delay());
}

}  // namespace loa::station::daemon
