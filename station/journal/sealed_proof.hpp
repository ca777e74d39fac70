#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/crypto/hash.hpp"
#include "protocol/crypto/key.hpp"
#include "protocol/message/loa.pb.h"
#include "station/journal/segment.hpp"

namespace loa::station::journal {

/// Whose journal it is.
struct Identity {
  std::string ward;
  std::string station;
};

/// What the payload of a record says. Its form is right; whether it was signed is another question.
struct SealedProof {
  v1::Proof proof;
  protocol::crypto::Sha256 digest;  ///< by which the next proof names this one
  std::string key_id;               ///< which key is said to have sealed it: a hint
};

/// @return absent when the bytes are no envelope with a proof in it
std::optional<SealedProof> decode_sealed(std::string_view sealed);

/// Whether the station itself sealed these bytes for its head-end, with this key. Costs some 0.1 ms.
bool is_sealed_by(std::string_view sealed, const Identity& identity, const protocol::crypto::PublicKey& key);

/// Which records of a segment the station sealed: those with its signature, and those that such a one names as its
/// predecessor, and so on, whose words it vouches for. So a segment costs few signatures however much of it is damaged.
/// @return one for each record
std::vector<bool> find_ours(std::string_view segment, const std::vector<Span>& records, const Identity& identity,
                            const protocol::crypto::PublicKey& key);

}  // namespace loa::station::journal
