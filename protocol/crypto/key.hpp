#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "protocol/base/result.hpp"

namespace loa::protocol::crypto {

using Signature = std::array<std::uint8_t, 64>;

/// An Ed25519 public key (RFC 8032).
struct PublicKey {
  std::array<std::uint8_t, 32> bytes{};

  auto operator<=>(const PublicKey&) const = default;
  [[nodiscard]] std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
  /// 64 hexadecimal digits, as in a bundle's configuration.
  [[nodiscard]] std::string hex() const;
  /// Which key signed: the first 8 bytes of SHA-256 of the key. A hint for look-up, never a proof.
  [[nodiscard]] std::string id() const;
  /// @error invalid
  static Result<PublicKey> from_bytes(std::string_view bytes);
  static Result<PublicKey> from_hex(std::string_view text);
};

/// Whether `signature` (64 bytes) is that of `message` under `key`. False for any malformed input.
bool verify(const PublicKey& key, std::string_view message, std::string_view signature);

/// An Ed25519 secret key. Wiped from memory when it goes; never logged, never on a command line.
class SecretKey {
 public:
  /// A new key from the kernel's random numbers.
  static SecretKey generate();
  /// The key of a 32-byte seed. For golden vectors and replayable simulations; a ward's keys are generated.
  static SecretKey from_seed(const std::array<std::uint8_t, 32>& seed);
  /// Reads the file written by save().
  /// @error missing · refused: others may read it · invalid
  static Result<SecretKey> load(const std::filesystem::path& path);
  /// Writes the seed, hexadecimal with a newline, mode 0600, durably.
  /// @error io · exists: never overwrites a key
  Result<void> save(const std::filesystem::path& path) const;

  [[nodiscard]] PublicKey public_key() const;
  /// Deterministic signature of the message (RFC 8032 §5.1.6).
  [[nodiscard]] Signature sign(std::string_view message) const;

  SecretKey(const SecretKey&) = default;
  SecretKey& operator=(const SecretKey&) = default;
  ~SecretKey();

 private:
  SecretKey() = default;
  std::array<std::uint8_t, 64> bytes_{};
};

}  // namespace loa::protocol::crypto
