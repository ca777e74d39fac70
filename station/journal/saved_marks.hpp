#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

#include "protocol/base/file.hpp"
#include "station/journal/progress_mark.hpp"

namespace loa::station::journal {

/// The copy of the progress marks that outlives the power: one small file of two pages that take turns, so that a page
/// torn by a power cut leaves the one before (FORMAT.md §5).
///
/// Not thread-safe. save() costs the card one page and waits for it.
class SavedMarks {
 public:
  static constexpr std::size_t capacity = 16;  ///< parts in one page

  /// Makes the file if it is not there; one that is not ours is replaced, which can only make a proof say less.
  /// @error io · full
  static Result<SavedMarks> open(const std::filesystem::path& file);

  /// What was saved last.
  [[nodiscard]] const std::vector<ProgressMark::Part>& parts() const { return parts_; }

  /// Replaces what is saved.
  /// @param parts  at most `capacity`; the rest is left out
  /// @error io · full; what was saved before is still there
  Result<void> save(std::vector<ProgressMark::Part> parts);

 private:
  SavedMarks(std::filesystem::path path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  std::filesystem::path path_;
  UniqueFd fd_;
  std::uint64_t turn_ = 0;
  std::vector<ProgressMark::Part> parts_;
};

/// Whether what is on air has gone so far from what is saved that a page of the card is well spent: 15 s of a part are
/// unsaved, and they are a quarter of it. So a power cut costs at most that much proof, and a cue of any length a
/// number of pages that grows with its logarithm: 8 for three minutes, 18 for an hour. What ended is no reason: its
/// proof is in the journal, and a claim that is proved counts nothing.
bool worth_saving(const std::vector<ProgressMark::Part>& saved, const std::vector<ProgressMark::Part>& on_air);

}  // namespace loa::station::journal
