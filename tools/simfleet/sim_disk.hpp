#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tools/simfleet/random.hpp"

namespace loa::tools::simfleet {

/// One station's disk: a folder (best on tmpfs) whose steps are seen, because this program's own open, write, fsync,
/// rename … stand before those of the C library (disk_calls.cpp). The code under test is the real one, unchanged. What
/// was not synced is remembered, so that a power cut can take it back, tear it, or leave it; steps can be refused.
///
/// Not thread-safe: one disk is in use at a time, between use() and the next use().
// wide: one function for each call of a file system
class SimDisk {
 public:
  /// What the disk answers while it is ill.
  enum class Illness { none, full, write_errors, sync_errors };
  enum class End { none, killed, power_cut };

  /// @param folder  absolute and normal; made
  explicit SimDisk(std::filesystem::path folder);
  ~SimDisk();
  SimDisk(const SimDisk&) = delete;
  SimDisk& operator=(const SimDisk&) = delete;

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  /// From now on calls below a disk's folder are this one's. nullptr: nobody's.
  static void use(SimDisk* disk);
  static SimDisk* in_use();

  /// Called when the world of the process is about to end: marks get what they would hold at this instant.
  void set_last_words(std::function<void()> last_words) { last_words_ = std::move(last_words); }
  void set_illness(Illness illness) { illness_ = illness; }
  /// Ends the world of the process after this many more steps: every later call fails.
  void end_after(std::uint64_t steps, End end);
  /// Ends it now.
  void end_now(End end);
  [[nodiscard]] End ended() const { return ended_; }
  [[nodiscard]] std::uint64_t steps() const { return steps_; }

  /// The process or the whole machine starts anew. After a power cut: takes back some of what was not synced.
  void restart(Random& random);

  // Of a machine without power.
  /// The card is empty: a new one, or a folder that was lost.
  void wipe();
  /// Keeps a copy of everything as it is, for load_image().
  void save_image() const;
  /// The card is as it was then. Nothing happens when there is no image.
  void load_image();

  /// Progress marks are mapped memory, whose writes no call shows: these bytes are on the disk now.
  void mark_synced(const std::string& path, std::string_view bytes);

  // Called by the calls, with paths relative to the folder, before or after the real thing is done.
  /// @return an errno to fail with, 0 to go on
  int step(bool grows, bool syncs);
  void created(const std::string& path);
  void before_write(const std::string& path, std::uint64_t offset, std::uint64_t count);
  void before_truncate(const std::string& path, std::uint64_t size);
  void synced(const std::string& path);
  void folder_synced(const std::string& path);
  void before_rename(const std::string& from, const std::string& to);
  void before_remove(const std::string& path);

 private:
  /// How one change of a file's bytes is taken back.
  struct DataUndo {
    std::uint64_t offset = 0;
    std::string bytes;          ///< that were there
    std::uint64_t size = 0;     ///< of the file, before
    std::uint64_t written = 0;  ///< bytes that the change wrote
  };
  /// How one change of names is taken back: `path` gets its former bytes, or goes.
  struct NameUndo {
    std::string folder;
    std::string path;
    std::string back_to;  ///< of a rename: where the file was
    bool existed = false;
    std::string bytes;
  };

  void take_back_data(Random& random);
  void take_back_names(Random& random);
  void take_back_marks(Random& random);
  void forget_changes();
  [[nodiscard]] std::filesystem::path image() const { return folder_.native() + ".image"; }
  [[nodiscard]] std::map<std::string, std::string> read_marks() const;
  [[nodiscard]] std::string read(const std::string& path) const;

  std::filesystem::path folder_;
  Illness illness_ = Illness::none;
  std::function<void()> last_words_;
  End ended_ = End::none;
  End planned_end_ = End::none;
  std::uint64_t steps_ = 0;
  std::uint64_t end_at_ = 0;
  std::map<std::string, std::vector<DataUndo>> data_;  // by path
  std::vector<NameUndo> names_;
  std::map<std::string, std::string> marks_;         // mark files as last synced
  std::map<std::string, std::string> marks_at_end_;  // and as the process left them
};

}  // namespace loa::tools::simfleet
