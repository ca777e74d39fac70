#include "protocol/settings/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/base/file.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::protocol::settings {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto example = R"(
name = "loa-01"
groups = ["tdp-7", "all"]
[broker]
host = "10.0.0.1"
port = 8883
tls = true
ca = "ca.crt"
[[sign]]
kind = "sdl"
[[sign]]
kind = "none"
)";

Section parsed(std::string_view text) { return Section::parse(text, "etc/station.toml").value(); }

TEST(Settings, GivesTypedValues) {
  const auto settings = parsed(example);
  EXPECT_EQ(settings.text("name").value(), "loa-01");
  EXPECT_THAT(settings.texts("groups").value(), ElementsAre("tdp-7", "all"));
  const auto broker = settings.section("broker").value();
  EXPECT_EQ(broker.text("host").value(), "10.0.0.1");
  EXPECT_EQ(broker.number("port", 1, 65'535).value(), 8883);
  EXPECT_TRUE(broker.flag_or("tls", false).value());
  EXPECT_EQ(broker.path("ca").value(), "etc/ca.crt");
  const auto signs = settings.sections("sign").value();
  ASSERT_EQ(signs.size(), 2U);
  EXPECT_EQ(signs[0].word("kind", {"sdl", "none"}).value(), "sdl");
  EXPECT_EQ(signs[1].text("kind").value(), "none");
  EXPECT_TRUE(settings.finish());
}

TEST(Settings, GivesDefaultsForWhatIsAbsent) {
  const auto settings = parsed("");
  EXPECT_EQ(settings.text_or("a", "x").value(), "x");
  EXPECT_EQ(settings.number_or("b", 5, 0, 9).value(), 5);
  EXPECT_TRUE(settings.flag_or("d", true).value());
  EXPECT_EQ(settings.path_or("e", "x.db").value(), "etc/x.db");
  EXPECT_EQ(settings.path_or("e", "").value(), "");
  EXPECT_EQ(settings.word_or("f", "y", {"x", "y"}).value(), "y");
  EXPECT_TRUE(settings.texts("g").value().empty());
  EXPECT_TRUE(settings.sections("h").value().empty());
  EXPECT_FALSE(settings.has("i"));
  EXPECT_EQ(settings.section_or_empty("j").value().number_or("k", 3, 0, 9).value(), 3);
  EXPECT_EQ(settings.section_or_empty("j").value().text("k").error().code, ErrorCode::missing);
}

TEST(Settings, TellsFileSectionAndKeyOfWhatIsMissing) {
  const auto settings = parsed("[broker]\n");
  EXPECT_EQ(settings.text("name").error().text, "etc/station.toml: name is missing: write name = \"…\"");
  EXPECT_EQ(settings.section("broker").value().number("port", 1, 9).error().text,
            "etc/station.toml: [broker] port is missing: write a whole number from 1 to 9");
  EXPECT_EQ(settings.section("tls").error().text, "etc/station.toml: the section [tls] is missing");
  EXPECT_EQ(settings.section("tls").error().code, ErrorCode::missing);
}

TEST(Settings, TellsAWrongTypeOrRange) {
  const auto settings = parsed(
      "n = \"5\"\nt = 5\nf = 1\nbig = 70000\nempty = \"\"\nlist = [1]\nsec = 1\nr = 4.5\nw = \"z\"\nd = 2026-01-01\n");
  EXPECT_THAT(settings.number("n", 0, 9).error().text, HasSubstr("n must be a whole number from 0 to 9, not a text"));
  EXPECT_THAT(settings.text("t").error().text, HasSubstr("t must be a text in quotes, not a whole number"));
  EXPECT_THAT(settings.text("d").error().text, HasSubstr("not a date or time"));
  EXPECT_THAT(settings.flag_or("f", false).error().text, HasSubstr("f must be true or false, not a whole number"));
  EXPECT_THAT(settings.number("big", 1, 65'535).error().text, HasSubstr("big = 70000 is not from 1 to 65535"));
  EXPECT_THAT(settings.number_or("r", 1, 1, 9).error().text, HasSubstr("not a number with a fraction"));
  EXPECT_THAT(settings.text_or("empty", "x").error().text, HasSubstr("must not be empty"));
  EXPECT_THAT(settings.texts("list").error().text, HasSubstr("must be an array of texts"));
  EXPECT_THAT(settings.texts("t").error().text, HasSubstr("must be an array of texts"));
  EXPECT_THAT(settings.section("sec").error().text, HasSubstr("must be a section [sec], not a whole number"));
  EXPECT_THAT(settings.sections("sec").error().text, HasSubstr("must be sections [[sec]]"));
  EXPECT_THAT(settings.word("w", {"x", "y"}).error().text, HasSubstr("w = \"z\" is none of: x, y"));
}

TEST(Settings, TellsEveryKeyThatNobodyAskedFor) {
  const auto settings = parsed("name = \"a\"\nnmae = \"b\"\n[broker]\nhots = 1\n[ghost]\nx = 1\n[[sign]]\nbad = 1\n");
  ASSERT_TRUE(settings.text("name"));
  ASSERT_TRUE(settings.section("broker"));
  ASSERT_TRUE(settings.sections("sign"));
  const auto finished = settings.section("broker").value().finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(
      finished.error().text,
      "etc/station.toml: unknown keys: broker.hots (line 4), ghost (line 5), nmae (line 2), sign[0].bad (line 8): "
      "correct or remove");
}

TEST(Settings, TellsLineAndColumnOfASyntaxError) {
  const auto wrong = Section::parse("a = 1\nb = = 2\n", "x.toml");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::invalid);
  EXPECT_THAT(wrong.error().text, HasSubstr("x.toml line 2, column "));
  EXPECT_FALSE(Section::parse("a = 1\na = 2\n", "x.toml"));
}

TEST(Settings, AreLoadedFromAFile) {
  const tests::TempFolder folder;
  ASSERT_TRUE(save_file(folder / "s.toml", "key = \"k/secret\"\n"));
  const auto settings = Section::load(folder / "s.toml").value();
  EXPECT_EQ(settings.path("key").value(), folder / "k/secret");
  EXPECT_EQ(Section::load(folder / "none.toml").error().code, ErrorCode::missing);
  ASSERT_TRUE(save_file(folder / "abs.toml", "key = \"/etc/secret\"\n"));
  EXPECT_EQ(Section::load(folder / "abs.toml").value().path("key").value(), "/etc/secret");
  ASSERT_TRUE(save_file(folder / "large.toml", std::string((1 << 20) + 1, '#')));
  EXPECT_EQ(Section::load(folder / "large.toml").error().code, ErrorCode::invalid);
}

}  // namespace
}  // namespace loa::protocol::settings
