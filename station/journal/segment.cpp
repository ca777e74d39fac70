#include "station/journal/segment.hpp"

#include <algorithm>
#include <cstring>

#include "station/journal/crc32.hpp"

namespace loa::station::journal {
namespace {

constexpr std::string_view magic = "LOAPROOF";
constexpr std::size_t id_bytes = 32;

// Every stored number is little-endian, whatever the processor.
template <class T>
void put(std::string& bytes, T value) {
  for (std::size_t i = 0; i < sizeof value; ++i) bytes += static_cast<char>((value >> (8 * i)) & 0xff);
}

template <class T>
T get(std::string_view bytes, std::size_t offset) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) {
    value |= static_cast<T>(static_cast<std::uint8_t>(bytes[offset + i])) << (8 * i);
  }
  return value;
}

std::string padded(std::string_view id) {
  std::string field{id.substr(0, id_bytes)};
  field.resize(id_bytes, '\0');
  return field;
}

std::string unpadded(std::string_view field) { return std::string{field.substr(0, field.find('\0'))}; }

// Any version: 8 bytes magic, u32 version, u32 size of the head; the head's last 4 bytes are its checksum. So a newer
// format can be told from a damaged head.
bool head_is_whole(std::string_view segment) {
  if (segment.size() < 20 || segment.substr(0, magic.size()) != magic) return false;
  const auto size = get<std::uint32_t>(segment, 12);
  if (size < 20 || size > segment.size()) return false;
  return crc32(segment.substr(0, size - 4)) == get<std::uint32_t>(segment, size - 4);
}

// The payload length of a whole record at the offset, or 0.
std::uint32_t record_at(std::string_view segment, std::size_t offset) {
  if (segment.size() - offset < record_frame_bytes) return 0;
  const auto length = get<std::uint32_t>(segment, offset);
  if (length == 0 || length > max_record_bytes) return 0;
  if (segment.size() - offset - record_frame_bytes < length) return 0;
  const std::string_view payload = segment.substr(offset + record_frame_bytes, length);
  return crc32(payload) == get<std::uint32_t>(segment, offset + 4) ? length : 0;
}

}  // namespace

std::string encode_head(const SegmentHead& head) {
  std::string bytes{magic};
  put(bytes, segment_version);
  put(bytes, static_cast<std::uint32_t>(segment_head_bytes));
  bytes.append(head.epoch.begin(), head.epoch.end());
  put(bytes, head.first);
  bytes += head.previous.view();
  bytes += padded(head.ward);
  bytes += padded(head.station);
  bytes.resize(segment_head_bytes - 4, '\0');
  put(bytes, crc32(bytes));
  return bytes;
}

Result<SegmentHead> decode_head(std::string_view segment) {
  if (!head_is_whole(segment)) return fail(ErrorCode::invalid, "not a journal segment, or its head is damaged");
  if (const auto version = get<std::uint32_t>(segment, 8); version != segment_version) {
    return fail(ErrorCode::unsupported, "journal format {}, this program knows {}", version, segment_version);
  }
  if (get<std::uint32_t>(segment, 12) != segment_head_bytes)
    return fail(ErrorCode::invalid, "a head of a strange size");
  SegmentHead head;
  std::copy_n(segment.begin() + 16, head.epoch.size(), head.epoch.begin());
  head.first = get<std::uint64_t>(segment, 32);
  std::memcpy(head.previous.bytes.data(), segment.data() + 40, head.previous.bytes.size());
  if (head.first == 0 || (head.first == 1) != (head.previous == Sha256{}))
    return fail(ErrorCode::invalid, "a head whose first proof is {} has another link", head.first);
  head.ward = unpadded(segment.substr(72, id_bytes));
  head.station = unpadded(segment.substr(104, id_bytes));
  return head;
}

std::string encode_record(std::string_view payload) {
  std::string bytes;
  bytes.reserve(record_frame_bytes + payload.size());
  put(bytes, static_cast<std::uint32_t>(payload.size()));
  put(bytes, crc32(payload));
  bytes += payload;
  return bytes;
}

Scan scan_records(std::string_view segment) {
  Scan scan;
  scan.sound_bytes = std::min(segment_head_bytes, segment.size());
  for (std::size_t at = scan.sound_bytes; at < segment.size();) {
    const std::uint32_t length = record_at(segment, at);
    if (length == 0) {
      ++at;
      continue;
    }
    scan.unreadable_bytes += at - scan.sound_bytes;
    scan.records.push_back({static_cast<std::uint32_t>(at + record_frame_bytes), length});
    at += record_frame_bytes + length;
    scan.sound_bytes = at;
  }
  scan.tail_bytes = segment.size() - scan.sound_bytes;
  return scan;
}

}  // namespace loa::station::journal
