#include <gtest/gtest.h>
#include <sys/stat.h>

#include <set>

#include "protocol/base/file.hpp"
#include "protocol/base/text.hpp"
#include "protocol/crypto/hash.hpp"
#include "protocol/crypto/key.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::protocol::crypto {
namespace {

std::array<std::uint8_t, 32> seed_of(std::string_view hex) {
  std::array<std::uint8_t, 32> seed{};
  const auto bytes = parse_hex(hex).value();
  std::copy(bytes.begin(), bytes.end(), seed.begin());
  return seed;
}

std::string_view view(const Signature& signature) {
  return {reinterpret_cast<const char*>(signature.data()), signature.size()};
}

TEST(Sha256, MatchesFips180) {
  EXPECT_EQ(sha256("").hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc").hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256Stream stream;
  stream.add("a");
  stream.add("");
  stream.add("bc");
  EXPECT_EQ(stream.finish(), sha256("abc"));
}

TEST(Sha256, OfAFileIsThatOfItsBytes) {
  const tests::TempFolder folder;
  const std::string bytes(200'001, 'x');
  ASSERT_TRUE(save_file(folder / "x", bytes));
  EXPECT_EQ(sha256_file(folder / "x").value(), sha256(bytes));
  EXPECT_EQ(sha256_file(folder / "none").error().code, ErrorCode::missing);
  EXPECT_EQ(sha256_file(folder.path()).error().code, ErrorCode::io);
}

TEST(Sha256, TakesExactly32Bytes) {
  const auto digest = sha256("abc");
  EXPECT_EQ(Sha256::from_bytes(digest.view()).value(), digest);
  EXPECT_EQ(Sha256::from_hex(digest.hex()).value(), digest);
  EXPECT_FALSE(Sha256::from_bytes(digest.view().substr(1)));
  EXPECT_FALSE(Sha256::from_hex(digest.hex() + "00"));
  EXPECT_FALSE(Sha256::from_hex("zz"));
}

TEST(SecretKey, SignsAsRfc8032) {  // §7.1, TEST 2
  const auto key = SecretKey::from_seed(seed_of("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  EXPECT_EQ(key.public_key().hex(), "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const auto signature = key.sign("\x72");
  EXPECT_EQ(format_hex(view(signature)),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4"
            "302aeeb0"
            "0d291612bb0c00");
  EXPECT_TRUE(verify(key.public_key(), "\x72", view(signature)));
}

TEST(Verify, RefusesEveryFlippedBitAndEveryOtherLength) {
  const auto key = SecretKey::from_seed({1, 2, 3});
  const std::string message = "loa";
  const std::string signature{view(key.sign(message))};
  for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
    std::string forged = signature;
    forged[bit / 8] = static_cast<char>(forged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(verify(key.public_key(), message, forged)) << bit;
  }
  for (std::size_t size = 0; size < signature.size(); ++size) {
    EXPECT_FALSE(verify(key.public_key(), message, std::string_view{signature}.substr(0, size)));
  }
  EXPECT_FALSE(verify(key.public_key(), message, signature + "x"));
  EXPECT_FALSE(verify(key.public_key(), "loA", signature));
  EXPECT_FALSE(verify(SecretKey::from_seed({1, 2, 4}).public_key(), message, signature));
}

TEST(SecretKey, IsSavedForItsOwnerOnlyAndNeverOverwritten) {
  const tests::TempFolder folder;
  const auto key = SecretKey::generate();
  ASSERT_TRUE(key.save(folder / "key"));
  struct stat info {};
  ASSERT_EQ(::stat((folder / "key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_EQ(SecretKey::load(folder / "key").value().public_key(), key.public_key());
  EXPECT_EQ(SecretKey::generate().save(folder / "key").error().code, ErrorCode::exists);
  EXPECT_EQ(SecretKey::load(folder / "key").value().public_key(), key.public_key());
}

TEST(SecretKey, IsRefusedWhenOthersMayReadItOrItIsNoKey) {
  const tests::TempFolder folder;
  ASSERT_TRUE(SecretKey::generate().save(folder / "key"));
  ASSERT_EQ(::chmod((folder / "key").c_str(), 0640), 0);
  EXPECT_EQ(SecretKey::load(folder / "key").error().code, ErrorCode::refused);
  for (const std::string& text : {std::string{}, std::string(63, 'a'), std::string(66, 'a'), std::string(64, 'g')}) {
    ASSERT_TRUE(save_file(folder / "bad", text, 0600));
    const auto loaded = SecretKey::load(folder / "bad");
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, ErrorCode::invalid);
    EXPECT_TRUE(text.empty() || loaded.error().text.find(text) == std::string::npos) << "a key must not get into a log";
  }
  EXPECT_EQ(SecretKey::load(folder / "none").error().code, ErrorCode::missing);
}

TEST(PublicKey, GoesThroughTextAndBytes) {
  const auto key = SecretKey::from_seed({7}).public_key();
  EXPECT_EQ(PublicKey::from_hex(key.hex()).value(), key);
  EXPECT_EQ(PublicKey::from_bytes(key.view()).value(), key);
  EXPECT_FALSE(PublicKey::from_bytes("short"));
  EXPECT_EQ(key.id(), sha256(key.view()).view().substr(0, 8));
}

TEST(RandomBytes, DoNotRepeat) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(seen.insert(random_bytes(16)).second);
  EXPECT_EQ(random_bytes(0), "");
}

}  // namespace
}  // namespace loa::protocol::crypto
