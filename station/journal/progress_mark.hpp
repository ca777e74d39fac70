#pragma once
#include <filesystem>
#include <memory>
#include <optional>

#include "protocol/base/result.hpp"
#include "station/core/presenter.hpp"

namespace loa::station::journal {

/// How far the cue on air has got, kept in a small memory-mapped file so that it outlives a killed process: the proof
/// of a cue that was cut off is built from it at the next start. One mark for each presenter.
///
/// update() writes memory only: no lock, no allocation, no system call, so the audio thread may call it every period.
/// Two slots, each with a checksum, take turns: a cut in the middle of one leaves the other. The file belongs on tmpfs:
/// a page of a card that is being written back makes the next store to it wait for the card. What must outlive the
/// power is copied by MarkKeeper.
class ProgressMark {
 public:
  /// Fixed-size facts about one part, filled once at its begin; what grows is given to update().
  struct Part {
    char occurrence[96] = {};  ///< zero-terminated
    std::uint32_t segment = 0;
    std::uint32_t medium = 0;
    std::uint64_t plan_sequence = 0;
    std::uint8_t object[32] = {};
    std::int64_t from_us = 0;
    std::uint64_t first_frame = 0;
    std::int32_t gain_cb = 0;
    std::int32_t start_error_us = 0;
    std::uint32_t clock_grade = 0;  ///< and `said_anew`
    std::uint32_t clock_error_us = 0;
    std::int64_t late_us = 0;
    // What grows.
    std::int64_t to_us = 0;
    std::uint64_t frames = 0;
    std::uint32_t underruns = 0;
    std::int32_t device_ppb = 0;
  };

  /// Maps the file, making it if it is not there.
  /// @error io · full
  static Result<ProgressMark> open(const std::filesystem::path& path);

  /// Reads the mark of a process that runs, from beside it.
  /// @return the part on air; absent when there is none
  /// @error missing · io · busy: it was being written just now, look again
  static Result<std::optional<Part>> look(const std::filesystem::path& path);

  /// The newest whole part that an earlier process left, as a proof draft (bucket PLAYED, reason "process-lost");
  /// absent when the last part was closed by clear(), or nothing was heard of it.
  [[nodiscard]] std::optional<v1::Proof> recovered() const;

  /// Replaces the mark. Wait-free.
  void update(const Part& part);

  /// Nothing is on air any more, or its proof is in the journal. Wait-free.
  void clear();

  /// Asks the kernel to write the file to its disk now (blocks). Of no use on tmpfs.
  void sync();

  ProgressMark(ProgressMark&&) noexcept;
  ProgressMark& operator=(ProgressMark&&) noexcept;
  ~ProgressMark();

 private:
  struct Mapping;
  explicit ProgressMark(std::unique_ptr<Mapping> mapping);
  std::unique_ptr<Mapping> mapping_;
};

/// In ProgressMark::Part::clock_grade: the proof will be one that is said anew (Proof.anew).
inline constexpr std::uint32_t said_anew = 0x100;

/// What a part on air comes to when its process is gone: bucket PLAYED, reason "process-lost".
v1::Proof draft_of(const ProgressMark::Part& part);

}  // namespace loa::station::journal
