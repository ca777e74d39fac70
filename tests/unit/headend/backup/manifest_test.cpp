#include "headend/backup/manifest.hpp"

#include <gmock/gmock.h>

#include "headend/backup/secrets.hpp"
#include "tests/unit/headend/sample_ward.hpp"

namespace loa::headend::backup {
namespace {

using testing::HasSubstr;

Manifest sample_manifest() {
  Manifest manifest;
  manifest.ward = "phuong-1";
  manifest.name = "Phường \"Một\"";
  manifest.program = "0.9.0";
  manifest.store_version = 9;
  manifest.made = sample::utc("2026-12-01T06:30:00Z");
  manifest.files = {{"loa.db", sample::object_of("db"), 4096}, {"ca/ca.crt", sample::object_of("ca"), 700}};
  const auto object = sample::object_of("ban tin");
  manifest.objects = {{object.hex(), object, 12345}};
  manifest.absent = {sample::object_of("lost")};
  return manifest;
}

TEST(Manifest, SaysTheSameAfterwards) {
  const auto key = sample::key_of(100);
  const auto read = parse(format(sample_manifest(), key));
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->ward, "phuong-1");
  EXPECT_EQ(read->name, "Phường \"Một\"");
  EXPECT_EQ(read->store_version, 9);
  EXPECT_EQ(read->made, sample_manifest().made);
  EXPECT_EQ(read->key, key.public_key());
  ASSERT_EQ(read->files.size(), 2U);
  EXPECT_EQ(read->files[1].path, "ca/ca.crt");
  EXPECT_EQ(read->files[1].sha256, sample::object_of("ca"));
  EXPECT_EQ(read->objects[0].bytes, 12345U);
  EXPECT_EQ(read->absent, sample_manifest().absent);
}

TEST(Manifest, IsRefusedWhenItIsCutOffAtAnyByte) {
  const auto whole = format(sample_manifest(), sample::key_of(100));
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(parse(whole.substr(0, size))) << size;
}

TEST(Manifest, IsRefusedWhenAnyByteIsAnother) {
  const auto whole = format(sample_manifest(), sample::key_of(100));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(parse(changed)) << at;
  }
  EXPECT_FALSE(parse(whole + "x"));
  EXPECT_FALSE(parse(whole + whole));
}

TEST(Manifest, OfANewerFormSaysWhatToDo) {
  auto newer = format(sample_manifest(), sample::key_of(100));
  newer.replace(0, 12, "loa-backup 2");
  const auto refused = parse(newer);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unsupported);
  EXPECT_THAT(refused.error().text, HasSubstr("use the newer program"));
}

TEST(Manifest, NamesNoFileOutsideOfItsFolder) {
  for (const char* path : {"loa.db", "ca/ca.crt", "keys/plan.key", "a..b"}) EXPECT_TRUE(is_safe_path(path)) << path;
  for (const char* path :
       {"", "/etc/passwd", "../x", "a/../b", "a//b", "a/", ".", "..", "a/.", "a b", "a\nb", "~root", "ổ"}) {
    EXPECT_FALSE(is_safe_path(path)) << path;
  }
  auto manifest = sample_manifest();
  manifest.files[0].path = "../loa.db";
  EXPECT_FALSE(parse(format(manifest, sample::key_of(100))));
  manifest = sample_manifest();
  manifest.objects[0].path = "loa.db";
  EXPECT_FALSE(parse(format(manifest, sample::key_of(100))));
}

TEST(Secrets, ComeBackByTheirPassphrase) {
  const std::vector<SecretFile> files{{"keys/plan.key", "ab\n"}, {"keys/api.token", ""}, {"ca/ca.key", "x\0y\n\n"}};
  const auto sealed = seal_secrets(files, "bốn từ dễ nhớ lắm", protocol::crypto::Effort::least);
  ASSERT_TRUE(sealed) << sealed.error().text;
  EXPECT_EQ(open_secrets(*sealed, "bốn từ dễ nhớ lắm").value(), files);
  EXPECT_EQ(open_secrets(*sealed, "bốn từ dễ nhớ").error().code, ErrorCode::refused);
}

TEST(Secrets, WantAPassphraseOfTwelveCharacters) {
  EXPECT_FALSE(check_passphrase(""));
  EXPECT_FALSE(check_passphrase("ngắn quá ạ!"));
  EXPECT_TRUE(check_passphrase("đủ dài rồi ạ"));
  EXPECT_FALSE(check_passphrase("two lines\nare not typed")) << "nobody can type it again";
  EXPECT_FALSE(seal_secrets({}, "short"));
}

}  // namespace
}  // namespace loa::headend::backup
