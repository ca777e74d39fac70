#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "station/journal/saved_marks.hpp"

namespace loa::station::journal {

/// Where the progress marks of one station lie.
struct MarkFolders {
  std::filesystem::path hot;    ///< folder of the mapped marks: on tmpfs, of this station and this boot alone
  std::filesystem::path saved;  ///< file on the card: their copy

  /// The hot folder is named after ward, station and boot, so that the marks of another station, or of a machine that
  /// was off since, are never taken for ours; those of an earlier boot are removed.
  /// @param runtime  a folder on tmpfs that outlives the process ($RUNTIME_DIRECTORY); where it cannot be used, the
  ///                 hot folder is made in the state folder, which costs the card a page every few seconds on air
  static MarkFolders of(const std::filesystem::path& state, const std::filesystem::path& runtime,
                        const std::string& ward, const std::string& station);
};

/// Copies the marks of "audio" and "sign" to the card while something is on air, on a thread of its own, because a card
/// may take seconds. It reads the hot files from beside: presenters neither know it nor wait for it.
class MarkKeeper {
 public:
  /// @param pinned  parts that have no durable proof yet and stand in no hot mark; saved until release()
  MarkKeeper(MarkFolders folders, SavedMarks saved, std::vector<ProgressMark::Part> pinned);
  /// Joins the thread. What is saved stays.
  ~MarkKeeper();
  MarkKeeper(const MarkKeeper&) = delete;
  MarkKeeper& operator=(const MarkKeeper&) = delete;

  /// The pinned parts are in the journal now.
  void release();

  /// One look: what the thread does every five seconds.
  /// @return whether the card was written
  /// @error io
  static Result<bool> look(const std::filesystem::path& hot, SavedMarks& saved,
                           const std::vector<ProgressMark::Part>& pinned);

 private:
  class Works;
  std::unique_ptr<Works> works_;
};

}  // namespace loa::station::journal
