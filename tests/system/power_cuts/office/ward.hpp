#pragma once
#include "protocol/seal/seal.hpp"
#include "station/journal/proof_journal.hpp"
#include "station/settings/station_settings.hpp"

/// What office and victim agree on.
namespace loa::tests {

inline const std::string ward_id = "phuc-xa";
inline const std::string station_id = "cum-01";
inline constexpr WallTime first_morning = wall_from_us(1'795'212'000'000'000);  // 2026-11-20T22:00:00Z
/// Three proofs a segment, and a memory of three days: folders change all the time.
inline constexpr station::journal::Limits small_segments{1200, 1 << 20};

inline protocol::crypto::SecretKey key_of(std::uint8_t seed) {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(seed);
  return protocol::crypto::SecretKey::from_seed(bytes);
}
inline protocol::crypto::SecretKey station_key() { return key_of(2); }
inline protocol::crypto::SecretKey office_key() { return key_of(1); }

inline station::settings::StationSettings station_settings() {
  station::settings::StationSettings settings;
  settings.ward = ward_id;
  settings.station = station_id;
  settings.plan_keys = settings.emergency_keys = settings.headend_keys = {office_key().public_key()};
  settings.audio = station::settings::StationSettings::Audio{"default"};
  return settings;
}

/// Cues are six hours apart.
inline WallTime moment(int cue) { return first_morning + std::chrono::hours{6} * cue; }

inline v1::Proof proof_draft(int cue) {
  v1::Proof proof;
  proof.set_occurrence("sang/2026-11-21/050000");
  proof.set_segment(static_cast<std::uint32_t>(cue));
  proof.set_medium(v1::MEDIUM_AUDIO);
  proof.set_bucket(v1::BUCKET_PLAYED);
  proof.set_reason("complete");
  proof.set_from_us(to_us(moment(cue)));
  proof.set_to_us(proof.from_us() + 1);
  proof.set_object(std::string(32, 'o'));
  return proof;
}

}  // namespace loa::tests
