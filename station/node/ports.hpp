#pragma once
#include <string>
#include <string_view>

#include "firmware/port/amplifier.hpp"
#include "protocol/message/loa.pb.h"
#include "protocol/topic/topic.hpp"
#include "station/core/event.hpp"
#include "station/core/presenter.hpp"
#include "station/health/service_report.hpp"
#include "station/intake/shelf.hpp"
#include "station/sync/fetcher.hpp"

/// What a Node works with. The daemon and the simulator each have one of every port; all are called on the io thread.
namespace loa::station::node {

/// Where the words of a station go out. Never blocks; what cannot be sent is dropped, because the node says it again.
class Outlet {
 public:
  virtual ~Outlet() = default;
  /// Publishes on the station's own topic.
  /// @param code  of a fault, else empty
  /// @param body  empty and retained: takes back what was retained
  virtual void publish(protocol::topic::Leaf leaf, std::string_view code, std::string_view body, bool retained) = 0;
};

/// The process around a node, which is told what it cannot see from outside.
class Host {
 public:
  virtual ~Host() = default;
  /// Prepares for work that takes a slow machine longer than a hang may last (the greatest plan, the largest object).
  virtual void begins_long_work() = 0;
  /// Hears of a plan, or an emergency's, just before the core takes it.
  virtual void takes(const core::PlanArrived& event) = 0;
  /// Hears of a part just before it goes to the journal.
  virtual void keeps(const v1::Proof& part) = 0;
  /// Hears of a fault that has changed.
  virtual void raises(const v1::Fault& fault) = 0;
  /// Hears of a part that no journal will ever take as it is.
  virtual void doubts(const v1::Proof& part, const Error& error) = 0;
};

/// All outlive the node.
struct Ports {
  Outlet& outlet;
  Host& host;
  intake::Shelf& shelf;
  sync::Fetcher& fetcher;
  Presenter* audio;  ///< null: no loudspeaker
  Presenter* sign;   ///< null: no sign
  firmware::Amplifier& amplifier;
  health::ServiceReport& report;
};

}  // namespace loa::station::node
