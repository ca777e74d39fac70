#include <gtest/gtest.h>

#include <vector>

#include "headend/store/sqlite.hpp"
#include "headend/store/store.hpp"
#include "tests/unit/headend/sample_ward.hpp"

namespace loa::headend::store {
namespace {

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
    auto store = Store::open(file).value();
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
  auto store = Store::open(folder / "old.db").value();
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
  EXPECT_FALSE(Store::open(folder / "odd.db"));
  auto sql = Connection::open(folder / "odd.db").value();
  std::int64_t tables = 0;
  ASSERT_TRUE(sql->each("SELECT count(*) FROM sqlite_master", [&](const Row& row) { tables = row.integer(0); }));
  EXPECT_EQ(tables, 1);
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
}  // namespace loa::headend::store
