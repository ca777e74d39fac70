#include "station/node/desk.hpp"

namespace loa::station::node {

void Desk::give(intake::AcceptedPlan accepted, bool at_start, core::Slot slot) const {
  core::PlanArrived event{std::move(accepted.plan), accepted.sequence, {}, at_start, slot};
  for (const auto& object : event.plan.objects()) {
    const auto name = protocol::crypto::Sha256::from_bytes(object.sha256());
    if (name && shelf.has(*name)) event.held.insert(*name);
  }
  host.takes(event);
  feed.feed(std::move(event));
  words.want_status();
}

}  // namespace loa::station::node
