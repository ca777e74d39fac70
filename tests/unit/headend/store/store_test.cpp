#include "headend/store/store.hpp"

#include <gmock/gmock.h>

#include "headend/store/sqlite.hpp"
#include "protocol/base/file.hpp"
#include "tests/unit/headend/sample_store.hpp"

namespace loa::headend::store {
namespace {

Store fresh() { return Store::open(":memory:").value(); }

Catalogue full_catalogue() {
  auto all = sample::catalogue();
  all.slogans = {sample::slogan("chay", "strip")};
  all.policies = {sample::policy()};
  all.programmes[0].validity = {sample::date(2026, 11, 1), std::nullopt};
  all.stations[1].gain_cb = -60;
  all.stations[1].stagger = Micros{250000};
  all.programmes[0].preempt_policy = v1::PREEMPT_POLICY_RESTART;
  return all;
}

TEST(Store, GivesBackTheCatalogueAsItWasPut) {
  auto store = fresh();
  const auto put = full_catalogue();
  sample::fill(store, put);
  const auto got = store.catalogue().value();
  EXPECT_EQ(got.stations, put.stations);
  EXPECT_EQ(got.groups, put.groups);
  EXPECT_EQ(got.categories, put.categories);
  EXPECT_EQ(got.contents, put.contents);
  EXPECT_EQ(got.programmes, put.programmes);
  EXPECT_EQ(got.slogans, put.slogans);
  EXPECT_EQ(got.policies, put.policies);
}

TEST(Store, ReplacesAnEntryWithTheSameId) {
  auto store = fresh();
  sample::fill(store, full_catalogue());
  auto changed = sample::morning();
  changed.segments.pop_back();
  changed.groups = {"to-1"};
  ASSERT_TRUE(store.put_programme(changed));
  auto moved = sample::station("loa-1", {"to-2"}, 9);
  ASSERT_TRUE(store.put_station(moved));
  const auto got = store.catalogue().value();
  EXPECT_THAT(got.programmes, testing::ElementsAre(changed));
  EXPECT_EQ(*got.station("loa-1"), moved);
}

TEST(Store, KeepsVolumesAndFillerThroughOtherEdits) {
  auto store = fresh();
  auto all = full_catalogue();
  sample::fill(store, all);
  all.stations[1].volumes = {{300, 420, -300}, {1200, 1440, -900}};
  ASSERT_TRUE(store.put_volumes("loa-1", all.stations[1].volumes));
  ASSERT_TRUE(store.put_filler(sample::object_of("ban tin")));
  ASSERT_TRUE(store.put_station(all.stations[1]));
  EXPECT_EQ(store.catalogue().value().stations, all.stations);
  EXPECT_EQ(store.catalogue().value().filler, sample::object_of("ban tin"));
  EXPECT_EQ(store.put_volumes("loa-9", all.stations[1].volumes).error().code, ErrorCode::missing);
  EXPECT_EQ(store.put_filler(sample::object_of("never ingested")).error().code, ErrorCode::missing);
  EXPECT_EQ(store.catalogue().value().filler, sample::object_of("ban tin")) << "what was there stays";
  ASSERT_TRUE(store.remove_programme("sang"));
  EXPECT_EQ(store.remove_content(sample::object_of("ban tin")).error().code, ErrorCode::busy);
  ASSERT_TRUE(store.put_filler(std::nullopt));
  EXPECT_TRUE(store.remove_content(sample::object_of("ban tin")));
  EXPECT_TRUE(store.remove_station("loa-1", WallTime{}));
}

TEST(Store, RefusesABrokenReferenceAndKeepsWhatWasThere) {
  auto store = fresh();
  sample::fill(store, full_catalogue());
  auto broken = sample::morning();
  broken.segments[0].object = sample::object_of("never ingested");
  const auto outcome = store.put_programme(broken);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::missing);
  EXPECT_THAT(outcome.error().text, testing::HasSubstr("cannot store programme 'sang'"));
  EXPECT_EQ(store.catalogue().value().programmes, full_catalogue().programmes);
}

TEST(Store, KeepsWhatIsStillUsedAndSaysSo) {
  auto store = fresh();
  sample::fill(store, full_catalogue());
  EXPECT_EQ(store.remove_group("to-1").error().code, ErrorCode::busy);
  EXPECT_EQ(store.remove_group("all").error().code, ErrorCode::busy);
  EXPECT_EQ(store.remove_category("tin").error().code, ErrorCode::busy);
  EXPECT_EQ(store.remove_content(sample::object_of("ban tin")).error().code, ErrorCode::busy);
  EXPECT_EQ(store.remove_programme("chieu").error().code, ErrorCode::missing);
  ASSERT_TRUE(store.remove_programme("sang"));
  EXPECT_TRUE(store.remove_content(sample::object_of("ban tin")));
}

TEST(Store, UndoesATransactionWhoseWorkFails) {
  auto store = fresh();
  const auto outcome = store.transaction([&]() -> Result<void> {
    LOA_TRY(store.put_group({"to-9", "Tổ 9"}));
    return fail(ErrorCode::refused, "changed my mind");
  });
  EXPECT_EQ(outcome.error().code, ErrorCode::refused);
  EXPECT_EQ(store.catalogue().value().group("to-9"), nullptr);
  EXPECT_TRUE(store.put_group({"to-9", "Tổ 9"}));
}

TEST(Store, NeverHandsOutASequenceTwice) {
  sample::Folder folder;
  {
    auto store = Store::open(folder / "ward.db").value();
    EXPECT_EQ(store.next_sequence("plan/loa-1").value(), 1U);
    EXPECT_EQ(store.next_sequence("plan/loa-1", 1000).value(), 1000U);
    EXPECT_EQ(store.next_sequence("plan/loa-1", 1000).value(), 1001U);
    EXPECT_EQ(store.next_sequence("plan/loa-2").value(), 1U);
  }
  auto store = Store::open(folder / "ward.db").value();
  EXPECT_EQ(store.next_sequence("plan/loa-1", 5).value(), 1002U);
}

TEST(Store, NoticesWhatAnotherProcessWrote) {
  sample::Folder folder;
  auto mine = Store::open(folder / "ward.db").value();
  auto other = Store::open(folder / "ward.db").value();
  const auto before = mine.data_version().value();
  ASSERT_TRUE(mine.put_group({"to-1", "Tổ 1"}));
  EXPECT_EQ(mine.data_version().value(), before);
  ASSERT_TRUE(other.put_group({"to-2", "Tổ 2"}));
  EXPECT_NE(mine.data_version().value(), before);
  EXPECT_NE(mine.catalogue().value().group("to-2"), nullptr);
}

TEST(Store, KeepsItsFileFromOtherUsers) {
  sample::Folder folder;
  auto store = Store::open(folder / "ward.db").value();
  ASSERT_TRUE(store.put_setting("ward", "phuong-1"));
  using std::filesystem::perms;
  const auto mode = std::filesystem::status(folder / "ward.db").permissions();
  EXPECT_EQ(mode & (perms::group_all | perms::others_all), perms::none);
  EXPECT_EQ(store.setting("ward").value(), "phuong-1");
  EXPECT_EQ(store.setting("nothing").value(), std::nullopt);
}

TEST(Store, RefusesAFileThatIsNoStoreAndOneFromTheFuture) {
  sample::Folder folder;
  ASSERT_TRUE(save_file(folder / "text.db", std::string(5000, 'x')));
  EXPECT_EQ(Store::open(folder / "text.db").error().code, ErrorCode::invalid);
  {
    auto connection = Connection::open(folder / "new.db").value();
    ASSERT_TRUE(connection->execute("PRAGMA user_version = 9999"));
  }
  EXPECT_EQ(Store::open(folder / "new.db").error().code, ErrorCode::unsupported);
  EXPECT_EQ(Store::open(folder / "no/such/folder.db").error().code, ErrorCode::io);
}

TEST(Store, RemembersWhatStationsSaidOfThemselves) {
  auto store = fresh();
  const auto early = sample::utc("2026-11-21T00:00:00Z"), late = sample::utc("2026-11-21T00:05:00Z");
  ASSERT_TRUE(store.put_online("loa-1", true, "boot", early));
  ASSERT_TRUE(store.put_online("loa-1", true, "boot", late));
  v1::Status status;
  status.set_plan_sequence(7);
  ASSERT_TRUE(store.put_status("loa-1", status, late));
  ASSERT_TRUE(store.put_online("loa-2", false, "", late));
  const auto all = store.statuses().value();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_TRUE(all[0].online);
  EXPECT_EQ(all[0].online_since, early);
  EXPECT_EQ(all[0].status->plan_sequence(), 7U);
  EXPECT_EQ(all[0].status_received, late);
  EXPECT_FALSE(all[1].status.has_value());
}

TEST(Store, ShowsFaultsUntilTheyAreReset) {
  auto store = fresh();
  FaultRecord fault{"loa-1", "device-gone", v1::FAULT_STATE_NEW, {}, {}, 1, "the sound card is gone"};
  ASSERT_TRUE(store.put_fault(fault));
  fault.count = 2;
  ASSERT_TRUE(store.put_fault(fault));
  ASSERT_EQ(store.faults().value().size(), 1U);
  EXPECT_EQ(store.faults().value()[0].count, 2U);
  fault.state = v1::FAULT_STATE_RESET;
  ASSERT_TRUE(store.put_fault(fault));
  EXPECT_TRUE(store.faults().value().empty());
}

TEST(Store, KeepsTheNewestWordOnEachJournal) {
  auto store = Store::open(":memory:").value();
  const Epoch one{1}, other{2};
  const auto day = wall_from_us(1'795'000'000'000'000);
  ASSERT_TRUE(store.put_journal({"loa-1", one, day}));
  ASSERT_TRUE(store.put_journal({"loa-1", other, day - std::chrono::hours{1}}));
  ASSERT_TRUE(store.put_journal({"loa-2", one, day}));
  ASSERT_TRUE(store.put_journal({"loa-1", one, day - std::chrono::hours{2}})) << "its clock had been ahead";
  const auto journals = store.journals("loa-1").value();
  ASSERT_EQ(journals.size(), 2U);
  EXPECT_EQ(journals[0].epoch, one);
  EXPECT_EQ(journals[0].began, day - std::chrono::hours{2});
  EXPECT_EQ(journals[1].epoch, other);
  EXPECT_TRUE(store.journals("loa-3").value().empty());
}

TEST(Store, KeepsTimesOfTwoBoxes) {
  auto store = Store::open(":memory:").value();
  const auto since = wall_from_us(1'795'000'000'000'000);
  ASSERT_TRUE(store.put_identity_conflict({"loa-1", since, Epoch{1}, std::nullopt}));
  EXPECT_EQ(store.identity_conflicts("loa-1").value().at(0).ended, std::nullopt);
  ASSERT_TRUE(store.put_identity_conflict({"loa-1", since, Epoch{2}, since + std::chrono::hours{1}}));
  ASSERT_TRUE(store.put_identity_conflict({"loa-2", since, Epoch{2}, std::nullopt}));
  const auto conflicts = store.identity_conflicts("loa-1").value();
  ASSERT_EQ(conflicts.size(), 1U);
  EXPECT_EQ(conflicts[0].counted, Epoch{1}) << "decided once";
  EXPECT_EQ(conflicts[0].ended, since + std::chrono::hours{1});
  EXPECT_EQ(store.identity_conflicts().value().size(), 2U);
}

TEST(Store, KeepsWhatWasFoundOfAClockOnceAndInOrder) {
  using namespace std::chrono_literals;
  auto store = fresh();
  const auto noon = sample::utc("2026-11-21T05:00:00Z");
  const auto kept = [&](Micros since, Micros ahead) {
    EXPECT_TRUE(store.put_clock_finding({"loa-1", noon + since, ahead}));
    const auto findings = store.clock_findings("loa-1").value();
    std::vector<std::pair<Micros, Micros>> all;
    for (const auto& finding : findings) all.emplace_back(finding.since - noon, finding.ahead);
    return all;
  };
  using testing::ElementsAre, testing::Pair;
  EXPECT_THAT(kept(0s, 0s), ElementsAre()) << "agreement is what nothing says";
  EXPECT_THAT(kept(1min, -1h), ElementsAre(Pair(1min, -1h)));
  EXPECT_THAT(kept(2min, -1h - 2s), ElementsAre(Pair(1min, -1h))) << "found again by a head-end that was restarted";
  EXPECT_THAT(kept(3min, 0s), ElementsAre(Pair(1min, -1h), Pair(3min, 0s)));
  EXPECT_THAT(kept(4min, 0s), ElementsAre(Pair(1min, -1h), Pair(3min, 0s)));
  EXPECT_THAT(kept(3min, 2h), ElementsAre(Pair(1min, -1h), Pair(3min, 2h))) << "of the same instant the later word";
  EXPECT_THAT(kept(2min, 0s), ElementsAre(Pair(1min, -1h), Pair(3min, 0s))) << "it was the head-end's that was wrong";
  EXPECT_TRUE(store.clock_findings("loa-2").value().empty());
}

TEST(Store, OneObjectServesSeveralSigns) {
  auto store = Store::open(":memory:").value();
  const Geometry narrow{128, 32}, wide{192, 32};
  ASSERT_TRUE(store.put_content(sample::picture("strip", wide, 700)));
  ASSERT_TRUE(store.put_content(sample::picture("strip", narrow, 700)));
  const auto all = store.catalogue().value();
  ASSERT_EQ(all.contents.size(), 1U);
  EXPECT_TRUE(all.contents[0].image->serves(narrow));
  EXPECT_TRUE(all.contents[0].image->serves(wide));
  Catalogue memory;
  add(memory, sample::picture("strip", wide, 700));
  add(memory, sample::picture("strip", narrow, 700));
  EXPECT_EQ(memory.contents, all.contents) << "add() is put_content() in memory";
  ASSERT_TRUE(store.remove_content(all.contents[0].object));
  EXPECT_TRUE(store.catalogue()->contents.empty());
}

}  // namespace
}  // namespace loa::headend::store
