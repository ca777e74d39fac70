#include <gtest/gtest.h>

#include <functional>

#include "headend/store/sqlite/migrate.hpp"
#include "headend/store/sqlite/plans.hpp"
#include "headend/store/sqlite/promises.hpp"
#include "headend/store/sqlite/proofs.hpp"
#include "headend/store/sqlite/stations.hpp"
#include "tests/unit/headend/sample_ward.hpp"

namespace loa::headend::store::sqlite {
namespace {

using std::chrono::days;
using std::chrono::minutes;

const WallTime today = sample::utc("2026-11-20T22:00:00Z");
constexpr int parts_a_day = 10;

model::ProofRecord proof_of(std::uint64_t number, WallTime from) {
  model::ProofRecord record;
  record.station = "loa-1";
  record.number = number;
  record.digest = sample::object_of(std::to_string(number));
  record.received = from;
  record.proof.set_from_us(to_us(from));
  auto* gap = record.proof.add_gaps();
  gap->set_at_us(to_us(from));
  record.proof.add_pages()->set_frames(1);
  return record;
}

model::PlannedCue cue_of(int number, WallTime start) {
  model::PlannedCue planned;
  planned.occurrence_start = start;
  planned.cue.set_occurrence("sang/" + std::to_string(number));
  planned.cue.set_start_us(to_us(start));
  planned.cue.set_duration_us(1'000'000);
  return planned;
}

/// A store with so many days of one station's life behind it, the last one today.
class LongLife {
 public:
  explicit LongLife(int length) {
    EXPECT_TRUE(migrate(*sql_, newest_version()));
    EXPECT_TRUE(sql_->transaction([&]() -> Result<void> {
      for (int day = 0; day < length; ++day) LOA_TRY(live(day, today - days{length - 1 - day}));
      return {};
    }));
  }

  /// Instructions that SQLite needs for some work.
  std::int64_t cost(const std::function<void()>& work) {
    work();  // prepares the statements
    const auto before = sql_->steps();
    work();
    return sql_->steps() - before;
  }

 private:
  std::unique_ptr<Connection> sql_ = Connection::open(":memory:").value();

 public:
  SqlitePlans plans{*sql_};
  SqlitePromises promises{*sql_};
  SqliteProofs proofs{*sql_};
  SqliteStations stations{*sql_};

 private:
  Result<void> live(int day, WallTime morning) {
    const model::IssuedPlan issued{"loa-1", static_cast<std::uint64_t>(day) + 1, morning, morning + days{1}, "sealed"};
    model::PromiseChanges changes;
    std::vector<model::ProofRecord> heard;
    for (int part = 0; part < parts_a_day; ++part) {
      const int number = day * parts_a_day + part;
      changes.puts.push_back(cue_of(number, morning + minutes{part}));
      heard.push_back(proof_of(static_cast<std::uint64_t>(number) + 1, morning + minutes{part}));
    }
    LOA_TRY(plans.put(issued));
    LOA_TRY(promises.keep(issued, model::PromiseKind::plan, changes));
    return proofs.append(heard, {});
  }
};

TEST(SqliteReads, OfOneDayDoNotGrowWithTheHistory) {
  LongLife young{10}, old{200};
  const model::Span day{today, today + days{1}};
  const std::vector<std::pair<const char*, std::function<void(LongLife&)>>> reads{
      {"proofs", [&](LongLife& of) { EXPECT_EQ(of.proofs.in(day, "loa-1").value().size(), 10U); }},
      {"cues", [&](LongLife& of) { EXPECT_EQ(of.promises.in(day, "loa-1").value().size(), 10U); }},
      {"standing",
       [&](LongLife& of) {
         EXPECT_EQ(of.promises.standing("loa-1", today, model::PromiseKind::plan).value().size(), 10U);
       }},
      {"begun", [&](LongLife& of) { EXPECT_TRUE(of.promises.begun("loa-1", today + minutes{30}, day.to)); }},
      {"stations", [&](LongLife& of) { EXPECT_EQ(of.promises.stations(day).value().size(), 1U); }},
      {"newest plan", [&](LongLife& of) { EXPECT_TRUE(of.plans.newest("loa-1").value()); }},
      {"newest plans", [&](LongLife& of) { EXPECT_EQ(of.plans.heads().value().size(), 1U); }},
      {"first plan", [&](LongLife& of) { EXPECT_TRUE(of.plans.first().value()); }},
      {"first plan of one", [&](LongLife& of) { EXPECT_TRUE(of.plans.first("loa-1").value()); }},
      {"gone", [&](LongLife& of) { EXPECT_EQ(of.stations.gone().value().size(), 1U); }}};
  for (const auto& [name, read] : reads) {
    const auto few = young.cost([&] { read(young); }), many = old.cost([&] { read(old); });
    EXPECT_LE(many, few + few / 5) << name;
  }
}

TEST(SqliteReads, APlanIsPutWithoutReadingTheOlderOnes) {
  LongLife young{10}, old{200};
  std::uint64_t sequence = 1000;
  const auto put = [&](LongLife& of) {
    return of.cost([&] { EXPECT_TRUE(of.plans.put({"loa-1", ++sequence, today, today + days{1}, "sealed"})); });
  };
  const auto few = put(young), many = put(old);
  EXPECT_LE(many, few + few / 5);
}

}  // namespace
}  // namespace loa::headend::store::sqlite
