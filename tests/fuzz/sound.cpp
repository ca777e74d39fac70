// An object whose hash is right and whose content is hostile: the station's decoder opens it or says why not, delivers
// no more than it promised, and comes to an end. Each input is tried as it is and with its Ogg checksums put right.
#include <algorithm>
#include <array>
#include <fstream>

#include "station/playback/decoder.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/workshop.hpp"

namespace {

using namespace loa;
using content::opus::OpusReader;
using station::playback::Decoder;
using station::playback::Voice;

constexpr std::size_t page_head_bytes = 27, page_crc_at = 22, page_table_at = 26;
constexpr std::size_t patience_reads = 4'000;  // of 4 800 frames: more than the longest input can hold

/// CRC of an Ogg page (RFC 3533 §6): polynomial 0x04C11DB7, not reflected, from zero.
std::uint32_t ogg_crc(std::string_view page) {
  std::uint32_t crc = 0;
  for (const char c : page) {
    crc ^= std::uint32_t{static_cast<std::uint8_t>(c)} << 24;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x80000000U) != 0 ? crc << 1 ^ 0x04C11DB7U : crc << 1;
  }
  return crc;
}

std::string with_checksums(std::string bytes) {
  for (auto at = bytes.find("OggS"); at != std::string::npos; at = bytes.find("OggS", at + 4)) {
    if (bytes.size() - at < page_head_bytes) break;
    std::size_t length = page_head_bytes + static_cast<std::uint8_t>(bytes[at + page_table_at]);
    if (bytes.size() - at < length) break;
    for (std::size_t i = at + page_head_bytes, end = at + length; i < end; ++i)
      length += static_cast<std::uint8_t>(bytes[i]);
    if (bytes.size() - at < length) break;
    for (std::size_t i = 0; i < 4; ++i) bytes[at + page_crc_at + i] = 0;
    const auto crc = ogg_crc(std::string_view{bytes}.substr(at, length));
    for (std::size_t i = 0; i < 4; ++i) bytes[at + page_crc_at + i] = static_cast<char>(crc >> (8 * i));
  }
  return bytes;
}

void demand_sentence(const Error& error) {
  fuzz_demand(!error.text.empty() && error.code == ErrorCode::invalid, "refused without a sentence");
}

/// From a frame to the end, as often as a programme would join in place.
void read_from(OpusReader& reader, std::int64_t frame) {
  if (const auto sought = reader.seek(frame); !sought) return demand_sentence(sought.error());
  std::array<std::int16_t, 4800> block{};
  std::int64_t heard = std::clamp<std::int64_t>(frame, 0, reader.frames());
  for (std::size_t reads = 0;; ++reads) {
    fuzz_demand(reads < patience_reads, "a sound without end");
    const auto got = reader.read(block);
    if (!got) return demand_sentence(got.error());
    if (*got == 0) return;
    heard += static_cast<std::int64_t>(*got);
    fuzz_demand(*got <= block.size() && heard <= reader.frames(), "more sound than it has frames");
  }
}

void try_reader(const std::string& bytes) {
  auto reader = OpusReader::from_bytes(bytes);
  if (!reader) return demand_sentence(reader.error());
  const auto frames = reader->frames();
  fuzz_demand(frames > 0, "a sound of no frames");
  for (const auto frame : {std::int64_t{0}, frames / 2, frames - 1, frames, frames + 1}) read_from(*reader, frame);
}

/// As the station's decoder thread does, for a cue of a fifth of a second that it joins late.
void try_decoder(const std::string& bytes) {
  static const fuzz::Workshop workshop;
  const auto file = workshop.path() / "object";
  std::ofstream{file, std::ios::binary} << bytes;
  station::Assignment assignment;
  assignment.cue.set_start_us(1'795'212'000'000'000);
  assignment.cue.set_duration_us(200'000);
  assignment.from = wall_from_us(assignment.cue.start_us() + 50'000);
  assignment.from_mono = MonoTime{std::chrono::seconds{1'000}};
  assignment.object = file;
  const auto decoder = Decoder::open(assignment, assignment.from_mono, 0);
  if (!decoder) return demand_sentence(decoder.error());
  Voice& voice = (*decoder)->voice();
  fuzz_demand(voice.first >= 0 && voice.first <= voice.frames && voice.frames <= 9'600, "a voice outside of its cue");
  std::array<std::int16_t, 4800> block{};
  std::size_t quiet = 0;
  for (std::size_t turns = 0; quiet < 2; ++turns) {
    fuzz_demand(turns < patience_reads, "a voice without end");
    (*decoder)->fill(48'000);
    const auto got = voice.pcm.pop(block.data(), block.size());
    quiet = got == 0 ? quiet + 1 : 0;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes{fuzz_text(data, size)};
  for (const auto& input : {bytes, with_checksums(bytes)}) {
    try_reader(input);
    try_decoder(input);
  }
  return 0;
}
