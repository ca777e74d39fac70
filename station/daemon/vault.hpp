#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "protocol/base/result.hpp"
#include "protocol/message/loa.pb.h"

namespace loa::station::daemon {

/// What a station must know after a power cut besides its journal: the plan and the emergency it obeys, the last
/// command it took, the mute it was given and the occurrences it was told to stop. Files: plan.sealed and
/// emergency.sealed (the envelopes as received), command.last (a decimal sequence), mute (a serialised Command::Mute)
/// and stopped (one occurrence a line). Each is replaced whole and durably.
class Vault {
 public:
  /// @error io · refused: the folder cannot be written
  static Result<Vault> open(const std::filesystem::path& folder);

  /// The sealed plan, absent when none was ever accepted. Its seal is opened again at start.
  /// @error io
  [[nodiscard]] Result<std::optional<std::string>> load_plan() const;
  Result<void> save_plan(const std::string& sealed) const;

  /// The same for the emergency.
  [[nodiscard]] Result<std::optional<std::string>> load_emergency() const;
  Result<void> save_emergency(const std::string& sealed) const;

  /// Sequence of the last command obeyed, 0 when none was.
  [[nodiscard]] std::uint64_t last_command() const { return last_command_; }
  /// Call before the command is obeyed, so that it cannot be replayed after a power cut.
  Result<void> save_last_command(std::uint64_t sequence);

  /// The last mute obeyed, absent when none ever was.
  /// @error io · invalid: damaged
  [[nodiscard]] Result<std::optional<v1::Command::Mute>> load_mute() const;
  Result<void> save_mute(const v1::Command::Mute& mute) const;

  /// Occurrences that are not played any more, whatever the plan says. Empty when none ever were.
  /// @error io
  [[nodiscard]] Result<std::vector<std::string>> load_stops() const;
  /// @param occurrences  of more than a thousand the last are kept
  Result<void> save_stops(const std::vector<std::string>& occurrences) const;

 private:
  [[nodiscard]] Result<std::optional<std::string>> load(const char* file, std::size_t limit) const;
  explicit Vault(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path folder_;
  std::uint64_t last_command_ = 0;
};

}  // namespace loa::station::daemon
