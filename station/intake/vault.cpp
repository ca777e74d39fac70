#include "station/intake/vault.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <sstream>

#include "protocol/base/file.hpp"
#include "protocol/base/log.hpp"
#include "protocol/message/check.hpp"
#include "protocol/seal/seal.hpp"
#include "station/core/fault_book.hpp"

namespace loa::station::intake {
namespace {

constexpr std::size_t max_stops = 1'000;

constexpr const char* emergency = "emergency.sealed";
constexpr const char* next_emergency = "emergency.next";

/// Durably; nothing happens when it is not there.
Result<void> remove_file(const std::filesystem::path& file) {
  if (::unlink(file.c_str()) != 0 && errno != ENOENT) {
    return fail(ErrorCode::io, "cannot remove {}: {}", file.string(), errno_text());
  }
  return sync_folder(file.parent_path());
}

/// Renames FILE to FILE.aside, durably; an older one of that name goes.
Result<void> set_aside(const std::filesystem::path& file) {
  auto aside = file;
  aside += ".aside";
  std::error_code error;
  std::filesystem::rename(file, aside, error);
  const bool was_aside = error == std::errc::no_such_file_or_directory;  // and the folder was not synced
  if (error && !was_aside) return fail(ErrorCode::io, "cannot set {} aside: {}", file.string(), error.message());
  return sync_folder(file.parent_path());
}

std::optional<std::uint64_t> sequence_of(std::string_view text) {
  std::uint64_t sequence = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), sequence);
  const std::string_view rest{parsed.ptr, static_cast<std::size_t>(text.data() + text.size() - parsed.ptr)};
  if (parsed.ec != std::errc{} || (rest != "\n" && !rest.empty())) return std::nullopt;
  return sequence;
}

/// A line of decimal numbers with one blank between them, absent for anything else.
std::optional<std::vector<std::int64_t>> numbers_of(std::string_view line) {
  std::vector<std::int64_t> numbers;
  const char* at = line.data();
  const char* const end = line.data() + line.size();
  while (at != end) {
    const auto parsed = std::from_chars(at, end, numbers.emplace_back());
    if (parsed.ec != std::errc{} || parsed.ptr == end || (*parsed.ptr != ' ' && *parsed.ptr != '\n'))
      return std::nullopt;
    at = parsed.ptr + 1;
    if (*parsed.ptr == '\n') return at == end ? std::optional{numbers} : std::nullopt;
  }
  return std::nullopt;
}

std::optional<core::ClockMemory> clock_of(std::string_view text) {
  using namespace std::chrono;
  constexpr WallTime first = sys_days{year{2020} / 1 / 1}, last = sys_days{year{2100} / 1 / 1};
  const auto numbers = numbers_of(text);
  if (!numbers) return std::nullopt;
  core::ClockMemory memory;
  if (numbers->size() == 1) {
    memory.pending = wall_from_us(numbers->at(0));
  } else if (numbers->size() == 4 && numbers->at(0) == 2 && numbers->at(3) >= 0) {
    if (numbers->at(1) != 0) memory.sure = wall_from_us(numbers->at(1));
    if (numbers->at(2) != 0) memory.pending = wall_from_us(numbers->at(2));
    memory.agreed = std::min<seconds>(seconds{numbers->at(3)}, hours{24});
  } else {
    return std::nullopt;
  }
  for (const auto& instant : {memory.sure, memory.pending})
    if (instant && (*instant < first || *instant >= last)) return std::nullopt;
  return memory;
}

}  // namespace

Result<Vault> Vault::open(const std::filesystem::path& folder) {
  LOA_TRY(make_folders(folder, 0700));
  // A process that was killed between the rename and the folder's fsync left what a power cut would take back: it must
  // not be acted on before it is durable.
  if (const auto synced = sync_folder(folder); !synced) log::warn("vault.unsynced", {{"error", synced.error().text}});
  Vault vault{folder};
  const auto file = folder / "command.last";
  const auto text = read_file(file, 64);
  if (!text && text.error().code == ErrorCode::missing) return vault;
  if (!text && text.error().code != ErrorCode::invalid) return pass(text.error());
  if (const auto sequence = text ? sequence_of(*text) : std::nullopt) {
    vault.last_command_ = *sequence;
    return vault;
  }
  log::error("vault.damaged", {{"file", file.string()}, {"hint", "set aside; is the card failing?"}});
  if (const auto done = set_aside(file); !done) log::error("vault.damaged", {{"error", done.error().text}});
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

Result<void> Vault::set_plan_aside() const { return set_aside(folder_ / "plan.sealed"); }

Result<std::vector<std::string>> Vault::load_emergencies() const {
  std::vector<std::string> emergencies;
  for (const char* file : {emergency, next_emergency}) {
    LOA_TRY_LET(auto sealed, load(file, protocol::seal::max_envelope_bytes));
    if (sealed) emergencies.push_back(*std::move(sealed));
  }
  return emergencies;
}

Result<void> Vault::save_emergency(const std::string& sealed) const {
  return save_file(folder_ / next_emergency, sealed, 0600);
}

/// Not by a rename: where it changes two names one after the other, a power cut could leave the file under none.
Result<void> Vault::settle_emergency() const {
  LOA_TRY_LET(const auto next, load(next_emergency, protocol::seal::max_envelope_bytes));
  if (!next) return {};
  LOA_TRY(save_file(folder_ / emergency, *next, 0600));
  return remove_file(folder_ / next_emergency);
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
  if (!bytes && bytes.error().code != ErrorCode::invalid) return pass(bytes.error());
  v1::Command::Mute mute;
  if (bytes && mute.ParseFromString(*bytes)) return std::optional{mute};
  LOA_TRY(set_aside(file));
  return fail(ErrorCode::invalid, "{} is damaged and was set aside; send the mute again if it still holds",
              file.string());
}

Result<void> Vault::save_mute(const v1::Command::Mute& mute) const {
  return save_file(folder_ / "mute", mute.SerializeAsString(), 0600);
}

Result<core::ClockMemory> Vault::load_clock() const {
  const auto file = folder_ / "clock.last";
  const auto text = read_file(file, 128);
  if (!text && text.error().code == ErrorCode::missing) return core::ClockMemory{};
  if (!text) return pass(text.error());
  if (const auto memory = clock_of(*text)) return *memory;
  return fail(ErrorCode::invalid, "{} is damaged: the time is not known until somebody tells it", file.string());
}

Result<void> Vault::save_clock(const core::ClockMemory& memory) const {
  const auto us = [](const std::optional<WallTime>& instant) { return instant ? to_us(*instant) : 0; };
  return save_file(folder_ / "clock.last",
                   fmt::format("2 {} {} {}\n", us(memory.sure), us(memory.pending), memory.agreed.count()), 0600);
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
  if (fault.state() == v1::FAULT_STATE_RESET) return remove_file(file);
  return save_file(file, fault.SerializeAsString(), 0600);
}

std::filesystem::path Vault::fault_file(std::string_view code) const { return folder_ / fmt::format("fault-{}", code); }

}  // namespace loa::station::intake
