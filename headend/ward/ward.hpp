#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "protocol/base/file.hpp"
#include "protocol/base/result.hpp"
#include "protocol/crypto/key.hpp"

/// The ward's folder: everything one head-end owns. Layout, rights and recovery stand in README.md.
namespace loa::headend::ward {

/// A broker that somebody else runs, instead of the private one.
struct OutsideBroker {
  std::string host;
  std::uint16_t port = 8883;
  std::string username;                 ///< empty: none
  std::filesystem::path password_file;  ///< in ward.toml relative to it
  std::filesystem::path ca_file;        ///< likewise; absent: the ward's own authority
  bool tls = true;
};

/// ward.toml.
struct Settings {
  std::string id;    ///< is_id()
  std::string name;  ///< for people, clean UTF-8, 1…200 bytes
  std::vector<std::string>
      hosts;                ///< names or addresses under which stations reach this machine; the first goes into bundles
  std::string bind = "::";  ///< address that broker and HTTPS listen on; "::": all, IPv6 and IPv4
  std::uint16_t mqtt_port = 8883;  ///< of the stations
  std::uint16_t local_port = 0;    ///< of the private broker's loopback listener, for head-end and `loa`
  std::uint16_t https_port = 8443;
  std::int32_t utc_offset_s = 25'200;  ///< local time of the ward; Vietnam has no summer time
  std::optional<OutsideBroker> outside_broker;
};

/// @error invalid: the sentence names the key and the rule
Result<void> check(const Settings& settings);

/// Where a ward listens whose stations use these hosts, when nobody says: a ward of one machine only there, any other
/// on every address, IPv6 and IPv4.
std::string bind_for(const std::vector<std::string>& hosts);

/// Whether each host that is an address can be reached where the ward listens.
/// @error invalid: an IPv6 host and an IPv4 `bind`, or the reverse; a host with a port
Result<void> check_reachable(const Settings& settings);

/// "loa.example.vn:8443", "192.0.2.7:8443", "[2001:db8::5]:8443"
std::string host_and_port(const std::string& host, std::uint16_t port);

/// Text of a ward.toml with these settings.
std::string format_settings(const Settings& settings);

/// Held while the ward's folder is being changed; released when it goes.
class FolderLock {
 public:
  explicit FolderLock(UniqueFd fd) : fd_(std::move(fd)) {}

 private:
  UniqueFd fd_;
};

/// One ward's folder, opened. Reads secrets when asked, keeps none.
class Ward {
 public:
  /// Makes the folder whole or not at all: it is built beside its place as "<folder>.making", synced, then renamed.
  /// What a power cut leaves of an earlier attempt is removed. A port of 0 is replaced by a free one.
  /// @error exists: the folder is there and not empty · invalid: settings · busy: another init is at work · io
  static Result<Ward> create(const std::filesystem::path& folder, Settings settings);

  /// @error missing: no ward there · invalid: ward.toml is wrong · unsupported: made by a newer version
  static Result<Ward> open(const std::filesystem::path& folder);

  [[nodiscard]] const Settings& settings() const { return settings_; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::filesystem::path database_file() const { return folder_ / "loa.db"; }
  /// What content::store::ObjectStore opens; the objects are in "objects" below it.
  [[nodiscard]] const std::filesystem::path& content_folder() const { return folder_; }
  [[nodiscard]] std::filesystem::path broker_folder() const { return folder_ / "broker"; }
  [[nodiscard]] std::filesystem::path ca_file() const { return folder_ / "ca/ca.crt"; }
  [[nodiscard]] std::filesystem::path server_certificate_file() const { return folder_ / "ca/server.crt"; }
  [[nodiscard]] std::filesystem::path server_key_file() const { return folder_ / "ca/server.key"; }

  /// Signs plans, receipts and ordinary commands.
  /// @error missing · refused: others may read it · invalid
  [[nodiscard]] Result<protocol::crypto::SecretKey> plan_key() const;
  /// Signs emergencies, nothing else.
  [[nodiscard]] Result<protocol::crypto::SecretKey> emergency_key() const;
  /// Password of the login `headend` at the private broker.
  [[nodiscard]] Result<std::string> mqtt_password() const;
  /// Bearer token of the JSON API.
  [[nodiscard]] Result<std::string> api_token() const;

  /// Where stations fetch content: "https://host:port/content/".
  [[nodiscard]] std::string content_url() const;

  /// Waits up to two seconds for other programs that change this folder.
  /// @error busy: the other one holds it longer
  [[nodiscard]] Result<FolderLock> lock() const;

  /// Replaces the server certificate, for new hosts or before the old one ends; the authority stays, so no station
  /// needs a new bundle.
  /// @error io · invalid
  Result<void> renew_server_certificate(std::vector<std::string> hosts);

 private:
  Ward(std::filesystem::path folder, Settings settings) : folder_(std::move(folder)), settings_(std::move(settings)) {}
  std::filesystem::path folder_;
  Settings settings_;
};

/// Login name of the head-end and of `loa` at the broker; no station may have this id.
inline constexpr const char* headend_login = "headend";

/// Where wards live unless told otherwise.
inline constexpr const char* default_parent = "/var/lib/loa";

/// Which folder is meant: the option, else the environment variable LOA_WARD, else the only ward below default_parent.
/// @param option  from the command line; empty: not given
/// @error missing: none or several there; the sentence says what to type
Result<std::filesystem::path> find_folder(const std::filesystem::path& option);

}  // namespace loa::headend::ward
