#include "station/journal/birth.hpp"

#include <cstring>
#include <utility>

#include "protocol/base/file.hpp"
#include "protocol/base/log.hpp"
#include "station/journal/crc32.hpp"

namespace loa::station::journal {
namespace {

constexpr std::string_view magic = "LOABEGAN";
constexpr std::uint32_t version = 1;
constexpr std::size_t file_bytes = 24;
constexpr std::int64_t not_known = 0;

template <class Number>
void append(std::string& bytes, Number number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

template <class Number>
Number number_at(std::string_view bytes, std::size_t offset) {
  Number number{};
  std::memcpy(&number, bytes.data() + offset, sizeof number);
  return number;
}

std::string encode(const std::optional<WallTime>& began) {
  std::string bytes{magic};
  append(bytes, version);
  append(bytes, began ? to_us(*began) : not_known);
  append(bytes, crc32(bytes));
  return bytes;
}

/// @return microseconds since 1970, or not_known; absent: no such file of this version
std::optional<std::int64_t> decode(std::string_view bytes) {
  if (bytes.size() != file_bytes || !bytes.starts_with(magic)) return std::nullopt;
  if (number_at<std::uint32_t>(bytes, 8) != version) return std::nullopt;
  if (number_at<std::uint32_t>(bytes, 20) != crc32(bytes.substr(0, 20))) return std::nullopt;
  return number_at<std::int64_t>(bytes, 12);
}

}  // namespace

Result<Birth> Birth::load(std::filesystem::path file) {
  Birth birth{std::move(file)};
  const auto bytes = read_file(birth.file_, 4'096);
  if (!bytes && bytes.error().code == ErrorCode::missing) return birth;
  if (!bytes && bytes.error().code != ErrorCode::invalid) return pass(bytes.error());
  const auto began = bytes ? decode(*bytes) : std::nullopt;
  if (!began) log::warn("journal.birth_unreadable", {{"file", birth.file_.string()}});
  birth.began_.reset();
  if (began && *began != not_known) birth.began_ = wall_from_us(*began);
  return birth;
}

Result<void> Birth::begin() {
  LOA_TRY(save_file(file_, encode(std::nullopt), 0600));
  began_.reset();
  return {};
}

void Birth::set(WallTime began) {
  if (began_ == began) return;
  began_ = began;
  unsaved_ = true;
}

Result<void> Birth::save() {
  if (!unsaved_) return {};
  LOA_TRY(save_file(file_, encode(began_), 0600));
  unsaved_ = false;
  return {};
}

}  // namespace loa::station::journal
