#include "station/daemon/vault.hpp"

#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "protocol/base/file.hpp"
#include "protocol/message/check.hpp"
#include "protocol/seal/seal.hpp"
#include "station/core/fault_book.hpp"

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

std::vector<v1::Fault> Vault::load_faults() const {
  std::vector<v1::Fault> faults;
  for (const auto code : core::fault_codes()) {
    const auto bytes = read_file(fault_file(code), 4096);
    if (!bytes) continue;
    auto fault = protocol::message::decode<v1::Fault>(*bytes);
    if (fault && fault->code() == code) faults.push_back(std::move(*fault));
  }
  return faults;
}

Result<void> Vault::save_fault(const v1::Fault& fault) const {
  const auto file = fault_file(fault.code());
  if (fault.state() != v1::FAULT_STATE_RESET) return save_file(file, fault.SerializeAsString(), 0600);
  if (::unlink(file.c_str()) != 0 && errno != ENOENT) {
    return fail(ErrorCode::io, "cannot remove {}: {}", file.string(), errno_text());
  }
  return sync_folder(folder_);
}

std::filesystem::path Vault::fault_file(std::string_view code) const { return folder_ / fmt::format("fault-{}", code); }

}  // namespace loa::station::daemon
