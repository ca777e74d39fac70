#include "tests/fuzz/card.hpp"

#include <cstring>
#include <fstream>
#include <iterator>

#include "station/journal/crc32.hpp"

namespace loa::fuzz {
namespace {

namespace fs = std::filesystem;
using station::journal::crc32;

constexpr std::string_view separator = "\nfile ";
constexpr std::size_t mark_bytes = 4096, slot_at = 512, slot_bytes = 224, slot_crc_at = 12;
constexpr std::size_t page_bytes = 4096, page_crc_at = 12;

bool is_mark(const std::string& name) { return name == "saved" || name == "audio-0.mark"; }

bool is_known(const std::string& name) {
  return is_mark(name) || name == "receipted" || name == "renewal" ||
         (name.starts_with("proofs-") && name.size() == 27);
}

void put_number(std::string& bytes, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<char>(value >> (8 * i) & 0xffU);
}

std::uint32_t number_at(const std::string& bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value |= std::uint32_t{static_cast<std::uint8_t>(bytes[at + i])} << (8 * i);
  return value;
}

/// FORMAT.md §2.
void mend_segment(std::string& bytes) {
  using namespace station::journal;
  if (bytes.size() < segment_head_bytes) return;
  put_number(bytes, segment_head_bytes - 4, crc32(std::string_view{bytes}.substr(0, segment_head_bytes - 4)));
  for (std::size_t at = segment_head_bytes; at + record_frame_bytes < bytes.size();) {
    const std::size_t length = number_at(bytes, at), payload = at + record_frame_bytes;
    if (length == 0 || length > bytes.size() - payload) return;
    put_number(bytes, at + 4, crc32(std::string_view{bytes}.substr(payload, length)));
    at = payload + length;
  }
}

/// A checksum over a block that holds it, counted as zero (§4, §5).
void mend_block(std::string& bytes, std::size_t at, std::size_t length, std::size_t crc_at) {
  if (bytes.size() < at + length) return;
  put_number(bytes, at + crc_at, 0);
  put_number(bytes, at + crc_at, crc32(std::string_view{bytes}.substr(at, length)));
}

void mend(const std::string& name, std::string& bytes) {
  if (name == "audio-0.mark") {
    for (const std::size_t slot : {slot_at, 2 * slot_at}) mend_block(bytes, slot, slot_bytes, slot_crc_at);
  } else if (name == "saved") {
    for (const std::size_t page : {std::size_t{0}, page_bytes}) mend_block(bytes, page, page_bytes, page_crc_at);
  } else if (name == "receipted") {
    if (bytes.size() > 4)
      put_number(bytes, bytes.size() - 4, crc32(std::string_view{bytes}.substr(0, bytes.size() - 4)));
  } else {
    mend_segment(bytes);
  }
}

std::string read_all(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

Card parse_card(std::string_view input) {
  Card card;
  const bool written = !input.empty() && input.front() == 'h';
  for (auto at = input.find(separator); at != std::string_view::npos;) {
    const auto name_at = at + separator.size();
    const auto line_end = std::min(input.find('\n', name_at), input.size());
    const std::string name{input.substr(name_at, line_end - name_at)};
    at = input.find(separator, line_end);
    const auto from = std::min(line_end + 1, input.size());
    std::string bytes{input.substr(from, at == std::string_view::npos ? at : at - from)};
    if (!is_known(name)) continue;
    if (is_mark(name)) bytes.resize(name == "saved" ? 2 * page_bytes : mark_bytes);
    if (written) mend(name, bytes);
    card[name] = std::move(bytes);
  }
  return card;
}

std::string format_card(char mode, const Card& card) {
  std::string input{mode};
  for (const auto& [name, bytes] : card) input.append(separator).append(name).append("\n").append(bytes);
  return input;
}

void put_card(const Card& card, const fs::path& folder) {
  fs::remove_all(folder);
  fs::create_directories(folder / "journal");
  fs::create_directories(folder / "marks");
  for (const auto& [name, bytes] : card) {
    std::ofstream{folder / (is_mark(name) ? "marks" : "journal") / name, std::ios::binary} << bytes;
  }
}

Card take_card(const fs::path& folder) {
  Card card;
  for (const char* below : {"journal", "marks"}) {
    for (const auto& file : fs::directory_iterator{folder / below}) {
      const auto name = file.path().filename().string();
      if (!is_known(name)) continue;
      auto bytes = read_all(file.path());
      if (is_mark(name)) bytes.resize(bytes.find_last_not_of('\0') + 1);
      card[name] = std::move(bytes);
    }
  }
  return card;
}

station::journal::Identity identity() { return {"phuc-xa", "cum-01"}; }

protocol::crypto::SecretKey station_key() {
  std::array<std::uint8_t, 32> seed{};
  seed.fill(7);
  return protocol::crypto::SecretKey::from_seed(seed);
}

}  // namespace loa::fuzz
