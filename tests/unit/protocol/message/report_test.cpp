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

template <class Message>
std::string verdict(Message message, const std::function<void(Message&)>& damage) {
  damage(message);
  const auto result = check(message);
  if (result) return "accepted";
  EXPECT_EQ(result.error().code, ErrorCode::invalid);
  return result.error().text;
}

std::string proof_with(const std::function<void(v1::Proof&)>& damage) {
  return verdict<v1::Proof>(samples::proof(), damage);
}

TEST(ReportCheck, AcceptsTheSamples) {
  EXPECT_TRUE(check(samples::proof()));
  EXPECT_TRUE(check(samples::refusal()));
  EXPECT_TRUE(check(samples::receipt()));
  EXPECT_TRUE(check(samples::state()));
  EXPECT_TRUE(check(samples::status()));
  EXPECT_TRUE(check(samples::fault()));
  EXPECT_TRUE(check(samples::command()));
  EXPECT_TRUE(check(samples::answer()));
}

TEST(ProofCheck, HoldsTheChainTogether) {
  EXPECT_THAT(proof_with([](auto& p) { p.set_epoch("short"); }), HasSubstr("epoch has 5 bytes, not 16"));
  EXPECT_THAT(proof_with([](auto& p) { p.set_number(0); }), HasSubstr("number is 0"));
  EXPECT_THAT(proof_with([](auto& p) { p.set_previous(""); }), HasSubstr("previous has 0 bytes"));
  EXPECT_THAT(proof_with([](auto& p) { p.set_previous(std::string(32, 'x')); }),
              HasSubstr("previous is zero for number 1"));
  EXPECT_THAT(proof_with([](auto& p) { p.set_number(2); }), HasSubstr("previous is zero for number 1"));
}

TEST(ProofCheck, NamesWhatIsWrong) {
  EXPECT_THAT(proof_with([](auto& p) { p.set_late_us(-1); }), HasSubstr("late_us -1"));
  EXPECT_THAT(proof_with([](auto& p) { p.set_again_us(most); }), HasSubstr("again_us"));
  EXPECT_THAT(verdict<v1::Proof>(samples::refusal(), [](auto& p) { p.set_late_us(1); }),
              HasSubstr("late_us stands only"));
  EXPECT_THAT(proof_with([](auto& p) { p.set_occurrence("x"); }), HasSubstr("occurrence"));
  EXPECT_THAT(proof_with([](auto& p) { p.set_segment(10'000); }), HasSubstr("segment 10000"));
  EXPECT_THAT(proof_with([](auto& p) { p.set_bucket(v1::BUCKET_UNKNOWN); }), HasSubstr("bucket 0"));
  EXPECT_THAT(proof_with([](auto& p) { p.set_bucket(static_cast<v1::Bucket>(77)); }), HasSubstr("bucket 77"));
  EXPECT_THAT(proof_with([](auto& p) { p.set_reason(""); }), HasSubstr("reason is not an id"));
  EXPECT_THAT(proof_with([](auto& p) { p.clear_medium(); }), HasSubstr("medium 0"));
  EXPECT_THAT(proof_with([](auto& p) { p.set_from_us(0); }), HasSubstr("from_us 0"));
  EXPECT_THAT(proof_with([](auto& p) { p.set_from_us(least); }), HasSubstr("from_us"));
  EXPECT_THAT(proof_with([](auto& p) { p.set_to_us(p.from_us()); }), HasSubstr("to_us"));
  EXPECT_THAT(proof_with([](auto& p) { p.set_to_us(most); }), HasSubstr("to_us"));
  EXPECT_THAT(proof_with([](auto& p) { p.set_object("x"); }), HasSubstr("object has 1 bytes"));
  EXPECT_THAT(proof_with([](auto& p) { p.set_first_frame(1ULL << 63); }), HasSubstr("first_frame"));
  EXPECT_THAT(proof_with([](auto& p) { p.set_gain_cb(1); }), HasSubstr("gain_cb 1"));
  EXPECT_THAT(proof_with([](auto& p) { p.set_start_error_us(60'000'001); }), HasSubstr("start_error_us"));
  EXPECT_THAT(proof_with([](auto& p) { p.set_device_ppb(-10'000'001); }), HasSubstr("device_ppb"));
}

TEST(ProofCheck, RefusesMoreSoundThanTime) {
  EXPECT_EQ(proof_with([](auto& p) { p.set_frames(30 * 48'000); }), "accepted") << "within the slack of 100 ms";
  EXPECT_THAT(proof_with([](auto& p) { p.set_frames(30 * 48'000 + 4'801); }), HasSubstr("do not fit into 29.9 s"));
  EXPECT_THAT(proof_with([](auto& p) { p.set_frames(1ULL << 63); }), HasSubstr("do not fit"));
  EXPECT_THAT(verdict<v1::Proof>(samples::refusal(), [](auto& p) { p.set_frames(1); }),
              HasSubstr("only with what was played"));
  EXPECT_THAT(verdict<v1::Proof>(samples::refusal(), [](auto& p) { p.add_gaps(); }),
              HasSubstr("only with what was played"));
}

TEST(ProofCheck, KeepsGapsInsideAndApart) {
  EXPECT_THAT(proof_with([](auto& p) { p.mutable_gaps(0)->set_at_us(p.from_us() - 1); }), HasSubstr("a gap of"));
  EXPECT_THAT(proof_with([](auto& p) { p.mutable_gaps(0)->set_at_us(p.to_us() - 1); }), HasSubstr("a gap of"));
  EXPECT_THAT(proof_with([](auto& p) { p.mutable_gaps(0)->set_length_us(0); }), HasSubstr("a gap of"));
  EXPECT_THAT(proof_with([](auto& p) { p.mutable_gaps(0)->set_length_us(most); }), HasSubstr("a gap of"));
  EXPECT_THAT(proof_with([](auto& p) { p.mutable_gaps(0)->set_at_us(most); }), HasSubstr("a gap of"));
  EXPECT_THAT(proof_with([](auto& p) { *p.add_gaps() = p.gaps(0); }), HasSubstr("a gap of"));
  EXPECT_THAT(proof_with([](auto& p) {
                while (static_cast<std::size_t>(p.gaps_size()) <= max_gaps) p.add_gaps();
              }),
              HasSubstr("1001 gaps"));
}

v1::PageShown& add_page(v1::Proof& proof, char object, std::int64_t shown_us, std::uint64_t frames) {
  auto* page = proof.add_pages();
  page->set_object(std::string(32, object));
  page->set_shown_us(shown_us);
  page->set_frames(frames);
  return *page;
}

TEST(ProofCheck, PagesAreNotShownLongerThanTheirPart) {
  const auto of_sign = [](auto&& damage) {
    return proof_with([&](v1::Proof& p) {
      p.set_medium(v1::MEDIUM_SIGN);
      p.set_frames(10);
      add_page(p, 'a', 20'000'000, 6);
      add_page(p, 'b', 10'000'000, 4);
      damage(p);
    });
  };
  EXPECT_EQ(of_sign([](auto&) {}), "accepted");
  EXPECT_THAT(of_sign([](auto& p) { p.mutable_pages(1)->set_shown_us(10'000'001); }), HasSubstr("a page's shown_us"));
  EXPECT_THAT(of_sign([](auto& p) { p.mutable_pages(0)->set_shown_us(-1); }), HasSubstr("a page's shown_us -1"));
  EXPECT_THAT(of_sign([](auto& p) { p.mutable_pages(1)->set_frames(5); }), HasSubstr("a page's frames 5"));
  EXPECT_THAT(of_sign([](auto& p) { p.mutable_pages(1)->set_object("x"); }), HasSubstr("a page's object"));
  EXPECT_THAT(of_sign([](auto& p) { p.mutable_pages(1)->set_object(p.pages(0).object()); }), HasSubstr("there twice"));
  EXPECT_THAT(of_sign([](auto& p) { p.set_medium(v1::MEDIUM_AUDIO); }), HasSubstr("only with a sign"));
  EXPECT_THAT(of_sign([](auto& p) {
                while (static_cast<std::size_t>(p.pages_size()) <= max_pages) p.add_pages();
              }),
              HasSubstr("101 pages"));
  EXPECT_THAT(verdict<v1::Proof>(samples::refusal(), [](auto& p) { p.add_pages(); }),
              HasSubstr("only with what was played"));
}

TEST(ReceiptCheck, NamesWhatIsWrong) {
  EXPECT_THAT(verdict<v1::Receipt>(samples::receipt(), [](auto& r) { r.set_epoch(""); }),
              HasSubstr("epoch has 0 bytes"));
  EXPECT_THAT(verdict<v1::Receipt>(samples::receipt(), [](auto& r) { r.set_through(0); }), HasSubstr("through is 0"));
  EXPECT_THAT(verdict<v1::Receipt>(samples::receipt(), [](auto& r) { r.set_head("x"); }),
              HasSubstr("head has 1 bytes"));
}

TEST(ReceiptCheck, OfNothingNamesNoHead) {
  const auto of_nothing = [](auto& receipt) {
    receipt.set_through(0);
    receipt.set_head(std::string(32, '\0'));
  };
  EXPECT_EQ(verdict<v1::Receipt>(samples::receipt(), of_nothing), "accepted");
}

TEST(StateAndStatusCheck, BoundsTheReceiptThatAStationSendsBack) {
  EXPECT_EQ(verdict<v1::Status>(samples::status(), [](auto& s) { s.set_receipt(std::string(1024, 'x')); }), "accepted");
  EXPECT_THAT(verdict<v1::Status>(samples::status(), [](auto& s) { s.set_receipt(std::string(1025, 'x')); }),
              HasSubstr("a receipt of 1025 bytes"));
}

TEST(StateAndStatusCheck, NameWhatIsWrong) {
  EXPECT_THAT(verdict<v1::State>(samples::state(), [](auto& s) { s.set_boot(""); }), HasSubstr("boot"));
  EXPECT_THAT(verdict<v1::State>(samples::state(), [](auto& s) { s.set_since_us(-1); }), HasSubstr("since_us -1"));
  EXPECT_EQ(verdict<v1::State>(samples::state(), [](auto& s) { s.set_since_us(0); }), "accepted")
      << "a clock never set";
  EXPECT_THAT(verdict<v1::Status>(samples::status(), [](auto& s) { s.set_objects_held(4); }),
              HasSubstr("objects_held 4"));
  EXPECT_THAT(verdict<v1::Status>(samples::status(), [](auto& s) { s.set_failed_starts(1); }),
              HasSubstr("failed_starts 1 is more than starts 0"));
  EXPECT_THAT(verdict<v1::Status>(samples::status(), [](auto& s) { s.set_at_us(most); }), HasSubstr("at_us"));
  EXPECT_THAT(verdict<v1::Status>(samples::status(), [](auto& s) { s.set_on_air("\x07"); }), HasSubstr("on_air"));
  EXPECT_THAT(verdict<v1::Status>(samples::status(), [](auto& s) { s.set_software(std::string(300, 'a')); }),
              HasSubstr("software"));
  EXPECT_THAT(verdict<v1::Status>(samples::status(), [](auto& s) { s.set_refused(std::string(501, 'a')); }),
              HasSubstr("refused"));
  EXPECT_THAT(verdict<v1::Status>(samples::status(), [](auto& s) { s.set_temperature_c(201); }),
              HasSubstr("temperature_c 201"));
  EXPECT_THAT(verdict<v1::Status>(samples::status(), [](auto& s) { s.set_next_within_s(3'601); }),
              HasSubstr("next_within_s 3601"));
}

TEST(StatusCheck, NamesProcessAndJournalOrLeavesThemOut) {
  EXPECT_EQ(verdict<v1::Status>(samples::journal_status(), [](auto&) {}), "accepted");
  EXPECT_THAT(verdict<v1::Status>(samples::journal_status(), [](auto& s) { s.set_boot("No word"); }),
              HasSubstr("boot"));
  EXPECT_THAT(verdict<v1::Status>(samples::journal_status(), [](auto& s) { s.set_epoch("short"); }),
              HasSubstr("epoch"));
  EXPECT_THAT(verdict<v1::Status>(samples::journal_status(), [](auto& s) { s.set_began_us(1); }),
              HasSubstr("began_us"));
  EXPECT_EQ(verdict<v1::Status>(samples::journal_status(), [](auto& s) { s.set_began_us(0); }), "accepted");
}

TEST(StatusCheck, NamesEachStandingFaultOnce) {
  EXPECT_EQ(verdict<v1::Status>(samples::status(), [](auto& s) { s.mutable_faults()->add_codes("panel"); }),
            "accepted");
  EXPECT_THAT(verdict<v1::Status>(samples::status(), [](auto& s) { s.mutable_faults()->add_codes("A"); }),
              HasSubstr("a code of faults"));
  EXPECT_THAT(verdict<v1::Status>(samples::status(),
                                  [](auto& s) {
                                    s.mutable_faults()->add_codes("panel");
                                    s.mutable_faults()->add_codes("panel");
                                  }),
              HasSubstr("'panel' twice"));
  EXPECT_THAT(verdict<v1::Status>(samples::status(),
                                  [](auto& s) {
                                    for (int i = 0; i < 65; ++i) s.mutable_faults()->add_codes(std::to_string(i));
                                  }),
              HasSubstr("65 faults"));
}

TEST(FaultCheck, NamesWhatIsWrong) {
  EXPECT_THAT(verdict<v1::Fault>(samples::fault(), [](auto& f) { f.set_code("a/b"); }), HasSubstr("code"));
  EXPECT_THAT(verdict<v1::Fault>(samples::fault(), [](auto& f) { f.set_state(static_cast<v1::FaultState>(9)); }),
              HasSubstr("state 9"));
  EXPECT_THAT(verdict<v1::Fault>(samples::fault(), [](auto& f) { f.set_since_us(least); }), HasSubstr("since_us"));
  EXPECT_THAT(verdict<v1::Fault>(samples::fault(), [](auto& f) { f.set_count(0); }), HasSubstr("count is 0"));
  EXPECT_THAT(verdict<v1::Fault>(samples::fault(), [](auto& f) { f.set_text("\x80"); }), HasSubstr("text"));
}

TEST(CommandCheck, NamesWhatIsWrong) {
  EXPECT_THAT(verdict<v1::Command>(samples::command(), [](auto& c) { c.set_id("#"); }), HasSubstr("id is not an id"));
  EXPECT_THAT(verdict<v1::Command>(samples::command(), [](auto& c) { c.clear_order(); }),
              HasSubstr("no order that is known"));
  EXPECT_THAT(verdict<v1::Command>(samples::command(), [](auto& c) { c.mutable_mute()->set_until_us(most); }),
              HasSubstr("until_us"));
  EXPECT_THAT(verdict<v1::Command>(samples::command(), [](auto& c) { c.mutable_mute()->set_reason("\r"); }),
              HasSubstr("mute reason"));
  EXPECT_THAT(
      verdict<v1::Command>(samples::command(), [](auto& c) { c.mutable_stop()->set_reason(std::string(201, 'a')); }),
      HasSubstr("stop reason"));
  EXPECT_EQ(verdict<v1::Command>(samples::command(), [](auto& c) { c.mutable_report(); }), "accepted");
  EXPECT_THAT(verdict<v1::Command>(samples::command(), [](auto& c) { c.mutable_acknowledge()->set_code("a/b"); }),
              HasSubstr("acknowledge code"));
  EXPECT_THAT(verdict<v1::Command>(samples::command(), [](auto& c) { c.mutable_reset()->set_code(""); }),
              HasSubstr("reset code"));
  EXPECT_EQ(verdict<v1::Command>(samples::command(), [](auto& c) { c.mutable_reset()->set_code("panel"); }),
            "accepted");
}

TEST(CommandCheck, ATestIsNoLouderThanFullScale) {
  EXPECT_EQ(verdict<v1::Command>(samples::test_command(), [](auto&) {}), "accepted");
  EXPECT_THAT(verdict<v1::Command>(samples::test_command(), [](auto& c) { c.mutable_test()->set_gain_cb(1); }),
              HasSubstr("test gain_cb 1"));
}

TEST(AnswerCheck, MeasuresOfATestMakeSense) {
  const auto wrong = [](auto change) {
    return verdict<v1::Answer>(samples::test_answer(), [&](auto& a) { change(*a.mutable_measured(0)); });
  };
  EXPECT_EQ(wrong([](auto&) {}), "accepted");
  EXPECT_THAT(wrong([](auto& m) { m.set_medium(v1::MEDIUM_UNSPECIFIED); }), HasSubstr("medium 0"));
  EXPECT_THAT(wrong([](auto& m) { m.set_reason("Ready!"); }), HasSubstr("measured reason"));
  EXPECT_THAT(wrong([](auto& m) { m.set_to_us(m.from_us() - 1); }), HasSubstr("measured to_us"));
  EXPECT_THAT(wrong([](auto& m) { m.set_to_us(m.from_us() + 10'000'001); }), HasSubstr("measured to_us"));
  EXPECT_THAT(wrong([](auto& m) { m.set_gaps_us(2'000'001); }), HasSubstr("gaps_us"));
  EXPECT_THAT(wrong([](auto& m) { m.set_gain_cb(1); }), HasSubstr("gain_cb 1"));
  EXPECT_THAT(wrong([](auto& m) { m.set_start_error_us(60'000'001); }), HasSubstr("start_error_us"));
  EXPECT_THAT(wrong([](auto& m) { m.set_device_ppb(10'000'001); }), HasSubstr("device_ppb"));
  EXPECT_THAT(verdict<v1::Answer>(samples::test_answer(),
                                  [](auto& a) {
                                    for (int i = 0; i < 2; ++i) *a.add_measured() = a.measured(0);
                                  }),
              HasSubstr("3 measured outputs"));
}

TEST(StatusCheck, UnderstandsWords) {
  EXPECT_EQ(verdict<v1::Status>(samples::status(), [](auto& s) { s.add_understands("test"); }), "accepted");
  EXPECT_THAT(verdict<v1::Status>(samples::status(), [](auto& s) { s.add_understands("Test"); }),
              HasSubstr("a word of understands"));
}

TEST(AnswerCheck, NamesWhatIsWrong) {
  EXPECT_THAT(verdict<v1::Answer>(samples::answer(), [](auto& a) { a.set_command(""); }), HasSubstr("command"));
  EXPECT_THAT(verdict<v1::Answer>(samples::answer(), [](auto& a) { a.set_text(std::string(501, 'a')); }),
              HasSubstr("text"));
}

TEST(Decode, RefusesTornAndForeignBytes) {
  const auto bytes = samples::proof().SerializeAsString();
  EXPECT_TRUE(decode<v1::Proof>(bytes));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    if (const auto torn = decode<v1::Proof>(bytes.substr(0, size))) {
      // A cut between two fields is a valid message; the rules between fields must not be fooled into a claim.
      EXPECT_LE(torn->frames(), samples::proof().frames()) << size;
    }
  }
  EXPECT_THAT(decode<v1::Plan>("\xff\xff").error().text, HasSubstr("2 bytes are no whole loa.v1.Plan"));
  EXPECT_THAT(decode<v1::Receipt>("").error().text, HasSubstr("loa.v1.Receipt: epoch has 0 bytes"));
}

TEST(Decode, IgnoresFieldsOfALaterVersion) {
  auto bytes = samples::receipt().SerializeAsString();
  bytes += std::string{"\xf8\x07\x01", 3};  // field 127, varint 1
  EXPECT_TRUE(decode<v1::Receipt>(bytes));
}

}  // namespace
}  // namespace loa::protocol::message
