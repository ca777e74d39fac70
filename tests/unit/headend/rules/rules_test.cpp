#include <gmock/gmock.h>

#include "headend/rules/rules.hpp"
#include "headend/timetable/timetable.hpp"
#include "tests/unit/headend/sample_ward.hpp"

namespace loa::headend::rules {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const model::LocalDate monday = sample::date(2026, 11, 23);
const timetable::Zone zone;

testing::Matcher<const Problem&> is(Severity severity, const char* code) {
  return AllOf(testing::Field(&Problem::severity, severity), testing::Field(&Problem::code, code));
}

model::Catalogue lawful() {
  auto all = sample::catalogue();
  all.policies = {sample::policy()};
  all.programmes[0].weekdays = 0x1f;
  return all;
}

model::Programme second(model::TimeOfDay start) {
  auto programme = sample::morning();
  programme.id = "hai";
  programme.start = start;
  programme.weekdays = 0x1f;
  return programme;
}

TEST(Rules, FindsNothingWrongWithASoundProgramme) {
  const auto all = lawful();
  EXPECT_THAT(problems_of(all.programmes[0], all, monday, zone), IsEmpty());
}

TEST(Rules, NamesWhatMakesNoSense) {
  const auto all = lawful();
  auto programme = all.programmes[0];
  programme.id = "Sáng";
  programme.segments = {};
  programme.groups = {"to-9"};
  programme.weekdays = 0;
  programme.start = 24h;
  programme.validity = {monday, monday - std::chrono::days{1}};
  const auto problems = problems_of(programme, all, monday, zone);
  for (const char* code : {"id", "empty", "unknown-group", "no-day", "time", "validity"}) {
    EXPECT_THAT(problems, Contains(is(Severity::error, code)));
  }
  const auto outcome = verdict(problems);
  EXPECT_EQ(outcome.error().code, ErrorCode::invalid);
  EXPECT_THAT(outcome.error().text, HasSubstr("and 5 more"));
}

TEST(Rules, NamesBrokenSegments) {
  const auto all = lawful();
  auto programme = all.programmes[0];
  programme.segments = {{sample::object_of("nothing"), "tin"},
                        {sample::object_of("page"), "tin"},
                        {sample::object_of("ban tin"), "the-thao"}};
  const auto problems = problems_of(programme, all, monday, zone);
  for (const char* code : {"unknown-content", "not-audio", "unknown-category"}) {
    EXPECT_THAT(problems, Contains(is(Severity::error, code)));
  }
}

TEST(Rules, AnOverlapNamesBothProgrammesAndTheStation) {
  auto all = lawful();
  const auto problems = problems_of(second(5h + 20s), all, monday, zone);
  ASSERT_THAT(problems, Contains(is(Severity::error, "overlap")));
  const auto text = verdict(problems).error().text;
  EXPECT_THAT(text, AllOf(HasSubstr("'hai'"), HasSubstr("'sang'"), HasSubstr("'loa-1'"), HasSubstr("05:00:20")));
  EXPECT_EQ(problems[0].other, "sang");
}

TEST(Rules, ProgrammesThatAdjoinDoNotOverlap) {
  auto all = lawful();
  const auto length = timetable::duration_of(all.programmes[0], all);
  EXPECT_EQ(length, timetable::position_of(1440002));
  EXPECT_THAT(problems_of(second(5h + 31s), all, monday, zone), Not(Contains(is(Severity::error, "overlap"))));
  EXPECT_THAT(problems_of(second(5h + 30s), all, monday, zone), Contains(is(Severity::error, "overlap")));
}

TEST(Rules, OtherDaysOtherStationsAndOtherPeriodsDoNotOverlap) {
  auto all = lawful();
  all.programmes[0].groups = {"to-1"};
  auto other = second(5h);
  other.groups = {"to-2"};
  EXPECT_THAT(problems_of(other, all, monday, zone), Not(Contains(is(Severity::error, "overlap"))));
  other.groups = {"all"};
  other.weekdays = 0x60;
  EXPECT_THAT(problems_of(other, all, monday, zone), Not(Contains(is(Severity::error, "overlap"))));
  other.weekdays = 0x1f;
  all.programmes[0].validity.to = monday + std::chrono::days{3};
  other.validity.from = monday + std::chrono::days{4};
  EXPECT_THAT(problems_of(other, all, monday, zone), Not(Contains(is(Severity::error, "overlap"))));
  other.validity.from = monday + std::chrono::days{3};
  EXPECT_THAT(problems_of(other, all, monday, zone), Contains(is(Severity::error, "overlap")));
}

TEST(Rules, AnOverlapPastMidnightIsFound) {
  auto all = lawful();
  all.contents.clear();
  all.contents = {sample::audio("hour", 48000LL * 3600, "tin")};
  all.programmes[0].segments = {{sample::object_of("hour"), "tin"}};
  all.programmes[0].start = 23h + 30min;
  all.programmes[0].weekdays = 0x40;  // Sunday, into Monday
  auto early = second(10min);
  early.segments = all.programmes[0].segments;
  early.weekdays = 0x01;
  EXPECT_THAT(problems_of(early, all, monday, zone), Contains(is(Severity::error, "overlap")));
  early.weekdays = 0x02;
  EXPECT_THAT(problems_of(early, all, monday, zone), Not(Contains(is(Severity::error, "overlap"))));
}

TEST(Rules, AHigherClassMayInterrupt) {
  auto all = lawful();
  auto urgent = second(5h);
  urgent.cue_class = v1::CUE_CLASS_PRIORITY;
  const auto problems = problems_of(urgent, all, monday, zone);
  EXPECT_THAT(problems, Contains(is(Severity::warning, "overlap")));
  EXPECT_TRUE(verdict(problems));
}

TEST(Rules, TellsEachBreachOfThePolicy) {
  auto all = lawful();
  auto night = second(3h);
  auto problems = problems_of(night, all, monday, zone);
  EXPECT_THAT(problems, Contains(is(Severity::breach, "hours")));
  EXPECT_TRUE(verdict(problems));
  EXPECT_EQ(verdict(problems, true).error().code, ErrorCode::refused);

  all.contents.push_back(sample::audio("long", 48000LL * 16 * 60, "tin"));
  std::sort(all.contents.begin(), all.contents.end(), [](auto& a, auto& b) { return a.object < b.object; });
  auto long_one = second(17h);
  long_one.segments = {{sample::object_of("long"), "tin"}};
  EXPECT_THAT(problems_of(long_one, all, monday, zone), Contains(is(Severity::breach, "session-length")));

  auto third = second(17h + 10min);
  third.id = "ba";
  all.programmes.push_back(second(17h));
  problems = problems_of(third, all, monday, zone);
  EXPECT_THAT(problems, Contains(is(Severity::breach, "sessions-per-day")));
  EXPECT_THAT(problems[0].text, HasSubstr("3 sessions"));
}

TEST(Rules, CountsDaysOfTheLocalWeek) {
  auto all = lawful();
  auto evening = second(17h);
  evening.weekdays = 0x20;  // the sixth day of the week
  EXPECT_THAT(problems_of(evening, all, monday, zone), Contains(is(Severity::breach, "days-per-week")));
  evening.weekdays = 0x10;
  EXPECT_THAT(problems_of(evening, all, monday, zone), IsEmpty());
}

TEST(Rules, ASessionMayCrossFromOneWindowIntoTheNext) {
  auto all = lawful();
  all.policies[0].windows = {{0x1f, 4 * 60, 5 * 60, 0}, {0x1f, 5 * 60, 6 * 60, -300}};
  auto across = second(4h + 59min + 50s);
  across.groups = {"to-2"};
  all.programmes.clear();
  EXPECT_THAT(problems_of(across, all, monday, zone), IsEmpty());
}

TEST(Rules, WithoutAPolicyNothingMayBeHeard) {
  auto all = lawful();
  all.policies.clear();
  EXPECT_THAT(problems_of(all.programmes[0], all, monday, zone), Contains(is(Severity::breach, "no-policy")));
}

TEST(Rules, ASloganNeedsAPictureForEachSignItReaches) {
  auto all = lawful();
  auto slogan = sample::slogan("chay", "strip");
  EXPECT_THAT(problems_of(slogan, all, monday), IsEmpty());
  slogan.scroll_px_s = 0;
  EXPECT_THAT(problems_of(slogan, all, monday), Contains(is(Severity::error, "too-wide")));
  slogan.images.clear();
  EXPECT_THAT(problems_of(slogan, all, monday), Contains(is(Severity::error, "no-picture")));
  slogan.groups = {"to-2"};
  EXPECT_THAT(problems_of(slogan, all, monday), Contains(is(Severity::warning, "no-sign")));
  slogan.to = slogan.from;
  slogan.dwell = 0s;
  slogan.text = "";
  for (const char* code : {"time", "dwell", "text"}) {
    EXPECT_THAT(problems_of(slogan, all, monday), Contains(is(Severity::error, code)));
  }
}

TEST(Rules, APolicyNeedsItsSourceAndSoundWindows) {
  auto policy = sample::policy();
  EXPECT_THAT(problems_of(policy), IsEmpty());
  policy.reference = "";
  policy.windows[0].to_minute = policy.windows[0].from_minute;
  EXPECT_THAT(problems_of(policy), Contains(is(Severity::error, "reference")));
  EXPECT_THAT(problems_of(policy), Contains(is(Severity::error, "window")));
}

}  // namespace
}  // namespace loa::headend::rules
