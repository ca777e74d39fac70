// Whether the outputs work: trials that nobody hears, and what a test by order tells of the amplifier.
#include "protocol/base/log.hpp"
#include "protocol/base/text.hpp"
#include "protocol/message/check.hpp"
#include "station/daemon/station.hpp"

namespace loa::station::daemon {
namespace {

using std::chrono::steady_clock;

const char* part_of(v1::Medium medium) { return medium == v1::MEDIUM_SIGN ? "sign" : "sound"; }

/// What a driver says, as a fault may say it.
std::string sentence(const std::string& trouble) {
  const bool fits = trouble.size() <= protocol::message::max_text_bytes && is_clean_utf8(trouble);
  return trouble.empty() || fits ? trouble : "the device cannot be used; its driver's words are in the box's log";
}

}  // namespace

core::TrialSettings Station::trials_of(const settings::StationSettings& settings) {
  core::TrialSettings trials;
  if (settings.audio) trials.outputs.push_back(v1::MEDIUM_AUDIO);
  if (settings.sign) trials.outputs.push_back(v1::MEDIUM_SIGN);
  return trials;
}

/// The relay is told again what it was told last: no click, but a line that is gone is found, and an amplifier that has
/// power when it should have none.
void Station::perform(const core::Try& action) {
  if (action.medium == v1::MEDIUM_AUDIO) switch_amplifier(false);
  if (Presenter* presenter = presenter_of(action.medium)) return presenter->try_device();
  post()([this, medium = action.medium] { on_tried(medium, board_.sign_trouble); });
}

void Station::on_tried(v1::Medium medium, const std::string& trouble) {
  log::info("output.tried", {{"output", part_of(medium)}, {"works", trouble.empty()}});
  see_output(medium, sentence(trouble));
  feed(core::DeviceTried{medium, sentence(trouble)});
}

void Station::see_output(v1::Medium medium, const std::string& trouble) {
  report_.see(part_of(medium), trouble, steady_clock::now());
}

/// One condition of the relay or of the feedback.
void Station::see_amplifier(const core::Condition& condition) {
  if (settings_.relay) report_.see("amplifier-" + condition.cause, condition.text, steady_clock::now());
}

/// A relay that could not be switched is tried again while nobody needs it.
void Station::retry_amplifier() {
  if (amplifier_.failed() && !sound_awake_) switch_amplifier(false);
}

v1::Answer Station::with_amplifier(v1::Answer answer) const {
  for (const auto& measured : answer.measured()) {
    if (measured.medium() == v1::MEDIUM_AUDIO && amplifier_.said()) answer.set_amplifier(*amplifier_.said());
  }
  return answer;
}

}  // namespace loa::station::daemon
