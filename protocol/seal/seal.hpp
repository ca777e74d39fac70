#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/time.hpp"
#include "protocol/crypto/hash.hpp"
#include "protocol/crypto/key.hpp"
#include "protocol/message/loa.pb.h"

/// The signed envelope (PROTOCOL.md §3): who says what to whom, in which order, valid when.
namespace loa::protocol::seal {

/// The address and life of a message to be sealed.
struct Address {
  std::string ward;
  std::string sender;    ///< "headend" or "station/<id>"
  std::string audience;  ///< "station/<id>", "group/<id>", "all" or "headend"
  v1::Kind kind = v1::KIND_UNSPECIFIED;
  std::uint64_t sequence = 0;
  WallTime not_before;
  WallTime not_after;
  WallTime signed_at = {};  ///< when it is sealed, by the sender's clock; the epoch itself: not told
};

/// Seals a body.
/// @param body  a serialised message of the address's kind
/// @return      a serialised Envelope, ready to publish or to keep
std::string seal(const Address& address, std::string_view body, const crypto::SecretKey& key);

/// The greatest sequence that a receiver takes and a head-end gives (PROTOCOL.md §6): one number signed by mistake, or
/// by a thief, must not leave a key without numbers for good. Moves on with time, so that there is always room above
/// what was once taken.
/// @param now  absent: the clock is not believed
std::uint64_t greatest_sequence(v1::Kind kind, std::optional<WallTime> now);

/// What the opener of an envelope demands.
struct Expectation {
  std::string ward;
  v1::Kind kind = v1::KIND_UNSPECIFIED;
  std::vector<std::string> audiences;   ///< any of these
  std::string sender;                   ///< empty: not checked (the key decides)
  std::vector<crypto::PublicKey> keys;  ///< any of these
  std::optional<WallTime> now;          ///< absent: validity is not judged, for a clock that cannot be believed
  std::optional<std::uint64_t> after;   ///< sequence must be greater; of one beyond greatest_sequence(): it need not.
                                        ///< Absent, and `now` too: the sequence is not judged, as of what is on disk
};

/// An envelope whose signature and address were found right.
struct Opened {
  v1::Header header;
  crypto::PublicKey key;
  crypto::Sha256 digest;  ///< of the header bytes: the link of the proof chain
};

/// Verifies, then decodes.
/// @error invalid: not an envelope, truncated, too large · refused: unknown key, wrong signature, other ward, other
///        kind, not yet or no longer valid, a sequence beyond greatest_sequence() · elsewhere: signed by a known key
///        for another audience · exists: replayed, its sequence is not after `after`. The sentence says which.
Result<Opened> open(std::string_view envelope, const Expectation& expectation);

/// A sealed message may have at most this many bytes (a 30-day plan of 60 cues a day needs about 300 kB).
inline constexpr std::size_t max_envelope_bytes = 4 << 20;

}  // namespace loa::protocol::seal
