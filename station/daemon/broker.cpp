#include "station/daemon/broker.hpp"

#include "protocol/base/log.hpp"

namespace loa::station::daemon {
namespace {

namespace topic = protocol::topic;
using protocol::link::Qos;
using topic::Leaf;

constexpr std::chrono::seconds longest_backoff{20};  // 300 stations after a broker's restart: 30 handshakes a second
constexpr std::chrono::seconds connect_again{60};    // until a setting of the link is repaired
constexpr std::chrono::milliseconds farewell_time{500};

protocol::link::LinkSettings link_settings(const settings::StationSettings& settings, const v1::State& farewell) {
  protocol::link::LinkSettings link;
  link.host = settings.mqtt.host;
  link.port = settings.mqtt.port;
  link.client_id = settings.station;
  link.username = settings.mqtt.username;
  link.password = settings.mqtt.password;
  link.tls.emplace().ca_file = settings.mqtt.ca_file;
  link.backoff_max = longest_backoff;
  link.will = protocol::link::Will{topic::of_station(settings.ward, settings.station, Leaf::state),
                                   farewell.SerializeAsString()};
  return link;
}

}  // namespace

Result<std::unique_ptr<Broker>> Broker::open(const settings::StationSettings& settings, const v1::State& farewell,
                                             protocol::link::LinkEvents events, protocol::link::Post post) {
  auto link = std::make_unique<Link>(link_settings(settings, farewell), std::move(events), std::move(post));
  std::unique_ptr<Broker> broker{new Broker{settings.ward, settings.station, std::move(link)}};
  LOA_TRY(broker->subscribe());
  return broker;
}

Result<void> Broker::subscribe() {
  for (const auto leaf : {Leaf::emergency, Leaf::plan, Leaf::receipt}) {
    LOA_TRY(link_->subscribe(topic::of_station(ward_, station_, leaf), Qos::at_least_once));
  }
  return link_->subscribe(topic::of_command(ward_, "+"), Qos::at_least_once);
}

void Broker::publish(Leaf leaf, std::string_view code, std::string_view body, bool retained) {
  const auto to = topic::of_station(ward_, station_, leaf, code);
  const auto published = link_->publish(to, body, Qos::at_least_once, retained);
  if (!published) log::debug("message.unpublished", {{"topic", to}, {"error", published.error().text}});
}

void Broker::connect(MonoTime now) {
  const auto started = link_->start();
  connect_at_.reset();
  if (started) return;
  log::error("link.failed", {{"error", started.error().text}, {"again_s", connect_again.count()}});
  connect_at_ = now + connect_again;
}

void Broker::on_time(MonoTime now) {
  if (connect_at_ && *connect_at_ <= now) connect(now);
}

void Broker::hang_up() { link_->stop(farewell_time); }

}  // namespace loa::station::daemon
