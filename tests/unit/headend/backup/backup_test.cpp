#include <gmock/gmock.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <set>

#include "content/store/object_store.hpp"
#include "headend/backup/make.hpp"
#include "headend/backup/restore.hpp"
#include "headend/backup/sets.hpp"
#include "headend/store/sqlite/sqlite_store.hpp"
#include "headend/ward/headend_lock.hpp"
#include "headend/ward/ward.hpp"
#include "protocol/base/file.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/unit/headend/sample_ward.hpp"

namespace loa::headend::backup {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* passphrase = "bốn từ dễ nhớ lắm";
const WallTime noon = sample::utc("2026-12-01T05:00:00Z");
const Progress silent = [](double) {};

/// A ward with two objects and a store that names them, and a place for backups.
class BackupTest : public testing::Test {
 protected:
  void SetUp() override {
    ward::Settings settings;
    settings.id = "phuong-1";
    settings.name = "Phường Một";
    settings.hosts = {"192.0.2.7"};
    settings.mqtt_port = settings.https_port = 0;
    auto made = ward::Ward::create(folder_ / "ward", settings);
    ASSERT_TRUE(made) << made.error().text;
    ward_.emplace(std::move(*made));
    add_object("bản tin thứ nhất");
    add_object("bản tin thứ hai");
  }
  void add_object(const std::string& bytes) {
    auto objects = content::store::ObjectStore::open(ward_->content_folder()).value();
    auto store = store::sqlite::SqliteStore::open(ward_->database_file()).value();
    model::Content content = sample::audio(bytes, 480'000, "tin");
    content.object = objects.put(bytes).value();
    content.bytes = bytes.size();
    ASSERT_TRUE(store.library().put_category({"tin", "Bản tin"}));
    ASSERT_TRUE(store.library().put(content));
    objects_.push_back(content.object);
  }
  Made back_up(WallTime now = noon, std::size_t keep = 3) {
    auto made =
        make(*ward_, {folder_ / "usb", "0.9.0", keep, protocol::crypto::Effort::least}, passphrase, now, silent);
    EXPECT_TRUE(made) << made.error().text;
    return made.value_or(Made{});
  }
  RestoreWish wish() const { return {folder_ / "usb", "", folder_ / "new"}; }
  Result<Restored> restored() { return restore(wish(), passphrase, noon, silent); }
  Result<void> checked(const std::string& set) {
    std::set<Sha256> known;
    auto manifest = read_manifest(folder_ / "usb" / set);
    if (!manifest) return pass(manifest.error());
    return check_set(folder_ / "usb", set, *manifest, known, [](std::uint64_t) {});
  }
  void expect_refused_naming(const std::string& file) {
    const auto refused = restored();
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().text, HasSubstr(file));
    EXPECT_THAT(refused.error().text, HasSubstr("nothing was restored"));
    EXPECT_FALSE(fs::exists(folder_ / "new"));
    EXPECT_FALSE(fs::exists(folder_ / "new.restoring")) << "whole or not at all";
  }
  /// Changes one byte, or cuts the file.
  void damage(const fs::path& file, bool cut = false) {
    auto bytes = read_file(file, 1 << 24).value();
    if (cut) bytes.resize(bytes.size() / 2);
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    fs::permissions(file, fs::perms::owner_all);
    ASSERT_TRUE(save_file(file, bytes));
  }

  const tests::TempFolder folder_{"loa-backup"};
  std::optional<ward::Ward> ward_;
  std::vector<Sha256> objects_;
};

TEST_F(BackupTest, GivesTheWholeWardBack) {
  const auto made = back_up();
  EXPECT_EQ(made.set, "20261201T050000Z");
  EXPECT_EQ(made.objects_copied, 2U);
  ASSERT_TRUE(checked(made.set));
  const auto done = restored();
  ASSERT_TRUE(done) << done.error().text;
  const auto again = ward::Ward::open(folder_ / "new");
  ASSERT_TRUE(again) << again.error().text;
  EXPECT_EQ(again->plan_key()->public_key(), ward_->plan_key()->public_key());
  EXPECT_EQ(again->emergency_key()->public_key(), ward_->emergency_key()->public_key());
  EXPECT_EQ(again->mqtt_password().value(), ward_->mqtt_password().value());
  EXPECT_EQ(again->api_token().value(), ward_->api_token().value());
  for (const char* file : {"ward.toml", "ca/ca.crt", "ca/server.crt", "ca/ca.key", "ca/server.key"})
    EXPECT_EQ(read_file(folder_ / "new" / file, 65'536).value(), read_file(folder_ / "ward" / file, 65'536).value());
  auto store = store::sqlite::SqliteStore::open(again->database_file()).value();
  EXPECT_EQ(store.catalogue().value().contents.size(), 2U);
  const auto objects = content::store::ObjectStore::open(again->content_folder()).value();
  for (const auto& object : objects_) EXPECT_TRUE(objects.has(object));
}

TEST_F(BackupTest, RestoresTheRightsThatAWardHas) {
  back_up();
  ASSERT_TRUE(restored());
  const auto rights = [&](const fs::path& below) {
    struct stat info {};
    return ::stat((folder_ / "new" / below).c_str(), &info) == 0 ? info.st_mode & 0777U : 0U;
  };
  EXPECT_EQ(rights(""), 0700U);
  EXPECT_EQ(rights("keys"), 0700U);
  EXPECT_EQ(rights("broker"), 0700U);
  EXPECT_EQ(rights("keys/plan.key"), 0600U);
  EXPECT_EQ(rights("ca/ca.key"), 0600U);
  EXPECT_EQ(rights("loa.db"), 0600U);
  EXPECT_EQ(rights("ca/ca.crt"), 0644U);
  EXPECT_EQ(rights("ward.toml"), 0644U);
  EXPECT_EQ(rights(fs::path{"objects"} / objects_[0].hex().substr(0, 2) / objects_[0].hex()), 0444U);
}

TEST_F(BackupTest, CarriesNoKeyInTheClear) {
  back_up();
  const auto key = read_file(folder_ / "ward/keys/plan.key", 256).value();
  const auto token = ward_->api_token().value();
  for (const auto& entry : fs::recursive_directory_iterator{folder_ / "usb"}) {
    if (!entry.is_regular_file()) continue;
    const auto bytes = read_file(entry.path(), 1 << 24).value();
    EXPECT_EQ(bytes.find(key), std::string::npos) << entry.path();
    EXPECT_EQ(bytes.find(token), std::string::npos) << entry.path();
    EXPECT_EQ(bytes.find("PRIVATE KEY"), std::string::npos) << entry.path();
  }
}

TEST_F(BackupTest, CopiesOnlyWhatIsNewTheNextDayAndKeepsSomeSets) {
  back_up();
  add_object("bản tin thứ ba");
  const auto second = back_up(noon + std::chrono::days{1});
  EXPECT_EQ(second.objects_copied, 1U);
  EXPECT_EQ(second.manifest.objects.size(), 3U);
  EXPECT_EQ(back_up(noon + std::chrono::days{1}).set, "20261202T050001Z") << "the same second gives another name";
  const auto last = back_up(noon + std::chrono::days{3}, 2);
  EXPECT_EQ(last.removed, 2U);
  EXPECT_THAT(sets_in(folder_ / "usb"), testing::ElementsAre("20261202T050001Z", "20261204T050000Z"));
  EXPECT_TRUE(checked("20261202T050001Z"));
  auto older = wish();
  older.set = "20261202T050001Z";
  EXPECT_TRUE(restore(older, passphrase, noon, silent));
}

TEST_F(BackupTest, IsOfOneMomentWhileOthersCommit) {
  auto store = store::sqlite::SqliteStore::open(ward_->database_file()).value();
  for (int i = 0; i < 50; ++i)
    ASSERT_TRUE(store.library().put_category({fmt::format("số {}", i), std::string(1000, 'x')}));
  ASSERT_TRUE(store.write([&](store::Unit& unit) -> Result<void> {
    LOA_TRY(unit.library().put_category({"nửa vời", "x"}));
    back_up();  // beside a writer that has not committed
    return {};
  }));
  ASSERT_TRUE(restored());
  auto again = store::sqlite::SqliteStore::open(folder_ / "new/loa.db").value();
  const auto categories = again.catalogue().value().categories;
  const auto count = [&](const std::string& id) {
    return std::count_if(categories.begin(), categories.end(), [&](const auto& one) { return one.id == id; });
  };
  EXPECT_EQ(count("số 49"), 1);
  EXPECT_EQ(count("nửa vời"), 0);
}

TEST_F(BackupTest, IsRefusedWithTheNameOfTheFileThatIsDamaged) {
  const auto set = folder_ / "usb" / back_up().set;
  const auto object = object_file(folder_ / "usb", objects_[0]);
  for (const auto& file :
       {set / "loa.db", set / "secrets.sealed", set / "ward.toml", set / "ca/ca.crt", set / "manifest", object}) {
    const auto whole = read_file(file, 1 << 24).value();
    for (const bool cut : {false, true}) {
      damage(file, cut);
      const auto refused = checked(set.filename().string());
      ASSERT_FALSE(refused) << file;
      EXPECT_THAT(refused.error().text, HasSubstr(file.filename().string()));
      if (cut) expect_refused_naming(file.filename().string());
      ASSERT_TRUE(save_file(file, whole));
    }
  }
  EXPECT_TRUE(restored());
}

TEST_F(BackupTest, IsRefusedWithTheNameOfTheFileThatIsMissing) {
  const auto set = folder_ / "usb" / back_up().set;
  const auto object = object_file(folder_ / "usb", objects_[1]);
  fs::rename(object, folder_ / "away");
  expect_refused_naming(object.filename().string());
  EXPECT_EQ(checked(set.filename().string()).error().code, ErrorCode::missing);
  fs::rename(folder_ / "away", object);
  fs::remove(set / "manifest");
  expect_refused_naming("manifest");
}

TEST_F(BackupTest, OpensForItsPassphraseAlone) {
  back_up();
  const auto refused = restore(wish(), "năm từ dễ nhớ lắm", noon, silent);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::refused);
  EXPECT_THAT(refused.error().text, HasSubstr("secrets.sealed"));
  EXPECT_FALSE(fs::exists(folder_ / "new"));
  EXPECT_FALSE(make(*ward_, {folder_ / "usb", "0.9.0"}, "ngắn", noon, silent));
}

TEST_F(BackupTest, WhoDoesNotKnowThePassphraseCannotSignAList) {
  const auto set = folder_ / "usb" / back_up().set;
  auto manifest = read_manifest(set).value();
  damage(set / "loa.db");
  for (auto& file : manifest.files) {
    if (file.path == "loa.db") file.sha256 = protocol::crypto::sha256_file(set / "loa.db").value();
  }
  ASSERT_TRUE(save_file(set / "manifest", format(manifest, sample::key_of(9))));
  EXPECT_TRUE(checked(set.filename().string())) << "by itself it is sound";
  expect_refused_naming("manifest");
}

TEST_F(BackupTest, OfANewerProgramIsRefusedBeforeAnythingIsDone) {
  const auto set = folder_ / "usb" / back_up().set;
  auto manifest = read_manifest(set).value();
  manifest.store_version = 1'000;
  ASSERT_TRUE(save_file(set / "manifest", format(manifest, ward_->plan_key().value())));
  EXPECT_EQ(restored().error().code, ErrorCode::unsupported);
}

TEST_F(BackupTest, NamesWhatTheWardLacksAndGoesOn) {
  const auto object = ward_->folder() / "objects" / objects_[0].hex().substr(0, 2) / objects_[0].hex();
  damage(object);
  auto made = back_up();
  EXPECT_THAT(made.manifest.absent, testing::ElementsAre(objects_[0]));
  fs::remove(object);
  made = back_up(noon + std::chrono::days{1});
  EXPECT_THAT(made.manifest.absent, testing::ElementsAre(objects_[0]));
  EXPECT_TRUE(checked(made.set));
  EXPECT_TRUE(restored());
}

TEST_F(BackupTest, ThatWasNotFinishedIsNoneAndHarmsNoOther) {
  back_up();
  fs::create_directories(folder_ / "usb/20261202T050000Z.making/ca");
  EXPECT_TRUE(restored());
  back_up(noon + std::chrono::days{2});
  EXPECT_FALSE(fs::exists(folder_ / "usb/20261202T050000Z.making"));
  EXPECT_EQ(sets_in(folder_ / "usb").size(), 2U);
}

TEST_F(BackupTest, GoesIntoNoFolderThatIsForSomethingElse) {
  ASSERT_TRUE(make_folders(folder_ / "stick"));
  ASSERT_TRUE(save_file(folder_ / "stick/photo.jpg", "x"));
  const auto refused = make(*ward_, {folder_ / "stick", "0.9.0"}, passphrase, noon, silent);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text, HasSubstr("loa-phuong-1"));
  back_up();
  auto settings = ward_->settings();
  settings.id = "phuong-2";
  const auto other = ward::Ward::create(folder_ / "other", settings);
  ASSERT_TRUE(other);
  EXPECT_EQ(make(*other, {folder_ / "usb", "0.9.0"}, passphrase, noon, silent).error().code, ErrorCode::exists);
}

TEST_F(BackupTest, IsRestoredOverTheSameWardOnlyWhenToldAndNothingIsDeleted) {
  back_up();
  add_object("bản tin thứ ba");
  auto over = wish();
  over.into = folder_ / "ward";
  EXPECT_EQ(restore(over, passphrase, noon, silent).error().code, ErrorCode::exists);
  over.replace = true;
  {
    const auto running = ward::hold_headend_lock(folder_ / "ward", "phuong-1");
    ASSERT_TRUE(running);
    EXPECT_EQ(restore(over, passphrase, noon, silent).error().code, ErrorCode::busy);
  }
  const auto done = restore(over, passphrase, noon, silent);
  ASSERT_TRUE(done) << done.error().text;
  ASSERT_TRUE(done->aside);
  EXPECT_EQ(store::sqlite::SqliteStore::open(folder_ / "ward/loa.db").value().catalogue().value().contents.size(), 2U);
  EXPECT_EQ(store::sqlite::SqliteStore::open(*done->aside / "loa.db").value().catalogue().value().contents.size(), 3U);
  EXPECT_FALSE(fs::exists(folder_ / "ward.restoring"));

  over.into = folder_ / "usb";
  EXPECT_EQ(restore(over, passphrase, noon, silent).error().code, ErrorCode::exists) << "no ward at all";
}

}  // namespace
}  // namespace loa::headend::backup
