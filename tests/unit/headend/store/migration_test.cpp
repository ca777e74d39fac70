#include <fmt/format.h>
#include <gtest/gtest.h>

#include <vector>

#include "headend/publisher/record.hpp"
#include "headend/store/sqlite/migrate.hpp"
#include "tests/unit/headend/sample_store.hpp"

namespace loa::headend::store::sqlite {
namespace {

using namespace model;

/// Every table with its columns, indices and references, as SQLite itself reports them.
std::vector<std::string> shape_of(Connection& sql) {
  std::vector<std::string> lines;
  const auto line = [&](const Row& row) { lines.push_back(row.text(0)); };
  EXPECT_TRUE(
      sql.each("SELECT m.name || ' ' || c.cid || ' ' || c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' || c.pk "
               "FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY 1",
               line));
  EXPECT_TRUE(
      sql.each("SELECT m.name || ' index ' || i.\"unique\" || i.origin || ' ' || (SELECT group_concat(x.name) FROM "
               "pragma_index_info(i.name) x) FROM sqlite_master m, pragma_index_list(m.name) i WHERE m.type = 'table' "
               "ORDER BY 1",
               line));
  EXPECT_TRUE(sql.each(
      "SELECT m.name || ' to ' || f.\"table\" || ' ' || f.\"from\" || ' ' || f.on_delete FROM sqlite_master m, "
      "pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY 1",
      line));
  return lines;
}

/// A store as the program of version `version` left it, with a station in it.
void make_old(const std::filesystem::path& file, int version) {
  auto sql = Connection::open(file).value();
  ASSERT_TRUE(migrate(*sql, version));
  ASSERT_TRUE(
      sql->execute("INSERT INTO categories VALUES ('tin', 'Bản tin');"
                   "INSERT INTO stations (id, name, has_speaker, key, mqtt_password_hash, gain_cb, stagger_us, "
                   "neighbourhood, added_us) VALUES ('loa-1', 'Loa 1', 1, zeroblob(32), '', -20, 0, 'Tổ 1', 5)"));
}

TEST(Migration, MakesEveryOldStoreEqualToAFreshOneAndKeepsItsContent) {
  sample::Folder folder;
  auto fresh = Connection::open(folder / "fresh.db").value();
  ASSERT_TRUE(migrate(*fresh, newest_version()));
  for (int version = 1; version <= newest_version(); ++version) {
    const auto file = folder / fmt::format("from-{}.db", version).c_str();
    make_old(file, version);
    auto store = SqliteStore::open(file).value();
    auto migrated = Connection::open(file).value();
    EXPECT_EQ(shape_of(*migrated), shape_of(*fresh)) << "from version " << version;
    const auto all = store.catalogue().value();
    ASSERT_NE(all.station("loa-1"), nullptr);
    EXPECT_EQ(all.station("loa-1")->gain_cb, -20);
    EXPECT_EQ(all.category("tin")->name, "Bản tin");
  }
}

TEST(Migration, APictureServesEverySignThatASloganShowsItOn) {
  sample::Folder folder;
  {
    auto sql = Connection::open(folder / "old.db").value();
    ASSERT_TRUE(migrate(*sql, 3));
    // Two slogans with one strip: the second one's sign took the place of the first one's in the object's row.
    ASSERT_TRUE(sql->execute(
        "INSERT INTO categories VALUES ('tin', 'Bản tin');"
        "INSERT INTO contents VALUES (zeroblob(32),'Chữ chạy',2,0,900,'text','','tin',NULL,NULL,NULL,192,32,700,5);"
        "INSERT INTO slogans VALUES ('a','Chữ chạy','tin',0,86400,127,40,10,NULL,NULL,0),"
        "('b','Chữ chạy','tin',0,86400,127,40,10,NULL,NULL,0);"
        "INSERT INTO slogan_images VALUES ('a',128,32,zeroblob(32)),('b',192,32,zeroblob(32))"));
  }
  auto store = SqliteStore::open(folder / "old.db").value();
  const auto all = store.catalogue().value();
  ASSERT_EQ(all.contents.size(), 1U);
  EXPECT_EQ(all.contents[0].image, (SignImage{700, {{128, 32}, {192, 32}}}));
}

TEST(Migration, LeavesAnOldStoreAsItWasWhenAStepFails) {
  sample::Folder folder;
  {
    auto sql = Connection::open(folder / "odd.db").value();
    ASSERT_TRUE(sql->execute("CREATE TABLE groups (other INTEGER)"));
  }
  EXPECT_FALSE(SqliteStore::open(folder / "odd.db"));
  auto sql = Connection::open(folder / "odd.db").value();
  std::int64_t tables = 0;
  ASSERT_TRUE(sql->each("SELECT count(*) FROM sqlite_master", [&](const Row& row) { tables = row.integer(0); }));
  EXPECT_EQ(tables, 1);
}

/// Bytes of a cue as a build of version 3 kept it.
std::string sound(const std::string& category) {
  v1::Cue cue;
  cue.set_medium(v1::MEDIUM_AUDIO);
  cue.set_category(category);
  cue.set_title("Lời chào");
  return cue.SerializeAsString();
}

std::string playlist(const std::vector<std::string>& pictures) {
  v1::Cue cue;
  cue.set_medium(v1::MEDIUM_SIGN);
  cue.set_category("tin");
  for (const auto& picture : pictures) cue.add_pages()->set_object(std::string{sample::object_of(picture).view()});
  return cue.SerializeAsString();
}

void put_cue(Connection& sql, const std::string& station, int segment, const std::string& bytes) {
  ASSERT_TRUE(sql.run("INSERT INTO planned_cues VALUES (?, 'sang/2026-11-20/050000', ?, ?, ?, 0, 1, NULL, ?, 0)",
                      station, segment, segment, segment + 1, Blob{bytes}));
}

/// A ward of version 3 with promises: of a station that is there, of one that was removed, of a sign.
void make_promising(const std::filesystem::path& file, int more = 0) {
  make_old(file, 3);
  auto sql = Connection::open(file).value();
  ASSERT_TRUE(
      sql->execute("INSERT INTO groups VALUES ('to-1', 'Tổ 1');"
                   "INSERT INTO station_groups VALUES ('loa-1', 'to-1');"
                   "INSERT INTO categories VALUES ('an-toan', 'An toàn');"
                   "INSERT INTO slogans (id, text, category, from_s, to_s, weekdays, scroll_px_s, dwell_s) VALUES "
                   "('rua-tay', 'Rửa tay', 'tin', 0, 9, 127, 0, 10), ('khac', 'Khác', 'tin', 0, 9, 127, 0, 10)"));
  for (const char* picture : {"own", "shared"}) {
    ASSERT_TRUE(sql->run(
        "INSERT INTO contents VALUES (?, ?, 2, 0, 9, 'text', 'Lời', 'an-toan', NULL, NULL, NULL, 64, 32, 64, 5)",
        sample::object_of(picture), picture));
  }
  const auto shows = [&](const char* slogan, int width, const char* picture) {
    ASSERT_TRUE(sql->run("INSERT INTO slogan_images VALUES (?, ?, 32, ?)", slogan, width, sample::object_of(picture)));
  };
  shows("rua-tay", 64, "own");
  shows("rua-tay", 128, "shared");
  shows("khac", 128, "shared");
  put_cue(*sql, "loa-1", 0, sound("tin"));
  put_cue(*sql, "da-go", 1, sound("da-xoa"));
  put_cue(*sql, "loa-1", 2, playlist({"own", "shared", "gone"}));
  ASSERT_TRUE(sql->transaction([&]() -> Result<void> {
    for (int i = 0; i < more; ++i) put_cue(*sql, "loa-1", 100 + i, sound(fmt::format("muc-{}", i)));
    return {};
  }));
}

TEST(Migration, GivesOldPromisesTheFactsOfToday) {
  sample::Folder folder;
  make_promising(folder / "ward.db", 2500);
  auto store = SqliteStore::open(folder / "ward.db").value();
  const auto cues = store.promises().in({WallTime{}, WallTime{std::chrono::hours{1}}}).value();
  ASSERT_EQ(cues.size(), 2503U);
  for (const auto& cue : cues) {
    ASSERT_NE(cue.facts, nullptr);
    EXPECT_TRUE(cue.facts->as_of_migration);
  }
  EXPECT_EQ(cues[0].station, "da-go");
  EXPECT_EQ(cues[0].facts->station, "da-go") << "nobody knows its name any more";
  EXPECT_EQ(cues[0].facts->column, (Named{"da-xoa", "da-xoa"}));
  EXPECT_EQ(cues[1].facts->station, "Loa 1");
  EXPECT_EQ(cues[1].facts->groups, (std::vector<Named>{{"to-1", "Tổ 1"}}));
  EXPECT_EQ(cues[1].facts->column, (Named{"tin", "Bản tin"}));
  EXPECT_EQ(cues[1].facts->title, "Lời chào");
  const auto& pages = cues[2].facts->pages;
  ASSERT_EQ(pages.size(), 3U);
  EXPECT_EQ(pages[0], (PageFacts{{"an-toan", "An toàn"}, "rua-tay", "Rửa tay"})) << "as that build counted it";
  EXPECT_EQ(pages[1], (PageFacts{{"an-toan", "An toàn"}, "", "Lời"})) << "of two slogans: nobody can tell";
  EXPECT_EQ(pages[2].column, (Named{"tin", "Bản tin"}));
}

TEST(Migration, AFullDiskInTheMiddleLeavesTheOldStore) {
  sample::Folder folder;
  make_promising(folder / "ward.db", 500);
  std::int64_t pages = 0;
  const auto count = [&](const Row& row) { pages = row.integer(0); };
  ASSERT_TRUE(Connection::open(folder / "ward.db").value()->each("PRAGMA page_count", count));
  int refused = 0;
  for (std::int64_t room = pages; room < pages + 200; ++room) {
    auto sql = Connection::open(folder / "ward.db").value();
    ASSERT_TRUE(sql->execute(fmt::format("PRAGMA max_page_count = {}", room).c_str()));
    const auto migrated = migrate(*sql, newest_version());
    if (migrated) break;
    EXPECT_EQ(migrated.error().code, ErrorCode::full);
    std::int64_t version = 0, tables = -1;
    ASSERT_TRUE(sql->each("PRAGMA user_version", [&](const Row& row) { version = row.integer(0); }));
    ASSERT_TRUE(sql->each("SELECT count(*) FROM sqlite_master WHERE name = 'promise_facts'",
                          [&](const Row& row) { tables = row.integer(0); }));
    ASSERT_EQ(version, 3);
    ASSERT_EQ(tables, 0);
    ++refused;
  }
  EXPECT_GT(refused, 5) << "the disk was full at many steps";
  auto store = SqliteStore::open(folder / "ward.db").value();
  EXPECT_EQ(store.promises().in({WallTime{}, WallTime{std::chrono::hours{1}}}).value().size(), 503U);
}

std::int64_t version_of(const std::filesystem::path& file) {
  std::int64_t version = -1;
  auto sql = Connection::open(file).value();
  EXPECT_TRUE(sql->each("PRAGMA user_version", [&](const Row& row) { version = row.integer(0); }));
  return version;
}

/// What is on the disk after a cut is the old file and some part of the log that was being written beside it.
TEST(Migration, APowerCutInTheMiddleLeavesTheOldStore) {
  namespace fs = std::filesystem;
  sample::Folder folder;
  make_promising(folder / "ward.db", 500);
  auto sql = Connection::open(folder / "ward.db").value();
  ASSERT_TRUE(sql->execute("PRAGMA wal_autocheckpoint = 0"));
  ASSERT_TRUE(migrate(*sql, newest_version()));
  const auto whole = fs::file_size(folder / "ward.db-wal");
  ASSERT_GT(whole, 100'000U);
  constexpr std::uintmax_t cuts = 24;
  for (std::uintmax_t cut = 0; cut <= cuts; ++cut) {
    const auto file = folder / "cut.db", log = folder / "cut.db-wal";
    fs::copy_file(folder / "ward.db", file, fs::copy_options::overwrite_existing);
    fs::copy_file(folder / "ward.db-wal", log, fs::copy_options::overwrite_existing);
    fs::remove(folder / "cut.db-shm");
    fs::resize_file(log, whole * cut / cuts);
    ASSERT_EQ(version_of(file), cut == cuts ? newest_version() : 3) << cut;
    auto store = SqliteStore::open(file).value();
    const auto cues = store.promises().in({WallTime{}, WallTime{std::chrono::hours{1}}}).value();
    ASSERT_EQ(cues.size(), 503U);
    ASSERT_NE(cues.back().facts, nullptr);
  }
}

TEST(Migration, TablesAreStrictAndWritesAreDurable) {
  sample::Folder folder;
  auto sql = Connection::open(folder / "ward.db").value();
  ASSERT_TRUE(migrate(*sql, newest_version()));
  std::int64_t loose = -1, synchronous = -1, foreign_keys = -1;
  std::string journal;
  ASSERT_TRUE(sql->each(
      "SELECT count(*) FROM pragma_table_list WHERE type = 'table' AND NOT strict AND name NOT LIKE 'sqlite_%'",
      [&](const Row& row) { loose = row.integer(0); }));
  ASSERT_TRUE(sql->each("PRAGMA synchronous", [&](const Row& row) { synchronous = row.integer(0); }));
  ASSERT_TRUE(sql->each("PRAGMA foreign_keys", [&](const Row& row) { foreign_keys = row.integer(0); }));
  ASSERT_TRUE(sql->each("PRAGMA journal_mode", [&](const Row& row) { journal = row.text(0); }));
  EXPECT_EQ(loose, 0);
  EXPECT_EQ(synchronous, 2);
  EXPECT_EQ(foreign_keys, 1);
  EXPECT_EQ(journal, "wal");
}

}  // namespace
}  // namespace loa::headend::store::sqlite
