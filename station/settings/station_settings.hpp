#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "protocol/crypto/key.hpp"

namespace loa::station::settings {

/// What a technician carries to the box (`loa station add` writes it). Relative paths are those of the file's folder.
///
///   ward = "trung-hoa"            station = "cum-01"          state_folder = "state"
///   runtime_folder = "/run/loa-station"   (absent: $RUNTIME_DIRECTORY, else state_folder)
///   [mqtt]   host, port, username, password_file, ca_file
///   [keys]   station = "station.key"   plan = ["<hex>"]   emergency = ["<hex>"]   headend = ["<hex>"]
///   [audio]  pcm = "default"                                            (absent: no loudspeaker)
///   [sign]   width, height, driver = "", record = "<folder>"            (absent: no sign)
///   [relay]  chip = "gpiochip0"   line = 17   active_low = false        (absent: the amplifier is always on)
///            feedback_line = 27   feedback_active_low = false   feedback_ms = 500      (absent: it is believed)
///   [faults] too_hot_c = 80   disk_free_mb = 64   underruns = 3   sysfs = "/sys"   hold_s = each code's own
///   [clock]  trust = "chrony" | "ntp" | "assume-network" | "assume-disciplined"      (absent: "chrony")
///   [recovery]  safe_after = 5        starts in a row that did not last, then the safe minimum (restarts.hpp); 0:
///   never
struct StationSettings {
  struct Mqtt {
    std::string host;
    int port = 0;
    std::string username;
    std::string password;
    std::filesystem::path ca_file;
  };
  struct Audio {
    std::string pcm;
  };
  struct Sign {
    int width_px = 0;
    int height_px = 0;
    std::string driver;
    std::optional<std::filesystem::path> record;
  };
  struct Relay {
    std::string chip;
    unsigned line = 0;
    bool active_low = false;
    std::optional<unsigned> feedback_line;  ///< the amplifier's word that it has power
    bool feedback_active_low = false;
    std::chrono::milliseconds feedback_after{500};  ///< so long after switching it must be right
  };
  /// What is a fault, and where it is looked for.
  struct FaultLimits {
    int too_hot_c = 80;  ///< 30…120; a Raspberry Pi slows down from here on
    std::uint64_t disk_free_bytes =
        64 << 20;  ///< fewer free is a fault, and content leaves so much free; the journal may take 32 MiB
    std::uint32_t underruns = 3;               ///< in one cue, or in ten minutes of it
    std::filesystem::path sysfs = "/sys";      ///< where the kernel's sensors are
    std::optional<std::chrono::seconds> hold;  ///< how long a condition must stay away; absent: each code's own
  };
  using Keys = std::vector<protocol::crypto::PublicKey>;

  std::string ward;
  std::string station;
  std::filesystem::path state_folder;
  /// On tmpfs, for what changes all the time and need not outlive the power. Default: the first of $RUNTIME_DIRECTORY,
  /// else none, and the state folder serves.
  std::filesystem::path runtime_folder;
  Mqtt mqtt;
  std::filesystem::path station_key_file;
  Keys plan_keys, emergency_keys, headend_keys;
  std::optional<Audio> audio;
  std::optional<Sign> sign;
  std::optional<Relay> relay;
  FaultLimits faults;
  std::string clock_trust;
  std::uint64_t safe_after = 5;

  /// Reads and checks the file and what it names, but the secret key.
  /// @error missing · invalid: which file, which key, what would be right
  static Result<StationSettings> load(const std::filesystem::path& file);
};

}  // namespace loa::station::settings
