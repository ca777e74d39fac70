#include "headend/planner/form.hpp"

#include <gmock/gmock.h>

#include "headend/planner/comparison.hpp"
#include "protocol/message/check.hpp"
#include "protocol/message/compact.hpp"
#include "tests/unit/headend/sample_ward.hpp"

namespace loa::headend::planner {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::size_t envelope = 4 << 20;
const WallTime noon = sample::utc("2026-11-23T05:00:00Z");

Settings settings() {
  Settings made;
  made.content_url = "https://headend:8443/content/";
  return made;
}

/// A ward with one box that has a loudspeaker and a sign, the morning programme, and so many slogans of so long a turn,
/// around the clock.
model::Catalogue ward_with(int slogans, std::chrono::seconds dwell) {
  auto all = sample::catalogue();
  all.policies = {sample::policy()};
  all.stations = {sample::station("hop-1", {"to-1"}, 1)};
  all.stations[0].sign = model::Geometry{192, 32};
  for (int i = 0; i < slogans; ++i) {
    const auto name = fmt::format("khau-hieu-{:03}", i);
    model::add(all, sample::picture(name, {192, 32}, 192));
    auto slogan = sample::slogan(name, name);
    slogan.from = 0s;
    slogan.to = 24h;
    slogan.dwell = dwell;
    slogan.position = i;
    all.slogans.push_back(slogan);
  }
  return all;
}

Fitted fitted(const model::Catalogue& all, Form form, std::size_t most = envelope) {
  auto done = fit(all, all.stations[0], noon, settings(), {}, form, most);
  EXPECT_TRUE(done) << done.error().text;
  return done ? *std::move(done) : Fitted{};
}

int count(const v1::Plan& plan, v1::Medium medium) {
  return static_cast<int>(std::count_if(plan.cues().begin(), plan.cues().end(),
                                        [&](const v1::Cue& cue) { return cue.medium() == medium; }));
}

std::size_t message_plain(const Fitted& done) { return protocol::message::plain_bytes(done.planned.plan); }

TEST(PlanForm, IsWhatTheStationSaysItUnderstands) {
  EXPECT_EQ(form_of(std::nullopt), Form::plain);
  v1::Status status;
  EXPECT_EQ(form_of(status), Form::plain) << "silence means a build that knows nothing of it";
  status.add_understands("something-newer");
  EXPECT_EQ(form_of(status), Form::plain);
  status.add_understands("plan-compact");
  EXPECT_EQ(form_of(status), Form::compact);
}

/// The wards of which a station got no plan any more: 34 slogans of 27 s, 61 of 10 s, 100 of 10 s.
TEST(PlanForm, OfAWardWithManySlogansIsSmallAndWhole) {
  for (const auto& [slogans, dwell] : {std::pair{34, 27s}, {61, 10s}, {100, 10s}}) {
    const auto done = fitted(ward_with(slogans, dwell), Form::compact);
    EXPECT_THAT(done.lost, IsEmpty());
    EXPECT_LE(done.wire.ByteSizeLong(), 200'000U) << slogans;
    const auto plain = message_plain(done);
    EXPECT_GT(plain, envelope) << slogans;
    EXPECT_GE(plain, 10 * done.wire.ByteSizeLong());
    const auto back = protocol::message::decode<v1::Plan>(done.wire.SerializeAsString());
    ASSERT_TRUE(back) << back.error().text;
    EXPECT_EQ(back->cues_size(), static_cast<int>(done.planned.cues.size()));
  }
}

TEST(PlanForm, ForAnOldBuildShowsEverySloganByLongerPlaylists) {
  const auto done = fitted(ward_with(100, 10s), Form::plain);
  EXPECT_THAT(done.lost, IsEmpty());
  EXPECT_LE(done.wire.ByteSizeLong(), envelope);
  EXPECT_EQ(done.wire.playlists_size() + done.wire.templates_size() + done.wire.pages_size(), 0);
  std::int64_t shown_us = 0;
  for (const auto& cue : done.wire.cues()) {
    if (cue.medium() != v1::MEDIUM_SIGN) continue;
    EXPECT_EQ(cue.pages_size(), 100);
    shown_us += cue.duration_us();
  }
  EXPECT_EQ(shown_us, done.wire.horizon_us() - to_us(noon + Settings{}.sign_lead))
      << "not a second of the month is dark, once the order can be obeyed";
  EXPECT_EQ(count(done.wire, v1::MEDIUM_AUDIO), 60);
}

TEST(PlanForm, ThatCannotCarryAllLeavesOutTheLatestOfTheSignAndNoSound) {
  const auto all = ward_with(100, 10s);
  for (const auto form : {Form::plain, Form::compact}) {
    const auto done = fitted(all, form, 60'000);
    EXPECT_LE(done.wire.ByteSizeLong(), 60'000U);
    EXPECT_EQ(count(done.planned.plan, v1::MEDIUM_AUDIO), 60);
    EXPECT_GT(count(done.planned.plan, v1::MEDIUM_SIGN), 0);
    ASSERT_EQ(done.lost.size(), 1U);
    EXPECT_THAT(done.lost[0], HasSubstr("'hop-1'"));
    EXPECT_EQ(done.planned.cues.size(), static_cast<std::size_t>(done.planned.plan.cues_size()))
        << "only that is promised";
    std::int64_t last_us = 0;
    for (const auto& cue : done.planned.plan.cues()) {
      if (cue.medium() != v1::MEDIUM_SIGN) continue;
      EXPECT_TRUE(last_us == 0 || cue.start_us() == last_us) << "a hole before " << cue.occurrence();
      last_us = cue.start_us() + cue.duration_us();
    }
  }
}

TEST(PlanForm, WhoseSoundsAloneAreTooManyIsRefused) {
  const auto all = ward_with(0, 10s);
  const auto done = fit(all, all.stations[0], noon, settings(), {}, Form::compact, 2'000);
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().text, HasSubstr("its sounds alone"));
}

TEST(PlanForm, NamesTheSlogansThatMayNotTakeTurnsAnyMore) {
  const auto done = fitted(ward_with(103, 10s), Form::compact);
  ASSERT_EQ(done.lost.size(), 1U);
  EXPECT_THAT(done.lost[0], HasSubstr("103"));
  EXPECT_THAT(done.lost[0], HasSubstr("00:00"));
}

/// Two forms of one plan order the same, and a changed page does not.
TEST(PlanForm, DoesNotMatterForWhatIsOrdered) {
  const auto all = ward_with(3, 10s);
  const auto plan = fitted(all, Form::compact).planned.plan;
  auto plain = fitted(all, Form::plain).wire;
  protocol::message::fold_pages(plain);
  EXPECT_TRUE(same_orders(plan, plain, noon));
  auto other = all;
  other.slogans[1].dwell = 11s;
  EXPECT_FALSE(same_orders(plan, fitted(other, Form::compact).planned.plan, noon));
}

}  // namespace
}  // namespace loa::headend::planner
