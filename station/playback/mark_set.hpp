#pragma once
#include <array>
#include <filesystem>
#include <vector>

#include "station/journal/progress_mark.hpp"
#include "station/playback/voice.hpp"

namespace loa::station::playback {

/// The progress marks of a player: cues take turns, so that the mark of one that has ended stays until its proof is durable.
class MarkSet {
 public:
  static constexpr std::size_t count = 4;

  /// @error io · full
  static Result<MarkSet> open(const std::filesystem::path& folder);

  /// What an earlier process left, earliest first.
  [[nodiscard]] std::vector<v1::Proof> recovered() const;
  void clear_all();

  /// Wait-free, for the audio thread.
  void update(std::size_t index, const Voice& voice);
  /// Wait-free; only for a mark whose voice has ended.
  void clear(std::size_t index) { marks_[index].clear(); }
  /// May block.
  void sync();

 private:
  explicit MarkSet(std::vector<journal::ProgressMark> marks) : marks_(std::move(marks)) {}
  std::vector<journal::ProgressMark> marks_;
};

}  // namespace loa::station::playback
