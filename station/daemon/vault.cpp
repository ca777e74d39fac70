#include "station/daemon/vault.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "protocol/base/file.hpp"
#include "protocol/message/check.hpp"
#include "protocol/seal/seal.hpp"

namespace loa::station::daemon {
namespace {

constexpr std::size_t max_stops = 1'000;

}  // namespace

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

Result<std::optional<std::string>> Vault::load(const char* file, std::size_t limit) const {
  auto bytes = read_file(folder_ / file, limit);
  if (bytes) return std::optional<std::string>{std::move(*bytes)};
  if (bytes.error().code == ErrorCode::missing) return std::optional<std::string>{};
  return pass(bytes.error());
}

Result<std::optional<std::string>> Vault::load_plan() const {
  return load("plan.sealed", protocol::seal::max_envelope_bytes);
}

Result<void> Vault::save_plan(const std::string& sealed) const {
  return save_file(folder_ / "plan.sealed", sealed, 0600);
}

Result<std::optional<std::string>> Vault::load_emergency() const {
  return load("emergency.sealed", protocol::seal::max_envelope_bytes);
}

Result<void> Vault::save_emergency(const std::string& sealed) const {
  return save_file(folder_ / "emergency.sealed", sealed, 0600);
}

Result<std::vector<std::string>> Vault::load_stops() const {
  LOA_TRY_LET(const auto text, load("stopped", max_stops * 128));
  std::vector<std::string> occurrences;
  std::istringstream lines{text.value_or("")};
  for (std::string line; std::getline(lines, line);) {
    if (protocol::message::is_occurrence(line)) occurrences.push_back(line);
  }
  return occurrences;
}

Result<void> Vault::save_stops(const std::vector<std::string>& occurrences) const {
  const std::size_t count = std::min(occurrences.size(), max_stops);
  std::string text;
  for (auto one = occurrences.end() - static_cast<std::ptrdiff_t>(count); one != occurrences.end(); ++one)
    text += *one + "\n";
  return save_file(folder_ / "stopped", text, 0600);
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
