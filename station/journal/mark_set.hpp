#pragma once
#include <cstddef>
#include <deque>
#include <filesystem>
#include <string_view>
#include <vector>

#include "station/journal/progress_mark.hpp"

namespace loa::station::journal {

/// The progress marks of one presenter, "<name>-0.mark" and so on in a folder. Cues take turns, so that the mark of one
/// that has ended stays until its proof is durable.
class MarkSet {
 public:
  static constexpr std::size_t count = 4;

  /// @param name  of the presenter: "audio", "sign"
  /// @error io · full
  static Result<MarkSet> open(const std::filesystem::path& folder, std::string_view name);

  /// Files of the marks of a presenter below a folder.
  static std::vector<std::filesystem::path> files(const std::filesystem::path& folder, std::string_view name);

  /// What an earlier process left, the earliest first.
  [[nodiscard]] std::vector<v1::Proof> recovered() const;

  /// Wait-free, for the presenter's thread. @param index  0…count-1
  void update(std::size_t index, const ProgressMark::Part& part) { marks_[index].update(part); }
  /// Wait-free; only for a mark whose cue has ended.
  void clear(std::size_t index) { marks_[index].clear(); }
  void clear_all();
  /// May block.
  void sync();

 private:
  explicit MarkSet(std::vector<ProgressMark> marks) : marks_(std::move(marks)) {}
  std::vector<ProgressMark> marks_;
};

/// Whether nothing that was heard of a cue is without durable proof any more, so that its mark may go.
/// @param durable  a part just appended; what was not heard of a cue has no mark and frees none
/// @param waiting  parts that the disk has refused until now
bool frees_mark(const v1::Proof& durable, const std::deque<v1::Proof>& waiting);

/// What is known of a cue when it goes on air: the fixed half of a mark.
ProgressMark::Part begin_part(const Assignment& assignment);

}  // namespace loa::station::journal
