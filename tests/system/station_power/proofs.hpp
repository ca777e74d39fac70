#pragma once

#include <map>

#include "protocol/seal/seal.hpp"
#include "station/journal/proof_journal.hpp"

/// The proofs of these tests: half a day apart, so that the memory of three days moves on while they are written.
namespace loa::tests {

inline constexpr WallTime first_morning = wall_from_us(1'795'212'000'000'000);  // 2026-11-20T22:00:00Z
inline const station::journal::Identity identity{"phuc-xa", "cum-01"};
inline constexpr station::journal::Limits small_segments{1200, 1 << 20};  // three proofs each

inline protocol::crypto::SecretKey station_key() {
  std::array<std::uint8_t, 32> seed{};
  seed.fill(7);
  return protocol::crypto::SecretKey::from_seed(seed);
}

inline WallTime moment(std::uint64_t number) {
  return first_morning + std::chrono::hours{12} * static_cast<int>(number);
}

inline v1::Proof proof_draft(std::uint64_t number) {
  v1::Proof proof;
  proof.set_occurrence("sang/2026-11-21/050000");
  proof.set_segment(static_cast<std::uint32_t>(number));
  proof.set_medium(v1::MEDIUM_AUDIO);
  proof.set_bucket(v1::BUCKET_PLAYED);
  proof.set_reason("complete");
  proof.set_from_us(to_us(moment(number)) - 5'000'000);
  proof.set_to_us(to_us(moment(number)));
  proof.set_object(std::string(32, 'o'));
  proof.set_frames(240'000);
  return proof;
}

/// The digest by which the next proof names this one.
inline protocol::crypto::Sha256 digest_of(const std::string& sealed) {
  v1::Envelope envelope;
  envelope.ParseFromString(sealed);
  return protocol::crypto::sha256(envelope.header());
}

inline v1::Receipt receipt_of(const station::journal::ProofJournal& journal) {
  v1::Receipt receipt;
  receipt.set_epoch(journal.epoch().data(), journal.epoch().size());
  receipt.set_through(journal.last());
  receipt.set_head(journal.head().bytes.data(), journal.head().bytes.size());
  return receipt;
}

/// What was acknowledged to the world.
struct Acknowledged {
  std::map<std::uint64_t, std::string> digests;  ///< hexadecimal, by number
  std::uint64_t receipted = 0;

  /// @param line  "proof <number> <digest>" or "receipt <through>"
  void take(const std::string& line) {
    const auto number = std::stoull(line.substr(line.find(' ') + 1));
    if (line.rfind("proof ", 0) == 0) digests[number] = line.substr(line.rfind(' ') + 1);
    if (line.rfind("receipt ", 0) == 0) receipted = std::max(receipted, std::uint64_t{number});
  }
  [[nodiscard]] std::uint64_t last() const { return digests.empty() ? 0 : digests.rbegin()->first; }
};

}  // namespace loa::tests
