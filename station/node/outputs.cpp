#include "station/node/outputs.hpp"

#include "protocol/base/log.hpp"
#include "protocol/base/text.hpp"
#include "protocol/message/check.hpp"
#include "protocol/message/reason.hpp"

namespace loa::station::node {
namespace {

using protocol::crypto::Sha256;
using protocol::message::Reason;
using settings::StationSettings;

const char* part_of(v1::Medium medium) { return medium == v1::MEDIUM_SIGN ? "sign" : "sound"; }

/// What a driver says, as a fault may say it.
std::string sentence(const std::string& trouble) {
  const bool fits = trouble.size() <= protocol::message::max_text_bytes && is_clean_utf8(trouble);
  return trouble.empty() || fits ? trouble : "the device cannot be used; its driver's words are in the box's log";
}

std::chrono::milliseconds settle_of(const StationSettings& settings) {
  return settings.relay ? settings.relay->feedback_after : StationSettings::Relay{}.feedback_after;
}

Sha256 name_of_object(const std::string& bytes) { return Sha256::from_bytes(bytes).value_or(Sha256{}); }

/// Of a medium that the box has no device for.
v1::Proof lost_part(const v1::Cue& cue) {
  v1::Proof part;
  part.set_occurrence(cue.occurrence());
  part.set_segment(cue.segment());
  part.set_reason(std::string{name_of(Reason::device_lost)});
  return part;
}

}  // namespace

Outputs::Outputs(const Ports& ports, CoreFeed& feed, const StationSettings& settings, std::string sign_trouble)
    : audio_(ports.audio),
      sign_(ports.sign),
      shelf_(ports.shelf),
      report_(ports.report),
      feed_(feed),
      has_relay_(settings.relay.has_value()),
      sign_trouble_(std::move(sign_trouble)),
      amplifier_(ports.amplifier, settle_of(settings)) {}

core::TrialSettings Outputs::trials_of(const StationSettings& settings) {
  core::TrialSettings trials;
  if (settings.audio) trials.outputs.push_back(v1::MEDIUM_AUDIO);
  if (settings.sign) trials.outputs.push_back(v1::MEDIUM_SIGN);
  return trials;
}

// ---- orders -------------------------------------------------------------------------------------------------------

void Outputs::arm(const core::Arm& action) {
  Assignment assignment = action.assignment;
  const v1::Cue& cue = assignment.cue;
  assignment.object = shelf_.path_of(name_of_object(cue.object()));
  for (const auto& page : cue.pages()) assignment.pages.push_back(shelf_.path_of(name_of_object(page.object())));
  if (Presenter* presenter = presenter_of(cue.medium())) return presenter->arm(assignment);
  feed_.later(core::PartEnded{lost_part(cue)});
}

void Outputs::halt(const core::Halt& action) {
  if (Presenter* presenter = presenter_of(action.medium)) presenter->halt(action.cue);
}

void Outputs::shorten(const core::Shorten& action) {
  if (Presenter* presenter = presenter_of(action.medium)) presenter->shorten(action.cue, action.end);
}

void Outputs::look_again(const core::LookAgain& action) {
  if (Presenter* presenter = presenter_of(action.medium)) presenter->look_again(action.cue);
}

void Outputs::set_awake(const core::Awake& action) {
  Presenter* presenter = presenter_of(action.medium);
  if (presenter == nullptr) return;
  presenter->set_awake(action.awake);
  (action.medium == v1::MEDIUM_AUDIO ? sound_awake_ : sign_awake_) = action.awake;
  if (action.medium == v1::MEDIUM_AUDIO) switch_amplifier(action.awake);
}

void Outputs::try_device(const core::Try& action) {
  if (action.medium == v1::MEDIUM_AUDIO) switch_amplifier(false);
  if (Presenter* presenter = presenter_of(action.medium)) return presenter->try_device();
  on_tried(action.medium, sign_trouble_);
}

void Outputs::dim(int percent) {
  log::info("sign.brightness", {{"percent", percent}});
  if (sign_ != nullptr) sign_->set_brightness(percent);
}

void Outputs::settled(const v1::Proof& kept) {
  if (Presenter* presenter = presenter_of(kept.medium())) presenter->settled(CueKey::of(kept));
}

// ---- what they say ------------------------------------------------------------------------------------------------

void Outputs::on_tried(v1::Medium medium, const std::string& trouble) {
  log::info("output.tried", {{"output", part_of(medium)}, {"works", trouble.empty()}});
  see_output(medium, sentence(trouble));
  feed_.feed(core::DeviceTried{medium, sentence(trouble)});
}

void Outputs::see_part(const v1::Proof& part) {
  const bool lost = part.reason() == name_of(Reason::device_lost);
  if (lost || part.bucket() == v1::BUCKET_PLAYED) see_output(part.medium(), lost ? "it failed in use" : "");
}

void Outputs::see_output(v1::Medium medium, const std::string& trouble) {
  report_.see(part_of(medium), trouble, feed_.now().mono);
}

// ---- amplifier ----------------------------------------------------------------------------------------------------

void Outputs::switch_amplifier(bool on) {
  auto condition = amplifier_.set(on, feed_.now().mono);
  see_amplifier(condition);
  feed_.later(std::move(condition));
  look_at_ = amplifier_.due();
}

void Outputs::look_at_amplifier() {
  const MonoTime now = feed_.now().mono;
  if (look_at_ && *look_at_ <= now) look_at_.reset();
  const auto condition = amplifier_.look(now);
  if (!condition) return;
  see_amplifier(*condition);
  feed_.feed(*condition);
}

/// One condition of the relay or of the feedback.
void Outputs::see_amplifier(const core::Condition& condition) {
  if (has_relay_) report_.see("amplifier-" + condition.cause, condition.text, feed_.now().mono);
}

void Outputs::retry_amplifier() {
  if (amplifier_.failed() && !sound_awake_) switch_amplifier(false);
}

v1::Answer Outputs::with_amplifier(v1::Answer answer) const {
  for (const auto& measured : answer.measured()) {
    if (measured.medium() == v1::MEDIUM_AUDIO && amplifier_.said()) answer.set_amplifier(*amplifier_.said());
  }
  return answer;
}

}  // namespace loa::station::node
