#include "headend/broker/connection.hpp"

#include "protocol/base/file.hpp"

namespace loa::headend::broker {
namespace {

using protocol::link::LinkSettings;
using protocol::link::Tls;

Result<LinkSettings> to_outside(const ward::OutsideBroker& outside, LinkSettings link) {
  link.host = outside.host;
  link.port = outside.port;
  if (outside.tls) {
    link.tls = Tls{};
    link.tls->ca_file = outside.ca_file;
  }
  if (outside.username.empty()) return link;
  link.username = outside.username;
  LOA_TRY_LET(link.password, read_file(outside.password_file, 4096));
  while (!link.password.empty() && link.password.back() == '\n') link.password.pop_back();
  return link;
}

}  // namespace

Result<LinkSettings> connection_of(const ward::Ward& ward, const std::string& client_id) {
  LinkSettings link;
  link.client_id = client_id;
  link.backoff_min = std::chrono::milliseconds{100};
  link.backoff_max = std::chrono::milliseconds{5'000};
  // All plans of 300 stations at once, after the broker lost its state: 300 × about 300 kB.
  link.max_queued_messages = 20'000;
  link.max_queued_bytes = 512U << 20U;
  if (const auto& outside = ward.settings().outside_broker) return to_outside(*outside, std::move(link));
  link.host = "127.0.0.1";
  link.port = ward.settings().local_port;
  link.tls = Tls{};
  link.tls->ca_file = ward.ca_file();
  link.username = ward::headend_login;
  LOA_TRY_LET(link.password, ward.mqtt_password());
  return link;
}

}  // namespace loa::headend::broker
