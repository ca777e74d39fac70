#include <gmock/gmock.h>

#include "tests/unit/headend/store/port_suite.hpp"

namespace loa::headend::port_suite {
namespace {

using namespace model;

class StorePorts : public PortSuite {};
INSTANTIATE_TEST_SUITE_P(Every, StorePorts, testing::ValuesIn(backends()), backend_name);

TEST_P(StorePorts, UndoesATransactionWhoseWorkFails) {
  const auto outcome = store().write([&](store::Unit&) -> Result<void> {
    LOA_TRY(store().stations().put_group({"to-9", "Tổ 9"}));
    return fail(ErrorCode::refused, "changed my mind");
  });
  EXPECT_EQ(outcome.error().code, ErrorCode::refused);
  EXPECT_EQ(store().catalogue().value().group("to-9"), nullptr);
  EXPECT_TRUE(store().stations().put_group({"to-9", "Tổ 9"}));
}

TEST_P(StorePorts, AnActInsideAnActIsAPartOfIt) {
  const auto outcome = store().write([&](store::Unit& unit) -> Result<void> {
    LOA_TRY(store().write([](store::Unit& inner) { return inner.stations().put_group({"to-9", "Tổ 9"}); }));
    EXPECT_NE(unit.catalogue().value().group("to-9"), nullptr);
    return fail(ErrorCode::refused, "changed my mind");
  });
  EXPECT_FALSE(outcome);
  EXPECT_EQ(store().catalogue().value().group("to-9"), nullptr);
}

TEST_P(StorePorts, WorkThatReadsWritesNothing) {
  const auto outcome = store().read([](store::Unit& unit) { return unit.stations().put_group({"to-9", "Tổ 9"}); });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::refused);
  EXPECT_EQ(store().catalogue().value().group("to-9"), nullptr);
  EXPECT_TRUE(store().stations().put_group({"to-9", "Tổ 9"})) << "the next one may";
}

TEST_P(StorePorts, AReaderSeesOneMomentWhileAnotherWrites) {
  if (!GetParam().shared) return;
  const auto reader = again();
  const auto outcome = reader->read([&](store::Unit& unit) -> Result<void> {
    LOA_TRY_LET(const auto before, unit.catalogue());
    LOA_TRY(store().stations().put_group({"to-9", "Tổ 9"}));
    LOA_TRY_LET(const auto after, unit.catalogue());
    EXPECT_EQ(after.groups, before.groups);
    return {};
  });
  ASSERT_TRUE(outcome);
  EXPECT_NE(reader->catalogue().value().group("to-9"), nullptr);
}

TEST_P(StorePorts, NeverHandsOutASequenceTwice) {
  EXPECT_EQ(store().sequences().next("plan/loa-1").value(), 1U);
  EXPECT_EQ(store().sequences().next("plan/loa-1", 1000).value(), 1000U);
  EXPECT_EQ(store().sequences().next("plan/loa-1", 1000).value(), 1001U);
  EXPECT_EQ(store().sequences().next("plan/loa-2").value(), 1U);
  if (GetParam().shared) restart();
  EXPECT_EQ(store().sequences().next("plan/loa-1", 5).value(), 1002U);
}

TEST_P(StorePorts, RaisesACounterAndNeverLowersIt) {
  EXPECT_FALSE(store().sequences().raise("plan/loa-1", 0).value()) << "nobody has seen a number";
  EXPECT_TRUE(store().sequences().raise("plan/loa-1", 7).value());
  EXPECT_FALSE(store().sequences().raise("plan/loa-1", 7).value());
  EXPECT_FALSE(store().sequences().raise("plan/loa-1", 3).value());
  EXPECT_EQ(store().sequences().last("plan/loa-1").value(), 7U);
}

TEST_P(StorePorts, NoticesWhatAnotherProcessWrote) {
  if (!GetParam().shared) return;
  const auto other = again();
  const auto before = store().version().value();
  ASSERT_TRUE(store().stations().put_group({"to-1", "Tổ 1"}));
  EXPECT_EQ(store().version().value(), before);
  ASSERT_TRUE(other->stations().put_group({"to-2", "Tổ 2"}));
  EXPECT_NE(store().version().value(), before);
  EXPECT_NE(store().catalogue().value().group("to-2"), nullptr);
}

}  // namespace
}  // namespace loa::headend::port_suite
