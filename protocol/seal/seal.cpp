#include "protocol/seal/seal.hpp"

#include <algorithm>
#include <limits>

#include "protocol/message/parse.hpp"

namespace loa::protocol::seal {
namespace {

constexpr std::string_view domain = "loa/1\n";  // no signature of another protocol or version can be taken for ours

std::string signed_text(std::string_view header) { return std::string{domain} + std::string{header}; }

std::optional<crypto::PublicKey> signer(const v1::Envelope& envelope, const std::vector<crypto::PublicKey>& keys) {
  const std::string text = signed_text(envelope.header());
  for (const auto& key : keys) {
    if (key.id() == envelope.key_id() && crypto::verify(key, text, envelope.signature())) return key;
  }
  return std::nullopt;
}

Result<void> check_address(const v1::Header& header, const Expectation& want) {
  if (header.ward() != want.ward) {
    return fail(ErrorCode::refused, "sealed for ward '{}', this is '{}'", header.ward(), want.ward);
  }
  if (header.kind() != want.kind) {
    return fail(ErrorCode::refused, "sealed as kind {}, kind {} belongs here", static_cast<int>(header.kind()),
                static_cast<int>(want.kind));
  }
  if (std::find(want.audiences.begin(), want.audiences.end(), header.audience()) == want.audiences.end()) {
    return fail(ErrorCode::elsewhere, "addressed to '{}', not to us", header.audience());
  }
  if (!want.sender.empty() && header.sender() != want.sender) {
    return fail(ErrorCode::refused, "sent by '{}', not by '{}'", header.sender(), want.sender);
  }
  return {};
}

Result<void> check_life(const v1::Header& header, const Expectation& want) {
  if (want.now && *want.now < wall_from_us(header.not_before_us())) {
    return fail(ErrorCode::refused, "not valid before {}", format_utc(wall_from_us(header.not_before_us())));
  }
  if (want.now && *want.now >= wall_from_us(header.not_after_us())) {
    return fail(ErrorCode::refused, "expired at {}", format_utc(wall_from_us(header.not_after_us())));
  }
  if (!want.now && !want.after) return {};
  const auto greatest = greatest_sequence(header.kind(), want.now);
  if (header.sequence() > greatest) {
    return fail(ErrorCode::refused, "sequence {} is beyond {}, the greatest that can be meant", header.sequence(),
                greatest);
  }
  if (want.after && *want.after <= greatest && header.sequence() <= *want.after) {
    return fail(ErrorCode::exists, "replayed: sequence {} is not after {}", header.sequence(), *want.after);
  }
  return {};
}

}  // namespace

std::uint64_t greatest_sequence(v1::Kind kind, std::optional<WallTime> now) {
  constexpr std::uint64_t ahead = 1ULL << 32U;    // seconds: more than any clock was ever wrong that a message allows
  constexpr std::uint64_t least = 1'767'225'600;  // 2026-01-01
  switch (kind) {
    case v1::KIND_PLAN:
    case v1::KIND_EMERGENCY:
    case v1::KIND_COMMAND:
    case v1::KIND_RECEIPT: {
      const auto seconds = now ? std::chrono::floor<std::chrono::seconds>(now->time_since_epoch()).count() : 0;
      return ahead + std::max<std::uint64_t>(least, seconds > 0 ? static_cast<std::uint64_t>(seconds) : 0);
    }
    case v1::KIND_STATUS:
    case v1::KIND_ANSWER:
    case v1::KIND_FAULT: {
      constexpr std::uint64_t last_start = 4'102'444'800 + (1U << 24U);  // 2100-01-01, and some restarts after it
      return (last_start << 32U) | 0xffff'ffffU;
    }
    default:
      return std::numeric_limits<std::uint64_t>::max();  // proofs are judged by their chain
  }
}

std::string seal(const Address& address, std::string_view body, const crypto::SecretKey& key) {
  v1::Header header;
  header.set_ward(address.ward);
  header.set_sender(address.sender);
  header.set_audience(address.audience);
  header.set_kind(address.kind);
  header.set_sequence(address.sequence);
  header.set_not_before_us(to_us(address.not_before));
  header.set_not_after_us(to_us(address.not_after));
  header.set_body(body.data(), body.size());
  header.set_signed_us(to_us(address.signed_at));

  v1::Envelope envelope;
  envelope.set_header(header.SerializeAsString());
  const auto signature = key.sign(signed_text(envelope.header()));
  envelope.set_signature(signature.data(), signature.size());
  envelope.set_key_id(key.public_key().id());
  return envelope.SerializeAsString();
}

Result<Opened> open(std::string_view bytes, const Expectation& expectation) {
  if (bytes.size() > max_envelope_bytes) {
    return fail(ErrorCode::invalid, "an envelope of {} bytes is larger than {}", bytes.size(), max_envelope_bytes);
  }
  v1::Envelope envelope;
  if (!message::parse(bytes, envelope)) {
    return fail(ErrorCode::invalid, "{} bytes are not a whole envelope", bytes.size());
  }
  const auto key = signer(envelope, expectation.keys);
  if (!key) return fail(ErrorCode::refused, "not signed by a key that is trusted for this");
  Opened opened;
  opened.key = *key;
  opened.digest = crypto::sha256(envelope.header());
  if (!message::parse(envelope.header(), opened.header)) {
    return fail(ErrorCode::invalid, "the signed header cannot be decoded");
  }
  LOA_TRY(check_address(opened.header, expectation));
  LOA_TRY(check_life(opened.header, expectation));
  return opened;
}

}  // namespace loa::protocol::seal
