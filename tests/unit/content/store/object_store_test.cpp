#include "content/store/object_store.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>

#include "protocol/base/file.hpp"
#include "tests/unit/content/scratch_folder.hpp"

namespace loa::content::store {
namespace {

namespace fs = std::filesystem;
using protocol::crypto::sha256;

struct ObjectStoreTest : testing::Test {
  ScratchFolder folder;
  ObjectStore store = ObjectStore::open(folder.path()).value();

  [[nodiscard]] std::size_t files_in(const char* part) const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder.path() / part), fs::directory_iterator()));
  }
  void damage(const Sha256& object, std::string_view bytes) const {
    ASSERT_TRUE(save_file(store.path_of(object), bytes, 0444));
  }
};

TEST_F(ObjectStoreTest, NamesAnObjectByItsHash) {
  const auto object = store.put("một bản tin").value();
  EXPECT_EQ(object, sha256("một bản tin"));
  EXPECT_TRUE(store.has(object));
  EXPECT_EQ(store.size_of(object).value(), std::string_view{"một bản tin"}.size());
  EXPECT_EQ(read_file(store.path_of(object), 1000).value(), "một bản tin");
  const auto name = object.hex();
  EXPECT_EQ(store.path_of(object), folder.path() / "objects" / name.substr(0, 2) / name);
}

TEST_F(ObjectStoreTest, MakesObjectsReadOnly) {
  struct stat info {};
  ASSERT_EQ(::stat(store.path_of(store.put("x").value()).c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0444U);
}

TEST_F(ObjectStoreTest, StoresTheSameBytesOnce) {
  EXPECT_EQ(store.put("same").value(), store.put("same").value());
  EXPECT_EQ(store.list().size(), 1U);
  EXPECT_EQ(files_in("temporary"), 0U);
}

TEST_F(ObjectStoreTest, ListsItsObjectsAfterAReopen) {
  std::vector<Sha256> stored{store.put("a").value(), store.put("b").value(), store.put("").value()};
  std::sort(stored.begin(), stored.end());
  EXPECT_EQ(ObjectStore::open(folder.path()).value().list(), stored);
}

TEST_F(ObjectStoreTest, IgnoresForeignFilesAmongItsObjects) {
  const auto object = store.put("a").value();
  ASSERT_TRUE(save_file(folder.path() / "objects" / "README", "hello"));
  fs::create_directories(folder.path() / "objects" / "zz");
  ASSERT_TRUE(save_file(folder.path() / "objects" / "zz" / object.hex(), "misplaced"));
  EXPECT_EQ(store.list(), std::vector<Sha256>{object});
}

TEST_F(ObjectStoreTest, AdoptsAFinishedDownload) {
  const auto object = sha256("downloaded");
  ASSERT_TRUE(save_file(store.partial_path_of(object), "downloaded"));
  EXPECT_FALSE(store.has(object));
  ASSERT_TRUE(store.adopt_partial(object));
  EXPECT_TRUE(store.verify(object));
  EXPECT_EQ(files_in("partial"), 0U);
}

TEST_F(ObjectStoreTest, RefusesADownloadOfOtherBytes) {
  const auto object = sha256("downloaded");
  ASSERT_TRUE(save_file(store.partial_path_of(object), "download"));
  EXPECT_EQ(store.adopt_partial(object).error().code, ErrorCode::invalid);
  EXPECT_FALSE(store.has(object));
  EXPECT_EQ(files_in("partial"), 0U);
  EXPECT_EQ(store.adopt_partial(object).error().code, ErrorCode::missing);
}

TEST_F(ObjectStoreTest, RefusesADownloadThatIsALink) {
  const auto object = sha256("secret");
  ASSERT_TRUE(save_file(folder / "elsewhere", "secret"));
  fs::create_symlink(folder / "elsewhere", store.partial_path_of(object));
  EXPECT_FALSE(store.adopt_partial(object));
  EXPECT_FALSE(store.has(object));
}

TEST_F(ObjectStoreTest, KeepsAnUnfinishedDownloadOverAReopen) {
  const auto object = sha256("downloaded");
  ASSERT_TRUE(save_file(store.partial_path_of(object), "down"));
  const auto again = ObjectStore::open(folder.path()).value();
  EXPECT_EQ(read_file(again.partial_path_of(object), 100).value(), "down");
}

TEST_F(ObjectStoreTest, RemovesADamagedObjectSoThatItIsFetchedAgain) {
  const auto object = store.put("whole").value();
  damage(object, "whule");
  EXPECT_EQ(store.verify(object).error().code, ErrorCode::invalid);
  EXPECT_FALSE(store.has(object));
  EXPECT_EQ(store.verify(object).error().code, ErrorCode::missing);
}

TEST_F(ObjectStoreTest, ReplacesATornObjectWhenItIsStoredAgain) {
  const auto object = store.put("whole").value();
  damage(object, "who");
  EXPECT_EQ(store.put("whole").value(), object);
  EXPECT_TRUE(store.verify(object));
}

TEST_F(ObjectStoreTest, RemovesOldLeftoversOnly) {
  ASSERT_TRUE(save_file(folder.path() / "temporary" / "old", "torn"));
  ASSERT_TRUE(save_file(folder.path() / "temporary" / "young", "torn"));
  fs::last_write_time(folder.path() / "temporary" / "old", fs::file_time_type::clock::now() - std::chrono::hours{25});
  ASSERT_TRUE(ObjectStore::open(folder.path()));
  EXPECT_FALSE(fs::exists(folder.path() / "temporary" / "old"));
  EXPECT_TRUE(fs::exists(folder.path() / "temporary" / "young"));
}

TEST_F(ObjectStoreTest, RemovesAnObject) {
  const auto object = store.put("gone").value();
  EXPECT_TRUE(store.remove(object));
  EXPECT_TRUE(store.remove(object));
  EXPECT_EQ(store.size_of(object).error().code, ErrorCode::missing);
}

TEST(ObjectStore, SaysWhyAFolderCannotBeUsed) {
  ScratchFolder folder;
  ASSERT_TRUE(save_file(folder / "file", "x"));
  const auto store = ObjectStore::open(folder / "file");
  ASSERT_FALSE(store);
  EXPECT_NE(store.error().text.find("file"), std::string::npos);
}

}  // namespace
}  // namespace loa::content::store
