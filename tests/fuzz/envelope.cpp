// Whatever the bytes: an envelope that opens was signed by one of the two keys, for the address that was demanded.
#include "protocol/seal/seal.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace loa;
using namespace loa::protocol;

crypto::SecretKey key_of(std::uint8_t fill) {
  std::array<std::uint8_t, 32> seed{};
  seed.fill(fill);
  return crypto::SecretKey::from_seed(seed);
}

seal::Expectation expectation(v1::Kind kind) {
  static const std::vector<crypto::PublicKey> keys{key_of(1).public_key(), key_of(2).public_key()};
  seal::Expectation want;
  want.ward = "phuong-lang";
  want.kind = kind;
  want.audiences = {"headend", "station/loa-01"};
  want.keys = keys;
  return want;
}

/// The receiver's checks say the same as a look at the parts.
void check_opened(std::string_view bytes, const seal::Opened& opened, v1::Kind kind) {
  v1::Envelope envelope;
  fuzz_demand(envelope.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())), "opened, and is no envelope");
  fuzz_demand(crypto::verify(opened.key, "loa/1\n" + envelope.header(), envelope.signature()),
              "opened without a signature");
  fuzz_demand(opened.digest == crypto::sha256(envelope.header()), "digest of other bytes");
  fuzz_demand(opened.header.kind() == kind && opened.header.ward() == "phuong-lang", "opened for another address");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz_text(data, size);
  for (int kind = v1::KIND_PLAN; kind <= v1::KIND_FAULT; ++kind) {
    const auto opened = seal::open(bytes, expectation(static_cast<v1::Kind>(kind)));
    if (opened) check_opened(bytes, *opened, static_cast<v1::Kind>(kind));
  }
  return 0;
}
