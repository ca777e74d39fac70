#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "protocol/base/result.hpp"
#include "protocol/base/time.hpp"

namespace loa::station::journal {

/// Keeps the instant from which on a journal speaks of planned time: the file `began` (FORMAT.md §3).
///
/// A journal that was made in an empty folder knows nothing of what was heard or promised before. It becomes
/// known when a clock is believed for the first time.
class Birth {
 public:
  /// Reads the file. Without one the journal is of an older build and speaks of everything. One that is damaged counts
  /// as not known yet, with a warning in the log.
  /// @param file  `began` in the journal's folder
  /// @error io
  static Result<Birth> load(std::filesystem::path file);

  /// Writes that the journal begins now and nobody knows yet when that is. Call before its first segment.
  /// @error io · full
  Result<void> begin();

  /// Takes the instant, to be written by save(). Nothing happens when it is what is known.
  void set(WallTime began);
  /// Writes what set() took and is not on the disk yet.
  /// @error io · full: it is tried again by the next call
  Result<void> save();

  /// The instant; 1970 when the journal speaks of everything; absent while nobody knows it.
  [[nodiscard]] std::optional<WallTime> began() const { return began_; }

 private:
  explicit Birth(std::filesystem::path file) : file_(std::move(file)) {}
  std::filesystem::path file_;
  std::optional<WallTime> began_ = WallTime{};
  bool unsaved_ = false;
};

}  // namespace loa::station::journal
