#pragma once
#include <functional>
#include <string>

namespace loa::headend::dispatch {

/// One message for the broker. QoS 1.
struct Publication {
  std::string topic;
  std::string payload;
  bool retained = false;
};

/// Takes a message on its way; the daemon's link is behind it.
using Outlet = std::function<void(const Publication&)>;

}  // namespace loa::headend::dispatch
