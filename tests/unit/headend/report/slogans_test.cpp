#include "tests/unit/headend/report/report_sample.hpp"

namespace loa::headend::report {
namespace {

/// A playlist of "page" for 10 s and "strip" for 20 s.
PlannedCue playlist(Micros length) {
  auto sign = cue(0, 0s, length, "bang-1");
  sign.cue.set_medium(v1::MEDIUM_SIGN);
  for (const auto& [name, dwell] : {std::pair{"page", 10s}, std::pair{"strip", 20s}}) {
    auto* page = sign.cue.add_pages();
    page->set_object(std::string{sample::object_of(name).view()});
    page->set_dwell_us(Micros{dwell}.count());
  }
  sign.cue.set_object(sign.cue.pages(0).object());
  return sign;
}

ProofRecord shown(const PlannedCue& of, Micros from, Micros to, std::vector<std::pair<const char*, Micros>> pages) {
  auto record = proof(of, from, to);
  record.proof.set_frames(12);
  for (const auto& [name, length] : pages) {
    auto* page = record.proof.add_pages();
    page->set_object(std::string{sample::object_of(name).view()});
    page->set_shown_us(length.count());
    page->set_frames(6);
  }
  return record;
}

const SloganRow& row_of(const Report& report, const char* name) {
  for (const auto& row : report.slogans) {
    if (row.objects.contains(sample::object_of(name).hex())) return row;
  }
  ADD_FAILURE() << "no row for " << name;
  static const SloganRow none;
  return none;
}

/// A cue of one picture for some time.
PlannedCue slogan_cue(const std::string& station, const char* picture, Micros offset, Micros length,
                      const model::PageFacts& page) {
  auto made = cue(0, offset, length, station);
  made.cue.set_occurrence(fmt::format("bang-led/2026-11-23/05{:02}00", offset / 1min));
  made.cue.set_medium(v1::MEDIUM_SIGN);
  made.cue.set_object(std::string{sample::object_of(picture).view()});
  model::PromiseFacts facts;
  facts.station = station;
  facts.column = page.column;
  facts.pages = {page};
  made.facts = std::make_shared<const model::PromiseFacts>(facts);
  return made;
}

const model::PageFacts health{{"suc-khoe", "Sức khỏe"}, "rua-tay", "Giữ gìn"},
    safety{{"an-toan", "An toàn"}, "an", "Giữ gìn"};

TEST(Report, CountsEachSloganOfAPlaylist) {
  const auto report = make({playlist(70s)}, {shown(playlist(70s), 0s, 70s, {{"page", 29s}, {"strip", 41s}})});
  EXPECT_EQ(spent(report, v1::BUCKET_PLAYED), 70s);
  EXPECT_EQ(row_of(report, "page").planned, 30s);
  EXPECT_EQ(row_of(report, "page").shown, 29s) << "by the proof's count, not by the plan";
  EXPECT_EQ(row_of(report, "strip").planned, 40s);
  EXPECT_EQ(row_of(report, "strip").shown, 41s);
  EXPECT_EQ(row_of(report, "strip").frames, 6U);
  EXPECT_THAT(format_text(report), HasSubstr("0:00:41.000"));
  EXPECT_THAT(format_json(report), HasSubstr(R"("shown_us":41000000)"));
}

TEST(Report, APageThatWasNeverSeenIsCountedAsNothing) {
  const auto report = make({playlist(60s)}, {shown(playlist(60s), 0s, 60s, {{"page", 60s}, {"strip", 0s}})});
  EXPECT_EQ(row_of(report, "strip").planned, 40s);
  EXPECT_EQ(row_of(report, "strip").shown, 0s);
}

TEST(Report, WhatAKilledProcessDidNotCountIsCreditedToNoSlogan) {
  const auto report =
      make({playlist(60s)}, {shown(playlist(60s), 0s, 40s, {}), shown(playlist(60s), 40s, 60s, {{"strip", 20s}})});
  EXPECT_EQ(row_of(report, "page").shown, 0s);
  EXPECT_EQ(row_of(report, "strip").shown, 20s);
  ASSERT_EQ(report.slogans.size(), 3U);
  EXPECT_EQ(report.slogans[0].text, "");
  EXPECT_EQ(report.slogans[0].shown, 40s);
  EXPECT_THAT(format_text(report), HasSubstr("page not recorded"));
}

TEST(Report, SlogansOfContradictingProofsAreNeverCountedTwice) {
  const auto report = make({playlist(60s)}, {shown(playlist(60s), 0s, 60s, {{"page", 20s}, {"strip", 40s}}),
                                             shown(playlist(60s), 0s, 60s, {{"page", 20s}, {"strip", 40s}})});
  EXPECT_EQ(row_of(report, "page").shown, 20s);
  EXPECT_EQ(row_of(report, "strip").shown, 40s);
}

TEST(Report, APlaylistsTimeGoesToTheColumnsOfItsSlogans) {
  auto sign = playlist(45s);
  model::PromiseFacts facts;
  facts.pages = {{{"tin", "Bản tin"}, "a", "Lời"}, {{"tuyen-truyen", "Tuyên truyền"}, "b", "Lời khác"}};
  sign.facts = std::make_shared<const model::PromiseFacts>(facts);
  const auto report = make({sign}, {shown(sign, 0s, 35s, {{"page", 15s}, {"strip", 20s}})});
  ASSERT_EQ(report.categories.size(), 2U);
  EXPECT_EQ(report.categories[0].id, "tin");
  EXPECT_EQ(report.categories[0].account.in(v1::BUCKET_PLAYED), 15s);
  EXPECT_EQ(report.categories[1].account.planned(), 25s);
  EXPECT_EQ(report.categories[1].account.in(v1::BUCKET_UNKNOWN), 5s);
}

TEST(Report, OneSlogansWordsUnderTwoColumnsCountForEachItsOwnTime) {
  const auto one = slogan_cue("bang-1", "page", 0s, 120s, health),
             other = slogan_cue("bang-1", "page", 2min, 180s, safety);
  const auto report = make({one, other}, {proof(one, 0s, 120s), proof(other, 0s, 180s)});
  ASSERT_EQ(report.categories.size(), 2U);
  EXPECT_EQ(report.categories[0].id, "an-toan");
  EXPECT_EQ(report.categories[0].account.in(v1::BUCKET_PLAYED), 3min);
  EXPECT_EQ(report.categories[1].account.in(v1::BUCKET_PLAYED), 2min);
  ASSERT_EQ(report.slogans.size(), 2U);
  EXPECT_EQ(report.slogans[0].shown, 3min);
  EXPECT_EQ(report.slogans[1].shown, 2min);
}

TEST(Report, OnePictureInOnePlaylistIsSharedByItsSlogansTurns) {
  auto sign = playlist(60s);
  sign.cue.mutable_pages(1)->set_object(sign.cue.pages(0).object());
  model::PromiseFacts facts;
  facts.pages = {health, safety};
  sign.facts = std::make_shared<const model::PromiseFacts>(facts);
  const auto report = make({sign}, {shown(sign, 0s, 45s, {{"page", 45s}})});
  ASSERT_EQ(report.slogans.size(), 2U);
  EXPECT_EQ(report.slogans[0].slogan, "an");
  EXPECT_EQ(report.slogans[0].shown, 25s) << "20 s and 5 s of 45";
  EXPECT_EQ(report.slogans[1].shown, 20s);
  EXPECT_EQ(report.slogans[0].frames + report.slogans[1].frames, 6U);
}

TEST(Report, OneSloganOnThreeSizesIsOneRow) {
  const auto one = slogan_cue("bang-1", "page", 0s, 60s, health),
             other = slogan_cue("bang-2", "strip", 0s, 60s, health),
             third = slogan_cue("bang-3", "wide", 0s, 60s, health);
  const auto report = make({one, other, third}, {proof(one, 0s, 60s), proof(third, 0s, 30s)});
  ASSERT_EQ(report.slogans.size(), 1U);
  EXPECT_EQ(report.slogans[0].planned, 180s);
  EXPECT_EQ(report.slogans[0].shown, 90s);
  EXPECT_EQ(report.slogans[0].objects.size(), 3U);
}

}  // namespace
}  // namespace loa::headend::report
