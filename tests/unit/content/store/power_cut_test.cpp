// A disk that forgets: write, fsync and rename of this program are our own, remember what was not yet made durable, and
// at a chosen call the power fails: unsynced bytes are torn, and renames whose folder was not synced are undone (or
// not: both happen in the field). Runs in a child process, so the cut is a real end of the process as well.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <map>
#include <set>

#include "content/store/object_store.hpp"
#include "protocol/base/file.hpp"
#include "tests/unit/content/scratch_folder.hpp"

namespace {

namespace fs = std::filesystem;

struct Disk {
  bool active = false;
  bool undo_renames = false;
  int calls_left = 0;
  std::set<fs::path> unsynced_files;
  std::map<fs::path, fs::path> unsynced_renames;  // new name -> old name

  static fs::path name_of(int fd) { return fs::read_symlink("/proc/self/fd/" + std::to_string(fd)); }

  void cut() {
    active = false;
    for (const auto& file : unsynced_files) fs::resize_file(file, fs::file_size(file) / 2);
    for (const auto& [to, from] : unsynced_renames) {
      if (undo_renames) fs::rename(to, from);
    }
    ::_exit(0);
  }
  void step() {
    if (calls_left-- == 0) cut();
  }
  void synced(const fs::path& path) {
    unsynced_files.erase(path);
    std::erase_if(unsynced_renames, [&](const auto& names) { return names.first.parent_path() == path; });
  }
};
Disk disk;

}  // namespace

extern "C" {

ssize_t write(int fd, const void* bytes, size_t count) {
  if (disk.active) {
    disk.unsynced_files.insert(Disk::name_of(fd));
    disk.step();
  }
  return ::syscall(SYS_write, fd, bytes, count);
}

int fsync(int fd) {
  if (disk.active) {
    disk.step();
    disk.synced(Disk::name_of(fd));
  }
  return static_cast<int>(::syscall(SYS_fsync, fd));
}

int rename(const char* from, const char* to) noexcept {
  if (disk.active) {
    disk.step();
    disk.unsynced_renames[to] = from;
    if (disk.unsynced_files.erase(from) > 0) disk.unsynced_files.insert(to);
  }
  return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

}  // extern "C"

namespace loa::content::store {
namespace {

constexpr int cut_after_the_end = 9;  // exit code of a child that finished, then lost power

/// Runs `work` in a child whose power fails at the given call.
/// @return whether `work` had returned by then
template <class Work>
bool with_power_cut(int at_call, bool undo_renames, Work work) {
  const pid_t child = ::fork();
  if (child == 0) {
    disk.undo_renames = undo_renames;
    disk.calls_left = at_call;
    disk.active = true;
    const bool good = work();
    disk.active = false;
    if (!good) ::_exit(1);
    for (const auto& [to, from] : disk.unsynced_renames) {
      if (undo_renames) fs::rename(to, from);
    }
    for (const auto& file : disk.unsynced_files) fs::resize_file(file, fs::file_size(file) / 2);
    ::_exit(cut_after_the_end);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_NE(WEXITSTATUS(status), 1) << "the work itself failed";
  return WEXITSTATUS(status) == cut_after_the_end;
}

void expect_nothing_torn(ObjectStore& store) {
  for (const auto& object : store.list()) EXPECT_TRUE(store.verify(object));
}

struct PowerCut : testing::TestWithParam<bool> {
  ScratchFolder folder;
  const std::string old_bytes = "stored before", new_bytes = std::string(200'000, 'n');
  const Sha256 old_object = protocol::crypto::sha256(old_bytes), new_object = protocol::crypto::sha256(new_bytes);
};

TEST_P(PowerCut, DuringPutLeavesTheObjectWholeOrAbsent) {
  bool finished = false;
  int cuts = 0;
  for (; !finished; ++cuts) {
    ASSERT_LT(cuts, 100);
    ScratchFolder fresh;
    ASSERT_EQ(ObjectStore::open(fresh.path()).value().put(old_bytes).value(), old_object);
    finished = with_power_cut(cuts, GetParam(),
                              [&] { return ObjectStore::open(fresh.path()).value().put(new_bytes).has_value(); });
    auto store = ObjectStore::open(fresh.path()).value();
    EXPECT_TRUE(store.has(old_object));
    EXPECT_TRUE(!finished || store.has(new_object)) << "acknowledged, then lost";
    expect_nothing_torn(store);
    EXPECT_EQ(store.put(new_bytes).value(), new_object);
    EXPECT_TRUE(store.verify(new_object));
  }
  EXPECT_GE(cuts, 5) << "write, fsync, rename and two folder syncs must each have been cut";
}

TEST_P(PowerCut, DuringAdoptionLeavesTheObjectWholeOrTheDownloadToRepeat) {
  bool finished = false;
  int cuts = 0;
  for (; !finished; ++cuts) {
    ASSERT_LT(cuts, 100);
    ScratchFolder fresh;
    {
      auto store = ObjectStore::open(fresh.path()).value();
      ASSERT_TRUE(save_file(store.partial_path_of(new_object), new_bytes));
    }
    finished = with_power_cut(cuts, GetParam(), [&] {
      return ObjectStore::open(fresh.path()).value().adopt_partial(new_object).has_value();
    });
    auto store = ObjectStore::open(fresh.path()).value();
    EXPECT_TRUE(!finished || store.has(new_object)) << "acknowledged, then lost";
    EXPECT_TRUE(store.has(new_object) || fs::exists(store.partial_path_of(new_object)));
    expect_nothing_torn(store);
  }
  EXPECT_GE(cuts, 4);
}

INSTANTIATE_TEST_SUITE_P(Disk, PowerCut, testing::Bool(),
                         [](const auto& mode) { return mode.param ? "ForgetsRenames" : "KeepsRenames"; });

}  // namespace
}  // namespace loa::content::store
