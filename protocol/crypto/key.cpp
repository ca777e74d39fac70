#include "protocol/crypto/key.hpp"

#include <sodium.h>
#include <sys/stat.h>

#include "protocol/base/file.hpp"
#include "protocol/base/text.hpp"
#include "protocol/crypto/hash.hpp"

namespace loa::protocol::crypto {
namespace {

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

}  // namespace

std::string PublicKey::hex() const { return format_hex(view()); }

std::string PublicKey::id() const { return std::string{sha256(view()).view().substr(0, 8)}; }

Result<PublicKey> PublicKey::from_bytes(std::string_view bytes) {
  PublicKey key;
  if (bytes.size() != key.bytes.size()) {
    return fail(ErrorCode::invalid, "an Ed25519 public key has 32 bytes, not {}", bytes.size());
  }
  std::copy(bytes.begin(), bytes.end(), key.bytes.begin());
  return key;
}

Result<PublicKey> PublicKey::from_hex(std::string_view text) {
  LOA_TRY_LET(auto bytes, parse_hex(text));
  return from_bytes(bytes);
}

bool verify(const PublicKey& key, std::string_view message, std::string_view signature) {
  if (signature.size() != crypto_sign_BYTES) return false;
  return crypto_sign_verify_detached(raw(signature), raw(message), message.size(), key.bytes.data()) == 0;
}

SecretKey SecretKey::generate() {
  std::array<std::uint8_t, 32> seed{};
  std::string random = random_bytes(seed.size());
  std::copy(random.begin(), random.end(), seed.begin());
  sodium_memzero(random.data(), random.size());
  SecretKey key = from_seed(seed);
  sodium_memzero(seed.data(), seed.size());
  return key;
}

SecretKey SecretKey::from_seed(const std::array<std::uint8_t, 32>& seed) {
  SecretKey key;
  PublicKey ignored;
  crypto_sign_seed_keypair(ignored.bytes.data(), key.bytes_.data(), seed.data());
  return key;
}

Result<SecretKey> SecretKey::load(const std::filesystem::path& path) {
  LOA_TRY_LET(std::string text, read_file(path, 256));
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && (info.st_mode & 077U) != 0) {
    return fail(ErrorCode::refused, "secret key {} can be read by others: chmod 600 it, and renew it if it was copied",
                path.string());
  }
  while (!text.empty() && text.back() == '\n') text.pop_back();
  auto bytes = parse_hex(text);
  std::array<std::uint8_t, 32> seed{};
  if (!bytes || bytes->size() != seed.size()) {
    return fail(ErrorCode::invalid, "{} is not a secret key (64 hexadecimal digits)", path.string());
  }
  std::copy(bytes->begin(), bytes->end(), seed.begin());
  sodium_memzero(text.data(), text.size());
  sodium_memzero(bytes->data(), bytes->size());
  SecretKey key = from_seed(seed);
  sodium_memzero(seed.data(), seed.size());
  return key;
}

Result<void> SecretKey::save(const std::filesystem::path& path) const {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) return fail(ErrorCode::exists, "a key is already in {}", path.string());
  const std::string_view seed{reinterpret_cast<const char*>(bytes_.data()), 32};
  return save_file(path, format_hex(seed) + "\n", 0600);
}

PublicKey SecretKey::public_key() const {
  PublicKey key;
  std::copy(bytes_.begin() + 32, bytes_.end(), key.bytes.begin());
  return key;
}

Signature SecretKey::sign(std::string_view message) const {
  Signature signature{};
  crypto_sign_detached(signature.data(), nullptr, raw(message), message.size(), bytes_.data());
  return signature;
}

SecretKey::~SecretKey() { sodium_memzero(bytes_.data(), bytes_.size()); }

}  // namespace loa::protocol::crypto
