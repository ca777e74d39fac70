#include "station/node/command_intake.hpp"

#include "protocol/base/log.hpp"

namespace loa::station::node {

void CommandIntake::load_mute() {
  const auto mute = desk_.vault.load_mute();
  if (!mute) return desk_.words.refuse("mute on disk", mute.error());
  if (*mute) desk_.feed.feed(core::MuteRestored{**mute});
}

void CommandIntake::load_stops() {
  const auto stops = desk_.vault.load_stops();
  if (!stops) return desk_.words.refuse("stops on disk", stops.error());
  if (!stops->empty()) desk_.feed.feed(core::StopsRestored{*stops});
}

void CommandIntake::take(const std::string& sealed, const std::vector<std::string>& groups) {
  const auto accepted = desk_.gate.command(sealed, desk_.vault.last_command(), desk_.feed.believed_now(), groups);
  if (!accepted && accepted.error().code == ErrorCode::elsewhere) {  // each station hears the commands of all groups
    return log::info("command.elsewhere", {{"reason", accepted.error().text}});
  }
  if (!accepted) return desk_.words.refuse("command", accepted.error());
  if (const auto saved = save(*accepted); !saved) return desk_.words.refuse("command", saved.error());
  log::info("command.accepted", {{"id", accepted->command.id()}, {"sequence", accepted->sequence}});
  desk_.feed.hear_office(accepted->signed_at);
  desk_.feed.feed(core::CommandArrived{accepted->command});
}

Result<void> CommandIntake::save(const intake::AcceptedCommand& accepted) {
  auto& card = desk_.card;
  auto& vault = desk_.vault;
  LOA_TRY(card.with_room([&] { return vault.save_last_command(accepted.sequence); }));
  const auto& command = accepted.command;
  if (command.has_mute()) LOA_TRY(card.with_room([&] { return vault.save_mute(command.mute()); }));
  if (command.has_stop()) LOA_TRY(card.with_room([&] { return vault.save_stops(desk_.feed.core().stops()); }));
  return {};
}

}  // namespace loa::station::node
