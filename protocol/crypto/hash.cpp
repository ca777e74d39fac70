#include "protocol/crypto/hash.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sodium.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <new>

#include "protocol/base/file.hpp"
#include "protocol/base/text.hpp"

namespace loa::protocol::crypto {
namespace {

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

/// A digest of memory fails only for want of memory.
void demand_memory(bool done) {
  if (!done) throw std::bad_alloc{};
}

}  // namespace

std::string Sha256::hex() const { return format_hex(view()); }

Result<Sha256> Sha256::from_bytes(std::string_view bytes) {
  Sha256 digest;
  if (bytes.size() != digest.bytes.size())
    return fail(ErrorCode::invalid, "a SHA-256 has 32 bytes, not {}", bytes.size());
  std::copy(bytes.begin(), bytes.end(), digest.bytes.begin());
  return digest;
}

Result<Sha256> Sha256::from_hex(std::string_view text) {
  LOA_TRY_LET(auto bytes, parse_hex(text));
  return from_bytes(bytes);
}

Sha256 sha256(std::string_view bytes) {
  Sha256 digest;
  SHA256(raw(bytes), bytes.size(), digest.bytes.data());
  return digest;
}

Result<Sha256> sha256_file(const std::filesystem::path& path) {
  UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd.valid()) {
    return fail(errno == ENOENT ? ErrorCode::missing : ErrorCode::io, "cannot open {}: {}", path.string(),
                errno_text());
  }
  Sha256Stream stream;
  std::string buffer(1 << 16, '\0');
  while (true) {
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorCode::io, "cannot read {}: {}", path.string(), errno_text());
    if (got == 0) return stream.finish();
    stream.add(std::string_view{buffer.data(), static_cast<std::size_t>(got)});
  }
}

struct Sha256Stream::State {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

Sha256Stream::Sha256Stream() : state_(std::make_unique<State>()) {
  demand_memory(state_->context != nullptr && EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) == 1);
}
Sha256Stream::~Sha256Stream() = default;
Sha256Stream::Sha256Stream(Sha256Stream&&) noexcept = default;
Sha256Stream& Sha256Stream::operator=(Sha256Stream&&) noexcept = default;

void Sha256Stream::add(std::string_view bytes) {
  demand_memory(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1);
}

Sha256 Sha256Stream::finish() {
  Sha256 digest;
  demand_memory(EVP_DigestFinal_ex(state_->context.get(), digest.bytes.data(), nullptr) == 1);
  return digest;
}

std::string random_bytes(std::size_t count) {
  // libsodium wants its one initialisation before random numbers are shared by threads; repeating it is harmless.
  if (sodium_init() < 0) std::abort();
  std::string bytes(count, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

}  // namespace loa::protocol::crypto
