#pragma once
#include <optional>
#include <string>

#include "station/health/amplifier_watch.hpp"
#include "station/node/core_feed.hpp"
#include "station/node/ports.hpp"
#include "station/settings/station_settings.hpp"

namespace loa::station::node {

/// What the box has to be heard and seen with: the two presenters and the amplifier. Carries out what the core orders
/// of them, and takes note whether they work.
class Outputs {
 public:
  /// @param sign_trouble  why there is no sign although the settings name one
  Outputs(const Ports& ports, CoreFeed& feed, const settings::StationSettings& settings, std::string sign_trouble);

  /// Which outputs are tried while nobody uses them.
  [[nodiscard]] static core::TrialSettings trials_of(const settings::StationSettings& settings);

  void arm(const core::Arm& action);
  void halt(const core::Halt& action);
  void shorten(const core::Shorten& action);
  void look_again(const core::LookAgain& action);
  void set_awake(const core::Awake& action);
  /// Tries a device. The relay is told again what it was told last: no click, but a line that is gone is found, and an
  /// amplifier that has power when it should have none.
  void try_device(const core::Try& action);
  void dim(int percent);
  /// Tells the presenter that the parts of a cue are durable.
  void settled(const v1::Proof& kept);

  /// Takes note of a trial's end. @param trouble  why the device cannot be used; empty: it can
  void on_tried(v1::Medium medium, const std::string& trouble);
  /// Takes note of what a part says of its device.
  void see_part(const v1::Proof& part);

  /// Switches the amplifier, and looks later whether it has obeyed.
  void switch_amplifier(bool on);
  /// Looks whether the amplifier has obeyed, if it had time to.
  void look_at_amplifier();
  /// Switches a relay again that could not be switched, while nobody needs it.
  void retry_amplifier();
  /// When look_at_amplifier() has something to say; absent: nothing is expected.
  [[nodiscard]] std::optional<MonoTime> next_deadline() const { return look_at_; }
  /// Adds to the answer to a test what the amplifier said.
  [[nodiscard]] v1::Answer with_amplifier(v1::Answer answer) const;

  [[nodiscard]] bool sound_awake() const { return sound_awake_; }
  [[nodiscard]] bool sign_awake() const { return sign_awake_; }

 private:
  [[nodiscard]] Presenter* presenter_of(v1::Medium medium) { return medium == v1::MEDIUM_AUDIO ? audio_ : sign_; }
  void see_output(v1::Medium medium, const std::string& trouble);
  void see_amplifier(const core::Condition& condition);

  Presenter* const audio_;
  Presenter* const sign_;
  const intake::Shelf& shelf_;
  health::ServiceReport& report_;
  CoreFeed& feed_;
  const bool has_relay_;
  const std::string sign_trouble_;
  health::AmplifierWatch amplifier_;
  std::optional<MonoTime> look_at_;
  bool sound_awake_ = false, sign_awake_ = false;
};

}  // namespace loa::station::node
