// What only a station with a sign has to do.
#include "protocol/base/log.hpp"
#include "station/daemon/station.hpp"

namespace loa::station::daemon {

void Station::perform(const core::Dim& action) {
  log::info("sign.brightness", {{"percent", action.percent}});
  if (sign_) sign_->set_brightness(action.percent);
}

void Station::on_page_damaged(const std::string& object) {
  if (const auto name = protocol::crypto::Sha256::from_bytes(object)) feed(core::PageDamaged{*name});
}

std::vector<std::filesystem::path> Station::pages_of(const v1::Cue& cue) const {
  std::vector<std::filesystem::path> paths;
  for (const auto& page : cue.pages()) {
    paths.push_back(
        store_.path_of(protocol::crypto::Sha256::from_bytes(page.object()).value_or(protocol::crypto::Sha256{})));
  }
  return paths;
}

}  // namespace loa::station::daemon
