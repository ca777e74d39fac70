#include <gtest/gtest.h>

#include <ostream>

#include "protocol/base/file.hpp"
#include "protocol/message/check.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/unit/protocol/golden/render.hpp"

namespace loa::tests {

namespace samples {
void PrintTo(const Vector& vector, std::ostream* out) { *out << vector.name; }
}  // namespace samples

namespace {

namespace seal = protocol::seal;

std::string golden(const std::string& name) {
  return read_file(source_folder() / "protocol/golden" / name, 1 << 20).value();
}

class Golden : public ::testing::TestWithParam<samples::Vector> {};

TEST_P(Golden, BytesAreMadeToday) { EXPECT_EQ(GetParam().sealed(), golden(GetParam().name + ".bin")); }

TEST_P(Golden, BytesMeanTheSameToAForeignDecoder) { EXPECT_EQ(render(GetParam()), golden(GetParam().name + ".txt")); }

TEST_P(Golden, BytesOpenAndHoldTheMessage) {
  const auto& vector = GetParam();
  seal::Expectation want;
  want.ward = "phuong-lang";
  want.kind = vector.address.kind;
  want.audiences = {vector.address.audience};
  want.sender = vector.address.sender;
  want.keys = {(vector.by_station ? samples::station_key() : samples::headend_key()).public_key()};
  want.now = vector.address.not_before;
  want.after = vector.address.sequence - 1;
  const auto opened = seal::open(golden(vector.name + ".bin"), want);
  ASSERT_TRUE(opened) << opened.error().text;
  EXPECT_EQ(opened->header.body(), vector.body);
  EXPECT_EQ(opened->key, want.keys[0]);
}

INSTANTIATE_TEST_SUITE_P(Protocol, Golden, ::testing::ValuesIn(samples::vectors()), [](const auto& chosen) {
  std::string name = chosen.param.name;
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
});

TEST(GoldenChain, SecondProofNamesTheFirst) {
  using protocol::message::decode;
  const auto vectors = samples::vectors();
  const auto second = decode<v1::Proof>(vectors[3].body).value();
  const auto receipt = decode<v1::Receipt>(vectors[4].body).value();
  v1::Envelope first;
  ASSERT_TRUE(first.ParseFromString(golden("proof-1.bin")));
  EXPECT_EQ(second.previous(), protocol::crypto::sha256(first.header()).view());
  EXPECT_EQ(receipt.head(), second.previous());
}

TEST(GoldenState, IsUnsealed) {
  EXPECT_EQ(samples::state().SerializeAsString(), golden("state.bin"));
  EXPECT_TRUE(protocol::message::decode<v1::State>(golden("state.bin")));
}

}  // namespace
}  // namespace loa::tests
