// What a station says: proofs, status and answers.
#include "protocol/base/log.hpp"
#include "protocol/base/text.hpp"
#include "protocol/message/check.hpp"
#include "protocol/message/compact.hpp"
#include "protocol/topic/topic.hpp"
#include "station/daemon/station.hpp"
#include "station/daemon/vitals.hpp"

namespace loa::station::daemon {
namespace {

namespace topic = protocol::topic;
using std::chrono::steady_clock;

constexpr std::string_view understood[] = {protocol::message::plan_compact, "test"};  // PROTOCOL.md §11
constexpr std::chrono::seconds quiet_interval{60}, broadcast_interval{3};             // of status: PROTOCOL.md §10
constexpr std::chrono::milliseconds farewell{500};
constexpr std::chrono::hours sealed_life{24 * 365};  // status, answers, faults: the retained ones stay readable

}  // namespace

void Station::stopping() {
  begin_long_work();
  restarts_.stopped();
  publish_state(false);
  link_->stop(farewell);
}

void Station::publish_proofs(const Result<outbox::Outbox::Batch>& batch) {
  if (!batch) return log::error("outbox.unreadable", {{"error", batch.error().text}});
  const auto to = topic::of_station(settings_.ward, settings_.station, topic::Leaf::proof);
  for (const auto& sealed : *batch) {
    const auto published = link_->publish(to, sealed, protocol::link::Qos::at_least_once, false);
    if (!published) log::debug("proof.unpublished", {{"error", published.error().text}});  // the outbox sends it again
  }
}

void Station::publish_sealed(v1::Kind kind, topic::Leaf leaf, const std::string& body, std::string_view code,
                             std::optional<bool> retained) {
  protocol::seal::Address address;
  address.ward = settings_.ward;
  address.sender = "station/" + settings_.station;
  address.audience = "headend";
  address.kind = kind;
  if (reading_.now.grade >= ClockGrade::network) restarts_.believe(reading_.now.wall);
  seal_sequence_ = std::max(seal_sequence_, restarts_.life() << 32U) + 1;
  address.sequence = seal_sequence_;
  address.not_before = reading_.now.wall - std::chrono::hours{1};
  address.not_after = reading_.now.wall + sealed_life;
  address.signed_at = reading_.now.wall;
  const auto published = link_->publish(topic::of_station(settings_.ward, settings_.station, leaf, code),
                                        protocol::seal::seal(address, body, key_), protocol::link::Qos::at_least_once,
                                        retained.value_or(topic::is_retained(leaf)));
  if (!published) log::debug("message.unpublished", {{"error", published.error().text}});
}

v1::State Station::state(bool online) const {
  v1::State state;
  state.set_online(online);
  state.set_since_us(to_us(reading_.now.wall));
  state.set_boot(boot_);
  return state;
}

void Station::publish_state(bool online) {
  const auto published = link_->publish(topic::of_station(settings_.ward, settings_.station, topic::Leaf::state),
                                        state(online).SerializeAsString(), protocol::link::Qos::at_least_once, true);
  if (!published) log::warn("state.unpublished", {{"error", published.error().text}});
}

std::chrono::seconds Station::status_interval() const {
  return core_->broadcasting() ? broadcast_interval : quiet_interval;
}

void Station::publish_status() {
  status_due_ = false;
  const MonoTime now = steady_clock::now();
  last_status_ = now;
  v1::Status status;
  status.set_at_us(to_us(reading_.now.wall));
  status.set_plan_sequence(core_->plan_sequence());
  const auto content = core_->content();
  status.set_objects_wanted(static_cast<std::uint32_t>(content.wanted));
  status.set_objects_held(static_cast<std::uint32_t>(content.held));
  status.set_clock_grade(static_cast<v1::ClockGrade>(reading_.now.grade));
  status.set_clock_error_us(static_cast<std::uint32_t>(reading_.error_bound.count()));
  status.set_uptime_s(static_cast<std::uint64_t>((now - started_) / std::chrono::seconds{1}));
  status.set_proofs_waiting(outbox_.waiting() + unkept_.size());
  status.set_on_air(core_->on_air());
  status.set_on_air_start_error_us(core_->on_air_start_error_us());
  status.set_software(LOA_VERSION);
  status.set_refused(fit_text(last_refused_, protocol::message::max_text_bytes));
  status.set_next_within_s(static_cast<std::uint32_t>(status_interval().count()));
  status.mutable_faults();
  for (const auto& fault : core_->faults().standing()) status.mutable_faults()->add_codes(fault.code());
  add_vitals(status, vitals_);
  status.set_starts(restarts_.total());
  status.set_failed_starts(restarts_.in_row());
  status.set_safe_minimum(restarts_.safe());
  name_myself(status);
  for (const std::string_view word : understood) status.add_understands(std::string{word});
  publish_sealed(v1::KIND_STATUS, topic::Leaf::status, status.SerializeAsString());
}

/// Which process and which journal speak, so that the office can tell two boxes with one bundle apart.
void Station::name_myself(v1::Status& status) const {
  status.set_boot(boot_);
  status.set_epoch(journal_.epoch().data(), journal_.epoch().size());
  if (const auto began = journal_.began(); began && to_us(*began) > 0) status.set_began_us(to_us(*began));
  status.set_journal_first(journal_.first());
  const auto& office_had = journal_.office_had();
  status.set_receipted(office_had ? office_had->through : journal_.through());
  if (office_had) status.set_receipt(office_had->sealed);
}

}  // namespace loa::station::daemon
