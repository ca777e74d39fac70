#include "station/journal/sealed_proof.hpp"

#include "protocol/message/parse.hpp"
#include "protocol/seal/seal.hpp"

namespace loa::station::journal {

std::optional<SealedProof> decode_sealed(std::string_view sealed) {
  v1::Envelope envelope;
  v1::Header header;
  SealedProof result;
  const bool whole = protocol::message::parse(sealed, envelope) &&
                     protocol::message::parse(envelope.header(), header) &&
                     protocol::message::parse(header.body(), result.proof);
  if (!whole) return std::nullopt;
  result.digest = protocol::crypto::sha256(envelope.header());
  result.key_id = envelope.key_id();
  return result;
}

bool is_sealed_by(std::string_view sealed, const Identity& identity, const protocol::crypto::PublicKey& key) {
  protocol::seal::Expectation want;
  want.ward = identity.ward;
  want.kind = v1::KIND_PROOF;
  want.audiences = {"headend"};
  want.sender = "station/" + identity.station;
  want.keys = {key};
  return protocol::seal::open(sealed, want).has_value();
}

std::vector<bool> find_ours(std::string_view segment, const std::vector<Span>& records, const Identity& identity,
                            const protocol::crypto::PublicKey& key) {
  std::vector<bool> ours(records.size());
  std::optional<std::string> named;  // digest of the proof before the last one that is ours
  for (std::size_t i = records.size(); i-- > 0;) {
    const auto sealed = segment.substr(records[i].offset, records[i].length);
    const auto read = decode_sealed(sealed);
    ours[i] = read && ((named && read->digest.view() == *named) || is_sealed_by(sealed, identity, key));
    if (ours[i]) named = read->proof.previous();
  }
  return ours;
}

}  // namespace loa::station::journal
