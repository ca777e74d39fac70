#include "protocol/base/log.hpp"

#include <gtest/gtest.h>

#include "protocol/base/result.hpp"

namespace loa {
namespace {

TEST(LogFormat, QuotesWhatWouldBreakTheLine) {
  EXPECT_EQ(log::format("cue.started", {{"cue", "a/b"}, {"late_ms", 12}}), "cue.started cue=a/b late_ms=12");
  EXPECT_EQ(log::format("x.y", {{"reason", "no space left"}}), "x.y reason=\"no space left\"");
  EXPECT_EQ(log::format("x.y", {{"empty", ""}, {"quote", "a\"b"}, {"slash", "a\\b"}, {"equals", "a=b"}}),
            "x.y empty=\"\" quote=\"a\\\"b\" slash=\"a\\\\b\" equals=\"a=b\"");
}

TEST(LogFormat, KeepsAForeignTextOnOneLine) {
  EXPECT_EQ(log::format("x.y", {{"title", "a\nERROR b\x1b[2J\x7f"}}), "x.y title=\"a ERROR b [2J \"");
}

TEST(LogWrite, DropsWhatIsBelowTheLevelAndMarksThePriority) {
  log::set_level(log::Level::warn);
  ::testing::internal::CaptureStderr();
  log::info("quiet.info");
  log::warn("loud.warn", {{"n", 1}});
  log::error("loud.error");
  log::set_level(log::Level::info);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "<4>loud.warn n=1\n<3>loud.error\n");
}

TEST(Result, CarriesTheErrorWithItsContext) {
  const auto inner = []() -> Result<int> { return fail(ErrorCode::full, "cannot write {}", "x"); };
  const auto middle = [&]() -> Result<void> {
    LOA_TRY_LET(const int value, inner());
    return value > 0 ? Result<void>{} : fail(ErrorCode::invalid, "no");
  };
  const auto outer = [&]() -> Result<void> {
    auto result = middle();
    if (!result) return pass(std::move(result).error(), "saving the day");
    return {};
  };
  ASSERT_FALSE(outer());
  EXPECT_EQ(outer().error().code, ErrorCode::full);
  EXPECT_EQ(outer().error().text, "saving the day: cannot write x");
}

TEST(ErrorCode, HasAStableNameForEachCode) {
  EXPECT_STREQ(name_of(ErrorCode::invalid), "invalid");
  EXPECT_STREQ(name_of(ErrorCode::missing), "missing");
  EXPECT_STREQ(name_of(ErrorCode::exists), "exists");
  EXPECT_STREQ(name_of(ErrorCode::refused), "refused");
  EXPECT_STREQ(name_of(ErrorCode::io), "io");
  EXPECT_STREQ(name_of(ErrorCode::busy), "busy");
  EXPECT_STREQ(name_of(ErrorCode::timeout), "timeout");
  EXPECT_STREQ(name_of(ErrorCode::full), "full");
  EXPECT_STREQ(name_of(ErrorCode::unsupported), "unsupported");
}

}  // namespace
}  // namespace loa
