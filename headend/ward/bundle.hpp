#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "headend/ward/ward.hpp"

/// What a technician carries to the box: one folder with the station's configuration, secrets and the ward's
/// certificate.
namespace loa::headend::ward {

struct SignSize {
  std::uint32_t width_px = 0;
  std::uint32_t height_px = 0;
};

/// What the configuration of one station says beyond the ward's own facts.
struct StationWish {
  std::string id;
  std::string pcm = "default";          ///< ALSA PCM name; empty: the station has no loudspeaker
  std::optional<SignSize> sign{};       ///< absent: no sign
  std::string sign_driver = "auto";     ///< of SDL: "auto", "x11", "wayland", "kmsdrm", "offscreen", "dummy"
  std::filesystem::path sign_record{};  ///< folder for each frame shown, as PNG; empty: not recorded
  std::string clock_trust = "chrony";   ///< "chrony", "ntp", "assume-network" or "assume-disciplined"
};

/// A bundle as made: the public half that the head-end keeps.
struct Enrolment {
  protocol::crypto::PublicKey key;
  std::string password_hash;
};

/// Makes a station's keys, password and bundle folder, whole or not at all ("<out>.making", then renamed). The secret
/// key and the password exist only in the bundle.
/// @param out  folder to make
/// @error exists: out is there · invalid: id or wish · io
Result<Enrolment> make_bundle(const Ward& ward, const StationWish& wish, const std::filesystem::path& out);

/// Text of a station.toml. Its keys are explained in tools/cli/README.md.
std::string format_station_settings(const Ward& ward, const StationWish& wish,
                                    const protocol::crypto::PublicKey& plan_key,
                                    const protocol::crypto::PublicKey& emergency_key);

}  // namespace loa::headend::ward
