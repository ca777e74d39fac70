#include "protocol/crypto/passphrase.hpp"

#include <gtest/gtest.h>

namespace loa::protocol::crypto {
namespace {

TEST(Passphrase, OpensWhatItSealedAndNoOtherDoes) {
  const auto sealed = seal_by_passphrase("khóa", "bốn từ dễ nhớ lắm");
  ASSERT_TRUE(sealed) << sealed.error().text;
  EXPECT_EQ(sealed->find("khóa"), std::string::npos);
  EXPECT_EQ(open_by_passphrase(*sealed, "bốn từ dễ nhớ lắm").value(), "khóa");
  const auto refused = open_by_passphrase(*sealed, "bốn từ dễ nhớ lăm");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::refused);
  EXPECT_NE(*sealed, seal_by_passphrase("khóa", "bốn từ dễ nhớ lắm").value()) << "salt and nonce are new each time";
}

TEST(Passphrase, OpensNothingOfWhichAByteWasChanged) {
  const auto sealed = seal_by_passphrase("khóa", "bốn từ dễ nhớ lắm").value();
  for (const std::size_t at : {std::size_t{0}, std::size_t{25}, std::size_t{45}, std::size_t{70}, sealed.size() - 1}) {
    auto changed = sealed;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(open_by_passphrase(changed, "bốn từ dễ nhớ lắm")) << at;
  }
}

TEST(Passphrase, SpendsNoMoreThanItsOwnEffortForAStrangersFile) {
  auto sealed = seal_by_passphrase("khóa", "bốn từ dễ nhớ lắm").value();
  for (std::size_t at = 13; at < 21; ++at) sealed[at] = '\x7f';
  EXPECT_EQ(open_by_passphrase(sealed, "bốn từ dễ nhớ lắm").error().code, ErrorCode::unsupported);
  EXPECT_EQ(open_by_passphrase("loa-sealed/1\n", "bốn từ dễ nhớ lắm").error().code, ErrorCode::unsupported);
  EXPECT_EQ(open_by_passphrase("", "").error().code, ErrorCode::unsupported);
}

}  // namespace
}  // namespace loa::protocol::crypto
