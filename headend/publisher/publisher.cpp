#include "headend/publisher/publisher.hpp"

#include <algorithm>
#include <optional>

#include "headend/planner/comparison.hpp"
#include "headend/publisher/record.hpp"
#include "protocol/message/compact.hpp"
#include "protocol/seal/seal.hpp"
#include "protocol/topic/topic.hpp"

namespace loa::headend::publisher {
namespace {

using namespace std::chrono;
namespace topic = protocol::topic;

constexpr days least_horizon{30};

/// The plan inside an envelope of ours. It needs no verification: it comes from our own store.
std::optional<v1::Plan> unseal(const std::string& sealed) {
  v1::Envelope envelope;
  v1::Header header;
  v1::Plan plan;
  if (!envelope.ParseFromString(sealed) || !header.ParseFromString(envelope.header())) return std::nullopt;
  if (!plan.ParseFromString(header.body())) return std::nullopt;
  return plan;  // in the form in which it went out
}

Publication plan_publication(const std::string& ward, const model::IssuedPlan& issued) {
  return {topic::of_station(ward, issued.station, topic::Leaf::plan), issued.sealed, true};
}

}  // namespace

Result<std::map<std::string, planner::Form>> forms_of_stations(store::Store& store) {
  std::map<std::string, planner::Form> forms;
  LOA_TRY_LET(const auto statuses, store.fleet().statuses());
  for (const auto& status : statuses) {
    if (status.status) forms[status.station] = planner::form_of(status.status);
  }
  return forms;
}

Publisher::Publisher(std::string ward, protocol::crypto::SecretKey key, planner::Settings settings, store::Store& store)
    : seals_(std::move(ward), std::move(key), store), settings_(std::move(settings)), store_(store) {}

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
  LOA_TRY_LET(forms_, forms_of_stations(store_));
  std::erase_if(troubles_, [this](const auto& trouble) { return catalogue_.station(trouble.first) == nullptr; });
  next_ = 0;
  return {};
}

Result<bool> Publisher::step(WallTime now, const Outlet& outlet, Round& round) {
  if (next_ >= catalogue_.stations.size()) return false;
  LOA_TRY(issue_one(catalogue_.stations[next_], now, round, outlet));
  return ++next_ < catalogue_.stations.size();
}

Result<Round> Publisher::issue_to(const std::set<std::string>& stations, WallTime now, const Outlet& outlet) {
  LOA_TRY(begin_round());
  Round round;
  for (const auto& station : catalogue_.stations) {
    if (stations.contains(station.id)) LOA_TRY(issue_one(station, now, round, outlet));
  }
  next_ = catalogue_.stations.size();
  return round;
}

Result<void> Publisher::issue_one(const model::Station& station, WallTime now, Round& round, const Outlet& outlet) {
  const auto until = planner::promised_until(now, settings_);
  LOA_TRY_LET(const auto begun, store_.promises().begun(station.id, now - settings_.near_past, until));
  const auto form = form_for(station.id);
  auto fitted = planner::fit(catalogue_, station, now, settings_, begun, form, most_plan_bytes);
  if (!fitted) {
    note_trouble(station.id, fitted.error().text);
    round.problems.push_back(fitted.error().text);
    return {};
  }
  note_trouble(station.id, fitted->lost.empty() ? "" : fitted->lost.front());
  LOA_TRY_LET(const bool current, is_current(fitted->planned.plan, form, now));
  if (current) {
    // An edit may change what the cues count for and nothing that the station does: then there is nothing to send.
    LOA_TRY_LET(const auto changed, record_facts(store_, station.id, now, fitted->planned.cues));
    static_cast<void>(changed);
    return {};
  }
  LOA_TRY_LET(const auto issued, seal_plan(fitted->wire, now));
  LOA_TRY(record_plan(store_, issued, fitted->planned.cues));
  outlet(plan_publication(seals_.ward(), issued));
  round.issued.push_back(station.id);
  for (auto& note : fitted->planned.notes) round.notes.push_back(std::move(note));
  for (auto& note : fitted->lost) round.notes.push_back(std::move(note));
  return {};
}

planner::Form Publisher::form_for(const std::string& station) const {
  const auto known = forms_.find(station);
  return known == forms_.end() ? planner::Form::plain : known->second;
}

void Publisher::note_trouble(const std::string& station, std::string text) {
  if (text.empty()) {
    troubles_.erase(station);
  } else {
    troubles_[station] = std::move(text);
  }
}

/// Whether the plan that is out says the same, for long enough, in a form that the station understands.
/// A plan that was made in a time to come, by a clock of ours that was ahead, is refused by its station until then: not
/// yet valid. Once the clock is right, the same orders go out anew.
Result<bool> Publisher::is_current(const v1::Plan& plan, planner::Form form, WallTime now) {
  LOA_TRY_LET(const auto newest, store_.plans().newest(plan.station()));
  if (!newest || newest->horizon < now + least_horizon || newest->made - dispatch::clock_slack > now) return false;
  LOA_TRY_LET(const auto last, store_.sequences().last("plan/" + plan.station()));
  if (newest->sequence < last) return false;  // the station may obey another one, which would be newer than ours
  auto out = unseal(newest->sealed);
  if (!out) return false;
  const bool is_compact = out->templates_size() > 0 || out->playlists_size() > 0;
  if (is_compact && form == planner::Form::plain) return false;
  if (!protocol::message::unfold_cues(*out)) return false;
  protocol::message::fold_pages(*out);
  return planner::same_orders(*out, plan, now);
}

Result<model::IssuedPlan> Publisher::seal_plan(const v1::Plan& plan, WallTime now) {
  LOA_TRY_LET(auto sealed, seals_.plan(plan, now));
  return model::IssuedPlan{plan.station(), sealed.sequence, now, sealed.not_after, std::move(sealed.bytes)};
}

Result<void> Publisher::emergencies(const Outlet& outlet) {
  LOA_TRY_LET(const auto newest, store_.plans().newest_emergencies());
  for (const auto& emergency : newest) {
    const auto& plan = emergency.plan;
    auto& handed_out = alarmed_[plan.station];
    if (plan.sequence <= handed_out) continue;
    handed_out = plan.sequence;
    outlet({topic::of_station(seals_.ward(), plan.station, topic::Leaf::emergency), plan.sealed, true});
  }
  return {};
}

Result<void> Publisher::recall(const Outlet& outlet) {
  LOA_TRY_LET(auto gone, store_.stations().gone());
  LOA_TRY_LET(const auto removed, store_.stations().removed());
  std::erase_if(gone, [&](const auto& station) {  // it has still to be told
    return std::any_of(removed.begin(), removed.end(),
                       [&](const auto& one) { return one.id == station && !one.silent && !one.closed; });
  });
  for (const auto& station : gone) {
    if (recalled_.contains(station)) continue;
    for (const auto leaf : {topic::Leaf::emergency, topic::Leaf::plan})
      outlet({topic::of_station(seals_.ward(), station, leaf), "", true});
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
    LOA_TRY_LET(const auto plan, store_.plans().newest(station.id));
    if (plan) outlet(plan_publication(seals_.ward(), *plan));
    LOA_TRY_LET(const auto receipt, store_.proofs().newest_receipt(station.id));
    if (receipt) outlet({topic::of_station(seals_.ward(), station.id, topic::Leaf::receipt), *receipt, true});
  }
  return {};
}

}  // namespace loa::headend::publisher
