#include "headend/fleet/inbox.hpp"
#include "headend/publisher/record.hpp"
#include "headend/store/sqlite/sqlite_store.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "protocol/seal/seal.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::headend::fleet {
namespace {

using namespace std::chrono_literals;
using protocol::crypto::SecretKey;
using protocol::topic::Leaf;

constexpr WallTime now = wall_from_us(1'795'000'000'000'000);

SecretKey key_of(std::uint8_t number) { return SecretKey::from_seed({number}); }

/// A ward with stations a and b, whose keys have the numbers 1 and 2.
class InboxTest : public testing::Test {
 protected:
  InboxTest() {
    for (const auto& [id, number] : {std::pair{"a", 1}, {"b", 2}}) {
      model::Station station;
      station.id = station.name = id;
      station.key = key_of(static_cast<std::uint8_t>(number)).public_key();
      EXPECT_TRUE(store_.stations().put(station));
    }
    inbox_.know(store_.catalogue()->stations);
  }

  static std::string sealed(v1::Kind kind, const std::string& body, std::uint64_t sequence, std::uint8_t key = 1,
                            const std::string& ward = "w") {
    protocol::seal::Address address;
    address.ward = ward;
    address.sender = "station/a";
    address.audience = "headend";
    address.kind = kind;
    address.sequence = sequence;
    address.not_before = now;
    address.not_after = now + std::chrono::hours{1};
    return protocol::seal::seal(address, body, key_of(key));
  }
  static std::string status(std::uint64_t plan) {
    v1::Status status;
    status.set_at_us(to_us(now));
    status.set_plan_sequence(plan);
    return status.SerializeAsString();
  }
  static std::string status_with_faults(const std::vector<std::string>& codes) {
    v1::Status status;
    status.set_at_us(to_us(now));
    status.mutable_faults();
    for (const auto& code : codes) status.mutable_faults()->add_codes(code);
    return status.SerializeAsString();
  }
  static std::string fault(const std::string& code) {
    v1::Fault fault;
    fault.set_code(code);
    fault.set_since_us(to_us(now));
    fault.set_count(1);
    fault.set_text("một lỗi");
    return fault.SerializeAsString();
  }
  /// A status that one who is so far ahead made so long after `now`.
  static std::string clock_status(std::chrono::seconds after, std::chrono::seconds ahead, std::uint64_t sequence) {
    v1::Status status;
    status.set_at_us(to_us(now + after + ahead));
    status.set_clock_grade(v1::CLOCK_GRADE_DISCIPLINED);
    return sealed(v1::KIND_STATUS, status.SerializeAsString(), sequence);
  }
  static protocol::topic::Parsed from(Leaf leaf, std::string_view station = "a", std::string_view code = {}) {
    return {"w", station, leaf, code, {}};
  }
  /// Taken and kept at once.
  Result<void> take(const protocol::topic::Parsed& place, const std::string& payload) {
    LOA_TRY(inbox_.take(place, payload, now));
    return inbox_.commit(now);
  }
  std::uint64_t plan_kept() { return store_.fleet().statuses()->at(0).status->plan_sequence(); }

  store::sqlite::SqliteStore store_ = *store::sqlite::SqliteStore::open(":memory:");
  Inbox inbox_{"w", store_};
};

TEST_F(InboxTest, KeepsAStatusOnce) {
  EXPECT_TRUE(take(from(Leaf::status), sealed(v1::KIND_STATUS, status(7), 10)));
  EXPECT_EQ(plan_kept(), 7U);
  EXPECT_EQ(take(from(Leaf::status), sealed(v1::KIND_STATUS, status(6), 9)).error().code, ErrorCode::exists);
  EXPECT_EQ(take(from(Leaf::status), sealed(v1::KIND_STATUS, status(7), 10)).error().code, ErrorCode::exists);
  EXPECT_TRUE(take(from(Leaf::status), sealed(v1::KIND_STATUS, status(8), 11)));
  EXPECT_EQ(plan_kept(), 8U);
}

TEST_F(InboxTest, GoesOnAboveAPlanThatItHasNotGiven) {
  ASSERT_TRUE(store_.sequences().next("plan/a", 500));
  ASSERT_TRUE(take(from(Leaf::status), sealed(v1::KIND_STATUS, status(500), 10)));
  EXPECT_FALSE(inbox_.take_behind());
  ASSERT_TRUE(take(from(Leaf::status), sealed(v1::KIND_STATUS, status(900), 11)));
  EXPECT_TRUE(inbox_.take_behind()) << "the store is a backup";
  EXPECT_FALSE(inbox_.take_behind());
  EXPECT_EQ(store_.sequences().next("plan/a").value(), 901U);
  ASSERT_TRUE(take(from(Leaf::status), sealed(v1::KIND_STATUS, status(1ULL << 62U), 12)));
  EXPECT_FALSE(inbox_.take_behind()) << "no station may use up the numbers of its plans";
  EXPECT_EQ(store_.sequences().next("plan/a").value(), 902U);
}

TEST_F(InboxTest, WhatTheBrokerKeptIsNoSignOfLife) {
  const auto later = now + 1h;
  ASSERT_TRUE(inbox_.take(from(Leaf::status), sealed(v1::KIND_STATUS, status(7), 10), later, true));
  ASSERT_TRUE(inbox_.commit(later));
  EXPECT_EQ(store_.fleet().statuses()->at(0).status_received, now) << "when it was made";
  ASSERT_TRUE(inbox_.take(from(Leaf::status), sealed(v1::KIND_STATUS, status(7), 11), later));
  ASSERT_TRUE(inbox_.commit(later));
  EXPECT_EQ(store_.fleet().statuses()->at(0).status_received, later);
}

TEST_F(InboxTest, AsksAStationThatSomebodyCallsGoneButNotAgainAndAgain) {
  v1::State gone;
  gone.set_since_us(to_us(now));
  gone.set_boot("gia-mao");
  ASSERT_TRUE(take(from(Leaf::state), gone.SerializeAsString()));
  EXPECT_EQ(inbox_.take_doubts(now), std::vector<std::string>{"a"});
  EXPECT_FALSE(inbox_.doubts_wait());
  ASSERT_TRUE(inbox_.take(from(Leaf::state), gone.SerializeAsString(), now + 1s));
  EXPECT_TRUE(inbox_.take_doubts(now + 1s).empty()) << "it was asked a second ago";
  EXPECT_TRUE(inbox_.doubts_wait()) << "and is not forgotten";
  EXPECT_EQ(inbox_.take_doubts(now + 2s), std::vector<std::string>{"a"});
}

TEST_F(InboxTest, BelievesOnlyTheStationItself) {
  const auto refused = [&](const protocol::topic::Parsed& place, const std::string& payload) {
    return !take(place, payload).has_value();
  };
  EXPECT_TRUE(refused(from(Leaf::status), sealed(v1::KIND_STATUS, status(7), 10, 2))) << "another's key";
  EXPECT_TRUE(refused(from(Leaf::status, "b"), sealed(v1::KIND_STATUS, status(7), 10))) << "under another's topic";
  EXPECT_TRUE(refused(from(Leaf::status), sealed(v1::KIND_STATUS, status(7), 10, 1, "v"))) << "another ward";
  EXPECT_TRUE(refused(from(Leaf::status), sealed(v1::KIND_FAULT, status(7), 10))) << "another kind";
  EXPECT_TRUE(refused(from(Leaf::status), status(7))) << "unsigned";
  EXPECT_TRUE(refused(from(Leaf::status), sealed(v1::KIND_STATUS, "\xff\xff", 10))) << "not a status";
  EXPECT_TRUE(refused(from(Leaf::status, "c"), sealed(v1::KIND_STATUS, status(7), 10))) << "nobody's";
  EXPECT_TRUE(refused(from(Leaf::plan), sealed(v1::KIND_STATUS, status(7), 10))) << "not to be sent";
  EXPECT_TRUE(store_.fleet().statuses()->empty());
}

TEST_F(InboxTest, KeepsFaultsUnderTheirOwnCode) {
  EXPECT_FALSE(take(from(Leaf::fault, "a", "storage"), sealed(v1::KIND_FAULT, fault("device-gone"), 1)));
  EXPECT_TRUE(take(from(Leaf::fault, "a", "storage"), sealed(v1::KIND_FAULT, fault("storage"), 2)));
  EXPECT_TRUE(take(from(Leaf::fault, "a", "device-gone"), sealed(v1::KIND_FAULT, fault("device-gone"), 3)));
  EXPECT_EQ(store_.fleet().faults()->size(), 2U);
  EXPECT_TRUE(take(from(Leaf::fault, "a", "storage"), "")) << "taken back on the broker: no news";
  EXPECT_EQ(store_.fleet().faults()->size(), 2U);
}

TEST_F(InboxTest, FindingsOfTheHeadEndAreNotForStationsToTell) {
  ASSERT_TRUE(store_.fleet().put_fault({"a", "proof-fork", v1::FAULT_STATE_NEW, now, now, 1, "mâu thuẫn"}));
  for (const char* code : {"proof-fork", "proofs-lost", "unreachable", "clock-off"}) {
    EXPECT_EQ(take(from(Leaf::fault, "a", code), sealed(v1::KIND_FAULT, fault(code), 1)).error().code,
              ErrorCode::refused);
  }
  EXPECT_TRUE(take(from(Leaf::status), sealed(v1::KIND_STATUS, status_with_faults({}), 2)));
  ASSERT_EQ(store_.fleet().faults()->size(), 1U);
  EXPECT_EQ(store_.fleet().faults()->at(0).text, "mâu thuẫn");
}

TEST_F(InboxTest, AStatusSettlesWhatWasResetWhileNobodyHeard) {
  for (const char* code : {"storage", "panel", "underruns"}) {
    ASSERT_TRUE(take(from(Leaf::fault, "a", code), sealed(v1::KIND_FAULT, fault(code), 5)));
  }
  ASSERT_TRUE(take(from(Leaf::status), sealed(v1::KIND_STATUS, status(7), 6)));
  EXPECT_EQ(store_.fleet().faults()->size(), 3U) << "an older station tells nothing of its faults";
  ASSERT_TRUE(take(from(Leaf::fault, "a", "panel"), sealed(v1::KIND_FAULT, fault("panel"), 9)));
  ASSERT_TRUE(take(from(Leaf::status), sealed(v1::KIND_STATUS, status_with_faults({"storage"}), 8)));
  const auto left = *store_.fleet().faults();
  ASSERT_EQ(left.size(), 2U);
  EXPECT_EQ(left[0].code, "panel") << "told after that status was made";
  EXPECT_EQ(left[1].code, "storage");
}

TEST_F(InboxTest, KeepsAllThatWasTakenInOneTransaction) {
  v1::State state;
  state.set_online(true);
  state.set_since_us(to_us(now));
  state.set_boot("boot1");
  ASSERT_TRUE(inbox_.take(from(Leaf::state, "b"), state.SerializeAsString(), now));
  ASSERT_TRUE(inbox_.take(from(Leaf::fault, "a", "panel"), sealed(v1::KIND_FAULT, fault("panel"), 1), now));
  ASSERT_TRUE(inbox_.take(from(Leaf::fault, "a", "storage"), sealed(v1::KIND_FAULT, fault("storage"), 2), now));
  ASSERT_TRUE(inbox_.take(from(Leaf::status), sealed(v1::KIND_STATUS, status(7), 3), now));
  ASSERT_TRUE(inbox_.take(from(Leaf::status), sealed(v1::KIND_STATUS, status_with_faults({"storage"}), 4), now));
  EXPECT_FALSE(inbox_.empty());
  EXPECT_TRUE(store_.fleet().statuses()->empty());
  EXPECT_TRUE(store_.fleet().faults()->empty());
  ASSERT_TRUE(inbox_.commit(now));
  EXPECT_TRUE(inbox_.empty());
  EXPECT_EQ(store_.fleet().statuses()->size(), 2U);
  EXPECT_EQ(plan_kept(), 0U) << "the newest status, not the first";
  ASSERT_EQ(store_.fleet().faults()->size(), 1U) << "it settled the fault that came before it";
  EXPECT_EQ(store_.fleet().faults()->at(0).code, "storage");
}

TEST_F(InboxTest, HandsOnWhatAStationSaysOfItsJournalOnceItIsKept) {
  v1::Status status;
  status.set_at_us(to_us(now));
  status.set_epoch(std::string(16, 'e'));
  ASSERT_TRUE(take(from(Leaf::status), sealed(v1::KIND_STATUS, status.SerializeAsString(), 1)));
  EXPECT_TRUE(inbox_.take_claims().empty()) << "an older build says nothing";
  status.set_journal_first(7);
  ASSERT_TRUE(take(from(Leaf::status), sealed(v1::KIND_STATUS, status.SerializeAsString(), 2)));
  EXPECT_TRUE(inbox_.take_claims().empty()) << "without a receipt the office has lost nothing";
  status.set_receipted(8);
  status.set_receipt("sealed");
  ASSERT_TRUE(take(from(Leaf::status), sealed(v1::KIND_STATUS, status.SerializeAsString(), 3)));
  const auto claims = inbox_.take_claims();
  ASSERT_EQ(claims.count("a"), 1U);
  EXPECT_EQ(claims.at("a").first, 7U);
  EXPECT_EQ(claims.at("a").receipted, 8U);
  EXPECT_EQ(claims.at("a").receipt, "sealed");
  EXPECT_TRUE(inbox_.take_claims().empty());
}

TEST_F(InboxTest, TellsOnceWhoseBuildUnderstandsMoreOrLess) {
  const auto said = [&](std::uint64_t sequence, bool is_new) {
    v1::Status status;
    status.set_at_us(to_us(now));
    if (is_new) status.add_understands("plan-compact");
    return take(from(Leaf::status), sealed(v1::KIND_STATUS, status.SerializeAsString(), sequence));
  };
  ASSERT_TRUE(said(1, false));
  EXPECT_TRUE(inbox_.take_changed_builds().empty()) << "silence is nothing new";
  ASSERT_TRUE(said(2, true));
  EXPECT_EQ(inbox_.take_changed_builds(), std::set<std::string>{"a"});
  EXPECT_TRUE(inbox_.take_changed_builds().empty());
  ASSERT_TRUE(said(3, true));
  EXPECT_TRUE(inbox_.take_changed_builds().empty());
  Inbox restarted{"w", store_};
  restarted.know(store_.catalogue()->stations);
  v1::Status same;
  same.set_at_us(to_us(now));
  same.add_understands("plan-compact");
  ASSERT_TRUE(restarted.take(from(Leaf::status), sealed(v1::KIND_STATUS, same.SerializeAsString(), 4), now));
  ASSERT_TRUE(restarted.commit(now));
  EXPECT_TRUE(restarted.take_changed_builds().empty()) << "the store knows";
}

/// A ward's database on disk that somebody else makes refuse statuses for a while.
class RefusingDatabase {
 public:
  explicit RefusingDatabase(const std::filesystem::path& file) {
    EXPECT_EQ(sqlite3_open(file.c_str(), &database_), SQLITE_OK);
    run("CREATE TRIGGER full BEFORE INSERT ON station_status BEGIN SELECT RAISE(ABORT, 'full'); END");
  }
  ~RefusingDatabase() { sqlite3_close(database_); }
  RefusingDatabase(const RefusingDatabase&) = delete;
  RefusingDatabase& operator=(const RefusingDatabase&) = delete;
  void recover() { run("DROP TRIGGER full"); }

 private:
  void run(const char* sql) { EXPECT_EQ(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr), SQLITE_OK); }
  sqlite3* database_ = nullptr;
};

TEST_F(InboxTest, WhatTheStoreRefusesWaitsForTheNextCommit) {
  const tests::TempFolder folder{"loa-inbox"};
  auto store = *store::sqlite::SqliteStore::open(folder / "loa.db");
  RefusingDatabase database{folder / "loa.db"};
  Inbox inbox{"w", store};
  inbox.know(store_.catalogue()->stations);
  ASSERT_TRUE(inbox.take(from(Leaf::fault, "a", "panel"), sealed(v1::KIND_FAULT, fault("panel"), 1), now));
  ASSERT_TRUE(inbox.take(from(Leaf::status), sealed(v1::KIND_STATUS, status(7), 2), now));
  EXPECT_FALSE(inbox.commit(now));
  EXPECT_TRUE(store.fleet().faults()->empty()) << "all or nothing";
  database.recover();
  EXPECT_FALSE(inbox.empty());
  ASSERT_TRUE(inbox.commit(now));
  EXPECT_EQ(store.fleet().faults()->size(), 1U);
  EXPECT_EQ(store.fleet().statuses()->size(), 1U);
}

TEST_F(InboxTest, TellsOfAClockThatContradictsItsOwnUntilItIsRight) {
  std::uint64_t sequence = 0;
  const auto hear = [&](std::chrono::seconds ahead, std::chrono::seconds after) {
    ASSERT_TRUE(inbox_.take(from(Leaf::status), clock_status(after, ahead, ++sequence), now + after));
    ASSERT_TRUE(inbox_.commit(now + after));
  };
  hear(0s, 0s);
  EXPECT_TRUE(store_.fleet().faults()->empty());
  hear(1h, 60s);
  ASSERT_EQ(store_.fleet().faults()->size(), 1U);
  EXPECT_EQ(store_.fleet().faults()->at(0).code, model::clock_off);
  EXPECT_EQ(store_.fleet().faults()->at(0).text.substr(0, 34), "its clock is 1 h 00 min 00.0 s ahe");
  EXPECT_EQ(store_.fleet().faults()->at(0).since, now + 60s);
  hear(1h, 120s);
  EXPECT_EQ(store_.fleet().faults()->at(0).count, 1U) << "said once";
  hear(0s, 180s);
  EXPECT_EQ(store_.fleet().faults()->at(0).state, v1::FAULT_STATE_RESOLVED);
  hear(1h, 240s);
  EXPECT_EQ(store_.fleet().faults()->at(0).state, v1::FAULT_STATE_NEW);
  EXPECT_EQ(store_.fleet().faults()->at(0).count, 2U);
  EXPECT_EQ(store_.fleet().faults()->at(0).since, now + 240s) << "this time";
}

TEST_F(InboxTest, WhatAClockShowedIsKeptWithItsFaultAndOnceHoweverOftenTheHeadEndStarts) {
  const tests::TempFolder folder{"loa-inbox"};
  auto store = *store::sqlite::SqliteStore::open(folder / "loa.db");
  std::optional<Inbox> inbox;
  const auto restart = [&] {
    inbox.emplace("w", store);
    inbox->know(store_.catalogue()->stations);
  };
  std::uint64_t sequence = 0;
  const auto hear = [&](std::chrono::seconds ahead, std::chrono::seconds after) {
    EXPECT_TRUE(inbox->take(from(Leaf::status), clock_status(after, ahead, ++sequence), now + after));
    return inbox->commit(now + after).has_value();
  };
  restart();
  EXPECT_TRUE(hear(0s, 0s));
  EXPECT_TRUE(store.findings().clocks("a")->empty()) << "it was never off";
  {
    RefusingDatabase database{folder / "loa.db"};
    EXPECT_FALSE(hear(1h, 60s));
    EXPECT_TRUE(store.findings().clocks("a")->empty()) << "all or nothing";
    database.recover();
  }
  ASSERT_TRUE(inbox->commit(now + 61s));
  EXPECT_EQ(store.fleet().faults()->size(), 1U);
  ASSERT_EQ(store.findings().clocks("a")->size(), 1U);
  EXPECT_EQ(store.findings().clocks("a")->at(0).since, now) << "it agreed until then";
  EXPECT_EQ(store.findings().clocks("a")->at(0).ahead, 1h);
  restart();
  EXPECT_TRUE(hear(1h, 120s));
  EXPECT_EQ(store.findings().clocks("a")->size(), 1U);
  EXPECT_TRUE(hear(5s, 180s));
  ASSERT_EQ(store.findings().clocks("a")->size(), 2U);
  EXPECT_EQ(store.findings().clocks("a")->at(1).since, now + 180s);
  EXPECT_EQ(store.findings().clocks("a")->at(1).ahead, 0s) << "within what is tolerated it is right";
  restart();
  EXPECT_TRUE(hear(0s, 240s));
  EXPECT_EQ(store.findings().clocks("a")->size(), 2U);
}

TEST_F(InboxTest, TakesStateAsAHint) {
  v1::State state;
  state.set_online(true);
  state.set_since_us(to_us(now));
  state.set_boot("boot1");
  EXPECT_TRUE(take(from(Leaf::state), state.SerializeAsString()));
  EXPECT_TRUE(store_.fleet().statuses()->at(0).online);
  EXPECT_FALSE(take(from(Leaf::state), "\xff\xff"));
}

TEST_F(InboxTest, ForgetsAStationThatWasRemoved) {
  ASSERT_TRUE(inbox_.take(from(Leaf::status), sealed(v1::KIND_STATUS, status(7), 9), now));
  ASSERT_TRUE(publisher::drop_station(store_, "a", now));
  inbox_.know(store_.catalogue()->stations);
  EXPECT_EQ(take(from(Leaf::status), sealed(v1::KIND_STATUS, status(7), 10)).error().code, ErrorCode::missing);
  ASSERT_TRUE(inbox_.commit(now));
  EXPECT_TRUE(store_.fleet().statuses()->empty()) << "nor is what it said before";
}

TEST_F(InboxTest, ANewKeyBeginsItsSequencesAnew) {
  ASSERT_TRUE(take(from(Leaf::status), sealed(v1::KIND_STATUS, status(7), 9)));
  auto stations = store_.catalogue()->stations;
  inbox_.know(stations);
  EXPECT_FALSE(take(from(Leaf::status), sealed(v1::KIND_STATUS, status(8), 5))) << "the same key: a replay";
  stations[0].key = key_of(3).public_key();
  inbox_.know(stations);
  EXPECT_FALSE(take(from(Leaf::status), sealed(v1::KIND_STATUS, status(8), 10))) << "the old key";
  EXPECT_TRUE(take(from(Leaf::status), sealed(v1::KIND_STATUS, status(8), 5, 3)));
  EXPECT_EQ(plan_kept(), 8U);
}

// ---- two boxes with one bundle --------------------------------------------------------------------------------------

class TwoBoxesTest : public InboxTest {
 protected:
  /// A status of a process that was born so long after `now`.
  std::string word(const std::string& boot, char epoch, std::uint64_t born_s, std::uint64_t number, Micros at) {
    v1::Status status;
    status.set_at_us(to_us(now + at));
    status.set_clock_grade(v1::CLOCK_GRADE_DISCIPLINED);
    status.set_boot(boot);
    status.set_epoch(std::string(16, epoch));
    status.set_began_us(to_us(now) + static_cast<std::int64_t>(born_s) * 1'000'000);
    status.set_uptime_s(static_cast<std::uint64_t>(at / 1s) - born_s);
    return sealed(v1::KIND_STATUS, status.SerializeAsString(), ((1'795'000'000 + born_s) << 32U) + number);
  }
  void hear(const std::string& word, Micros at) {
    ASSERT_TRUE(inbox_.take(from(Leaf::status), word, now + at));
    ASSERT_TRUE(inbox_.commit(now + at));
  }
  void two_boxes() {
    hear(word("old-box", 'e', 0, 1, 10s), 10s);
    hear(word("new-box", 'f', 100, 1, 110s), 110s);
    hear(word("old-box", 'e', 0, 2, 115s), 115s);
  }
  static model::Epoch epoch(char letter) {
    model::Epoch epoch{};
    epoch.fill(static_cast<std::uint8_t>(letter));
    return epoch;
  }
};

TEST_F(TwoBoxesTest, AreAFaultThatNamesBothAndSaysWhatToDo) {
  two_boxes();
  const auto faults = *store_.fleet().faults();
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].station, "a");
  EXPECT_EQ(faults[0].code, "identity-twice");
  for (const char* word : {"old-box", "new-box", "hai hộp", "loa station add", "two boxes"})
    EXPECT_NE(faults[0].text.find(word), std::string::npos) << faults[0].text;
  const auto conflicts = *store_.findings().conflicts("a");
  ASSERT_EQ(conflicts.size(), 1U);
  EXPECT_EQ(conflicts[0].since, now + 99s)
      << "when the second one started: it speaks of itself from then on; an uptime is told in whole seconds";
  EXPECT_EQ(conflicts[0].counted, epoch('e')) << "neither has proofs: the one that was heard first";
  EXPECT_EQ(conflicts[0].ended, std::nullopt);
}

TEST_F(TwoBoxesTest, TheOneWhoseProofsTheLedgerHadFirstCounts) {
  model::ProofRecord proof;
  proof.station = "a";
  proof.epoch = epoch('f');
  proof.number = 1;
  proof.sealed = "x";
  ASSERT_TRUE(store_.proofs().append({proof}, {{"a", epoch('f'), 1, {}, now}}));
  two_boxes();
  EXPECT_EQ(store_.findings().conflicts("a")->at(0).counted, epoch('f'));
}

TEST_F(TwoBoxesTest, AreOverWhenOneWasSilentForAnHour) {
  two_boxes();
  for (std::uint64_t minute = 3; minute < 65; ++minute) {
    hear(word("new-box", 'f', 100, minute, minute * 1min), minute * 1min);
  }
  EXPECT_EQ(store_.fleet().faults()->at(0).state, v1::FAULT_STATE_RESOLVED);
  EXPECT_EQ(store_.findings().conflicts("a")->at(0).ended, now + 115s) << "when the other was last heard";
  EXPECT_EQ(store_.findings().journals("a")->back().epoch, epoch('f')) << "its journal is the station's from now on";
}

TEST_F(TwoBoxesTest, LeaveTheStationsJournalAsItWas) {
  hear(word("old-box", 'e', 0, 1, 10s), 10s);
  hear(word("new-box", 'f', 100, 1, 110s), 110s);
  ASSERT_EQ(store_.findings().journals("a")->size(), 2U) << "a box that was replaced looks the same";
  hear(word("old-box", 'e', 0, 2, 115s), 115s);
  hear(word("third-box", 'g', 120, 1, 121s), 121s);
  EXPECT_EQ(store_.findings().journals("a")->size(), 2U);
}

TEST_F(TwoBoxesTest, LastOverARestartOfTheHeadEnd) {
  two_boxes();
  Inbox next{"w", store_};
  next.know(store_.catalogue()->stations);
  ASSERT_TRUE(next.restore(now + 5min));
  for (std::uint64_t minute = 6; minute < 66; ++minute) {
    ASSERT_TRUE(next.take(from(Leaf::status), word("new-box", 'f', 100, minute, minute * 1min), now + minute * 1min));
    ASSERT_TRUE(next.commit(now + minute * 1min));
  }
  EXPECT_EQ(store_.findings().conflicts("a")->at(0).ended, now + 5min);
  EXPECT_EQ(store_.fleet().faults()->at(0).state, v1::FAULT_STATE_RESOLVED);
}

TEST_F(TwoBoxesTest, AreOverWhenTheStationGetsAnotherKey) {
  two_boxes();
  auto stations = store_.catalogue()->stations;
  stations.at(0).key = key_of(7).public_key();
  inbox_.know(stations);
  ASSERT_TRUE(inbox_.commit(now + 5min));
  EXPECT_EQ(store_.findings().conflicts("a")->at(0).ended, now + 5min)
      << "else the new box's proofs would wait for ever";
  EXPECT_EQ(store_.fleet().faults()->at(0).state, v1::FAULT_STATE_RESOLVED);
}

TEST_F(TwoBoxesTest, EachNewProcessIsToldOfOnce) {
  hear(word("first", 'e', 0, 1, 10s), 10s);
  EXPECT_EQ(inbox_.take_new_boots(), std::vector<std::string>{"a"});
  hear(word("first", 'e', 0, 2, 70s), 70s);
  EXPECT_TRUE(inbox_.take_new_boots().empty());
  hear(word("second", 'e', 100, 1, 110s), 110s);
  EXPECT_EQ(inbox_.take_new_boots(), std::vector<std::string>{"a"});
}

TEST_F(TwoBoxesTest, ANewProcessWhoseClockLiesBehindIsToldTheTimeThoughItsWordIsRefused) {
  hear(word("first", 'e', 0, 2, 70s), 70s);
  EXPECT_EQ(inbox_.take_new_boots(), std::vector<std::string>{"a"});
  const auto behind = word("second", 'f', static_cast<std::uint64_t>(-1'209'600), 1, -14 * 24h);
  EXPECT_FALSE(inbox_.take(from(Leaf::status), behind, now + 110s, false));
  EXPECT_FALSE(inbox_.empty()) << "the head-end has to greet it";
  EXPECT_FALSE(inbox_.take(from(Leaf::status), behind, now + 110s, false));
  EXPECT_EQ(inbox_.take_new_boots(), std::vector<std::string>{"a"}) << "once";
  EXPECT_FALSE(inbox_.take(from(Leaf::status), word("first", 'e', 0, 1, 10s), now + 111s, false));
  EXPECT_TRUE(inbox_.take_new_boots().empty()) << "an old word of a process that is known";
}

// ---- the head-end's own clock
// -----------------------------------------------------------------------------------------

class OfficeClockOff : public InboxTest {
 protected:
  OfficeClockOff() {
    for (std::uint8_t number = 3; number <= 4; ++number) {
      model::Station station;
      station.id = station.name = std::string(1, static_cast<char>('a' + number - 1));
      station.key = key_of(number).public_key();
      EXPECT_TRUE(store_.stations().put(station));
    }
    inbox_.know(store_.catalogue()->stations);
  }
  /// A status of the n-th station, whose clock shows so much more than the head-end's.
  void hear(std::uint8_t number, Micros ahead, Micros at) {
    const std::string id(1, static_cast<char>('a' + number - 1));
    v1::Status status;
    status.set_at_us(to_us(now + at + ahead));
    status.set_clock_grade(v1::CLOCK_GRADE_DISCIPLINED);
    protocol::seal::Address address{"w",         "station/" + id, "headend", v1::KIND_STATUS,
                                    ++sequence_, now - 24h,       now + 24h};
    const auto payload = protocol::seal::seal(address, status.SerializeAsString(), key_of(number));
    ASSERT_TRUE(inbox_.take(from(Leaf::status, id), payload, now + at));
    ASSERT_TRUE(inbox_.commit(now + at));
  }
  std::vector<std::string> standing() {
    std::vector<std::string> names;
    const auto faults = store_.fleet().faults().value();
    for (const auto& fault : faults) {
      if (fault.state != v1::FAULT_STATE_RESOLVED) names.push_back(fault.station + "/" + fault.code);
    }
    return names;
  }
  std::uint64_t sequence_ = 0;
};

TEST_F(OfficeClockOff, IsTheHeadEndsFaultWhenItsStationsAgree) {
  for (std::uint8_t number = 1; number <= 4; ++number) hear(number, 0s, number * 1s);
  for (std::uint8_t number = 1; number <= 4; ++number) hear(number, 1h, 60s + number * 1s);
  EXPECT_EQ(standing(), std::vector<std::string>{"/clock-off"});
  const auto own = *store_.findings().clocks("");
  ASSERT_EQ(own.size(), 1U);
  EXPECT_EQ(own[0].ahead, -1h) << "the head-end is behind";
  EXPECT_EQ(own[0].since, now + 1s) << "when the first of them was last heard to agree";
  for (const char* station : {"a", "b", "c", "d"}) {
    const auto findings = store_.findings().clocks(station).value();
    for (const auto& finding : findings) EXPECT_EQ(finding.ahead, 0s) << station;
  }
  hear(1, 1h, 120s);
  hear(2, 3h, 121s);
  EXPECT_EQ(standing(), (std::vector<std::string>{"/clock-off", "b/clock-off"})) << "that one is wrong by itself";
}

TEST_F(OfficeClockOff, IsNotMeasuredByMessagesThatWereHeldUp) {
  for (std::uint8_t number = 1; number <= 4; ++number) hear(number, 3h, number * 1s);
  ASSERT_EQ(store_.findings().clocks("")->back().ahead, -3h);
  for (std::uint8_t number = 1; number <= 4; ++number) hear(number, 3h - 8min, 10min + number * 1s);
  EXPECT_EQ(store_.findings().clocks("")->back().ahead, -3h) << "eight minutes on their way";
  for (std::uint8_t number = 1; number <= 4; ++number) hear(number, 3h - 8min, 11min + number * 1s);
  EXPECT_EQ(store_.findings().clocks("")->back().ahead, -3h + 8min) << "said again a minute later: it was set";
}

TEST_F(OfficeClockOff, IsOverWhenItIsPutRight) {
  for (std::uint8_t number = 1; number <= 4; ++number) hear(number, 1h, number * 1s);
  ASSERT_EQ(standing(), std::vector<std::string>{"/clock-off"});
  for (std::uint8_t number = 1; number <= 4; ++number) hear(number, 0s, 1h + number * 1s);
  EXPECT_TRUE(standing().empty());
  EXPECT_EQ(store_.findings().clocks("")->back().ahead, 0s);
}

}  // namespace
}  // namespace loa::headend::fleet
