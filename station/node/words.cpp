#include "station/node/words.hpp"

#include <algorithm>
#include <utility>

#include "protocol/base/log.hpp"
#include "protocol/base/text.hpp"
#include "protocol/message/check.hpp"
#include "protocol/message/compact.hpp"
#include "protocol/seal/seal.hpp"

namespace loa::station::node {
namespace {

using protocol::topic::Leaf;

constexpr std::string_view understood[] = {protocol::message::plan_compact, "test"};  // PROTOCOL.md §11
constexpr std::chrono::hours sealed_life{24 * 365};  // status, answers, faults: the retained ones stay readable

}  // namespace

Words::Words(Speaker speaker, StatusPace pace, const Ports& ports, health::Restarts& restarts, CoreFeed& feed,
             const ProofQueue& proofs)
    : speaker_(std::move(speaker)),
      pace_(pace),
      outlet_(ports.outlet),
      restarts_(restarts),
      feed_(feed),
      proofs_(proofs) {}

void Words::refuse(const char* what, const Error& error) {
  log::warn("message.refused", {{"what", what}, {"reason", error.text}});
  std::string refused = std::string{what} + ": " + error.text;
  if (refused != last_refused_) note_refused(std::move(refused));
}

void Words::note_refused(std::string refused) {
  last_refused_ = std::move(refused);
  want_status();
}

std::chrono::seconds Words::status_interval() const {
  return feed_.core().broadcasting() ? pace_.broadcasting : pace_.quiet;
}

void Words::add_to(Pending& pending) const {
  pending.status_due = status_due_;
  pending.status_interval = status_interval();
  pending.last_status = last_status_;
}

void Words::say_sealed(v1::Kind kind, Leaf leaf, const std::string& body, std::string_view code, bool retained) {
  const Now& now = feed_.now();
  if (now.grade >= ClockGrade::network) restarts_.believe(now.wall);
  seal_sequence_ = std::max(seal_sequence_, restarts_.life() << 32U) + 1;
  protocol::seal::Address address;
  address.ward = speaker_.ward;
  address.sender = "station/" + speaker_.station;
  address.audience = "headend";
  address.kind = kind;
  address.sequence = seal_sequence_;
  address.not_before = now.wall - std::chrono::hours{1};
  address.not_after = now.wall + sealed_life;
  address.signed_at = now.wall;
  outlet_.publish(leaf, code, protocol::seal::seal(address, body, speaker_.key), retained);
}

v1::State Words::state_of(bool online, WallTime since, const std::string& boot) {
  v1::State state;
  state.set_online(online);
  state.set_since_us(to_us(since));
  state.set_boot(boot);
  return state;
}

void Words::say_state(bool online) {
  outlet_.publish(Leaf::state, {}, state_of(online, feed_.now().wall, speaker_.boot).SerializeAsString(), true);
}

void Words::say_status() {
  status_due_ = false;
  last_status_ = feed_.now().mono;
  say_sealed(v1::KIND_STATUS, Leaf::status, status().SerializeAsString(), {},
             protocol::topic::is_retained(Leaf::status));
}

v1::Status Words::status() const {
  v1::Status status;
  add_clock(status);
  add_core(status);
  add_process(status);
  status.set_proofs_waiting(proofs_.waiting());
  status.set_refused(fit_text(last_refused_, protocol::message::max_text_bytes));
  status.set_next_within_s(static_cast<std::uint32_t>(status_interval().count()));
  health::add_vitals(status, vitals_);
  for (const std::string_view word : understood) status.add_understands(std::string{word});
  return status;
}

void Words::add_clock(v1::Status& status) const {
  const Now& now = feed_.now();
  status.set_at_us(to_us(now.wall));
  status.set_clock_grade(static_cast<v1::ClockGrade>(now.grade));
  status.set_clock_error_us(static_cast<std::uint32_t>(feed_.error_bound().count()));
}

void Words::add_core(v1::Status& status) const {
  const auto& core = feed_.core();
  const auto content = core.content();
  status.set_plan_sequence(core.plan_sequence());
  status.set_objects_wanted(static_cast<std::uint32_t>(content.wanted));
  status.set_objects_held(static_cast<std::uint32_t>(content.held));
  status.set_on_air(core.on_air());
  status.set_on_air_start_error_us(core.on_air_start_error_us());
  status.mutable_faults();
  for (const auto& fault : core.faults().standing()) status.mutable_faults()->add_codes(fault.code());
}

/// Which process and which journal speak, so that the office can tell two boxes with one bundle apart.
void Words::add_process(v1::Status& status) const {
  status.set_uptime_s(static_cast<std::uint64_t>((feed_.now().mono - speaker_.started) / std::chrono::seconds{1}));
  status.set_software(speaker_.software);
  status.set_starts(restarts_.total());
  status.set_failed_starts(restarts_.in_row());
  status.set_safe_minimum(restarts_.safe());
  status.set_boot(speaker_.boot);
  const auto& journal = proofs_.journal();
  status.set_epoch(journal.epoch().data(), journal.epoch().size());
  if (const auto began = journal.began(); began && to_us(*began) > 0) status.set_began_us(to_us(*began));
  status.set_journal_first(journal.first());
  const auto& office_had = journal.office_had();
  status.set_receipted(office_had ? office_had->through : journal.through());
  if (office_had) status.set_receipt(office_had->sealed);
}

void Words::reply(const v1::Answer& answer) {
  log::info("command.answered", {{"id", answer.command()}, {"text", answer.text()}});
  say_sealed(v1::KIND_ANSWER, Leaf::answer, answer.SerializeAsString(), {}, protocol::topic::is_retained(Leaf::answer));
}

void Words::say_fault(const v1::Fault& fault) {
  const bool stands = fault.state() != v1::FAULT_STATE_RESET;
  say_sealed(v1::KIND_FAULT, Leaf::fault, fault.SerializeAsString(), fault.code(), stands);
  if (!stands) take_back_fault(fault.code());
}

void Words::take_back_fault(std::string_view code) { outlet_.publish(Leaf::fault, code, {}, true); }

void Words::say_faults() {
  const auto standing = feed_.core().faults().standing();
  for (const auto& fault : standing) say_fault(fault);
  for (const auto code : core::fault_codes()) {
    const bool stands =
        std::any_of(standing.begin(), standing.end(), [&](const auto& fault) { return fault.code() == code; });
    if (!stands) take_back_fault(code);
  }
}

}  // namespace loa::station::node
