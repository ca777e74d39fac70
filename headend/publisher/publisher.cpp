#include "headend/publisher/publisher.hpp"

#include <optional>

#include "protocol/seal/seal.hpp"
#include "protocol/topic/topic.hpp"

namespace loa::headend::publisher {
namespace {

using namespace std::chrono;
namespace topic = protocol::topic;

constexpr days least_horizon{30};
/// A station's clock may be a little behind ours: a plan must not look as if it came from the future.
constexpr hours clock_slack{1};

/// The plan inside an envelope of ours. It needs no verification: it comes from our own store.
std::optional<v1::Plan> unseal(const std::string& sealed) {
  v1::Envelope envelope;
  v1::Header header;
  v1::Plan plan;
  if (!envelope.ParseFromString(sealed) || !header.ParseFromString(envelope.header())) return std::nullopt;
  if (!plan.ParseFromString(header.body())) return std::nullopt;
  return plan;
}

std::uint64_t seconds_of(WallTime now) {
  return static_cast<std::uint64_t>(floor<seconds>(now).time_since_epoch().count());
}

Publication plan_publication(const std::string& ward, const store::IssuedPlan& issued) {
  return {topic::of_station(ward, issued.station, topic::Leaf::plan), issued.sealed, true};
}

}  // namespace

Publisher::Publisher(std::string ward, protocol::crypto::SecretKey key, planner::Settings settings, store::Store& store)
    : ward_(std::move(ward)), key_(std::move(key)), settings_(std::move(settings)), store_(store) {}

Result<Round> Publisher::issue(WallTime now, const Outlet& outlet) {
  LOA_TRY(begin_round());
  Round round;
  while (true) {
    LOA_TRY_LET(const bool more, step(now, outlet, round));
    if (!more) return round;
  }
}

Result<void> Publisher::begin_round() {
  LOA_TRY_LET(catalogue_, store_.catalogue());
  next_ = 0;
  return {};
}

Result<bool> Publisher::step(WallTime now, const Outlet& outlet, Round& round) {
  if (next_ >= catalogue_.stations.size()) return false;
  LOA_TRY(issue_one(catalogue_.stations[next_], now, round, outlet));
  return ++next_ < catalogue_.stations.size();
}

Result<void> Publisher::issue_one(const store::Station& station, WallTime now, Round& round, const Outlet& outlet) {
  LOA_TRY_LET(const auto begun, store_.begun_cues(station.id, now - settings_.near_past, now));
  auto planned = planner::compile(catalogue_, station, now, settings_, begun);
  if (!planned) {
    round.problems.push_back(planned.error().text);
    return {};
  }
  LOA_TRY_LET(const bool current, is_current(planned->plan, now));
  if (current) {
    // An edit may change what the cues count for and nothing that the station does: then there is nothing to send.
    LOA_TRY_LET(const auto changed, store_.record_facts(station.id, now, planned->cues));
    static_cast<void>(changed);
    return {};
  }
  LOA_TRY_LET(const auto issued, seal_plan(planned->plan, now));
  if (issued.sealed.size() > protocol::seal::max_envelope_bytes) {
    round.problems.push_back(fmt::format("the plan of station '{}' has {} bytes, more than {}: plan fewer cues",
                                         station.id, issued.sealed.size(), protocol::seal::max_envelope_bytes));
    return {};
  }
  LOA_TRY(store_.record_plan(issued, planned->cues));
  outlet(plan_publication(ward_, issued));
  round.issued.push_back(station.id);
  for (auto& note : planned->notes) round.notes.push_back(std::move(note));
  return {};
}

/// Whether the plan that is out says the same, for long enough.
/// A plan that was made in a time to come, by a clock of ours that was ahead, is refused by its station until then: not
/// yet valid. Once the clock is right, the same orders go out anew.
Result<bool> Publisher::is_current(const v1::Plan& plan, WallTime now) {
  LOA_TRY_LET(const auto newest, store_.newest_plan(plan.station()));
  if (!newest || newest->horizon < now + least_horizon || newest->made - clock_slack > now) return false;
  const auto out = unseal(newest->sealed);
  return out && planner::same_orders(*out, plan, now);
}

Result<store::IssuedPlan> Publisher::seal_plan(const v1::Plan& plan, WallTime now) {
  protocol::seal::Address address;
  address.ward = ward_;
  address.sender = "headend";
  address.audience = "station/" + plan.station();
  address.kind = v1::KIND_PLAN;
  address.not_before = now - clock_slack;
  address.not_after = wall_from_us(plan.horizon_us());
  address.signed_at = now;
  LOA_TRY_LET(address.sequence, store_.next_sequence("plan/" + plan.station(), seconds_of(now)));
  return store::IssuedPlan{plan.station(), address.sequence, now, address.not_after,
                           protocol::seal::seal(address, plan.SerializeAsString(), key_)};
}

Result<void> Publisher::emergencies(const Outlet& outlet) {
  LOA_TRY_LET(const auto newest, store_.newest_emergencies());
  for (const auto& emergency : newest) {
    const auto& plan = emergency.plan;
    auto& handed_out = alarmed_[plan.station];
    if (plan.sequence <= handed_out) continue;
    handed_out = plan.sequence;
    outlet({topic::of_station(ward_, plan.station, topic::Leaf::emergency), plan.sealed, true});
  }
  return {};
}

Result<void> Publisher::recall(const Outlet& outlet) {
  LOA_TRY_LET(const auto gone, store_.stations_gone());
  for (const auto& station : gone) {
    if (recalled_.contains(station)) continue;
    for (const auto leaf : {topic::Leaf::emergency, topic::Leaf::plan})
      outlet({topic::of_station(ward_, station, leaf), "", true});
  }
  recalled_ = {gone.begin(), gone.end()};
  return {};
}

Result<void> Publisher::repeat(const Outlet& outlet) {
  alarmed_.clear();
  recalled_.clear();
  LOA_TRY(emergencies(outlet));
  LOA_TRY(recall(outlet));
  LOA_TRY_LET(const auto catalogue, store_.catalogue());
  for (const auto& station : catalogue.stations) {
    LOA_TRY_LET(const auto plan, store_.newest_plan(station.id));
    if (plan) outlet(plan_publication(ward_, *plan));
    LOA_TRY_LET(const auto receipt, store_.newest_receipt(station.id));
    if (receipt) outlet({topic::of_station(ward_, station.id, topic::Leaf::receipt), *receipt, true});
  }
  return {};
}

}  // namespace loa::headend::publisher
