#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

/// Text of the private mosquitto's files (mosquitto.conf(5)). Pure.
namespace loa::headend::broker {

struct Configuration {
  std::string ward;
  std::string bind;              ///< address of the stations' listener
  std::uint16_t port = 0;        ///< of the stations' listener
  std::uint16_t local_port = 0;  ///< loopback listener of head-end and `loa`
  std::filesystem::path folder;  ///< configuration, password file, ACL file and persistence live here
  std::filesystem::path ca_file;
  std::filesystem::path certificate_file;
  std::filesystem::path key_file;
  std::filesystem::path guard;  ///< module that holds stations to their limits (station_rights.hpp)
  std::string headend_login;    ///< the guard lets it pass
  std::string user;  ///< account to run under; mosquitto started as root would otherwise change to "mosquitto" and not
                     ///< read the ward's secrets
};

/// mosquitto.conf: each line that is not the default carries its reason.
std::string format_configuration(const Configuration& configuration);

/// The access list: the head-end everything of the ward, each station the leaves and faults it writes, by name, and the
/// topics it reads.
/// @param stations  ids; also their logins
std::string format_access_list(const std::string& ward, const std::string& headend_login,
                               const std::vector<std::string>& stations);

}  // namespace loa::headend::broker
