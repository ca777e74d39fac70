#include <gmock/gmock.h>

#include "tests/unit/headend/store/port_suite.hpp"

namespace loa::headend::port_suite {
namespace {

using namespace model;

using std::chrono::minutes;

const WallTime base = sample::utc("2026-11-20T22:00:00Z");  // 05:00 local

class Revisions : public PortSuite {};
class ProofPorts : public PortSuite {};
INSTANTIATE_TEST_SUITE_P(Every, Revisions, testing::ValuesIn(backends()), backend_name);
INSTANTIATE_TEST_SUITE_P(Every, ProofPorts, testing::ValuesIn(backends()), backend_name);

TEST_P(Revisions, AreKeptByPeriodAndScope) {
  const auto day = sample::date(2026, 11, 20), next = day + std::chrono::days{1};
  ASSERT_TRUE(store().reports().put({day, day, "", 1, base, "{}"}));
  ASSERT_TRUE(store().reports().put({day, day, "", 2, base + minutes{1}, "{1}"}));
  ASSERT_TRUE(store().reports().put({day, next, "", 1, base, "{}"}));
  ASSERT_TRUE(store().reports().put({day, day, "loa-1", 1, base, "{}"}));
  EXPECT_EQ(store().reports().put({day, day, "", 2, base, "{}"}).error().code, ErrorCode::exists);
  const auto kept = store().reports().revisions(day, day, "").value();
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_EQ(kept[1].figures, "{1}");
  EXPECT_EQ(kept[1].made, base + minutes{1});
}

ProofRecord proof(std::uint64_t number) {
  ProofRecord record;
  record.station = "loa-1";
  record.epoch = {7};
  record.number = number;
  record.digest = sample::object_of(std::to_string(number));
  record.received = base;
  record.proof.set_number(number);
  record.proof.set_occurrence("a");
  record.proof.set_bucket(v1::BUCKET_PLAYED);
  record.proof.set_from_us(to_us(base) + static_cast<std::int64_t>(number) * 1000000);
  record.proof.set_to_us(record.proof.from_us() + 1000000);
  record.proof.set_device_ppb(-60123);
  record.proof.set_frames(48000);
  record.proof.set_anew(number == 2);
  return record;
}

TEST_P(ProofPorts, ComeBackWithTheirGaps) {
  auto with_gaps = proof(1);
  for (int i = 0; i < 2; ++i) {
    auto* gap = with_gaps.proof.add_gaps();
    gap->set_at_us(with_gaps.proof.from_us() + i * 1000);
    gap->set_length_us(500);
  }
  ASSERT_TRUE(store().proofs().append({with_gaps, proof(2)}, {{"loa-1", {7}, 2, proof(2).digest, base}}));
  const auto got = store().proofs().in({base, base + minutes{1}}).value();
  ASSERT_EQ(got.size(), 2U);
  EXPECT_EQ(got[0].proof.gaps_size(), 2);
  EXPECT_EQ(got[0].proof.gaps(1).at_us(), with_gaps.proof.gaps(1).at_us());
  EXPECT_EQ(got[1].proof.gaps_size(), 0);
  EXPECT_EQ(got[1].proof.device_ppb(), -60123);
  EXPECT_FALSE(got[0].proof.anew());
  EXPECT_TRUE(got[1].proof.anew());
  EXPECT_EQ(got[1].epoch, Epoch{7});
  EXPECT_EQ(store().proofs().chain("loa-1", {7}).value().through, 2U);
  EXPECT_EQ(store().proofs().chain("loa-1", {8}).value().through, 0U);
  EXPECT_EQ(store().proofs().digest("loa-1", {7}, 2).value(), proof(2).digest);
  EXPECT_EQ(store().proofs().digest("loa-1", {7}, 3).value(), std::nullopt);
}

TEST_P(ProofPorts, OfOneBatchAreAllKeptOrNone) {
  ASSERT_TRUE(store().proofs().append({proof(1)}, {}));
  const auto again = store().proofs().append({proof(2), proof(1)}, {{"loa-1", {7}, 2, {}, base}});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::exists);
  EXPECT_EQ(store().proofs().count().value(), 1U);
  EXPECT_EQ(store().proofs().chain("loa-1", {7}).value().through, 0U);
}

TEST_P(ProofPorts, FlawedOnesAreKeptButNotCounted) {
  auto flawed = proof(1);
  flawed.flaw = "ends before it begins";
  ASSERT_TRUE(store().proofs().append({flawed}, {}));
  EXPECT_TRUE(store().proofs().in({base, base + minutes{1}}).value().empty());
  EXPECT_EQ(store().proofs().of("loa-1").value().size(), 1U);
}

TEST_P(ProofPorts, WaitAsideInOrderOfTheirNumbers) {
  ASSERT_TRUE(store().waiting_proofs().put({proof(5), proof(3), proof(3), proof(4)}));
  EXPECT_EQ(store().waiting_proofs().count("loa-1").value(), 3U);
  const auto waiting = store().waiting_proofs().from("loa-1", {7}, 4, 10).value();
  ASSERT_EQ(waiting.size(), 2U);
  EXPECT_EQ(waiting[0].number, 4U);
  ASSERT_TRUE(store().waiting_proofs().drop("loa-1", {7}, 4));
  EXPECT_EQ(store().waiting_proofs().count("loa-1").value(), 1U);
}

TEST_P(ProofPorts, TellWhenAProofWasMade) {
  auto late = proof(1);
  late.proof.set_late_us(250'000);
  late.received = base + minutes{3};
  ASSERT_TRUE(store().proofs().append({late}, {}));
  const auto time = store().proofs().time("loa-1", {7}, 1).value();
  ASSERT_TRUE(time);
  EXPECT_EQ(time->end, wall_from_us(late.proof.to_us() + 250'000));
  EXPECT_EQ(time->received, base + minutes{3});
  EXPECT_FALSE(store().proofs().time("loa-1", {7}, 2).value());
}

LostProofs gap(Epoch epoch, std::uint64_t from_number) {
  return {"loa-1",
          epoch,
          from_number,
          from_number + 2,
          base,
          base + minutes{5},
          from_number + 4,
          sample::object_of("receipted"),
          base + minutes{9}};
}

TEST_P(ProofPorts, ThatAreLostMoveTheirChainBehindThem) {
  ASSERT_TRUE(store().proofs().append({proof(1)}, {{"loa-1", {7}, 1, proof(1).digest, base}}));
  ASSERT_TRUE(store().lost_proofs().put(gap({7}, 2), sample::object_of("head")));
  const auto chain = store().proofs().chain("loa-1", {7}).value();
  EXPECT_EQ(chain.through, 4U);
  EXPECT_EQ(chain.head, sample::object_of("head"));
  EXPECT_EQ(chain.changed, base + minutes{9});
  EXPECT_EQ(store().proofs().count().value(), 1U) << "no proof is made up";
}

TEST_P(ProofPorts, ThatAreLostComeBackAsTheyWereNoted) {
  for (const auto& one : {gap({8}, 2), gap({7}, 20), gap({7}, 2)}) {
    ASSERT_TRUE(store().lost_proofs().put(one, {}));
  }
  auto elsewhere = gap({7}, 2);
  elsewhere.station = "loa-2";
  ASSERT_TRUE(store().lost_proofs().put(elsewhere, {}));
  const auto kept = store().lost_proofs().of("loa-1").value();
  ASSERT_EQ(kept.size(), 3U);
  EXPECT_EQ(kept[0].from_number, 2U);
  EXPECT_EQ(kept[1].from_number, 20U);
  EXPECT_EQ(kept[2].epoch, Epoch{8});
  EXPECT_EQ(kept[0].to_number, 4U);
  EXPECT_EQ(kept[0].since, base);
  EXPECT_EQ(kept[0].until, base + minutes{5});
  EXPECT_EQ(kept[0].receipted, 6U);
  EXPECT_EQ(kept[0].receipted_head, sample::object_of("receipted"));
  EXPECT_EQ(kept[0].found, base + minutes{9});
}

TEST_P(ProofPorts, ThatAreLostTwiceMoveNothing) {
  ASSERT_TRUE(store().lost_proofs().put(gap({7}, 2), {}));
  auto again = gap({7}, 2);
  again.to_number = 9;
  EXPECT_EQ(store().lost_proofs().put(again, {}).error().code, ErrorCode::exists);
  EXPECT_EQ(store().proofs().chain("loa-1", {7}).value().through, 4U);
}

}  // namespace
}  // namespace loa::headend::port_suite
