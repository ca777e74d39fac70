#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/result.hpp"
#include "protocol/crypto/passphrase.hpp"

/// The ward's keys and passwords as one sealed file of a backup. Pure, but for the time that a passphrase's key takes.
namespace loa::headend::backup {

/// The least number of characters that a passphrase has: what a stick on the street is worth is its passphrase.
inline constexpr std::size_t shortest_passphrase = 12;

/// @error invalid: shorter than 12 characters, or no text; the sentence says what to do
Result<void> check_passphrase(std::string_view passphrase);

/// A small file with something secret in it.
struct SecretFile {
  std::string path;  ///< below the ward's folder
  std::string bytes;
  bool operator==(const SecretFile&) const = default;
};

/// @error invalid: the passphrase is too short · full
Result<std::string> seal_secrets(const std::vector<SecretFile>& files, std::string_view passphrase,
                                 protocol::crypto::Effort effort = protocol::crypto::Effort::moderate);
/// @error refused: another passphrase, or altered · invalid: a path that leaves the folder
Result<std::vector<SecretFile>> open_secrets(std::string_view sealed, std::string_view passphrase);

}  // namespace loa::headend::backup
