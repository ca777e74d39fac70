#include "protocol/base/text.hpp"
#include "station/journal/crc32.hpp"
#include "tests/unit/station/journal/journal_fixture.hpp"

namespace loa::station::journal {
namespace {

// A whole segment of format 1: epoch 00…0f, key of seed 07…07, draft(0) and draft(1) appended at `morning`.
constexpr std::string_view golden_segment =
#include "tests/unit/station/journal/golden_segment.inc"
    ;

SegmentHead golden_head() {
  SegmentHead head;
  for (std::size_t i = 0; i < head.epoch.size(); ++i) head.epoch[i] = static_cast<std::uint8_t>(i);
  head.ward = "phuc-xa";
  head.station = "cum-01";
  return head;
}

class FormatTest : public JournalTest {
 protected:
  void put_segment(const std::string& bytes) {
    ASSERT_TRUE(make_folders(folder()));
    ASSERT_TRUE(save_file(segment(1), bytes));
  }
};

TEST_F(FormatTest, CrcIsTheOneOfEthernet) { EXPECT_EQ(crc32("123456789"), 0xcbf43926u); }

TEST_F(FormatTest, HeadIsTheDocumentedBytes) {
  EXPECT_EQ(format_hex(encode_head(golden_head())), golden_segment.substr(0, 2 * segment_head_bytes));
}

TEST_F(FormatTest, RecordIsTheDocumentedBytes) {
  EXPECT_EQ(format_hex(encode_record("123456789")),
            "09000000"
            "2639f4cb"
            "313233343536373839");
}

TEST_F(FormatTest, ReadsTheGoldenSegment) {
  put_segment(*parse_hex(golden_segment));
  const ProofJournal journal = open();
  EXPECT_EQ(journal.epoch(), golden_head().epoch);
  EXPECT_EQ(journal.last(), 2u);
  EXPECT_EQ(journal.recovery().torn_bytes + journal.recovery().damaged_bytes + journal.recovery().lost_proofs, 0u);
  ASSERT_TRUE(chain_holds(journal, 1));
  const auto second = read_sealed(journal.waiting(1, 1)->front().sealed);
  EXPECT_EQ(second->proof.segment(), 1u);
  EXPECT_EQ(second->proof.from_us(), 1'795'212'005'000'000);
  EXPECT_EQ(second->proof.frames(), 240'000u);
}

TEST_F(FormatTest, WritesTheGoldenSegment) {
  put_segment(encode_head(golden_head()));
  {
    ProofJournal journal = open();
    fill(journal, 0, 2);
  }
  EXPECT_EQ(format_hex(*read_file(segment(1), 1 << 20)), golden_segment);
}

TEST_F(FormatTest, RefusesANewerFormatAndChangesNothing) {
  std::string newer = encode_head(golden_head()).substr(0, segment_head_bytes - 4);
  newer[8] = 2;
  const std::uint32_t crc = crc32(newer);
  for (int shift = 0; shift < 32; shift += 8) newer += static_cast<char>((crc >> shift) & 0xff);
  newer += "what a newer program wrote";
  put_segment(newer);
  const auto journal = try_open();
  ASSERT_FALSE(journal);
  EXPECT_EQ(journal.error().code, ErrorCode::unsupported);
  EXPECT_NE(journal.error().text.find("journal format 2, this program knows 1"), std::string::npos)
      << journal.error().text;
  EXPECT_EQ(*read_file(segment(1), 1 << 20), newer);
}

TEST_F(FormatTest, TellsADamagedHeadFromANewerOne) {
  std::string rotten = encode_head(golden_head());
  rotten[8] = 2;
  EXPECT_EQ(decode_head(rotten).error().code, ErrorCode::invalid);
}

}  // namespace
}  // namespace loa::station::journal
