#include "protocol/crypto/passphrase.hpp"

#include <sodium.h>

#include <array>
#include <cstdint>
#include <cstring>

#include "protocol/crypto/hash.hpp"

namespace loa::protocol::crypto {
namespace {

constexpr std::string_view magic = "loa-sealed/1\n";
constexpr std::size_t salt_bytes = crypto_pwhash_SALTBYTES, nonce_bytes = crypto_secretbox_NONCEBYTES;
constexpr std::size_t head_bytes = magic.size() + 8 + salt_bytes + nonce_bytes;
/// What a file may ask of this machine: a stranger's asks for no more than ours.
constexpr std::uint32_t most_passes = 16, most_kib = 1U << 20U;

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* raw(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

/// A key that is wiped when it goes.
struct Key {
  std::array<unsigned char, crypto_secretbox_KEYBYTES> bytes{};
  Key() = default;
  Key(const Key&) = default;
  Key& operator=(const Key&) = default;
  ~Key() { sodium_memzero(bytes.data(), bytes.size()); }
};

void append_number(std::string& to, std::uint32_t number) {
  for (unsigned shift = 0; shift < 32; shift += 8) to += static_cast<char>(number >> shift);
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (unsigned i = 0; i < 4; ++i) number |= std::uint32_t{raw(bytes)[at + i]} << (8 * i);
  return number;
}

Result<Key> derive(std::string_view passphrase, std::string_view salt, std::uint32_t passes, std::uint32_t kib) {
  if (sodium_init() < 0) return fail(ErrorCode::io, "libsodium could not be set up");
  Key key;
  if (crypto_pwhash(key.bytes.data(), key.bytes.size(), passphrase.data(), passphrase.size(), raw(salt), passes,
                    std::size_t{kib} << 10U, crypto_pwhash_ALG_ARGON2ID13) == 0) {
    return key;
  }
  return fail(ErrorCode::full,
              "không đủ bộ nhớ để tính khóa từ mật khẩu: cần {} MiB · no memory for the passphrase's "
              "key: {} MiB are needed",
              kib >> 10U, kib >> 10U);
}

}  // namespace

void wipe(std::string& secret) {
  sodium_memzero(secret.data(), secret.size());
  secret.clear();
}

Result<std::string> seal_by_passphrase(std::string_view bytes, std::string_view passphrase, Effort effort) {
  const bool least = effort == Effort::least;
  const std::uint32_t passes = least ? crypto_pwhash_OPSLIMIT_MIN : crypto_pwhash_OPSLIMIT_MODERATE;
  const std::uint32_t kib = (least ? crypto_pwhash_MEMLIMIT_MIN : crypto_pwhash_MEMLIMIT_MODERATE) >> 10U;
  const std::string salt = random_bytes(salt_bytes), nonce = random_bytes(nonce_bytes);
  LOA_TRY_LET(const Key key, derive(passphrase, salt, passes, kib));
  std::string sealed{magic};
  append_number(sealed, passes);
  append_number(sealed, kib);
  sealed += salt + nonce;
  sealed.resize(head_bytes + crypto_secretbox_MACBYTES + bytes.size());
  crypto_secretbox_easy(raw(sealed) + head_bytes, raw(bytes), bytes.size(), raw(nonce), key.bytes.data());
  return sealed;
}

Result<std::string> open_by_passphrase(std::string_view sealed, std::string_view passphrase) {
  if (sealed.size() < head_bytes + crypto_secretbox_MACBYTES || !sealed.starts_with(magic)) {
    return fail(ErrorCode::unsupported, "it is not of the form that this program seals, or is cut off");
  }
  const auto passes = number_at(sealed, magic.size()), kib = number_at(sealed, magic.size() + 4);
  if (passes < crypto_pwhash_OPSLIMIT_MIN || passes > most_passes || kib < crypto_pwhash_MEMLIMIT_MIN >> 10U ||
      kib > most_kib) {
    return fail(ErrorCode::unsupported, "it asks for {} passes over {} KiB, which this program does not spend", passes,
                kib);
  }
  const auto salt = sealed.substr(magic.size() + 8, salt_bytes);
  const auto nonce = sealed.substr(magic.size() + 8 + salt_bytes, nonce_bytes);
  const auto box = sealed.substr(head_bytes);
  LOA_TRY_LET(const Key key, derive(passphrase, salt, passes, kib));
  std::string bytes(box.size() - crypto_secretbox_MACBYTES, '\0');
  if (crypto_secretbox_open_easy(raw(bytes), raw(box), box.size(), raw(nonce), key.bytes.data()) == 0) return bytes;
  return fail(ErrorCode::refused,
              "mật khẩu không đúng, hoặc tệp đã bị sửa · the passphrase is another one, or the file was changed");
}

}  // namespace loa::protocol::crypto
