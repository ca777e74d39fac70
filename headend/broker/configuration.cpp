#include "headend/broker/configuration.hpp"

#include <fmt/format.h>

#include "protocol/topic/fault_code.hpp"
#include "protocol/topic/topic.hpp"

namespace loa::headend::broker {
namespace {

using protocol::topic::Leaf;
using protocol::topic::of_command;
using protocol::topic::of_station;

/// "::" is written as no address at all: mosquitto takes it for IPv6 alone, and listens on both without one.
std::string format_listener(const Configuration& c, std::uint16_t port, std::string_view bind) {
  return fmt::format(
      "listener {}{}{}\n"
      "cafile {}\n"
      "certfile {}\n"
      "keyfile {}\n"
      "tls_version tlsv1.2\n",  // the least allowed; 1.3 is taken where the station has it
      port, bind == "::" ? "" : " ", bind == "::" ? "" : bind, c.ca_file.string(), c.certificate_file.string(),
      c.key_file.string());
}

std::string access_of(const std::string& ward, const std::string& station) {
  const auto topic = [&](Leaf leaf) { return of_station(ward, station, leaf); };
  std::string text = fmt::format("user {}\n", station);
  for (const Leaf leaf : {Leaf::state, Leaf::status, Leaf::proof, Leaf::answer}) {
    text += fmt::format("topic write {}\n", topic(leaf));
  }
  for (const auto code : protocol::topic::fault_codes())
    text += fmt::format("topic write {}\n", of_station(ward, station, Leaf::fault, code));
  for (const Leaf leaf : {Leaf::plan, Leaf::emergency, Leaf::receipt})
    text += fmt::format("topic read {}\n", topic(leaf));
  return text + fmt::format("topic read {}\n\n", of_command(ward, "#"));
}

}  // namespace

std::string format_configuration(const Configuration& c) {
  const auto file = [&](const char* name) { return (c.folder / name).string(); };
  std::string text =
      fmt::format("# Private broker of ward {}. Generated at each start of the head-end: do not edit.\n", c.ward);
  text += fmt::format(
      "allow_anonymous false\n"
      "per_listener_settings false\n"
      "password_file {}\n"
      "acl_file {}\n"
      "user {}\n"
      "log_dest stderr\n"
      "log_type error\n"
      "log_type warning\n"
      "log_timestamp false\n",
      file("passwd"), file("acl"), c.user);
  text += fmt::format("plugin {}\nplugin_opt_headend {}\n", c.guard.string(), c.headend_login);
  // What must last is the ward's database and the stations' journals; this only spares traffic after an orderly
  // restart.
  text += fmt::format(
      "persistence true\n"
      "persistence_location {}/\n"
      "persistence_file mosquitto.db\n"
      "autosave_interval 60\n",
      c.folder.string());
  // A station that has been away a month leaves its session; its plan is retained and comes anyway.
  text += "persistent_client_expiration 30d\n";
  // Proofs of 300 stations that all come back at once must not be dropped from the head-end's queue: 300 × 200 in
  // flight. The stations keep them until the receipt in any case.
  text += "max_queued_messages 60000\nmax_queued_bytes 268435456\nmax_inflight_messages 100\n";
  // A sealed message has at most 4 MiB (protocol/seal), plus topic and header. mosquitto knows one limit for everybody;
  // what a station sends is held to 64 KiB by the guard.
  text += "max_packet_size 4200000\n";
  // 300 plans of that size would need 1.2 GB, usual ones need less than 0.2. Whatever is sent, the machine stays alive.
  text += "memory_limit 1610612736\n";
  // Many small acknowledgements: waiting for more to send costs latency and saves nothing.
  text += "set_tcp_nodelay true\n";
  text += "max_keepalive 300\nretain_available true\nsys_interval 0\n\n";

  text += "# Stations. The client id is the login, so that no station can take over another's session.\n";
  text += format_listener(c, c.port, c.bind) + "use_username_as_clientid true\nmax_connections 2000\n\n";
  text += "# Head-end and `loa` on this machine: same login, several sessions.\n";
  text += format_listener(c, c.local_port, "127.0.0.1") + "max_connections 200\n";
  return text;
}

std::string format_access_list(const std::string& ward, const std::string& headend_login,
                               const std::vector<std::string>& stations) {
  std::string text = fmt::format(
      "# Who may do what at the broker of ward {}. Generated: do not edit. Without an entry: nothing.\n"
      "user {}\ntopic readwrite loa/1/{}/#\n\n",
      ward, headend_login, ward);
  for (const auto& station : stations) {
    if (station != headend_login) text += access_of(ward, station);
  }
  return text;
}

}  // namespace loa::headend::broker
