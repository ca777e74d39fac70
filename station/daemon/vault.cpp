#include "station/daemon/vault.hpp"

#include <charconv>

#include "protocol/base/file.hpp"
#include "protocol/base/log.hpp"
#include "protocol/seal/seal.hpp"

namespace loa::station::daemon {

Result<Vault> Vault::open(const std::filesystem::path& folder) {
  LOA_TRY(make_folders(folder, 0700));
  // A process that was killed between replacing a file and syncing the folder left one that everybody can read and no
  // disk names. What is acted upon now must not be older after a power cut.
  if (const auto synced = sync_folder(folder); !synced) log::warn("vault.unsynced", {{"error", synced.error().text}});
  Vault vault{folder};
  const auto text = read_file(folder / "command.last", 64);
  if (!text && text.error().code != ErrorCode::missing) return pass(text.error());
  if (text) {
    const auto parsed = std::from_chars(text->data(), text->data() + text->size(), vault.last_command_);
    if (parsed.ec != std::errc{}) return fail(ErrorCode::invalid, "{} is damaged", (folder / "command.last").string());
  }
  return vault;
}

Result<std::optional<std::string>> Vault::load_plan() const {
  auto bytes = read_file(folder_ / "plan.sealed", protocol::seal::max_envelope_bytes);
  if (bytes) return std::optional<std::string>{std::move(*bytes)};
  if (bytes.error().code == ErrorCode::missing) return std::optional<std::string>{};
  return pass(bytes.error());
}

Result<void> Vault::save_plan(const std::string& sealed) const {
  return save_file(folder_ / "plan.sealed", sealed, 0600);
}

Result<void> Vault::save_last_command(std::uint64_t sequence) {
  LOA_TRY(save_file(folder_ / "command.last", std::to_string(sequence) + "\n", 0600));
  last_command_ = sequence;
  return {};
}

Result<std::optional<v1::Command::Mute>> Vault::load_mute() const {
  const auto file = folder_ / "mute";
  const auto bytes = read_file(file, 4096);
  if (!bytes && bytes.error().code == ErrorCode::missing) return std::optional<v1::Command::Mute>{};
  if (!bytes) return pass(bytes.error());
  v1::Command::Mute mute;
  if (!mute.ParseFromString(*bytes)) return fail(ErrorCode::invalid, "{} is damaged", file.string());
  return std::optional{mute};
}

Result<void> Vault::save_mute(const v1::Command::Mute& mute) const {
  return save_file(folder_ / "mute", mute.SerializeAsString(), 0600);
}

}  // namespace loa::station::daemon
