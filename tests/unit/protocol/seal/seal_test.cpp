#include "protocol/seal/seal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "protocol/base/text.hpp"

namespace loa::protocol::seal {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

const crypto::SecretKey key = crypto::SecretKey::from_seed({1});
const crypto::SecretKey stranger = crypto::SecretKey::from_seed({2});
constexpr WallTime noon = wall_from_us(1'795'219'200'000'000);

Address address() { return {"ward-a", "headend", "station/loa-01", v1::KIND_PLAN, 7, noon - 1h, noon + 1h}; }

Expectation expectation() {
  Expectation want;
  want.ward = "ward-a";
  want.kind = v1::KIND_PLAN;
  want.audiences = {"station/loa-01", "group/all"};
  want.sender = "headend";
  want.keys = {key.public_key()};
  want.now = noon;
  want.after = 6;
  return want;
}

std::string sealed(const Address& to = address()) { return seal(to, "the body", key); }

std::string refusal(std::string_view bytes, const Expectation& want = expectation(),
                    ErrorCode code = ErrorCode::refused) {
  const auto opened = open(bytes, want);
  if (opened) return "opened";
  EXPECT_EQ(opened.error().code, code) << opened.error().text;
  return opened.error().text;
}

TEST(Seal, OpensWhatWasSealed) {
  const auto opened = open(sealed(), expectation());
  ASSERT_TRUE(opened) << opened.error().text;
  EXPECT_EQ(opened->header.body(), "the body");
  EXPECT_EQ(opened->header.ward(), "ward-a");
  EXPECT_EQ(opened->header.sender(), "headend");
  EXPECT_EQ(opened->header.audience(), "station/loa-01");
  EXPECT_EQ(opened->header.sequence(), 7U);
  EXPECT_EQ(opened->key, key.public_key());
  v1::Envelope envelope;
  ASSERT_TRUE(envelope.ParseFromString(sealed()));
  EXPECT_EQ(opened->digest, crypto::sha256(envelope.header()));
}

TEST(Seal, TellsWhenItWasSignedAndNothingWhereThatIsNotTold) {
  Address told = address();
  told.signed_at = noon + 3s;
  EXPECT_EQ(open(sealed(told), expectation())->header.signed_us(), to_us(noon + 3s));
  EXPECT_EQ(open(sealed(), expectation())->header.signed_us(), 0);
}

TEST(Seal, IsTheSameEachTime) { EXPECT_EQ(sealed(), sealed()); }

TEST(Seal, RefusesAForgedSignature) {
  EXPECT_THAT(refusal(seal(address(), "the body", stranger)), HasSubstr("not signed by a key that is trusted"));
  v1::Envelope envelope;
  ASSERT_TRUE(envelope.ParseFromString(seal(address(), "the body", stranger)));
  envelope.set_key_id(key.public_key().id());  // claims to be signed by the trusted key
  EXPECT_THAT(refusal(envelope.SerializeAsString()), HasSubstr("not signed"));
}

TEST(Seal, RefusesASignatureOfAnotherDomain) {
  v1::Envelope envelope;
  ASSERT_TRUE(envelope.ParseFromString(sealed()));
  const auto bare = key.sign(envelope.header());  // a signature over the bytes, made for another purpose
  envelope.set_signature(bare.data(), bare.size());
  EXPECT_THAT(refusal(envelope.SerializeAsString()), HasSubstr("not signed"));
}

TEST(Seal, RefusesEveryTruncation) {
  const auto bytes = sealed();
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(open(bytes.substr(0, size), expectation())) << size;
}

TEST(Seal, RefusesEveryFlippedBit) {
  const auto bytes = sealed();
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    auto flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const auto opened = open(flipped, expectation());
    EXPECT_FALSE(opened) << "bit " << bit;
  }
}

TEST(Seal, RefusesAReplay) {
  auto want = expectation();
  want.after = 7;
  EXPECT_THAT(refusal(sealed(), want, ErrorCode::exists), HasSubstr("replayed: sequence 7 is not after 7"));
  want.after = 8;
  EXPECT_THAT(refusal(sealed(), want, ErrorCode::exists), HasSubstr("replayed"));
  want.after.reset();
  EXPECT_EQ(refusal(sealed(), want), "opened");
}

TEST(Seal, ANumberSignedOnceNeverEndsTheNumbersOfItsKey) {
  for (const auto kind : {v1::KIND_PLAN, v1::KIND_EMERGENCY, v1::KIND_COMMAND, v1::KIND_RECEIPT}) {
    auto to = address();
    auto want = expectation();
    to.kind = want.kind = kind;
    want.now = noon;
    want.after = 7;
    to.sequence = 1ULL << 63U;
    EXPECT_THAT(refusal(sealed(to), want), HasSubstr("beyond"));
    to.sequence = greatest_sequence(kind, noon);
    EXPECT_EQ(refusal(sealed(to), want), "opened");
    want.after = to.sequence;  // it was acted on, for the worst
    want.now = noon + 1s;
    ++to.sequence;
    EXPECT_EQ(refusal(sealed(to), want), "opened") << "a second later there is room above it";
    want.after = 1ULL << 63U;  // kept by an older program
    to.sequence = 8;
    EXPECT_EQ(refusal(sealed(to), want), "opened") << "what nobody can have meant binds nobody";
    want.now.reset();
    EXPECT_EQ(refusal(sealed(to), want), "opened");
    to.sequence = 1ULL << 63U;
    EXPECT_THAT(refusal(sealed(to), want), HasSubstr("beyond")) << "also while the clock is not believed";
    want.after.reset();
    EXPECT_EQ(refusal(sealed(to), want), "opened") << "what is on disk was in force";
  }
}

TEST(Seal, TakesEveryNumberThatAClockOfThisCenturyLeads) {
  const auto in_2099 = std::chrono::floor<std::chrono::seconds>(wall_from_us(4'102'444'799'000'000)).time_since_epoch();
  const auto most = static_cast<std::uint64_t>(in_2099.count());
  EXPECT_LT(most + 1'000'000, greatest_sequence(v1::KIND_PLAN, noon)) << "an office whose clock was ahead for a day";
  EXPECT_LT(most << 32U, greatest_sequence(v1::KIND_STATUS, noon)) << "a station whose clock was ahead for a day";
  EXPECT_GT(~0ULL, greatest_sequence(v1::KIND_STATUS, noon));
}

TEST(Seal, RefusesWhatIsNotYetOrNoLongerValid) {
  auto want = expectation();
  want.now = noon - 1h;
  EXPECT_EQ(refusal(sealed(), want), "opened");
  want.now = noon - 1h - 1us;
  EXPECT_THAT(refusal(sealed(), want), HasSubstr("not valid before 2026-11-20T23:00:00.000000Z"));
  want.now = noon + 1h - 1us;
  EXPECT_EQ(refusal(sealed(), want), "opened");
  want.now = noon + 1h;
  EXPECT_THAT(refusal(sealed(), want), HasSubstr("expired at 2026-11-21T01:00:00.000000Z"));
  want.now.reset();
  EXPECT_EQ(refusal(sealed(), want), "opened") << "a clock that cannot be believed judges nothing";
}

TEST(Seal, RefusesAnotherAddress) {
  auto to = address();
  to.ward = "ward-b";
  EXPECT_THAT(refusal(sealed(to)), HasSubstr("sealed for ward 'ward-b', this is 'ward-a'"));
  to = address();
  to.audience = "station/loa-02";
  EXPECT_THAT(refusal(sealed(to), expectation(), ErrorCode::elsewhere), HasSubstr("addressed to 'station/loa-02'"));
  to = address();
  to.kind = v1::KIND_COMMAND;
  EXPECT_THAT(refusal(sealed(to)), HasSubstr("sealed as kind 2, kind 1 belongs here"));
  to = address();
  to.sender = "station/loa-09";
  EXPECT_THAT(refusal(sealed(to)), HasSubstr("sent by 'station/loa-09'"));
}

TEST(Seal, TakesAnyOfItsAudiencesAndKeys) {
  auto to = address();
  to.audience = "group/all";
  auto want = expectation();
  want.keys = {stranger.public_key(), key.public_key()};
  EXPECT_EQ(refusal(sealed(to), want), "opened");
  want.keys.clear();
  EXPECT_THAT(refusal(sealed(to), want), HasSubstr("not signed"));
  want = expectation();
  want.audiences.clear();
  EXPECT_THAT(refusal(sealed(to), want, ErrorCode::elsewhere), HasSubstr("addressed to"));
}

TEST(Seal, RefusesNoiseAndGiants) {
  refusal("", expectation(), ErrorCode::refused);  // an empty envelope is an unsigned one
  refusal("\xff\xff\xff\xff", expectation(), ErrorCode::invalid);
  refusal(std::string(max_envelope_bytes + 1, '\0'), expectation(), ErrorCode::invalid);
  EXPECT_THAT(refusal(sealed() + sealed()), HasSubstr("opened"))
      << "protobuf merges: the last envelope counts, and is ours";
}

TEST(Seal, SignedRubbishIsRefusedToo) {
  v1::Envelope envelope;
  envelope.set_header("\xff not a header");
  const auto signature = key.sign("loa/1\n" + envelope.header());
  envelope.set_signature(signature.data(), signature.size());
  envelope.set_key_id(key.public_key().id());
  EXPECT_THAT(refusal(envelope.SerializeAsString(), expectation(), ErrorCode::invalid), HasSubstr("cannot be decoded"));
}

TEST(Seal, SurvivesExtremeInstants) {
  auto to = address();
  to.not_before = wall_from_us(std::numeric_limits<std::int64_t>::max());
  EXPECT_THAT(refusal(sealed(to)), HasSubstr("not valid before 9999"));
  to = address();
  to.not_after = wall_from_us(std::numeric_limits<std::int64_t>::min());
  EXPECT_THAT(refusal(sealed(to)), HasSubstr("expired at 0000"));
}

}  // namespace
}  // namespace loa::protocol::seal
