#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/result.hpp"
#include "protocol/crypto/hash.hpp"

/// The bytes of a journal segment (FORMAT.md §2): a head, then records. Pure: no file is touched here.
namespace loa::station::journal {

using protocol::crypto::Sha256;
using Epoch = std::array<std::uint8_t, 16>;

inline constexpr std::uint32_t segment_version = 1;
inline constexpr std::size_t segment_head_bytes = 160;
inline constexpr std::size_t record_frame_bytes = 8;       ///< length and checksum before each payload
inline constexpr std::size_t max_record_bytes = 64 << 10;  ///< of one payload; a proof has about 350

/// What stands at the begin of every segment.
struct SegmentHead {
  Epoch epoch{};
  std::uint64_t first = 1;  ///< number of the first proof in it
  Sha256 previous;          ///< chain link of that proof: digest of the one before, 32 zero bytes for number 1
  std::string ward;
  std::string station;
};

/// Exactly segment_head_bytes.
/// @param head  ward and station are ids, at most 32 bytes
std::string encode_head(const SegmentHead& head);

/// @error invalid: not a segment, or damaged · unsupported: a newer format, whole, that this program does not know
Result<SegmentHead> decode_head(std::string_view segment);

/// @param payload  1…max_record_bytes bytes
std::string encode_record(std::string_view payload);

/// Where a whole record's payload lies in its segment.
struct Span {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
};

/// What a segment holds.
struct Scan {
  std::vector<Span> records;         ///< in order
  std::size_t sound_bytes = 0;       ///< end of the last whole record
  std::size_t unreadable_bytes = 0;  ///< between whole records: the disk has damaged them
  std::size_t tail_bytes = 0;        ///< after the last whole record: a record that was being written, or damage
};

/// Finds every whole record, stepping over damage.
/// @param segment  with its head
Scan scan_records(std::string_view segment);

}  // namespace loa::station::journal
