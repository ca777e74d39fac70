#include "protocol/base/file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/temp_folder.hpp"

namespace loa {
namespace {

/// Writing beyond this many bytes fails, as on a full disk, while the object lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : old_handler_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit limit{bytes, old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    ::signal(SIGXFSZ, old_handler_);
  }

 private:
  rlimit old_{};
  void (*old_handler_)(int);
};

TEST(UniqueFd, ClosesOnceAndMoves) {
  int raw = -1;
  {
    UniqueFd first{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    raw = first.get();
    UniqueFd second = std::move(first);
    EXPECT_FALSE(first.valid());  // NOLINT: a moved-from one is empty by contract
    EXPECT_EQ(second.get(), raw);
    UniqueFd third;
    third = std::move(second);
    EXPECT_EQ(::fcntl(raw, F_GETFD), FD_CLOEXEC);
  }
  EXPECT_EQ(::fcntl(raw, F_GETFD), -1);
}

TEST(ReadFile, GivesTheBytesOfARegularFile) {
  const tests::TempFolder folder;
  const std::string bytes{"a\0b\n", 4};
  ASSERT_TRUE(save_file(folder / "x", bytes));
  EXPECT_EQ(read_file(folder / "x", 4).value(), bytes);
}

TEST(ReadFile, SaysWhyNot) {
  const tests::TempFolder folder;
  EXPECT_EQ(read_file(folder / "none", 10).error().code, ErrorCode::missing);
  ASSERT_TRUE(save_file(folder / "x", "12345"));
  const auto large = read_file(folder / "x", 4);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, ErrorCode::invalid);
  EXPECT_NE(large.error().text.find("5 bytes, more than the 4 allowed"), std::string::npos);
  EXPECT_EQ(read_file(folder.path(), 10).error().code, ErrorCode::invalid);
  EXPECT_EQ(read_file("/dev/zero", 10).error().code, ErrorCode::invalid);
}

TEST(SaveFile, ReplacesTheWholeContentAndSetsTheRights) {
  const tests::TempFolder folder;
  ASSERT_TRUE(save_file(folder / "x", "a longer text", 0644));
  ASSERT_TRUE(save_file(folder / "x", "short", 0600));
  EXPECT_EQ(read_file(folder / "x", 100).value(), "short");
  struct stat info {};
  ASSERT_EQ(::stat((folder / "x").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_FALSE(std::filesystem::exists(folder / "x.new"));
}

TEST(SaveFile, KeepsTheOldFileWhenTheDiskIsFull) {
  const tests::TempFolder folder;
  ASSERT_TRUE(save_file(folder / "x", "old"));
  {
    const FileSizeLimit limit{1'000};
    const auto saved = save_file(folder / "x", std::string(5'000, 'n'));
    ASSERT_FALSE(saved);
    EXPECT_NE(saved.error().text.find("x.new"), std::string::npos);
  }
  EXPECT_EQ(read_file(folder / "x", 100).value(), "old");
  EXPECT_FALSE(std::filesystem::exists(folder / "x.new")) << "half a file stays behind";
}

TEST(SaveFile, KeepsAFolderThatIsInTheWay) {
  const tests::TempFolder folder;
  ASSERT_TRUE(make_folders(folder / "x" / "inner"));
  EXPECT_FALSE(save_file(folder / "x", "text"));
  EXPECT_TRUE(std::filesystem::is_directory(folder / "x" / "inner"));
  EXPECT_FALSE(std::filesystem::exists(folder / "x.new"));
}

TEST(SaveFile, SaysThatTheFolderIsMissing) {
  const tests::TempFolder folder;
  const auto saved = save_file(folder / "none" / "x", "text");
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().code, ErrorCode::missing);
}

TEST(SaveFile, OvercomesALeftoverAndFollowsNoLink) {
  const tests::TempFolder folder;
  ASSERT_TRUE(save_file(folder / "precious", "keep"));
  std::filesystem::create_symlink(folder / "precious", folder / "x.new");
  ASSERT_TRUE(save_file(folder / "x", "text"));
  EXPECT_EQ(read_file(folder / "precious", 100).value(), "keep");
  EXPECT_EQ(read_file(folder / "x", 100).value(), "text");
}

TEST(MakeFolders, MakesParentsAndIsHarmlessWhenRepeated) {
  const tests::TempFolder folder;
  EXPECT_TRUE(make_folders(folder / "a" / "b" / "c"));
  EXPECT_TRUE(make_folders(folder / "a" / "b" / "c"));
  EXPECT_TRUE(make_folders(folder / "a" / "b" / ""));
  EXPECT_TRUE(std::filesystem::is_directory(folder / "a" / "b" / "c"));
}

TEST(MakeFolders, SaysThatAFileIsInTheWay) {
  const tests::TempFolder folder;
  ASSERT_TRUE(save_file(folder / "a", "text"));
  EXPECT_EQ(make_folders(folder / "a").error().code, ErrorCode::exists);
  EXPECT_FALSE(make_folders(folder / "a" / "b"));
}

TEST(WriteAll, SaysThatTheDiskIsFull) {
  const UniqueFd full{::open("/dev/full", O_WRONLY | O_CLOEXEC)};
  ASSERT_TRUE(full.valid());
  const auto written = write_all(full.get(), "text", "/dev/full");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::full);
  EXPECT_NE(written.error().text.find("No space left"), std::string::npos);
}

TEST(SyncFolder, SaysThatItIsNotThere) { EXPECT_EQ(sync_folder("/nowhere/at/all").error().code, ErrorCode::missing); }

}  // namespace
}  // namespace loa
