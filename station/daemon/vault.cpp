#include "station/daemon/vault.hpp"

#include <charconv>

#include "protocol/base/file.hpp"
#include "protocol/seal/seal.hpp"

namespace loa::station::daemon {

Result<Vault> Vault::open(const std::filesystem::path& folder) {
  LOA_TRY(make_folders(folder, 0700));
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

}  // namespace loa::station::daemon
