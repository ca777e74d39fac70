#include "station/node/node.hpp"

#include <algorithm>

#include "protocol/base/log.hpp"
#include "station/journal/take_up.hpp"

namespace loa::station::node {
namespace {

using protocol::crypto::Sha256;
using protocol::topic::Leaf;

constexpr std::chrono::seconds disk_again{1};  // between two tries of what the disk refused

core::ClockMemory clock_memory(const intake::Vault& vault) {
  const auto loaded = vault.load_clock();
  if (loaded) return *loaded;
  log::warn("clock.forgotten", {{"error", loaded.error().text}});
  return {};
}

}  // namespace

Result<Awakened> awaken(Records& records, const std::filesystem::path& hot, journal::SavedMarks* saved, WallTime now,
                        const core::CoreSettings& settings, MonoTime born) {
  const auto memory = clock_memory(records.vault);
  LOA_TRY_LET(const auto found, journal::take_up(records.journal, hot, saved, now, memory.sure));
  std::vector<core::Accounted> accounted;
  for (const auto& entry : found.known)
    accounted.push_back({entry.cue, entry.from_us, entry.to_us, entry.bucket, entry.medium, entry.anew});
  Awakened awakened;
  awakened.core = std::make_unique<core::StationCore>(settings, accounted, born, memory);
  awakened.core->journal_began(records.journal.began());
  awakened.unkept.assign(found.unkept.begin(), found.unkept.end());
  return awakened;
}

Node::Node(settings::StationSettings settings, Speaker speaker, StatusPace pace, Records& records, Awakened awakened,
           const Ports& ports, std::string sign_trouble)
    : settings_(std::move(settings)),
      ports_(ports),
      records_(records),
      gate_(settings_),
      feed_(std::move(awakened.core)),
      card_(ports.shelf, ports.fetcher, feed_, settings_.faults.disk_free_bytes),
      outputs_(ports, feed_, settings_, std::move(sign_trouble)),
      proofs_(records.journal, std::move(awakened.unkept), ports, feed_, card_, outputs_),
      words_(std::move(speaker), pace, ports, records.restarts, feed_, proofs_),
      desk_{gate_, records.vault, ports.shelf, feed_, card_, proofs_, words_, ports.host},
      faults_(desk_, records.restarts),
      plans_(desk_, records.restarts),
      emergencies_(desk_),
      commands_(desk_) {
  feed_.set_orders([orders = Orders{desk_, ports.shelf, ports.fetcher, outputs_, proofs_, faults_}](
                       const core::Action& action) mutable { std::visit(orders, action); });
}

void Node::start(const Reading& now) {
  ticked_ = now.now.mono;
  auto plan = plans_.load(now.now.wall);
  if (plan) feed_.core().plan_was_made(wall_from_us(plan->plan.made_us()));
  feed_.set_time(now);  // judged for the first time: a clock from before the plan's making is not believed
  faults_.load();
  if (settings_.audio) outputs_.switch_amplifier(false);  // as it is: what the line and the feedback say is looked at
  if (plan) feed_.hear_office(plan->signed_at, false);
  commands_.load_mute();
  commands_.load_stops();
  emergencies_.load();
  if (plan) {
    plans_.take_up(std::move(*plan));
    followed_plan();
  }
  faults_.tell_findings();
}

void Node::stopping(const Reading& now) {
  feed_.set_time(now);
  records_.restarts.stopped();
  words_.say_state(false);
}

// ---- what happens ---------------------------------------------------------------------------------------------------

void Node::on_link_up(const Reading& now) {
  feed_.set_time(now);
  words_.say_state(true);
  words_.say_status();
  words_.say_faults();
  proofs_.on_link_up();
  ports_.fetcher.retry_now();
  words_.say_status();
  feed_.drain();
}

void Node::on_message(const Reading& now, Leaf leaf, const std::string& sealed) {
  feed_.set_time(now);
  if (leaf == Leaf::plan && plans_.take(sealed) == Received::obeyed) followed_plan();
  if (leaf == Leaf::emergency && emergencies_.take(sealed) == Received::obeyed) drop_unneeded_objects();
  if (leaf == Leaf::receipt) take_receipt(sealed);
  feed_.drain();
}

void Node::on_command(const Reading& now, const std::string& sealed, bool retained) {
  feed_.set_time(now);
  if (retained) return words_.refuse("command", {ErrorCode::refused, "commands are never retained: it may be old"});
  const auto& plan = plans_.plan();
  commands_.take(sealed, plan ? std::vector<std::string>{plan->groups().begin(), plan->groups().end()}
                              : std::vector<std::string>{});
  feed_.drain();
}

void Node::take_receipt(const std::string& sealed) {
  const auto receipt = gate_.receipt(sealed);
  if (!receipt) return words_.refuse("receipt", receipt.error());
  feed_.hear_office(receipt->signed_at);
  const auto tell = proofs_.take(*receipt, sealed);
  if (!tell) return words_.refuse("receipt", tell.error());
  if (*tell) words_.want_status();
}

void Node::on_fetched(const Reading& now, const sync::Fetched& fetched) {
  feed_.set_time(now);
  if (fetched.result) {
    log::info("object.fetched", {{"object", fetched.object.hex()}});
    card_.see_content(nullptr);
    words_.want_status();
    feed_.feed(core::ObjectHeld{fetched.object});
    return;
  }
  const Error& error = fetched.result.error();
  log::warn("object.fetch_failed", {{"object", fetched.object.hex()}, {"error", error.text}});
  if (error.code == ErrorCode::full) {
    card_.see_content(&error);
    make_room_for(fetched.object);
  }
  const bool refused = error.code == ErrorCode::invalid || error.code == ErrorCode::refused;
  if (refused) words_.note_refused("object: " + error.text);  // no network is no refusal
  feed_.drain();
}

void Node::make_room_for(const Sha256& object) {
  for (const auto* plan : {&plans_.plan(), &emergencies_.plan()}) {
    if (!*plan) continue;
    const auto& objects = (*plan)->objects();
    const auto entry =
        std::find_if(objects.begin(), objects.end(), [&](const auto& one) { return one.sha256() == object.view(); });
    if (entry != objects.end()) return card_.make_room_for(object, entry->bytes());
  }
}

void Node::on_vitals(const Reading& now, const health::Vitals& vitals) {
  feed_.set_time(now);
  card_.see_free(vitals.disk_free_bytes);
  words_.see_vitals(vitals);
  for (const auto& condition : health::judge(vitals, settings_.faults)) feed_.feed(condition);
  outputs_.look_at_amplifier();
  outputs_.retry_amplifier();
  feed_.drain();
}

void Node::on_started(const Reading& now, const CueKey& cue, int start_error_us) {
  log::info("cue.started", {{"cue", cue.occurrence}, {"segment", cue.segment}, {"start_error_us", start_error_us}});
  feed_.set_time(now);
  feed_.feed(core::PartStarted{cue, start_error_us});
}

void Node::on_ended(const Reading& now, const v1::Proof& part) {
  log::info("cue.ended", {{"cue", part.occurrence()},
                          {"segment", part.segment()},
                          {"reason", part.reason()},
                          {"heard_ms", (part.to_us() - part.from_us()) / 1000},
                          {"underruns", part.underruns()}});
  feed_.set_time(now);
  outputs_.see_part(part);
  feed_.feed(core::PartEnded{part});
}

void Node::on_page_damaged(const Reading& now, const std::string& object) {
  feed_.set_time(now);
  if (const auto name = Sha256::from_bytes(object)) feed_.feed(core::PageDamaged{*name});
}

void Node::on_tried(const Reading& now, v1::Medium medium, const std::string& trouble) {
  feed_.set_time(now);
  outputs_.on_tried(medium, trouble);
}

/// Both plans are whole: what neither names will not be played.
void Node::drop_unneeded_objects() {
  if (plans_.holds_one_back()) return;
  ports_.host.begins_long_work();
  std::set<Sha256> named;
  for (const auto* plan : {&plans_.plan(), &emergencies_.plan()}) {
    if (!*plan) continue;
    for (const auto& object : (*plan)->objects()) {
      if (const auto name = Sha256::from_bytes(object.sha256())) named.insert(*name);
    }
  }
  ports_.shelf.keep_only(named);
}

void Node::followed_plan() {
  proofs_.forget_before(feed_.core().remembers_since());
  drop_unneeded_objects();
}

// ---- time -----------------------------------------------------------------------------------------------------------

void Node::on_time(const Reading& now) {
  feed_.set_time(now);
  const MonoTime mono = ticked_ = now.now.mono;
  proofs_.keep_waiting();
  if (plans_.look_at_uptime(std::chrono::duration_cast<std::chrono::seconds>(mono - words_.started()))) followed_plan();
  proofs_.on_time();
  if (outputs_.next_deadline() && *outputs_.next_deadline() <= mono) outputs_.look_at_amplifier();
  feed_.feed(core::Tick{});
  if (emergencies_.retry() == Received::obeyed) drop_unneeded_objects();
  if (plans_.retry() == Received::obeyed) followed_plan();
  feed_.drain();
  if (status_is_due(pending_words(), mono)) words_.say_status();
}

void Node::say_status(const Reading& now) {
  feed_.set_time(now);
  words_.say_status();
}

std::optional<MonoTime> Node::next_deadline() const {
  std::optional<MonoTime> at;
  const auto consider = [&](std::optional<MonoTime> wish) {
    if (wish && (!at || *wish < *at)) at = wish;
  };
  consider(core().next_deadline());
  consider(proofs_.next_deadline());
  consider(outputs_.next_deadline());
  consider(plans_.next_deadline());
  consider(emergencies_.next_deadline(ticked_ + disk_again));
  if (!proofs_.all_kept()) consider(ticked_ + disk_again);
  consider(next_status(pending_words(), ticked_));
  return at;
}

Pending Node::pending_words() const {
  Pending pending;
  words_.add_to(pending);
  return pending;
}

Pending Node::pending() const {
  Pending pending;
  pending.ticked = ticked_;
  pending.core = core().next_deadline();
  if (const auto look = outputs_.next_deadline()) pending.core = std::min(pending.core.value_or(*look), *look);
  pending.outbox = proofs_.next_deadline();
  pending.retries = !proofs_.all_kept() || emergencies_.retries();
  pending.sounding = outputs_.sound_awake();
  pending.awake = outputs_.sign_awake();
  words_.add_to(pending);
  pending.grade = feed_.now().grade;
  return pending;
}

}  // namespace loa::station::node
