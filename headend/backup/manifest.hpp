#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/result.hpp"
#include "protocol/base/time.hpp"
#include "protocol/crypto/hash.hpp"
#include "protocol/crypto/key.hpp"

/// What one backup holds (FORMAT.md). Pure.
namespace loa::headend::backup {

using protocol::crypto::Sha256;

/// A file of a set, or an object: what was written, byte for byte.
struct Entry {
  std::string path;  ///< below the set's folder; of an object its name
  Sha256 sha256;
  std::uint64_t bytes = 0;
};

/// The list of a set, written last and signed by the ward's plan key.
struct Manifest {
  std::string ward;     ///< id
  std::string name;     ///< for people
  std::string program;  ///< version that made it
  int store_version = 0;
  WallTime made;
  protocol::crypto::PublicKey key{};  ///< the ward's plan key
  std::vector<Entry> files;
  std::vector<Entry> objects;
  std::vector<Sha256> absent;  ///< objects that the database names and the ward did not have, or had damaged
};

/// Writes the list and signs it.
std::string format(const Manifest& manifest, const protocol::crypto::SecretKey& plan_key);

/// Reads a list and verifies its signature by the key that it names; that this is the ward's key, only the sealed keys
/// can tell.
/// @error invalid: cut off, altered, or a path that leaves the folder · unsupported: a newer form
Result<Manifest> parse(std::string_view text);

/// Tells whether a path stays below the folder that it is put under, and has only letters, digits, '.', '-' and '_'.
bool is_safe_path(std::string_view path);

}  // namespace loa::headend::backup
