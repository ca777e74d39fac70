#include <algorithm>

#include "protocol/seal/seal.hpp"
#include "station/node/tick_plan.hpp"
#include "tools/simfleet/sim_station_process.hpp"

// What the process hears and does: the mirror of station/daemon/station_*.cpp.
namespace loa::tools::simfleet {

namespace core = station::core;
using protocol::crypto::Sha256;

namespace {

constexpr std::int64_t retry_us = second_us;  // of parts that the disk refused
constexpr std::int64_t status_interval_us = minute_us;
constexpr int statuses_unsaid = 29;                                 // of thirty
constexpr std::int64_t insistence_us = 10 * minute_us + second_us;  // PROTOCOL.md §7

}  // namespace

void SimStation::on_link_up() {
  note("link-up");
  say_status();
  publish(process_->outbox.on_link_up(mono()));
  fetch_soon();
  schedule_tick();
}

/// As station/daemon/station_publish.cpp: the fields that the office decides by.
void SimStation::say_status() {
  if (!online()) return;
  auto& process = *process_;
  const Now judged = process.core->judge(now());
  v1::Status status;
  status.set_at_us(to_us(judged.wall));
  status.set_plan_sequence(process.core->plan_sequence());
  status.set_clock_grade(static_cast<v1::ClockGrade>(judged.grade));
  status.set_proofs_waiting(proofs_waiting());
  status.set_uptime_s(static_cast<std::uint64_t>((mono() - process.started) / std::chrono::seconds{1}));
  status.set_starts(process.restarts.total());
  status.set_boot(process.boot);
  status.set_epoch(process.journal.epoch().data(), process.journal.epoch().size());
  if (const auto began = process.journal.began(); began && to_us(*began) > 0) status.set_began_us(to_us(*began));
  if (judged.grade >= ClockGrade::network) process.restarts.believe(judged.wall);
  process.seal_sequence = std::max(process.seal_sequence, process.restarts.life() << 32U) + 1;
  if (disk_.ended() != SimDisk::End::none) return;  // nobody is there any more to send it
  protocol::seal::Address address;
  address.ward = settings_.ward;
  address.sender = "station/" + settings_.station;
  address.audience = "headend";
  address.kind = v1::KIND_STATUS;
  address.sequence = process.seal_sequence;
  address.not_before = judged.wall - std::chrono::hours{1};
  address.not_after = judged.wall + std::chrono::hours{24 * 365};
  address.signed_at = judged.wall;
  world_.network.to_office(caller_, Network::Leaf::status,
                           protocol::seal::seal(address, status.SerializeAsString(), key_));
}

/// The daemon says it each minute, each three seconds on air; here as often as somebody may learn something by it.
void SimStation::say_status_again(int unsaid) {
  post(status_interval_us, [this, unsaid] {
    const bool says = world_.network.is_listened_to() || unsaid >= statuses_unsaid;
    if (says) say_status();
    say_status_again(says ? 0 : unsaid + 1);
  });
}

void SimStation::on_message(Network::Leaf leaf, const std::string& sealed) {
  if (leaf == Network::Leaf::plan) on_plan(sealed);
  if (leaf == Network::Leaf::emergency) on_emergency(sealed);
  if (leaf == Network::Leaf::receipt) on_receipt(sealed);
}

void SimStation::on_plan(const std::string& sealed) {
  if (sealed == process_->plan_bytes) return;
  if (!may_change_plan()) {
    process_->waiting_plan = sealed;
    return;
  }
  const std::optional<std::uint64_t> after =
      process_->has_plan ? std::optional{process_->core->plan_sequence()} : std::nullopt;
  auto accepted = process_->gate.plan(sealed, after, believed_now());
  if (!accepted) {
    hold_for_right_clock(sealed, after);
    return note("plan-refused");
  }
  process_->plan_retry = mono() + station::node::plan_pause;
  if (process_->has_plan && process_->core->awaits_cue_before(accepted->plan)) {
    process_->waiting_plan = sealed;
    return note("plan-waits");
  }
  if (!process_->vault.save_plan(sealed)) {
    process_->waiting_plan = sealed;
    return note("plan-unsaved");
  }
  process_->waiting_plan.clear();
  process_->plan_bytes = sealed;
  hear_office(accepted->signed_at);
  adopt(std::move(*accepted), false, core::Slot::plan);
}

/// As station/daemon/station_words.cpp.
void SimStation::hold_for_right_clock(const std::string& sealed, std::optional<std::uint64_t> after) {
  const auto by_seal = process_->gate.plan(sealed, after, std::nullopt);
  if (!by_seal || !process_->core->clock_in_doubt()) return;
  hear_office(by_seal->signed_at);
  process_->waiting_plan = sealed;
  process_->plan_retry = mono() + station::node::plan_pause;
}

void SimStation::hear_office(const std::optional<WallTime>& signed_at, bool news) {
  if (signed_at) feed(core::OfficeSpoke{*signed_at, news});
}

/// As station/daemon/station_emergency.cpp.
void SimStation::on_emergency(const std::string& sealed) {
  auto& process = *process_;
  if (sealed == process.emergency_bytes) return;
  const std::optional<std::uint64_t> after =
      process.has_emergency ? std::optional{process.core->emergency_sequence()} : std::nullopt;
  auto accepted = process.gate.emergency(sealed, after, believed_now());
  if (!accepted) {
    if (!believed_now() || process.core->clock_in_doubt()) {
      hold_emergency(sealed, after);
      process.emergency_retry = believed_now() ? mono() + station::node::emergency_pause : MonoTime{};
    }
    return note("emergency-refused");
  }
  process.emergency_bytes = sealed;
  process.emergency_unsaved = true;
  save_emergency();
  if (disk_.ended() != SimDisk::End::none) return;  // nobody is there any more to obey it
  hear_office(accepted->signed_at);
  adopt(std::move(*accepted), false, core::Slot::emergency);
  settle_emergency();
}

void SimStation::hold_emergency(const std::string& sealed, std::optional<std::uint64_t> after) {
  const auto by_seal = process_->gate.emergency_on_disk(sealed);
  if (!by_seal || (after && by_seal->sequence <= *after)) return;
  hear_office(by_seal->signed_at);
  process_->waiting_emergency = sealed;
}

void SimStation::save_emergency() {
  auto& process = *process_;
  if (!process.emergency_unsaved) return;
  if (!process.vault.save_emergency(process.emergency_bytes)) return note("emergency-unsaved");
  process.emergency_unsaved = false;
  process.emergency_unsettled = true;
}

void SimStation::settle_emergency() {
  auto& process = *process_;
  if (process.emergency_unsaved || !process.emergency_unsettled || !process.unkept.empty() ||
      process.core->owes_for_dropped())
    return;
  process.emergency_unsettled = !process.vault.settle_emergency();
}

void SimStation::retry_emergency() {
  if (process_->waiting_emergency.empty() || process_->emergency_retry > mono() || !believed_now()) return;
  on_emergency(std::exchange(process_->waiting_emergency, {}));
}

bool SimStation::may_change_plan() const {
  return !process_->has_plan || (process_->core->clock_believed() && process_->unkept.empty());
}

void SimStation::on_receipt(const std::string& sealed) {
  const auto receipt = process_->gate.receipt(sealed);
  if (!receipt) return note("receipt-refused");
  hear_office(receipt->signed_at);
  if (const auto behind = process_->journal.is_behind(receipt->receipt); behind && *behind) {
    note("journal-behind", "{} {}", receipt->receipt.through(),
         process_->journal.renew_behind(receipt->receipt).has_value());
    return publish(process_->outbox.on_new_epoch(mono()));
  }
  if (!process_->journal.receipted(receipt->receipt)) return note("receipt-untaken", "{}", receipt->receipt.through());
  publish(process_->outbox.on_receipted(mono()));
  schedule_tick();
}

void SimStation::feed(const core::Event& event) {
  for (const auto& action : process_->core->on(event, now())) {
    std::visit([this](const auto& order) { perform(order); }, action);
  }
  schedule_tick();
}

SimPresenter* SimStation::presenter_of(v1::Medium medium) {
  if (process_ == nullptr) return nullptr;
  return medium == v1::MEDIUM_AUDIO ? process_->audio.get() : process_->sign.get();
}

void SimStation::perform(const core::Arm& action) {
  note("arm", "{} {} from {}", action.assignment.cue.occurrence(), action.assignment.cue.segment(),
       to_us(action.assignment.from));
  ordered_[{station::CueKey::of(action.assignment.cue), action.assignment.plan_sequence}] =
      action.assignment.cue.object();
  presenter_of(action.assignment.cue.medium())->arm(action.assignment);
}

void SimStation::perform(const core::Halt& action) {
  note("halt", "{} {}", action.cue.occurrence, action.cue.segment);
  presenter_of(action.medium)->halt(action.cue);
}

void SimStation::perform(const core::Shorten& action) {
  note("shorten", "{} {} to {}", action.cue.occurrence, action.cue.segment, to_us(action.end));
  presenter_of(action.medium)->shorten(action.cue, action.end);
}

void SimStation::perform(const core::Awake& action) { presenter_of(action.medium)->set_awake(action.awake); }

void SimStation::perform(const core::Dim& action) { note("dim", "{}", action.percent); }

void SimStation::perform(const core::Keep& action) {
  note("keep", "{} {} {} {} {}-{}", action.part.occurrence(), action.part.segment(),
       static_cast<int>(action.part.bucket()), action.part.reason(), action.part.from_us(), action.part.to_us());
  if (!is_as_ordered(action.part))
    refused_.push_back(fmt::format("{} {} was heard as something that plan {} never ordered", action.part.occurrence(),
                                   action.part.segment(), action.part.plan_sequence()));
  process_->unkept.push_back(action.part);
  keep_waiting_parts();
}

bool SimStation::is_as_ordered(const v1::Proof& part) const {
  if (part.bucket() != v1::BUCKET_PLAYED) return true;
  const auto entry = ordered_.find({station::CueKey::of(part), part.plan_sequence()});
  return entry != ordered_.end() && entry->second == part.object();
}

void SimStation::keep_waiting_parts() {
  auto& unkept = process_->unkept;
  while (!unkept.empty()) {
    const auto sealed = process_->journal.append(unkept.front(), now().wall);
    if (!sealed && sealed.error().code == ErrorCode::invalid) {  // station/daemon keeps its time; here it shows
      note("proof-lost", "{}", sealed.error().text);
      refused_.push_back(sealed.error().text);
      unkept.pop_front();
      continue;
    }
    if (!sealed) {
      note("unkept", "{}", unkept.size());
      return see_journal(true);
    }
    see_journal(false);
    const v1::Proof kept = std::move(unkept.front());
    unkept.pop_front();
    if (station::journal::frees_mark(kept, unkept)) presenter_of(kept.medium())->settled(station::CueKey::of(kept));
    publish(process_->outbox.on_appended(mono()));
  }
}

void SimStation::publish(const Result<station::outbox::Outbox::Batch>& batch) {
  if (!batch) return note("outbox-unreadable");
  if (disk_.ended() != SimDisk::End::none) return;  // nobody is there any more to send it
  for (const auto& sealed : *batch) world_.network.to_office(caller_, Network::Leaf::proof, sealed);
}

void SimStation::perform(const core::Remember& action) {
  const auto& memory = action.memory;
  note("remember", "{} {} {}", memory.sure ? to_us(*memory.sure) : 0, memory.pending ? to_us(*memory.pending) : 0,
       process_->vault.save_clock(memory).has_value());
}

void SimStation::perform(const core::JournalBegan& action) {
  process_->journal.begin(action.instant);
  note("journal-began", "{} {}", to_us(action.instant), process_->journal.save_began().has_value());
}

void SimStation::perform(const core::Want& action) {
  process_->wants = action.objects;
  fetch_soon();
}

/// One object after the other, as long as there is a link.
void SimStation::fetch_soon() {
  auto& process = *process_;
  if (process.fetching || process.wants.empty() || !online()) return;
  process.fetching = true;
  post(random_.between(500, 20'000) * millisecond_us, [this] {
    process_->fetching = false;
    if (process_->wants.empty() || !online()) return;
    if (random_.happens(0.1)) return fetch_soon();  // broken off: again
    const std::string name = process_->wants.front().sha256();
    process_->wants.erase(process_->wants.begin());
    store_[name] = {true, true};
    note("fetched");
    feed(core::ObjectHeld{*Sha256::from_bytes(name)});
    fetch_soon();
  });
}

void SimStation::perform(const core::Inspect& action) {
  auto& object = store_[std::string{action.object.view()}];
  object.held = object.held && object.whole;
  note("inspected", "whole {}", object.held);
  const core::Event event =
      object.held ? core::Event{core::ObjectHeld{action.object}} : core::Event{core::ObjectLost{action.object}};
  post(0, [this, event] { feed(event); });
}

void SimStation::perform(const core::Reply& action) { note("answer", "{}", action.answer.text()); }

void SimStation::perform(const core::Raise& action) {
  const bool saved = process_->vault.save_fault(action.fault).has_value();
  static const char* const states[] = {"new", "acknowledged", "resolved", "reset"};
  note(fmt::format("{}-{}", action.fault.code(), states[action.fault.state()]), "count {} saved {}",
       action.fault.count(), saved);
  const bool doubts = action.fault.code() == core::fault_code::clock_untrusted && clock_.right();
  if (doubts && action.fault.state() == v1::FAULT_STATE_NEW)
    doubts_.push_back({world_.timeline.now(), world_.timeline.now() + insistence_us});
}

void SimStation::see_journal(bool failed) {
  if (std::exchange(process_->journal_failed, failed) == failed) return;
  const core::Condition condition{std::string{core::fault_code::storage}, "journal", failed, failed ? "unkept" : ""};
  post(0, [this, condition] { feed(condition); });
}

void SimStation::tick() {
  if (!process_->unkept.empty()) keep_waiting_parts();
  const auto deadline = process_->outbox.next_deadline();
  if (deadline && *deadline <= mono()) publish(process_->outbox.on_time(mono()));
  feed(core::Tick{});
  retry_emergency();
  save_emergency();
  settle_emergency();
  if (!process_->waiting_plan.empty() && may_change_plan() && process_->plan_retry <= mono())
    on_plan(std::exchange(process_->waiting_plan, {}));
}

/// The daemon ticks once a second besides; here only what the core and the outbox ask for must be enough.
void SimStation::schedule_tick() {
  std::optional<MonoTime> at;
  const auto consider = [&](std::optional<MonoTime> wish) {
    if (wish && (!at || *wish < *at)) at = wish;
  };
  consider(process_->core->next_deadline());
  consider(process_->outbox.next_deadline());
  if (!process_->waiting_emergency.empty() && believed_now()) consider(process_->emergency_retry);
  if (!process_->waiting_plan.empty() && may_change_plan()) consider(process_->plan_retry);
  if (!process_->unkept.empty() || process_->emergency_unsaved || process_->emergency_unsettled)
    consider(mono() + std::chrono::microseconds{retry_us});
  const auto serial = ++process_->tick_serial;
  if (!at) return;
  const auto wait = std::chrono::ceil<Micros>(*at - mono()).count();
  post(std::max<std::int64_t>(wait, 1), [this, serial] {
    if (process_->tick_serial == serial) tick();
  });
}

}  // namespace loa::tools::simfleet
