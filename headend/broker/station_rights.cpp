#include "headend/broker/station_rights.hpp"

#include "protocol/topic/topic.hpp"

namespace loa::headend::broker {

bool may_publish(std::string_view topic, std::size_t bytes, bool retained) {
  const auto parsed = protocol::topic::parse(topic);
  if (!parsed || !parsed->leaf || bytes > protocol::topic::max_station_bytes) return false;
  return !retained || protocol::topic::is_retained(*parsed->leaf);
}

}  // namespace loa::headend::broker
