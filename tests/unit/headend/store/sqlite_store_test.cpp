#include <gmock/gmock.h>

#include "headend/publisher/record.hpp"
#include "headend/store/sqlite/connection.hpp"
#include "protocol/base/file.hpp"
#include "tests/unit/headend/sample_store.hpp"

namespace loa::headend::store::sqlite {
namespace {

using namespace model;
using std::chrono::hours;
using std::chrono::minutes;

const WallTime base = sample::utc("2026-11-20T22:00:00Z");

TEST(SqliteStore, KeepsItsFileFromOtherUsers) {
  sample::Folder folder;
  auto store = SqliteStore::open(folder / "ward.db").value();
  ASSERT_TRUE(store.stations().put_group({"to-1", "Tổ 1"}));
  using std::filesystem::perms;
  const auto mode = std::filesystem::status(folder / "ward.db").permissions();
  EXPECT_EQ(mode & (perms::group_all | perms::others_all), perms::none);
}

TEST(SqliteStore, RefusesAFileThatIsNoStoreAndOneFromTheFuture) {
  sample::Folder folder;
  ASSERT_TRUE(save_file(folder / "text.db", std::string(5000, 'x')));
  EXPECT_EQ(SqliteStore::open(folder / "text.db").error().code, ErrorCode::invalid);
  {
    auto connection = Connection::open(folder / "new.db").value();
    ASSERT_TRUE(connection->execute("PRAGMA user_version = 9999"));
  }
  EXPECT_EQ(SqliteStore::open(folder / "new.db").error().code, ErrorCode::unsupported);
  EXPECT_EQ(SqliteStore::open(folder / "no/such/folder.db").error().code, ErrorCode::io);
}

TEST(SqliteStore, KeepsThePagesOfManyCuesOnce) {
  sample::Folder folder;
  auto store = SqliteStore::open(folder / "ward.db").value();
  std::vector<PlannedCue> cues;
  for (int i = 0; i < 48; ++i) {
    PlannedCue planned;
    planned.station = "bang-1";
    planned.occurrence_start = base + minutes{30 * i};
    planned.cue.set_occurrence(fmt::format("bang-led/2026-11-24/{:02}{:02}00", i / 2, i % 2 * 30));
    planned.cue.set_medium(v1::MEDIUM_SIGN);
    planned.cue.set_start_us(to_us(planned.occurrence_start));
    planned.cue.set_duration_us(Micros{minutes{30}}.count());
    for (int page = 0; page < 100; ++page) {
      auto* added = planned.cue.add_pages();
      added->set_object(std::string(32, static_cast<char>(page)));
      added->set_dwell_us(10'000'000);
    }
    cues.push_back(std::move(planned));
  }
  ASSERT_TRUE(publisher::record_plan(store, {"bang-1", 1, base, base + hours{24}, "sealed"}, cues));
  const auto back = store.promises().in({base, base + hours{24}}, "bang-1").value();
  ASSERT_EQ(back.size(), cues.size());
  for (std::size_t i = 0; i < back.size(); ++i)
    EXPECT_EQ(back[i].cue.SerializeAsString(), cues[i].cue.SerializeAsString());
  auto sql = Connection::open(folder / "ward.db").value();
  std::int64_t bytes = 0, playlists = 0;
  ASSERT_TRUE(sql->each("SELECT sum(length(cue)) FROM planned_cues", [&](const Row& row) { bytes = row.integer(0); }));
  ASSERT_TRUE(sql->each("SELECT count(*) FROM playlists", [&](const Row& row) { playlists = row.integer(0); }));
  EXPECT_EQ(playlists, 1);
  EXPECT_LT(bytes, 48 * 100);
  cues[0].cue.mutable_pages(5)->set_dwell_us(11'000'000);
  ASSERT_TRUE(publisher::record_plan(store, {"bang-1", 2, base, base + hours{24}, "sealed"}, cues));
  const auto newer = store.promises().in({base, base + hours{24}}, "bang-1").value();
  EXPECT_EQ(newer[0].cue.pages(5).dwell_us(), 11'000'000);
  EXPECT_EQ(newer[0].plan_sequence, 2U);
  EXPECT_EQ(newer[1].plan_sequence, 1U) << "what stays the same was promised by the first";
}

}  // namespace
}  // namespace loa::headend::store::sqlite
