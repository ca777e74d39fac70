#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "protocol/base/result.hpp"

namespace loa::protocol::crypto {

/// A SHA-256 digest (FIPS 180-4): the name of a content object, and the link of a proof chain.
struct Sha256 {
  std::array<std::uint8_t, 32> bytes{};

  auto operator<=>(const Sha256&) const = default;
  [[nodiscard]] std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
  /// 64 lower-case hexadecimal digits.
  [[nodiscard]] std::string hex() const;
  /// @error invalid: not 32 bytes
  static Result<Sha256> from_bytes(std::string_view bytes);
  /// @error invalid: not 64 hexadecimal digits
  static Result<Sha256> from_hex(std::string_view text);
};

/// Digest of bytes at hand.
Sha256 sha256(std::string_view bytes);

/// Digest of a file, read in pieces.
/// @error missing · io
Result<Sha256> sha256_file(const std::filesystem::path& path);

/// Digest of bytes that come in pieces.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept;
  Sha256Stream& operator=(Sha256Stream&&) noexcept;
  void add(std::string_view bytes);
  /// Ends the stream: call once.
  Sha256 finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Random bytes from the kernel, fit for keys, passwords and ids.
std::string random_bytes(std::size_t count);

}  // namespace loa::protocol::crypto

template <>
struct std::hash<loa::protocol::crypto::Sha256> {
  std::size_t operator()(const loa::protocol::crypto::Sha256& digest) const noexcept {
    return std::hash<std::string_view>{}(digest.view());
  }
};
