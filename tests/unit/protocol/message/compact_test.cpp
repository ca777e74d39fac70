#include "protocol/message/compact.hpp"

#include <gmock/gmock.h>

#include "protocol/message/check.hpp"
#include "protocol/message/playlist.hpp"
#include "tests/unit/protocol/samples/samples.hpp"

namespace loa::protocol::message {
namespace {

using testing::HasSubstr;
namespace samples = tests::samples;

constexpr std::int64_t second = 1'000'000, day = 86'400 * second;

std::string object_name(int number) {
  std::string name(32, 'o');
  name.replace(0, 4, fmt::format("{:04}", number));
  return name;
}

v1::Cue& add_cue(v1::Plan& plan, const std::string& programme, std::int64_t begin_us, int object, v1::Medium medium) {
  const auto text = format_utc(wall_from_us(begin_us));  // 2026-11-21T22:00:00Z
  auto& cue = *plan.add_cues();
  cue.set_occurrence(fmt::format("{}/{}/{}{}{}", programme, text.substr(0, 10), text.substr(11, 2), text.substr(14, 2),
                                 text.substr(17, 2)));
  cue.set_cue_class(v1::CUE_CLASS_SCHEDULED);
  cue.set_medium(medium);
  cue.set_category("tin-tuc");
  cue.set_start_us(begin_us);
  cue.set_object(object_name(object));
  cue.set_required_grade(v1::CLOCK_GRADE_NETWORK);
  cue.set_title(fmt::format("Bản tin số {} của phường, đọc mỗi ngày", object));
  return cue;
}

void add_sounds(v1::Plan& plan, std::int64_t begin_us, int segments) {
  for (int segment = 0; segment < segments; ++segment) {
    auto& sound = add_cue(plan, "sang", begin_us, segment, v1::MEDIUM_AUDIO);
    sound.set_segment(static_cast<unsigned>(segment));
    sound.set_start_us(begin_us + segment * 30 * second);
    sound.set_duration_us(30 * second);
  }
}

void add_playlist(v1::Plan& plan, std::int64_t begin_us, int first_page, int pages) {
  auto& sign = add_cue(plan, "bang-led", begin_us, first_page, v1::MEDIUM_SIGN);
  sign.set_duration_us(1'800 * second);
  for (int page = 0; page < pages; ++page) {
    auto* added = sign.add_pages();
    added->set_object(object_name(first_page + page));
    added->set_dwell_us(10 * second);
  }
}

/// A plan of `days` days: each with `segments` sounds in the morning, and a playlist of `slogans` pages again each half
/// hour around the clock.
v1::Plan month(int days, int segments, int slogans) {
  auto plan = samples::plan();
  plan.clear_cues();
  plan.clear_objects();
  plan.set_horizon_us(plan.made_us() + (days + 1) * day);
  for (int i = 0; i < segments + slogans; ++i) {
    auto* object = plan.add_objects();
    object->set_sha256(object_name(i));
    object->set_bytes(100'000);
    object->set_medium(i < segments ? v1::MEDIUM_AUDIO : v1::MEDIUM_SIGN);
  }
  for (int half_hour = 0; half_hour < days * 48; ++half_hour) {
    const std::int64_t begin_us = plan.made_us() + (2 + half_hour) * 1'800 * second;
    if (slogans > 0) add_playlist(plan, begin_us, segments, slogans);
    if (half_hour % 48 == 5) add_sounds(plan, begin_us, segments);
  }
  return plan;
}

TEST(CompactPlan, SaysTheSameAsItDidBefore) {
  for (auto plan : {samples::plan(), month(3, 4, 5)}) {
    ASSERT_TRUE(check(plan)) << check(plan).error().text;
    const auto back = expand(compact(plan));
    ASSERT_TRUE(back) << back.error().text;
    EXPECT_EQ(back->SerializeAsString(), plan.SerializeAsString());
  }
}

TEST(CompactPlan, OfAHundredSlogansAndFortySegmentsForAMonthFitsIn256KB) {
  const auto plan = month(31, 40, 100);
  ASSERT_GT(plan.ByteSizeLong(), 4U << 20) << "in the first form no envelope holds it";
  const auto bytes = compact(plan).ByteSizeLong();
  EXPECT_LE(bytes, 256'000U - 300U);
  EXPECT_GE(plan.ByteSizeLong(), 10 * bytes);
  RecordProperty("bytes", static_cast<int>(bytes));
}

TEST(CompactPlan, GrowsByTensOfBytesForEachRepetition) {
  const auto more = compact(month(31, 1, 100)).ByteSizeLong(), less = compact(month(30, 1, 100)).ByteSizeLong();
  EXPECT_LE((more - less) / 49, 48U) << "a cue is its occurrence, its start and a number";
}

TEST(CompactPlan, IsMadeWholeWhenItIsDecodedAndKeepsItsPagesOnce) {
  const auto plan = month(2, 2, 3);
  const auto decoded = decode<v1::Plan>(compact(plan).SerializeAsString());
  ASSERT_TRUE(decoded) << decoded.error().text;
  EXPECT_EQ(decoded->templates_size(), 0);
  EXPECT_EQ(decoded->pages_size(), 3);
  EXPECT_EQ(decoded->playlists_size(), 1);
  ASSERT_EQ(decoded->cues_size(), plan.cues_size());
  for (int i = 0; i < plan.cues_size(); ++i) {
    EXPECT_EQ(decoded->cues(i).title(), plan.cues(i).title());
    EXPECT_EQ(decoded->cues(i).pages_size(), 0);
    const auto pages = pages_of(*decoded, decoded->cues(i));
    ASSERT_EQ(static_cast<int>(pages.size()), plan.cues(i).pages_size());
    for (std::size_t page = 0; page < pages.size(); ++page)
      EXPECT_EQ(pages[page].object(), plan.cues(i).pages(static_cast<int>(page)).object());
  }
}

TEST(CompactPlan, IsRefusedWholeByABuildThatDoesNotKnowIt) {
  auto plan = compact(month(2, 2, 3));
  for (auto& cue : *plan.mutable_cues()) {  // an old build drops the fields that it does not know
    cue.clear_template_number();
    cue.clear_playlist_number();
  }
  plan.clear_templates();
  plan.clear_playlists();
  plan.clear_pages();
  EXPECT_FALSE(check(plan)) << "its plan in force stays";
}

TEST(CompactPlan, FoldsWhatIsFoldedOnlyOnce) {
  auto plan = month(2, 2, 3);
  fold_pages(plan);
  const auto once = plan.SerializeAsString();
  fold_pages(plan);
  EXPECT_EQ(plan.SerializeAsString(), once);
  fold_cues(plan);
  const auto compacted = plan.SerializeAsString();
  fold_cues(plan);
  EXPECT_EQ(plan.SerializeAsString(), compacted);
}

TEST(CompactPlan, ToldInThePlainFormHasAsManyBytesAsItSays) {
  auto plan = month(2, 2, 30);
  const auto plain = plan.ByteSizeLong();
  fold_pages(plan);
  EXPECT_GE(plain_bytes(plan), plain);
  EXPECT_LE(plain_bytes(plan), plain + plain / 20);
}

TEST(CompactPlan, LosesWithItsCuesWhatOnlyTheyNamed) {
  auto plan = month(1, 2, 3);
  fold_pages(plan);
  v1::Plan sounds = plan;
  auto& cues = *sounds.mutable_cues();
  for (int i = cues.size() - 1; i >= 0; --i) {
    if (cues[i].medium() == v1::MEDIUM_SIGN) cues.DeleteSubrange(i, 1);
  }
  prune(sounds);
  EXPECT_EQ(sounds.objects_size(), 2);
  EXPECT_EQ(sounds.pages_size(), 0);
  EXPECT_EQ(sounds.playlists_size(), 0);
  EXPECT_TRUE(check(sounds));
  const auto before = plan.SerializeAsString();
  prune(plan);
  EXPECT_EQ(plan.SerializeAsString(), before);
}

/// Place of the template of the sign's cues; the other one is the sound's.
int sign_template(const v1::Plan& plan) { return plan.templates(0).medium() == v1::MEDIUM_SIGN ? 0 : 1; }

struct Fault {
  const char* name;
  void (*damage)(v1::Plan&);
  const char* sentence;
};

const Fault faults[] = {
    {"template_none", [](auto& p) { p.mutable_cues(0)->set_template_number(99); }, "names template 99"},
    {"template_far", [](auto& p) { p.mutable_cues(0)->set_template_number(0xFFFFFFFF); }, "names template 4294967295"},
    {"template_nested", [](auto& p) { p.mutable_templates(0)->set_template_number(1); }, "a template of its own"},
    {"template_start", [](auto& p) { p.mutable_templates(0)->set_start_us(1); }, "a template has"},
    {"template_occurrence", [](auto& p) { p.mutable_templates(0)->set_occurrence("a/2026-11-22/050000"); },
     "a template has"},
    {"template_pages", [](auto& p) { p.mutable_templates(0)->add_pages(); }, "a template has"},
    {"template_bomb", [](auto& p) { p.mutable_templates(0)->set_title(std::string(2'000, 'a')); }, "more than 1024"},
    {"playlist_none", [](auto& p) { p.mutable_templates(sign_template(p))->set_playlist_number(9); }, "playlist 9"},
    {"playlist_page", [](auto& p) { p.mutable_playlists(0)->set_pages(1, 77); }, "page 77"},
    {"playlist_empty", [](auto& p) { p.mutable_playlists(0)->clear_pages(); }, "a playlist's pages 0"},
    {"playlist_long",
     [](auto& p) {
       for (std::size_t i = 0; i < max_pages; ++i) p.mutable_playlists(0)->add_pages(0);
     },
     "is not from 1 to 100"},
    {"page_foreign", [](auto& p) { p.mutable_pages(1)->set_object(std::string(32, 'x')); }, "not listed for a sign"},
    {"page_dwell", [](auto& p) { p.mutable_pages(1)->set_dwell_us(5); }, "dwell_us 5"},
    {"page_first", [](auto& p) { p.mutable_playlists(0)->set_pages(0, 1); }, "not those of the first page"},
    {"both", [](auto& p) { *p.mutable_cues(0)->add_pages() = p.pages(0); }, "pages and a playlist"},
    {"on_a_sound", [](auto& p) { p.mutable_templates(1 - sign_template(p))->set_playlist_number(1); },
     "pages stand only in a cue for a sign"},
};

TEST(CompactPlan, ThatIsWrongIsRefusedWholeWithASentence) {
  for (const auto& fault : faults) {
    auto plan = compact(month(2, 1, 3));
    ASSERT_EQ(plan.templates_size(), 2);
    fault.damage(plan);
    const auto decoded = decode<v1::Plan>(plan.SerializeAsString());
    ASSERT_FALSE(decoded) << fault.name;
    EXPECT_THAT(decoded.error().text, HasSubstr(fault.sentence)) << fault.name;
  }
}

TEST(CompactPlan, CannotBeBlownUp) {
  auto plan = compact(month(31, 0, 100));
  while (static_cast<std::size_t>(plan.cues_size()) < max_cues) *plan.add_cues() = plan.cues(0);
  EXPECT_THAT(expand(plan).error().text, HasSubstr("more than 110000 pages"));
  *plan.add_cues() = plan.cues(0);
  EXPECT_THAT(decode<v1::Plan>(plan.SerializeAsString()).error().text, HasSubstr("20001 cues"));
  auto tables = month(1, 1, 1);
  fold_pages(tables);
  while (static_cast<std::size_t>(tables.pages_size()) <= max_plan_pages) *tables.add_pages() = tables.pages(0);
  EXPECT_THAT(check(tables).error().text, HasSubstr("5001 pages"));
}

}  // namespace
}  // namespace loa::protocol::message
