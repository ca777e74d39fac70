#include <gmock/gmock.h>

#include "headend/publisher/record.hpp"
#include "tests/unit/headend/store/port_suite.hpp"

namespace loa::headend::port_suite {
namespace {

using namespace model;

class CataloguePorts : public PortSuite {};
INSTANTIATE_TEST_SUITE_P(Every, CataloguePorts, testing::ValuesIn(backends()), backend_name);

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

TEST_P(CataloguePorts, GivesBackTheCatalogueAsItWasPut) {
  const auto put = full_catalogue();
  sample::fill(store(), put);
  const auto got = store().catalogue().value();
  EXPECT_EQ(got.stations, put.stations);
  EXPECT_EQ(got.groups, put.groups);
  EXPECT_EQ(got.categories, put.categories);
  EXPECT_EQ(got.contents, put.contents);
  EXPECT_EQ(got.programmes, put.programmes);
  EXPECT_EQ(got.slogans, put.slogans);
  EXPECT_EQ(got.policies, put.policies);
}

TEST_P(CataloguePorts, ReplacesAnEntryWithTheSameId) {
  sample::fill(store(), full_catalogue());
  auto changed = sample::morning();
  changed.segments.pop_back();
  changed.groups = {"to-1"};
  ASSERT_TRUE(store().schedule().put_programme(changed));
  auto moved = sample::station("loa-1", {"to-2"}, 9);
  ASSERT_TRUE(store().stations().put(moved));
  const auto got = store().catalogue().value();
  EXPECT_THAT(got.programmes, testing::ElementsAre(changed));
  EXPECT_EQ(*got.station("loa-1"), moved);
}

TEST_P(CataloguePorts, KeepsVolumesAndFillerThroughOtherEdits) {
  auto all = full_catalogue();
  sample::fill(store(), all);
  all.stations[1].volumes = {{300, 420, -300}, {1200, 1440, -900}};
  ASSERT_TRUE(store().stations().put_volumes("loa-1", all.stations[1].volumes));
  ASSERT_TRUE(store().library().put_filler(sample::object_of("ban tin")));
  ASSERT_TRUE(store().stations().put(all.stations[1]));
  EXPECT_EQ(store().catalogue().value().stations, all.stations);
  EXPECT_EQ(store().catalogue().value().filler, sample::object_of("ban tin"));
  EXPECT_EQ(store().stations().put_volumes("loa-9", all.stations[1].volumes).error().code, ErrorCode::missing);
  EXPECT_EQ(store().library().put_filler(sample::object_of("never ingested")).error().code, ErrorCode::missing);
  EXPECT_EQ(store().catalogue().value().filler, sample::object_of("ban tin")) << "what was there stays";
  ASSERT_TRUE(store().schedule().remove_programme("sang"));
  EXPECT_EQ(store().library().remove(sample::object_of("ban tin")).error().code, ErrorCode::busy);
  ASSERT_TRUE(store().library().put_filler(std::nullopt));
  EXPECT_TRUE(store().library().remove(sample::object_of("ban tin")));
  EXPECT_TRUE(publisher::drop_station(store(), "loa-1", WallTime{}));
}

TEST_P(CataloguePorts, RefusesABrokenReferenceAndKeepsWhatWasThere) {
  sample::fill(store(), full_catalogue());
  auto broken = sample::morning();
  broken.segments[0].object = sample::object_of("never ingested");
  const auto outcome = store().schedule().put_programme(broken);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::missing);
  EXPECT_THAT(outcome.error().text, testing::HasSubstr("cannot store programme 'sang'"));
  EXPECT_EQ(store().catalogue().value().programmes, full_catalogue().programmes);
}

TEST_P(CataloguePorts, KeepsWhatIsStillUsedAndSaysSo) {
  sample::fill(store(), full_catalogue());
  EXPECT_EQ(store().stations().remove_group("to-1").error().code, ErrorCode::busy);
  EXPECT_EQ(store().stations().remove_group("all").error().code, ErrorCode::busy);
  EXPECT_EQ(store().library().remove_category("tin").error().code, ErrorCode::busy);
  EXPECT_EQ(store().library().remove(sample::object_of("ban tin")).error().code, ErrorCode::busy);
  EXPECT_EQ(store().schedule().remove_programme("chieu").error().code, ErrorCode::missing);
  ASSERT_TRUE(store().schedule().remove_programme("sang"));
  EXPECT_TRUE(store().library().remove(sample::object_of("ban tin")));
}

TEST_P(CataloguePorts, OneObjectServesSeveralSigns) {
  const Geometry narrow{128, 32}, wide{192, 32};
  ASSERT_TRUE(publisher::keep_content(store(), sample::picture("strip", wide, 700)));
  ASSERT_TRUE(publisher::keep_content(store(), sample::picture("strip", narrow, 700)));
  const auto all = store().catalogue().value();
  ASSERT_EQ(all.contents.size(), 1U);
  EXPECT_TRUE(all.contents[0].image->serves(narrow));
  EXPECT_TRUE(all.contents[0].image->serves(wide));
  Catalogue memory;
  add(memory, sample::picture("strip", wide, 700));
  add(memory, sample::picture("strip", narrow, 700));
  EXPECT_EQ(memory.contents, all.contents) << "add() is keep_content() in memory";
  ASSERT_TRUE(store().library().remove(all.contents[0].object));
  EXPECT_TRUE(store().catalogue()->contents.empty());
}

}  // namespace
}  // namespace loa::headend::port_suite
