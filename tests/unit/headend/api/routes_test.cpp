#include "headend/api/routes.hpp"
#include "headend/fleet/keep.hpp"
#include "headend/publisher/record.hpp"
#include "headend/store/sqlite/sqlite_store.hpp"

#include <gmock/gmock.h>

#include "headend/api/queries.hpp"

namespace loa::headend::api {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr WallTime now = wall_from_us(1'795'000'000'000'000);

class RoutesTest : public testing::Test {
 protected:
  RoutesTest() {
    EXPECT_TRUE(store_.stations().put_group({"to-1", "Tổ 1"}));
    model::Station station;
    station.id = "a";
    station.name = "Chợ";
    station.groups = {"to-1"};
    station.mqtt_password_hash = "$7$101$secret";
    station.sign = model::Geometry{192, 32};
    EXPECT_TRUE(store_.stations().put(station));
  }
  Response ask(const std::string& path, std::map<std::string, std::string> query = {}) {
    return routes_.answer({path, std::move(query)}, now);
  }

  store::sqlite::SqliteStore store_ = *store::sqlite::SqliteStore::open(":memory:");
  Routes routes_{{"w", "Phường", "0.1.0", {}}, store_};
};

TEST_F(RoutesTest, ShowsStationsWithoutTheirSecrets) {
  const auto answer = ask("stations");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_THAT(answer.json, HasSubstr(R"("id":"a","name":"Chợ","groups":["to-1"])"));
  EXPECT_THAT(answer.json, HasSubstr(R"("sign":{"width_px":192,"height_px":32})"));
  EXPECT_THAT(answer.json, Not(HasSubstr("$7$")));
}

TEST_F(RoutesTest, TellsFleetFromTheStationsOwnWord) {
  EXPECT_THAT(ask("fleet").json, HasSubstr("never seen"));
  ASSERT_TRUE(fleet::keep_online(store_, "a", true, "boot", now));
  v1::Status status;
  status.set_on_air("Bản tin");
  status.set_proofs_waiting(3);
  ASSERT_TRUE(fleet::keep_status(store_, "a", status, now));
  const auto answer = ask("fleet");
  EXPECT_THAT(answer.json, HasSubstr("on air"));
  EXPECT_THAT(answer.json, HasSubstr(R"("proofs_waiting":3)"));
  ASSERT_TRUE(fleet::keep_status(store_, "a", status, now - std::chrono::seconds{10}));
  ASSERT_TRUE(fleet::keep_online(store_, "a", false, "boot", now - std::chrono::seconds{4}));
  EXPECT_THAT(ask("fleet").json, HasSubstr("offline")) << "it was asked, and has not said otherwise";
}

TEST_F(RoutesTest, ListsEveryFaultThatIsNotReset) {
  EXPECT_THAT(ask("faults").json, HasSubstr(R"("station":"a","code":"unreachable","state":"new")")) << "never heard of";
  ASSERT_TRUE(fleet::keep_online(store_, "a", true, "boot", now));
  EXPECT_EQ(ask("faults").json, "[]");
  ASSERT_TRUE(store_.fleet().put_fault({"a", "panel", v1::FAULT_STATE_ACKNOWLEDGED, now, now, 3, "tấm LED"}));
  EXPECT_THAT(ask("faults").json, HasSubstr(R"("code":"panel","state":"acknowledged")"));
  ASSERT_TRUE(store_.fleet().put_fault({"a", "panel", v1::FAULT_STATE_RESET, now, now, 3, ""}));
  EXPECT_EQ(ask("faults").json, "[]");
}

TEST_F(RoutesTest, AStationIsUnreachableWhenItsNextStatusIsOverdue) {
  using std::chrono::seconds;
  v1::Status status;
  const auto since = [&](seconds later) { return unreachable_since(fleet(store_)->at(0), now + later); };
  ASSERT_TRUE(fleet::keep_online(store_, "a", true, "boot", now));
  ASSERT_TRUE(fleet::keep_status(store_, "a", status, now));
  EXPECT_FALSE(since(seconds{90})) << "an older station: each minute";
  EXPECT_EQ(since(seconds{91}), now);
  status.set_next_within_s(3);
  ASSERT_TRUE(fleet::keep_status(store_, "a", status, now));
  EXPECT_FALSE(since(seconds{6})) << "while it broadcasts: twice what it promised";
  EXPECT_TRUE(since(seconds{7}));
  EXPECT_THAT(state_of(fleet(store_)->at(0), now + seconds{7}), HasSubstr("unreachable"));
  ASSERT_TRUE(fleet::keep_online(store_, "a", false, "boot", now + seconds{2}));
  EXPECT_FALSE(since(seconds{4})) << "it may be asked first";
  EXPECT_EQ(since(seconds{5}), now + seconds{2}) << "the broker's word counts three seconds later";
}

TEST_F(RoutesTest, ASignedStatusOverrulesTheBrokersWord) {
  using std::chrono::seconds;
  v1::Status status;
  const auto since = [&](seconds later) { return unreachable_since(fleet(store_)->at(0), now + later); };
  ASSERT_TRUE(fleet::keep_status(store_, "a", status, now));
  ASSERT_TRUE(fleet::keep_online(store_, "a", false, "forged", now + seconds{1}));
  EXPECT_TRUE(since(seconds{10}));
  ASSERT_TRUE(fleet::keep_status(store_, "a", status, now + seconds{11}));
  EXPECT_FALSE(since(seconds{12})) << "it lives, whoever says that it does not";
  EXPECT_THAT(state_of(fleet(store_)->at(0), now + seconds{12}), Not(HasSubstr("offline")));
  ASSERT_TRUE(fleet::keep_online(store_, "a", false, "boot", now + seconds{20}));
  EXPECT_EQ(since(seconds{24}), now + seconds{20}) << "what the broker says of a later end counts";
  ASSERT_TRUE(fleet::keep_status(store_, "a", status, now + seconds{25}));
  EXPECT_EQ(since(seconds{116}), now + seconds{25}) << "and is overdue like any other";
  ASSERT_TRUE(fleet::keep_online(store_, "a", true, "forged", now + seconds{117}));
  EXPECT_EQ(since(seconds{118}), now + seconds{25}) << "nor does an unsigned word keep it alive";
}

TEST_F(RoutesTest, ThatSomebodyLooksAfterAnUnreachableStationLastsAsLongAsItDoes) {
  ASSERT_TRUE(fleet::keep_online(store_, "a", false, "boot", now));
  constexpr std::chrono::seconds asked{3};
  auto fault = faults(store_, now + asked)->at(0);
  fault.state = v1::FAULT_STATE_ACKNOWLEDGED;
  ASSERT_TRUE(store_.fleet().put_fault(fault));
  ASSERT_EQ(faults(store_, now + asked)->size(), 1U);
  EXPECT_EQ(faults(store_, now + asked)->at(0).state, v1::FAULT_STATE_ACKNOWLEDGED);
  ASSERT_TRUE(fleet::keep_online(store_, "a", true, "boot2", now + std::chrono::hours{1}));
  EXPECT_TRUE(faults(store_, now + std::chrono::hours{1})->empty());
  ASSERT_TRUE(fleet::keep_online(store_, "a", false, "boot2", now + std::chrono::hours{2}));
  EXPECT_EQ(faults(store_, now + std::chrono::hours{2} + asked)->at(0).state, v1::FAULT_STATE_NEW) << "another outage";
}

TEST_F(RoutesTest, AReportKnowsOfAClockThatWasOff) {
  using std::chrono::hours;
  model::PlannedCue planned;
  planned.station = "a";
  planned.occurrence_start = now;
  planned.cue.set_occurrence("sang");
  planned.cue.set_start_us(to_us(now));
  planned.cue.set_duration_us(10);
  ASSERT_TRUE(publisher::record_plan(store_, {"a", 1, now - hours{1}, now + hours{1}, "sealed"}, {planned}));
  model::ProofRecord played{"a", {1}, 1, {}, "sealed", now + hours{1}, "", {}};
  played.proof.set_occurrence("sang");
  played.proof.set_bucket(v1::BUCKET_PLAYED);
  played.proof.set_from_us(to_us(now));
  played.proof.set_to_us(to_us(now) + 10);
  ASSERT_TRUE(store_.proofs().append({played}, {}));
  ASSERT_TRUE(fleet::keep_clock(store_, {"a", now, -hours{1}}));
  for (const char* station : {"", "a"}) {
    const auto today = timetable::Zone{}.date_of(now);
    const auto report = make_report(store_, today, today, {}, station, now + hours{2}, report::Keep::no);
    ASSERT_EQ(report->anomalies.size(), 1U) << station;
    EXPECT_EQ(report->anomalies[0].kind, "clock");
  }
}

TEST_F(RoutesTest, ReportsAPeriodOrSaysWhatIsWrongWithIt) {
  EXPECT_EQ(ask("report", {{"from", "2026-11-01"}, {"to", "2026-11-30"}}).status, 200U);
  EXPECT_EQ(ask("report", {{"from", "2026-11-01"}, {"to", "2026-11-30"}, {"station", "a"}}).status, 200U);
  EXPECT_EQ(ask("report", {{"from", "2026-11-01"}, {"to", "2026-11-30"}, {"station", "z"}}).status, 404U);
  EXPECT_EQ(ask("report", {{"from", "2026-11-30"}, {"to", "2026-11-01"}}).status, 400U);
  EXPECT_EQ(ask("report", {{"from", "2026-11-30"}, {"to", "2026-11-01"}, {"station", "a"}}).status, 400U);
  EXPECT_EQ(ask("report").status, 400U);
}

TEST_F(RoutesTest, KnowsWhatItHas) {
  for (const char* path : {"version", "groups", "categories", "programmes", "slogans", "contents", "policies"}) {
    EXPECT_EQ(ask(path).status, 200U) << path;
  }
  EXPECT_EQ(ask("").status, 404U);
  EXPECT_EQ(ask("stations/a").status, 404U);
}

}  // namespace
}  // namespace loa::headend::api
