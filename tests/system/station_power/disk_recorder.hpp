#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

/// A disk that forgets. The test program's own open, write, fsync, rename … stand before those of the C library and
/// note what the code under test does below one folder. From the notes every state is built that a disk may be in after
/// a power cut at any of these steps, and the code under test has to come up on each.
namespace loa::tests {

/// One noted step.
struct DiskStep {
  enum class Kind { create, write, truncate, sync, sync_folder, rename, remove, make_folder, promise };
  Kind kind;
  int file = -1;             ///< which file (an inode, not a name)
  std::string path;          ///< relative to the folder watched
  std::string to;            ///< of a rename
  std::uint64_t offset = 0;  ///< of a write; size of a truncation
  std::string bytes;         ///< of a write; text of a promise
};

/// Notes what happens below a folder from its construction to its destruction. One at a time.
class DiskRecorder {
 public:
  explicit DiskRecorder(const std::filesystem::path& folder);
  ~DiskRecorder();
  DiskRecorder(const DiskRecorder&) = delete;
  DiskRecorder& operator=(const DiskRecorder&) = delete;
  /// What the code under test has just acknowledged: from here on it must hold.
  void promise(const std::string& text);
  [[nodiscard]] const std::vector<DiskStep>& steps() const { return steps_; }

 private:
  friend struct DiskNotes;
  std::filesystem::path folder_;
  std::vector<DiskStep> steps_;
};

/// What of the steps that were not synced a power cut leaves.
enum class Survival {
  nothing,           ///< only what was synced
  everything,        ///< all of it
  names_only,        ///< every creation, rename and removal, but no byte of data
  data_only,         ///< every byte, but no creation, rename or removal
  last_write_torn,   ///< all, but the last write into each file ends half-way
  last_write_zeros,  ///< all, but the last write into each file has its length and zeros for its second half
  last_write_noise,  ///< … and noise instead
  random,            ///< any subset of the writes, and in each folder any number of the first changes of names
};
inline constexpr Survival every_survival[] = {
    Survival::nothing,         Survival::everything,       Survival::names_only,       Survival::data_only,
    Survival::last_write_torn, Survival::last_write_zeros, Survival::last_write_noise, Survival::random,
};

/// Builds in `folder` (made new) what a power cut after the first `count` steps leaves.
/// @param seed  of Survival::random and last_write_noise
void build_disk(const std::vector<DiskStep>& steps, std::size_t count, Survival survival, unsigned seed,
                const std::filesystem::path& folder);

/// What was promised in the first `count` steps.
std::vector<std::string> promises(const std::vector<DiskStep>& steps, std::size_t count);

/// Calls `check` on the disk after a power cut at each step, for each survival (random: three times).
/// @param check  the folder, what was promised by then, and words for the failure message
/// @return       disks checked
int for_each_power_cut(
    const std::vector<DiskStep>& steps, const std::filesystem::path& scratch,
    const std::function<void(const std::filesystem::path& disk, const std::vector<std::string>& promised,
                             const std::string& where)>& check);

}  // namespace loa::tests
