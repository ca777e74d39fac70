#pragma once
#include <string>
#include <string_view>

#include "protocol/base/result.hpp"

/// Bytes sealed by a passphrase, for what leaves the machine: a backup's keys on a memory stick.
///
/// "loa-sealed/1\n", then Argon2id's passes (u32, little-endian) and memory in KiB (u32), salt (16 bytes), nonce
/// (24 bytes), and libsodium's secretbox of the bytes (XSalsa20-Poly1305). The key is Argon2id 1.3 of the passphrase.
/// Whatever byte is changed, nothing opens: passes, memory and salt are part of the key.
namespace loa::protocol::crypto {

/// What a guess costs whoever found the sealed bytes. It stands in them.
enum class Effort {
  moderate,  ///< libsodium's MODERATE: a quarter of a second and 256 MiB
  least,     ///< for tests, which seal what nobody wants
};

/// @error full: no memory for it
Result<std::string> seal_by_passphrase(std::string_view bytes, std::string_view passphrase,
                                       Effort effort = Effort::moderate);

/// Opens what seal_by_passphrase() made.
/// @error refused: another passphrase, or a byte was changed; nobody can tell which · unsupported: another format, or
///        an effort that this program does not spend · full: no memory for it
Result<std::string> open_by_passphrase(std::string_view sealed, std::string_view passphrase);

/// Overwrites a secret text and empties it.
void wipe(std::string& secret);

}  // namespace loa::protocol::crypto
