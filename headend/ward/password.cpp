#include "headend/ward/password.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <charconv>

#include "protocol/base/text.hpp"
#include "protocol/crypto/hash.hpp"

namespace loa::headend::ward {
namespace {

/// mosquitto 2.0's own count. The passwords are 256 random bits, so stretching them further would protect nothing.
constexpr int iterations = 101;
constexpr std::size_t salt_bytes = 12;
constexpr std::size_t hash_bytes = 64;

std::string base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::string from_base64(std::string_view text) {
  if (text.size() % 4 != 0 || text.size() > 256) return {};
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) return {};
  bytes.resize(static_cast<std::size_t>(size));
  if (text.ends_with("==")) bytes.pop_back();
  if (text.ends_with('=')) bytes.pop_back();
  return bytes;
}

std::string derive(std::string_view password, std::string_view salt, int count) {
  std::string hash(hash_bytes, '\0');
  PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                    reinterpret_cast<const unsigned char*>(salt.data()), static_cast<int>(salt.size()), count,
                    EVP_sha512(), static_cast<int>(hash.size()), reinterpret_cast<unsigned char*>(hash.data()));
  return hash;
}

/// The pieces between the '$' of "$7$101$salt$hash".
std::array<std::string_view, 5> split(std::string_view hash) {
  std::array<std::string_view, 5> pieces;
  for (auto& piece : pieces) {
    const auto end = hash.find('$');
    piece = hash.substr(0, end);
    hash = end == std::string_view::npos ? std::string_view{} : hash.substr(end + 1);
  }
  return pieces;
}

}  // namespace

std::string make_password() { return format_hex(protocol::crypto::random_bytes(32)); }

std::string hash_password(std::string_view password) {
  const auto salt = protocol::crypto::random_bytes(salt_bytes);
  return fmt::format("$7${}${}${}", iterations, base64(salt), base64(derive(password, salt, iterations)));
}

bool is_password(std::string_view password, std::string_view hash) {
  const auto pieces = split(hash);
  int count = 0;
  std::from_chars(pieces[2].data(), pieces[2].data() + pieces[2].size(), count);
  const auto expected = from_base64(pieces[4]);
  if (pieces[1] != "7" || count < 1 || count > 1'000'000 || expected.size() != hash_bytes) return false;
  const auto derived = derive(password, from_base64(pieces[3]), count);
  return CRYPTO_memcmp(derived.data(), expected.data(), hash_bytes) == 0;
}

}  // namespace loa::headend::ward
