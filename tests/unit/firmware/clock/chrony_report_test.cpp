#include "firmware/clock/chrony_report.hpp"

#include <gtest/gtest.h>

#include "firmware/clock/system_clock.hpp"
#include "protocol/base/text.hpp"

namespace loa::firmware {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t sequence = 0x01'02'03'04;

// Answers of chronyd 4.3 (Debian 12) to a request of that sequence.
const char* const of_a_source =
    "060200000021000500000000000000000102030400000000000000007f0000017f000001000000000000000000000000"
    "0001000000090000000000006b01973715c76999dd1997ead28c7159d8895dc8f779be14f0add5b4fae8c82be0a8604b"
    "dca3298d008162b0";
const char* const of_nobody =
    "060200000021000500000000000000000102030400000000000000000000000000000000000000000000000000000000"
    "000000000000000300000000000000000000000000000000000000000000000000000000000000000000000004800000"
    "0480000000000000";
const char* const of_itself =
    "060200000021000500000000000000000102030400000000000000007f7f010100000000000000000000000000000000"
    "0000000000080000000000006b01972d1926c6bb00000000000000000000000000000000000000000000000000000000"
    "0000000000000000";

std::string bytes_of(const char* hex) { return parse_hex(hex).value(); }

std::string with(std::size_t at, std::string_view bytes) {
  std::string answer = bytes_of(of_a_source);
  answer.replace(at, bytes.size(), bytes);
  return answer;
}

TEST(ChronyReport, ReadsWhatARealChronydSays) {
  const auto source = parse_chrony_reply(bytes_of(of_a_source), sequence);
  ASSERT_TRUE(source) << source.error().text;
  EXPECT_TRUE(source->synchronised);
  EXPECT_EQ(source->error_bound, 6us) << "|offset| 1.718 us + dispersion 1.197 us + half the delay of 5.018 us";
}

TEST(ChronyReport, WithoutASourceItIsNotSynchronised) {
  EXPECT_FALSE(parse_chrony_reply(bytes_of(of_nobody), sequence)->synchronised);
}

TEST(ChronyReport, ItsOwnClockIsNoSource) {
  EXPECT_FALSE(parse_chrony_reply(bytes_of(of_itself), sequence)->synchronised);
}

TEST(ChronyReport, RefusesWhatIsNoAnswerToItsQuestion) {
  const std::string good = bytes_of(of_a_source);
  EXPECT_FALSE(parse_chrony_reply(good, sequence + 1));
  for (std::size_t length = 0; length < good.size(); ++length)
    EXPECT_FALSE(parse_chrony_reply(std::string_view{good}.substr(0, length), sequence)) << length;
  EXPECT_FALSE(parse_chrony_reply(good + "x", sequence));
  const struct {
    const char* what;
    std::size_t at;
    std::string bytes;
  } wrong[] = {{"version", 0, "\x05"},
               {"a request", 1, "\x01"},
               {"another command", 4, std::string("\0\x22", 2)},
               {"another reply", 6, std::string("\0\x06", 2)},
               {"status", 8, std::string("\0\x02", 2)},
               {"leap status 4", 54, std::string("\0\x04", 2)},
               {"negative delay", 92, "\x01\x80\x00\x00"},
               {"negative dispersion", 96, std::string("\x01\x80\0\0", 4)}};
  for (const auto& one : wrong) EXPECT_FALSE(parse_chrony_reply(with(one.at, one.bytes), sequence)) << one.what;
}

TEST(ChronyReport, TheGreatestNumbersOfItsFormatAreABoundOfAnHour) {
  const auto report = parse_chrony_reply(with(96, std::string("\x7E\xFF\xFF\xFF", 4)), sequence);
  ASSERT_TRUE(report) << report.error().text;
  EXPECT_EQ(report->error_bound, 1h);
}

TEST(ChronyReport, AStratumOutOfRangeIsNotSynchronised) {
  for (const char* stratum : {"\0\0", "\0\x10", "\x01\x01"})
    EXPECT_FALSE(parse_chrony_reply(with(52, {stratum, 2}), sequence)->synchronised);
}

TEST(ChronyReport, ItsBoundMakesTheGrade) {
  const struct {
    ChronyReport report;
    ClockGrade grade;
  } table[] = {{{true, 0us}, ClockGrade::disciplined},   {{true, 100ms}, ClockGrade::disciplined},
               {{true, 100'001us}, ClockGrade::network}, {{true, 16s}, ClockGrade::network},
               {{true, 16'000'001us}, ClockGrade::none}, {{false, 1us}, ClockGrade::none}};
  for (const auto& row : table) EXPECT_EQ(grade_of(row.report), row.grade) << row.report.error_bound.count();
}

}  // namespace
}  // namespace loa::firmware
