#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "protocol/link/link.hpp"
#include "protocol/message/loa.pb.h"
#include "station/node/ports.hpp"
#include "station/settings/station_settings.hpp"

namespace loa::station::daemon {

/// The broker as a station's outlet: one link, with the station's subscriptions and its will. A station without its CA
/// plays what it has, says what it lacks, and tries again each minute.
class Broker final : public node::Outlet {
 public:
  using Link = protocol::link::Link;

  /// @param farewell  what the broker says of the station when it has vanished
  /// @error invalid: a topic
  static Result<std::unique_ptr<Broker>> open(const settings::StationSettings& settings, const v1::State& farewell,
                                              protocol::link::LinkEvents events, protocol::link::Post post);

  void publish(protocol::topic::Leaf leaf, std::string_view code, std::string_view body, bool retained) override;
  /// Starts the link.
  void connect(MonoTime now);
  /// Starts the link again if that failed a minute ago.
  void on_time(MonoTime now);
  /// Waits a moment until the last words are out, and hangs up.
  void hang_up();

  [[nodiscard]] const Pulse& pulse() const { return link_->pulse(); }

 private:
  Broker(std::string ward, std::string station, std::unique_ptr<Link> link)
      : ward_(std::move(ward)), station_(std::move(station)), link_(std::move(link)) {}
  Result<void> subscribe();

  const std::string ward_;
  const std::string station_;
  std::unique_ptr<Link> link_;
  std::optional<MonoTime> connect_at_;  // it could not be started
};

}  // namespace loa::station::daemon
