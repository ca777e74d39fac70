#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "protocol/message/check.hpp"
#include "tests/unit/protocol/samples/samples.hpp"

namespace loa::protocol::message {
namespace {

using ::testing::HasSubstr;
namespace samples = tests::samples;

constexpr auto least = std::numeric_limits<std::int64_t>::min(), most = std::numeric_limits<std::int64_t>::max();

/// One thing made wrong in a right plan, and a part of the sentence that must name it.
struct Fault {
  const char* name;
  std::function<void(v1::Plan&)> damage;
  const char* sentence;
};

v1::Cue& cue(v1::Plan& plan, int i) { return *plan.mutable_cues(i); }

/// The sample's sign cue as a playlist of two pages.
v1::Cue& playlist(v1::Plan& plan) {
  auto& sign = *plan.mutable_cues(1);
  for (const std::int64_t dwell : {10'000'000, 5'000'000}) {
    auto* page = sign.add_pages();
    page->set_object(sign.object());
    page->set_dwell_us(dwell);
    page->set_scroll_px_s(sign.scroll_px_s());
  }
  return sign;
}

v1::Brightness& add_brightness(v1::Plan& plan, std::uint32_t from, std::uint32_t to, std::uint32_t percent) {
  auto* stretch = plan.add_brightness();
  stretch->set_from_minute(from);
  stretch->set_to_minute(to);
  stretch->set_percent(percent);
  return *stretch;
}

const Fault faults[] = {
    {"station", [](auto& p) { p.set_station("A b"); }, "station is not an id"},
    {"no_station", [](auto& p) { p.clear_station(); }, "station is not an id"},
    {"made_early", [](auto& p) { p.set_made_us(0); }, "made_us 0 is not an instant"},
    {"made_extreme", [](auto& p) { p.set_made_us(most); }, "made_us"},
    {"horizon_before_made", [](auto& p) { p.set_horizon_us(p.made_us() - 1); }, "horizon_us"},
    {"horizon_far", [](auto& p) { p.set_horizon_us(p.made_us() + max_horizon.count() + 1); }, "horizon_us"},
    {"horizon_extreme", [](auto& p) { p.set_horizon_us(least); }, "horizon_us"},
    {"no_policy", [](auto& p) { p.clear_policy(); }, "no policy"},
    {"policy_reference", [](auto& p) { p.mutable_policy()->set_reference("a\tb"); }, "policy reference is not clean"},
    {"policy_never_valid", [](auto& p) { p.mutable_policy()->set_valid_until_us(p.policy().valid_from_us()); },
     "valid_until_us"},
    {"policy_negative", [](auto& p) { p.mutable_policy()->set_valid_from_us(-1); }, "valid_from_us"},
    {"policy_offset", [](auto& p) { p.mutable_policy()->set_utc_offset_s(50'401); }, "utc_offset_s 50401"},
    {"policy_sessions", [](auto& p) { p.mutable_policy()->set_sessions_per_day(1'441); }, "sessions_per_day"},
    {"policy_minutes", [](auto& p) { p.mutable_policy()->set_minutes_per_session(1'441); }, "minutes_per_session"},
    {"policy_days", [](auto& p) { p.mutable_policy()->set_days_per_week(8); }, "days_per_week 8"},
    {"window_weekdays", [](auto& p) { p.mutable_policy()->mutable_windows(0)->set_weekdays(0); }, "weekdays 0"},
    {"window_weekdays_8", [](auto& p) { p.mutable_policy()->mutable_windows(0)->set_weekdays(128); }, "weekdays 128"},
    {"window_empty", [](auto& p) { p.mutable_policy()->mutable_windows(0)->set_from_minute(330); }, "from_minute 330"},
    {"window_late", [](auto& p) { p.mutable_policy()->mutable_windows(0)->set_to_minute(1'441); }, "to_minute 1441"},
    {"window_loud", [](auto& p) { p.mutable_policy()->mutable_windows(0)->set_level_cap_cb(1); }, "level_cap_cb 1"},
    {"windows",
     [](auto& p) {
       for (std::size_t i = 0; i < max_windows; ++i) *p.mutable_policy()->add_windows() = p.policy().windows(0);
     },
     "windows"},
    {"pages_audio", [](auto& p) { *cue(p, 0).add_pages() = playlist(p).pages(0); }, "pages stand only"},
    {"page_object", [](auto& p) { playlist(p).mutable_pages(1)->set_object("x"); }, "a page's object has 1 bytes"},
    {"page_unlisted", [](auto& p) { playlist(p).mutable_pages(1)->set_object(std::string(32, 'x')); }, "its page"},
    {"page_sound", [](auto& p) { playlist(p).mutable_pages(1)->set_object(p.objects(0).sha256()); }, "its page"},
    {"page_dwell", [](auto& p) { playlist(p).mutable_pages(1)->set_dwell_us(999'999); }, "a page's dwell_us 999999"},
    {"page_dwell_extreme", [](auto& p) { playlist(p).mutable_pages(0)->set_dwell_us(most); }, "a page's dwell_us"},
    {"page_scroll", [](auto& p) { playlist(p).mutable_pages(1)->set_scroll_px_s(2'001); }, "a page's scroll_px_s"},
    {"page_first", [](auto& p) { playlist(p).mutable_pages(0)->set_scroll_px_s(1); }, "those of the first page"},
    {"pages",
     [](auto& p) {
       auto& sign = playlist(p);
       for (std::size_t i = 0; i < max_pages; ++i) *sign.add_pages() = sign.pages(1);
     },
     "pages are more than"},
    {"brightness_dark", [](auto& p) { add_brightness(p, 0, 60, 0); }, "brightness percent 0"},
    {"brightness_bright", [](auto& p) { add_brightness(p, 0, 60, 101); }, "brightness percent 101"},
    {"brightness_empty", [](auto& p) { add_brightness(p, 60, 60, 50); }, "brightness from_minute 60"},
    {"brightness_late", [](auto& p) { add_brightness(p, 60, 1'441, 50); }, "brightness to_minute 1441"},
    {"brightness_overlap",
     [](auto& p) {
       add_brightness(p, 0, 60, 50);
       add_brightness(p, 59, 61, 50);
     },
     "brightness from_minute 59"},
    {"brightness_without_sign",
     [](auto& p) {
       add_brightness(p, 0, 60, 50);
       p.clear_sign();
     },
     "brightness stands only with a sign"},
    {"brightness_many",
     [](auto& p) {
       for (std::uint32_t i = 0; i <= max_brightness; ++i) add_brightness(p, i, i + 1, 50);
     },
     "stretches of brightness"},
    {"object_hash", [](auto& p) { p.mutable_objects(0)->set_sha256("short"); }, "sha256 has 5 bytes, not 32"},
    {"object_empty", [](auto& p) { p.mutable_objects(0)->set_bytes(0); }, "bytes 0"},
    {"object_large", [](auto& p) { p.mutable_objects(0)->set_bytes(max_object_bytes + 1); }, "an object's bytes"},
    {"object_medium", [](auto& p) { p.mutable_objects(0)->set_medium(v1::MEDIUM_UNSPECIFIED); }, "no known medium"},
    {"object_twice", [](auto& p) { *p.add_objects() = p.objects(0); }, "is listed twice"},
    {"object_unlisted", [](auto& p) { p.mutable_objects(0)->set_sha256(std::string(32, 'x')); }, "is not listed"},
    {"object_other_medium", [](auto& p) { p.mutable_objects(0)->set_medium(v1::MEDIUM_SIGN); }, "for another medium"},
    {"url_file", [](auto& p) { p.set_content_url("file:///etc/"); }, "content_url"},
    {"url_no_slash", [](auto& p) { p.set_content_url("https://h/content"); }, "content_url"},
    {"url_no_host", [](auto& p) { p.set_content_url("https:///content/"); }, "content_url has no host"},
    {"url_login", [](auto& p) { p.set_content_url("https://a:b@h/"); }, "content_url"},
    {"url_blank", [](auto& p) { p.set_content_url("https://h/a b/"); }, "content_url"},
    {"url_newline", [](auto& p) { p.set_content_url("https://h/\r\nX: y/"); }, "content_url"},
    {"url_missing", [](auto& p) { p.clear_content_url(); }, "content_url"},
    {"group", [](auto& p) { p.add_groups("#"); }, "a group is not an id"},
    {"group_twice", [](auto& p) { p.add_groups("all"); }, "group all is listed twice"},
    {"groups",
     [](auto& p) {
       for (std::size_t i = 0; i < max_groups; ++i) p.add_groups(fmt::format("g{}", i));
     },
     "groups are more"},
    {"sign_small", [](auto& p) { p.mutable_sign()->set_width_px(7); }, "width_px 7"},
    {"sign_large", [](auto& p) { p.mutable_sign()->set_height_px(4'097); }, "height_px 4097"},
    {"sign_none", [](auto& p) { p.clear_sign(); }, "the station has none"},
    {"occurrence", [](auto& p) { cue(p, 0).set_occurrence("sang/2026-11-22"); }, "occurrence"},
    {"segment", [](auto& p) { cue(p, 2).set_segment(max_segment + 1); }, "segment 10000"},
    {"class", [](auto& p) { cue(p, 0).set_cue_class(static_cast<v1::CueClass>(9)); }, "cue_class 9 is not known"},
    {"preempt", [](auto& p) { cue(p, 0).set_preempt_policy(static_cast<v1::PreemptPolicy>(9)); }, "preempt_policy 9"},
    {"emergency_named_otherwise", [](auto& p) { cue(p, 0).set_cue_class(v1::CUE_CLASS_EMERGENCY); }, "'khan-cap'"},
    {"programme_named_emergency", [](auto& p) { cue(p, 0).set_occurrence("khan-cap/2026-11-22/050000"); },
     "'khan-cap'"},
    {"filler_named_otherwise", [](auto& p) { cue(p, 0).set_cue_class(v1::CUE_CLASS_FILLER); }, "'lap-cho-trong'"},
    {"medium", [](auto& p) { cue(p, 0).set_medium(static_cast<v1::Medium>(9)); }, "medium 9 is not known"},
    {"late_policy", [](auto& p) { cue(p, 0).set_late_policy(static_cast<v1::LatePolicy>(9)); }, "late_policy 9"},
    {"grade", [](auto& p) { cue(p, 0).set_required_grade(static_cast<v1::ClockGrade>(9)); }, "required_grade 9"},
    {"category", [](auto& p) { cue(p, 0).set_category(""); }, "category is not an id"},
    {"start", [](auto& p) { cue(p, 0).set_start_us(least); }, "start_us"},
    {"start_extreme", [](auto& p) { cue(p, 2).set_start_us(most); }, "start_us"},
    {"after_horizon", [](auto& p) { cue(p, 2).set_start_us(p.horizon_us()); }, "at or after the horizon"},
    {"no_length", [](auto& p) { cue(p, 0).set_duration_us(0); }, "duration_us 0"},
    {"long", [](auto& p) { cue(p, 2).set_duration_us(max_duration.count() + 1); }, "duration_us"},
    {"length_extreme", [](auto& p) { cue(p, 0).set_duration_us(most); }, "duration_us"},
    {"object_name", [](auto& p) { cue(p, 0).set_object(""); }, "object has 0 bytes"},
    {"loud", [](auto& p) { cue(p, 0).set_gain_cb(1); }, "gain_cb 1"},
    {"silent", [](auto& p) { cue(p, 0).set_gain_cb(-6'001); }, "gain_cb -6001"},
    {"late_limit", [](auto& p) { cue(p, 0).set_late_limit_us(-1); }, "late_limit_us -1"},
    {"stagger", [](auto& p) { cue(p, 0).set_stagger_us(1'000'001); }, "stagger_us 1000001"},
    {"scrolling_sound", [](auto& p) { cue(p, 0).set_scroll_px_s(1); }, "scroll_px_s 1"},
    {"racing_sign", [](auto& p) { cue(p, 1).set_scroll_px_s(2'001); }, "scroll_px_s 2001"},
    {"title_long", [](auto& p) { cue(p, 0).set_title(std::string(201, 'a')); }, "title has 201 bytes"},
    {"title_control", [](auto& p) { cue(p, 0).set_title("\x1b[2J"); }, "title is not clean"},
    {"order", [](auto& p) { p.mutable_cues()->SwapElements(0, 2); }, "stands after a cue that starts later"},
    {"order_segment", [](auto& p) { p.mutable_cues()->SwapElements(0, 1); }, "stands after a cue that starts later"},
    {"twice", [](auto& p) { cue(p, 2).set_segment(0); }, "it is there twice"},
    {"overlap", [](auto& p) { cue(p, 2).set_start_us(cue(p, 2).start_us() - 1); }, "it overlaps the one before"},
};

TEST(PlanCheck, AcceptsTheSample) {
  const auto result = check(samples::plan());
  EXPECT_TRUE(result) << result.error().text;
}

TEST(PlanCheck, NamesWhatIsWrong) {
  for (const auto& fault : faults) {
    auto plan = samples::plan();
    fault.damage(plan);
    const auto result = check(plan);
    ASSERT_FALSE(result) << fault.name;
    EXPECT_EQ(result.error().code, ErrorCode::invalid) << fault.name;
    EXPECT_THAT(result.error().text, HasSubstr(fault.sentence)) << fault.name;
  }
}

TEST(PlanCheck, AcceptsAPlaylistAndBrightness) {
  auto plan = samples::plan();
  playlist(plan);
  add_brightness(plan, 0, 300, 20);
  add_brightness(plan, 300, 1'440, 100);
  EXPECT_TRUE(check(plan));
}

TEST(PlanCheck, EachSlotHasItsOwnClasses) {
  auto plan = samples::plan();
  EXPECT_TRUE(check_slot(plan, v1::KIND_PLAN));
  EXPECT_THAT(check_slot(plan, v1::KIND_EMERGENCY).error().text, HasSubstr("is no emergency"));
  cue(plan, 1).set_cue_class(v1::CUE_CLASS_EMERGENCY);
  EXPECT_THAT(check_slot(plan, v1::KIND_PLAN).error().text, HasSubstr("only the emergency key"));
  plan.clear_cues();
  EXPECT_TRUE(check_slot(plan, v1::KIND_EMERGENCY));
}

TEST(PlanCheck, NamesTheCue) {
  auto plan = samples::plan();
  cue(plan, 2).set_gain_cb(5);
  EXPECT_EQ(check(plan).error().text, "cue sang/2026-11-22/050000#1: gain_cb 5 is not from -6000 to 0");
}

TEST(PlanCheck, AcceptsOverlapOfClassesAndMedia) {
  auto plan = samples::plan();
  cue(plan, 2).set_start_us(cue(plan, 0).start_us() + 1);
  cue(plan, 2).set_cue_class(v1::CUE_CLASS_PRIORITY);
  EXPECT_TRUE(check(plan));
}

TEST(PlanCheck, AcceptsAnEmptyPlanAndSilentWindows) {
  auto plan = samples::plan();
  plan.clear_cues();
  plan.clear_objects();
  plan.clear_content_url();
  plan.mutable_policy()->clear_windows();
  EXPECT_TRUE(check(plan));
}

TEST(PlanCheck, BoundsTheWholePlan) {
  auto plan = samples::plan();
  for (int i = 0; i < 70; ++i) {
    auto& object = *plan.add_objects();
    object.set_sha256(std::string(31, 'x') + static_cast<char>(i));
    object.set_bytes(max_object_bytes);
    object.set_medium(v1::MEDIUM_AUDIO);
  }
  EXPECT_THAT(check(plan).error().text, HasSubstr("together are more than"));
  plan = samples::plan();
  while (static_cast<std::size_t>(plan.cues_size()) <= max_cues) *plan.add_cues() = plan.cues(0);
  EXPECT_THAT(check(plan).error().text, HasSubstr("20001 cues are more than 20000"));
  plan = samples::plan();
  while (static_cast<std::size_t>(plan.objects_size()) <= max_objects) *plan.add_objects() = plan.objects(0);
  EXPECT_THAT(check(plan).error().text, HasSubstr("5001 objects are more than 5000"));
}

TEST(Occurrence, IsProgrammeLocalDateAndTime) {
  for (const char* text : {"sang/2026-11-22/050000", "a/2028-02-29/235959"}) EXPECT_TRUE(is_occurrence(text)) << text;
  for (const char* text :
       {"", "sang", "sang/", "/2026-11-22/050000", "sang/2026-11-22/05000", "sang/2026-11-22/0500000",
        "sang/2026-02-29/050000", "sang/2026-11-22/240000", "sang/2026-11-22T050000", "Sang/2026-11-22/050000",
        "sang/2026-11-22/0500 0", "../2026-11-22/050000"}) {
    EXPECT_FALSE(is_occurrence(text)) << text;
  }
}

}  // namespace
}  // namespace loa::protocol::message
