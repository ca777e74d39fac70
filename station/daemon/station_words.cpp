#include "protocol/base/log.hpp"
#include "protocol/base/text.hpp"
#include "station/daemon/memory.hpp"
#include "station/daemon/station.hpp"

// What a station is told: by the broker, and by what fetches its objects.
namespace loa::station::daemon {

namespace topic = protocol::topic;
using std::chrono::steady_clock;

namespace {

bool is_of_epoch(const v1::Receipt& receipt, const journal::Epoch& epoch) {
  return receipt.epoch() == std::string_view{reinterpret_cast<const char*>(epoch.data()), epoch.size()};
}

}  // namespace

std::optional<WallTime> Station::believed_now() {
  reading_ = board_.clock->read();
  reading_.now = core_->judge(reading_.now);
  if (reading_.now.grade < ClockGrade::network) return std::nullopt;
  return reading_.now.wall;
}

void Station::refuse(const char* what, const Error& error) {
  log::warn("message.refused", {{"what", what}, {"reason", error.text}});
  const std::string refused = std::string{what} + ": " + error.text;
  if (std::exchange(last_refused_, refused) == refused) return;
  status_due_ = true;
  schedule_tick();
}

void Station::on_connected() {
  report_.see("broker", "", steady_clock::now());
  log::info("link.up", {{"host", settings_.mqtt.host}, {"port", settings_.mqtt.port}});
  publish_state(true);
  publish_status();
  publish_faults();
  publish_proofs(outbox_.on_link_up(steady_clock::now()));
  fetcher_->retry_now();
  publish_status();
  schedule_tick();
}

void Station::on_message(const protocol::link::Message& message) {
  const auto parsed = topic::parse(message.topic);
  if (!parsed) return;
  if (!parsed->group.empty()) {
    if (message.retained) return refuse("command", {ErrorCode::refused, "commands are never retained: it may be old"});
    return on_command(message.payload);
  }
  if (parsed->leaf == topic::Leaf::plan) on_plan(message.payload);
  if (parsed->leaf == topic::Leaf::emergency) on_emergency(message.payload);
  if (parsed->leaf == topic::Leaf::receipt) on_receipt(message.payload);
  schedule_tick();
}

void Station::on_plan(const std::string& sealed) {
  if (sealed == plan_bytes_) return;  // retained, delivered again
  if (!may_change_plan()) {
    waiting_plan_ = sealed;
    return;
  }
  begin_long_work();
  const std::optional<std::uint64_t> after = plan_ ? std::optional{core_->plan_sequence()} : held_sequence_;
  auto accepted = gate_.plan(sealed, after, believed_now());
  if (!accepted) {
    hold_for_right_clock(sealed, after);
    return refuse("plan", accepted.error());
  }
  plan_retry_ = steady_clock::now() + plan_pause;
  if (plan_ && core_->awaits_cue_before(accepted->plan)) {
    waiting_plan_ = sealed;
    return;
  }
  if (plan_unused_) {
    if (const auto aside = vault_.set_plan_aside(); !aside) return refuse("plan", aside.error());
  }
  plan_unused_ = false;
  if (const auto saved = with_room([&] { return vault_.save_plan(sealed); }); !saved) {
    waiting_plan_ = sealed;  // nobody sends it again
    return refuse("plan", saved.error());
  }
  waiting_plan_.clear();
  plan_retry_ = {};
  plan_bytes_ = sealed;
  hear_office(accepted->signed_at);
  adopt(std::move(*accepted), false);
}

/// A clock that nothing has borne out may refuse what is valid, and nobody sends a retained message again. What is
/// wrong only by that clock waits; what it was signed for bears the time out all the same.
void Station::hold_for_right_clock(const std::string& sealed, std::optional<std::uint64_t> after) {
  const auto by_seal = gate_.plan(sealed, after, std::nullopt);
  if (!by_seal || !core_->clock_in_doubt()) return;
  hear_office(by_seal->signed_at);
  waiting_plan_ = sealed;
  plan_retry_ = steady_clock::now() + plan_pause;
}

/// What the plan on disk promised while the station was dark must be proved before another takes its place: the new one
/// no longer names it, and after a power cut nobody would.
bool Station::may_change_plan() const { return !plan_ || (core_->clock_believed() && unkept_.empty()); }

void Station::adopt(AcceptedPlan accepted, bool at_start) {
  log::info("plan.accepted", {{"sequence", accepted.sequence},
                              {"cues", accepted.plan.cues_size()},
                              {"until", format_utc(wall_from_us(accepted.plan.horizon_us()))}});
  plan_ = without_cues(accepted.plan);
  auto held = held_of(accepted.plan);
  feed(core::PlanArrived{std::move(accepted.plan), accepted.sequence, std::move(held), at_start});
  journal_.remember_since(core_->remembers_since());
  drop_unneeded_objects();
  status_due_ = true;
  give_back_memory();
}

void Station::on_command(const std::string& sealed) {
  const std::vector<std::string> groups =
      plan_ ? std::vector<std::string>{plan_->groups().begin(), plan_->groups().end()} : std::vector<std::string>{};
  const auto accepted = gate_.command(sealed, vault_.last_command(), believed_now(), groups);
  if (!accepted && accepted.error().code == ErrorCode::elsewhere) {  // each station hears the commands of all groups
    return log::info("command.elsewhere", {{"reason", accepted.error().text}});
  }
  if (!accepted) return refuse("command", accepted.error());
  const auto sequence = accepted->sequence;
  if (const auto saved = with_room([&] { return vault_.save_last_command(sequence); }); !saved)
    return refuse("command", saved.error());
  if (accepted->command.has_mute()) {
    if (const auto saved = with_room([&] { return vault_.save_mute(accepted->command.mute()); }); !saved)
      return refuse("command", saved.error());
  }
  if (accepted->command.has_stop()) {
    if (const auto saved = with_room([&] { return vault_.save_stops(core_->stops()); }); !saved)
      return refuse("command", saved.error());
  }
  log::info("command.accepted", {{"id", accepted->command.id()}, {"sequence", accepted->sequence}});
  hear_office(accepted->signed_at);
  feed(core::CommandArrived{accepted->command});
}

void Station::on_receipt(const std::string& sealed) {
  const auto receipt = gate_.receipt(sealed);
  if (!receipt) return refuse("receipt", receipt.error());
  hear_office(receipt->signed_at);
  if (!is_of_epoch(receipt->receipt, journal_.epoch())) {  // of a journal before this one, or of a second box
    return log::info("receipt.elsewhere", {{"reason", "of another epoch"}, {"through", receipt->receipt.through()}});
  }
  const bool newest =
      receipt->sequence > std::exchange(receipt_sequence_, std::max(receipt_sequence_, receipt->sequence));
  if (newest && receipt->receipt.through() < journal_.through()) return set_back_journal(receipt->receipt);
  const auto behind = journal_.is_behind(receipt->receipt);
  if (!behind) return refuse("receipt", behind.error());
  if (*behind) return renew_journal(receipt->receipt);
  if (const auto taken = with_room([&] { return journal_.receipted(receipt->receipt, sealed); }); !taken)
    return refuse("receipt", taken.error());
  publish_proofs(outbox_.on_receipted(steady_clock::now()));
}

/// The head-end has less than it had: its store is a backup (PROTOCOL.md §8.12). What is still here goes out again, and
/// the status says from which number on, with the office's own receipt.
void Station::set_back_journal(const v1::Receipt& receipt) {
  const bool news = !journal_.office_had();
  const auto again = journal_.set_back(receipt);
  if (!again) return refuse("receipt", again.error());
  if (!*again && !news) return;
  log::warn("office.set_back", {{"has_through", receipt.through()}, {"sent_from", journal_.through() + 1}});
  status_due_ = true;
  publish_proofs(outbox_.on_set_back(steady_clock::now()));
}

/// The head-end has proofs of this epoch that are not here: their numbers must not be given to others.
void Station::renew_journal(const v1::Receipt& receipt) {
  begin_long_work();
  const auto text = fmt::format(
      "the head-end has proofs up to {} of this journal, which ends at {}: the memory card was put back to an older "
      "copy, or lost what it had written; a new journal says again what is here",
      receipt.through(), journal_.last());
  see_once(core::fault_code::storage, "journal-behind", text);
  const auto renewed = with_room([&] { return journal_.renew_behind(receipt); });
  if (!renewed) log::error("journal.not_renewed", {{"error", renewed.error().text}});
  status_due_ = true;
  publish_proofs(outbox_.on_new_epoch(steady_clock::now()));
}

void Station::on_fetched(const sync::Fetched& fetched) {
  if (fetched.result) {
    log::info("object.fetched", {{"object", fetched.object.hex()}});
    see_content_room(nullptr);
    status_due_ = true;
    feed(core::ObjectHeld{fetched.object});
  } else {
    const Error& error = fetched.result.error();
    log::warn("object.fetch_failed", {{"object", fetched.object.hex()}, {"error", error.text}});
    if (error.code == ErrorCode::full) {
      see_content_room(&error);
      return make_room_for(fetched.object);
    }
    if (error.code != ErrorCode::invalid && error.code != ErrorCode::refused) return;  // no network is no refusal
    last_refused_ = "object: " + error.text;
    status_due_ = true;
    schedule_tick();
  }
}

}  // namespace loa::station::daemon
