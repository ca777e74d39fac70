#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/time.hpp"
#include "protocol/message/loa.pb.h"
#include "protocol/seal/seal.hpp"
#include "station/settings/station_settings.hpp"

namespace loa::station::intake {

/// What came in and was believed. `signed_at` bears the clock out: the office's clock at the seal, or an instant
/// before.
struct AcceptedPlan {
  v1::Plan plan;  ///< whole, its pages folded (protocol/message/compact.hpp)
  std::uint64_t sequence = 0;
  std::optional<WallTime> signed_at = {};
};
struct AcceptedCommand {
  v1::Command command;
  std::uint64_t sequence = 0;
  std::optional<WallTime> signed_at = {};
};
struct AcceptedReceipt {
  v1::Receipt receipt;
  std::uint64_t sequence = 0;
  std::optional<WallTime> signed_at = {};
};

/// The only way in for words from outside: opens the seal, checks ward, address, life, order and sense. Pure.
class Gate {
 public:
  explicit Gate(const settings::StationSettings& settings);

  /// @param after  sequence of the plan in force: one with the same sequence is let in only by the vault (absent)
  /// @param now    absent while the clock is not believed
  /// @error refused · invalid: the sentence says which rule it broke
  [[nodiscard]] Result<AcceptedPlan> plan(std::string_view sealed, std::optional<std::uint64_t> after,
                                          std::optional<WallTime> now) const;
  /// Sequence of a plan whose seal and address are right; its body is not looked at.
  [[nodiscard]] Result<std::uint64_t> plan_sequence(std::string_view sealed) const;
  /// An emergency's plan, by an emergency key. Like a command it is obeyed only while the clock is believed.
  /// @param after  sequence of the emergency taken last
  [[nodiscard]] Result<AcceptedPlan> emergency(std::string_view sealed, std::optional<std::uint64_t> after,
                                               std::optional<WallTime> now) const;
  /// The one on disk: taken up by its seal and address alone.
  [[nodiscard]] Result<AcceptedPlan> emergency_on_disk(std::string_view sealed) const;
  /// @param groups  of the plan in force
  [[nodiscard]] Result<AcceptedCommand> command(std::string_view sealed, std::uint64_t after,
                                                std::optional<WallTime> now,
                                                const std::vector<std::string>& groups) const;
  [[nodiscard]] Result<AcceptedReceipt> receipt(std::string_view sealed) const;

 private:
  [[nodiscard]] Result<AcceptedPlan> open_plan(std::string_view sealed,
                                               const protocol::seal::Expectation& expectation) const;
  [[nodiscard]] protocol::seal::Expectation expect(v1::Kind kind, const settings::StationSettings::Keys& keys) const;

  std::string ward_;
  std::string station_;
  std::string address_;  // "station/<id>"
  settings::StationSettings::Keys plan_keys_, emergency_keys_, headend_keys_;
  std::optional<std::pair<std::uint32_t, std::uint32_t>> sign_px_;
};

}  // namespace loa::station::intake
