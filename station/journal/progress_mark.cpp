#include "station/journal/progress_mark.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <array>
#include <atomic>
#include <cstring>
#include <type_traits>

#include "protocol/base/file.hpp"
#include "protocol/base/log.hpp"
#include "protocol/message/reason.hpp"
#include "station/journal/crc32.hpp"

// The file is described in FORMAT.md. A slot never crosses a 512-byte sector, so that the disk cannot tear it.
namespace loa::station::journal {
namespace {

using Part = ProgressMark::Part;
static_assert(sizeof(Part) == 208 && std::has_unique_object_representations_v<Part>, "the layout is a stored format");

constexpr std::size_t file_bytes = 4096;
constexpr std::size_t slot_offset = 512;
constexpr std::size_t slot_stride = 512;
constexpr std::string_view magic = "LOAMARK\n";
constexpr std::uint32_t version = 2;

struct Slot {
  std::uint64_t turn = 0;  // the slot of the greater turn is the newer one; 0 = never written
  std::uint32_t open = 0;  // 1 while a part is on air, 0 after clear()
  std::uint32_t crc = 0;   // of the slot with this field 0
  Part part;
};
static_assert(sizeof(Slot) == 224 && std::has_unique_object_representations_v<Slot>);

std::uint32_t sum_of(Slot slot) {
  slot.crc = 0;
  return crc32({reinterpret_cast<const char*>(&slot), sizeof slot});
}

std::string fresh_file() {
  std::string bytes(file_bytes, '\0');
  std::memcpy(bytes.data(), magic.data(), magic.size());
  std::memcpy(bytes.data() + magic.size(), &version, sizeof version);
  return bytes;
}

bool is_ours(const std::filesystem::path& path) {
  const auto bytes = read_file(path, file_bytes);
  const std::string wanted = fresh_file();
  const std::size_t head = magic.size() + sizeof version;
  return bytes && bytes->size() == file_bytes && bytes->compare(0, head, wanted, 0, head) == 0;
}

// A file that is not ours holds no part that we could claim: begin a new one rather than stay silent.
Result<void> make_if_needed(const std::filesystem::path& path) {
  if (is_ours(path)) return {};
  if (std::filesystem::exists(path)) log::warn("mark.remade", {{"file", path.string()}});
  return save_file(path, fresh_file(), 0600);
}

std::optional<Slot> slot_in(const char* bytes, std::uint64_t index) {
  Slot slot;
  std::memcpy(&slot, bytes, sizeof slot);
  if (slot.turn == 0 || slot.turn % 2 != index || slot.crc != sum_of(slot)) return std::nullopt;
  return slot;
}

/// The newest whole slot of a file's bytes.
std::optional<Slot> newest_slot(const char* bytes) {
  auto newest = slot_in(bytes + slot_offset, 0);
  const auto other = slot_in(bytes + slot_offset + slot_stride, 1);
  return other && (!newest || other->turn > newest->turn) ? other : newest;
}

/// Sound that the device did not get lies in a gap, which a mark has no room for: it knows how much by its frames, and
/// not where. At the end it takes away what the office would take away there (PROTOCOL.md §10), and a proof without it
/// would contradict itself.
void add_lost(v1::Proof& proof) {
  if (proof.medium() != v1::MEDIUM_AUDIO) return;
  constexpr std::uint64_t rounding_us = 1'000, longest_us = 86'400'000'000;
  const auto length_us = static_cast<std::uint64_t>(proof.to_us()) - static_cast<std::uint64_t>(proof.from_us());
  if (length_us > longest_us || proof.frames() > longest_us) return;  // nobody signed a mark: it makes no sense
  const std::uint64_t heard_us = proof.frames() * 125 / 6;            // at 48 kHz
  if (length_us <= heard_us + rounding_us) return;
  const auto lost_us = static_cast<std::int64_t>(length_us - heard_us);
  auto* gap = proof.add_gaps();
  gap->set_at_us(proof.to_us() - lost_us);
  gap->set_length_us(lost_us);
}

bool says_something(const Slot& slot) { return slot.open == 1 && slot.part.to_us > slot.part.from_us; }

}  // namespace

v1::Proof draft_of(const Part& part) {
  v1::Proof proof;
  proof.set_occurrence(std::string{part.occurrence, ::strnlen(part.occurrence, sizeof part.occurrence)});
  proof.set_segment(part.segment);
  proof.set_medium(static_cast<v1::Medium>(part.medium));
  proof.set_plan_sequence(part.plan_sequence);
  proof.set_bucket(v1::BUCKET_PLAYED);
  proof.set_reason(std::string{protocol::message::name_of(protocol::message::Reason::process_lost)});
  proof.set_object(part.object, sizeof part.object);
  proof.set_from_us(part.from_us);
  proof.set_to_us(part.to_us);
  proof.set_first_frame(part.first_frame);
  proof.set_frames(part.frames);
  proof.set_underruns(part.underruns);
  proof.set_gain_cb(part.gain_cb);
  proof.set_start_error_us(part.start_error_us);
  proof.set_device_ppb(part.device_ppb);
  proof.set_clock_grade(static_cast<v1::ClockGrade>(part.clock_grade & ~said_anew));
  proof.set_anew((part.clock_grade & said_anew) != 0);
  proof.set_clock_error_us(part.clock_error_us);
  proof.set_late_us(part.late_us);
  add_lost(proof);
  return proof;
}

struct ProgressMark::Mapping {
  char* base = nullptr;
  std::uint64_t turn = 0;
  std::optional<v1::Proof> found;

  Mapping() = default;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (base != nullptr) ::munmap(base, file_bytes);
  }

  char* slot(std::uint64_t of_turn) const { return base + slot_offset + (of_turn % 2) * slot_stride; }

  void write(const Part& part, bool open) {
    Slot next;
    next.turn = ++turn;
    next.open = open ? 1 : 0;
    next.part = part;
    next.crc = sum_of(next);
    std::memcpy(slot(turn), &next, sizeof next);
    std::atomic_signal_fence(std::memory_order_release);
  }

  void recover() {
    const auto newest = newest_slot(base);
    if (!newest) return;
    turn = newest->turn;
    if (says_something(*newest)) found = draft_of(newest->part);
  }
};

ProgressMark::ProgressMark(std::unique_ptr<Mapping> mapping) : mapping_(std::move(mapping)) {}
ProgressMark::ProgressMark(ProgressMark&&) noexcept = default;
ProgressMark& ProgressMark::operator=(ProgressMark&&) noexcept = default;
ProgressMark::~ProgressMark() = default;

Result<ProgressMark> ProgressMark::open(const std::filesystem::path& path) {
  LOA_TRY(make_if_needed(path));
  UniqueFd fd{::open(path.c_str(), O_RDWR | O_CLOEXEC)};
  if (!fd.valid()) return fail(ErrorCode::io, "cannot open the progress mark {}: {}", path.string(), errno_text());
  void* base = ::mmap(nullptr, file_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd.get(), 0);
  if (base == MAP_FAILED)
    return fail(ErrorCode::io, "cannot map the progress mark {}: {}", path.string(), errno_text());
  auto mapping = std::make_unique<Mapping>();
  mapping->base = static_cast<char*>(base);
  mapping->recover();
  return ProgressMark{std::move(mapping)};
}

Result<std::optional<Part>> ProgressMark::look(const std::filesystem::path& path) {
  LOA_TRY_LET(const std::string bytes, read_file(path, file_bytes));
  if (bytes.size() != file_bytes) return fail(ErrorCode::io, "{} is no progress mark", path.string());
  const auto newest = newest_slot(bytes.data());
  const bool fresh = bytes.find_first_not_of('\0', slot_offset) == std::string::npos;
  if (!newest && !fresh) return fail(ErrorCode::busy, "{} is being written", path.string());
  return newest && says_something(*newest) ? std::optional{newest->part} : std::nullopt;
}

std::optional<v1::Proof> ProgressMark::recovered() const { return mapping_->found; }

void ProgressMark::update(const Part& part) { mapping_->write(part, true); }

void ProgressMark::clear() { mapping_->write(Part{}, false); }

void ProgressMark::sync() { ::msync(mapping_->base, file_bytes, MS_SYNC); }

}  // namespace loa::station::journal
