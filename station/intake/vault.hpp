#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "protocol/base/result.hpp"
#include "protocol/base/time.hpp"
#include "protocol/message/loa.pb.h"
#include "station/core/sure_time.hpp"

namespace loa::station::intake {

/// What a station must know after a power cut besides its journal: the plan and the emergency it obeys, the last
/// command it took, the mute it was given, the occurrences it was told to stop, its faults, and how late it is at
/// least. Files: plan.sealed, emergency.sealed and emergency.next (the envelopes as received), command.last (a decimal
/// sequence), mute (a serialised Command::Mute), stopped (one occurrence a line), fault-<code> (a serialised Fault) and
/// clock.last ("2 SURE PENDING AGREED": microseconds since 1970, 0 for none, and seconds; or, from an older build, one
/// believed instant that nothing has borne out). Each is replaced whole and durably. What is damaged or not to be used
/// is set aside under another name, never deleted: plan.sealed.aside, command.last.aside, mute.aside.
class Vault {
 public:
  /// A damaged command.last is set aside: commands live for seconds, so what could be replayed is over.
  /// @error io · refused: the folder cannot be written
  static Result<Vault> open(const std::filesystem::path& folder);

  /// The sealed plan, absent when none was ever accepted. Its seal is opened again at start.
  /// @error io
  [[nodiscard]] Result<std::optional<std::string>> load_plan() const;
  Result<void> save_plan(const std::string& sealed) const;
  /// Keeps the plan on disk as plan.sealed.aside, so that save_plan() does not replace it. One that is aside already is
  /// made durable.
  Result<void> set_plan_aside() const;

  /// The sealed emergencies, none, one or two: the one that was settled, then a newer one that was only saved (or the
  /// same, when the power was cut while it was settled).
  /// @error io
  [[nodiscard]] Result<std::vector<std::string>> load_emergencies() const;
  /// Writes emergency.next beside emergency.sealed, because parts of the older emergency may not be in the journal yet.
  Result<void> save_emergency(const std::string& sealed) const;
  /// Writes what emergency.next holds as emergency.sealed, then removes emergency.next; does nothing without one.
  Result<void> settle_emergency() const;

  /// Sequence of the last command obeyed, 0 when none was.
  [[nodiscard]] std::uint64_t last_command() const { return last_command_; }
  /// Call before the command is obeyed, so that it cannot be replayed after a power cut.
  Result<void> save_last_command(std::uint64_t sequence);

  /// The last mute obeyed, absent when none ever was.
  /// @error io · invalid: damaged; it was set aside
  [[nodiscard]] Result<std::optional<v1::Command::Mute>> load_mute() const;
  Result<void> save_mute(const v1::Command::Mute& mute) const;

  /// What is known of the time (core::Remember), empty when nothing is.
  /// @error io · invalid: damaged, or not between 2020 and 2100
  [[nodiscard]] Result<core::ClockMemory> load_clock() const;
  Result<void> save_clock(const core::ClockMemory& memory) const;
  /// Faults that are not reset, as they were saved; a damaged file is left out.
  [[nodiscard]] std::vector<v1::Fault> load_faults() const;
  /// Keeps a fault for the next process, or forgets one that is reset.
  /// @error io · full
  Result<void> save_fault(const v1::Fault& fault) const;
  /// Occurrences that are not played any more, whatever the plan says. Empty when none ever were.
  /// @error io
  [[nodiscard]] Result<std::vector<std::string>> load_stops() const;
  /// @param occurrences  of more than a thousand the last are kept
  Result<void> save_stops(const std::vector<std::string>& occurrences) const;

 private:
  [[nodiscard]] Result<std::optional<std::string>> load(const char* file, std::size_t limit) const;
  explicit Vault(std::filesystem::path folder) : folder_(std::move(folder)) {}
  [[nodiscard]] std::filesystem::path fault_file(std::string_view code) const;
  std::filesystem::path folder_;
  std::uint64_t last_command_ = 0;
};

}  // namespace loa::station::intake
