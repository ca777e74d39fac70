#include <algorithm>

#include "station/journal/take_up.hpp"
#include "tools/simfleet/sim_station_process.hpp"

namespace loa::tools::simfleet {

namespace core = station::core;
namespace journal = station::journal;

namespace {

constexpr std::int64_t restart_delay_us = 2 * second_us;
constexpr std::int64_t boot_us = 8 * second_us;
constexpr std::int64_t for_good = INT64_MAX;
}  // namespace

SimStation::SimStation(World world, Caller caller, Random random, station::settings::StationSettings settings,
                       protocol::crypto::SecretKey key, std::filesystem::path folder)
    : world_(world),
      caller_(caller),
      random_(random),
      settings_(std::move(settings)),
      key_(std::move(key)),
      disk_(std::move(folder)),
      clock_(world.timeline, [this] { clock_changed(); }) {
  disk_.set_last_words([this] {
    if (process_ == nullptr) return;
    if (process_->audio) process_->audio->die();
    if (process_->sign) process_->sign->die();
  });
}

SimStation::~SimStation() = default;

// ---- machine ------------------------------------------------------------------------------------------------------

void SimStation::power_on(const SimClock::Boot& clock) {
  powered_ = true;
  clock_.power_on(clock, blow_.off_us == for_good ? 0 : blow_.off_us);
  if (clock.sure || clock.lie_us) note("clock-lies", "{} s", clock.lie_us.value_or(0) / second_us);
  world_.timeline.after(boot_us, [this, serial = ++power_serial_] {
    if (serial == power_serial_) start_process();
  });
}

void SimStation::end_process(const Blow& blow) {
  if (process_ == nullptr) return;  // it is off already
  note(blow.end == SimDisk::End::killed ? "kill" : "power-cut", "after {} steps, off {} s, card {}, right after {} s",
       blow.after_disk_steps, blow.off_us / second_us, static_cast<int>(blow.card),
       blow.clock.right_after_us / second_us);
  blow_ = blow;
  if (blow.after_disk_steps > 0) return disk_.end_after(blow.after_disk_steps, blow.end);
  enter([&] { disk_.end_now(blow.end); });
}

/// The process is gone: after a kill the init system starts another, after a power cut the machine boots.
void SimStation::collapse() {
  const auto end = disk_.ended();
  note("ended", "{}", end == SimDisk::End::killed ? "process" : "machine");
  if (blow_.card != Card::kept) note_lost_proofs();
  world_.network.detach(caller_);
  ++serial_;
  process_.reset();
  ends_.push_back(world_.timeline.now());
  SimDisk::use(nullptr);
  see_wellness();
  const auto serial = ++power_serial_;
  if (end == SimDisk::End::killed) {
    world_.timeline.after(restart_delay_us, [this, serial] {
      if (serial == power_serial_) start_process();
    });
    return;
  }
  power_cuts_.push_back(world_.timeline.now());
  powered_ = false;
  clock_.power_off();
  see_card(std::exchange(blow_.card, Card::kept));
  if (blow_.off_us == for_good) return;
  world_.timeline.after(blow_.off_us, [this, serial] {
    if (serial == power_serial_) power_on(blow_.clock);
  });
}

void SimStation::take_down() {
  if (process_ != nullptr) note_lost_proofs();
  note("taken-down");
  blow_ = {SimDisk::End::power_cut, 0, for_good};
  if (process_ != nullptr) return enter([&] { disk_.end_now(SimDisk::End::power_cut); });
  ++power_serial_;
  powered_ = false;
  clock_.power_off();
}

void SimStation::keep_image() {
  note("image-kept");
  disk_.save_image();
  store_image_ = store_;
}

void SimStation::see_card(Card card) {
  if (card == Card::kept) return;
  note("card", "{}", static_cast<int>(card));
  card_losses_.push_back(world_.timeline.now());
  card == Card::image ? disk_.load_image() : disk_.wipe();
  rolled_back_ = rolled_back_ || card == Card::image;
  if (card == Card::image) store_ = store_image_;
  if (card == Card::replaced) store_.clear();
}

/// What had no receipt yet: nobody can ask for it any more. So has what is on air or waits for the disk.
void SimStation::note_lost_proofs() {
  SimDisk::use(nullptr);  // it answers nobody any more
  const auto lose = [&](const v1::Proof& part) {
    lost_proofs_[station::CueKey::of(part)].push_back({part.from_us(), part.to_us()});
  };
  const auto& journal = process_->journal;
  if (const auto waiting = journal.waiting(journal.through(), SIZE_MAX)) {
    for (const auto& one : *waiting)
      if (const auto proof = journal::decode_sealed(one.sealed)) lose(proof->proof);
  }
  for (const auto& part : process_->unkept) lose(part);
  const Instant now = world_.timeline.now();
  for (const auto* device : {&horn_, &sign_}) {
    for (const auto& [cue, emission] : device->horn.all()) {
      if (emission.ended < now - minute_us) continue;
      for (const auto& sound : emission.sounds) lost_proofs_[cue].push_back(sound.planned);
    }
  }
  SimDisk::use(&disk_);
}

Stretches SimStation::lost_with_card(const station::CueKey& cue) const {
  const auto entry = lost_proofs_.find(cue);
  return entry == lost_proofs_.end() ? Stretches{} : entry->second;
}

void SimStation::see_wellness() {
  well_.set(process_ != nullptr && process_->has_plan && clock_.right(), world_.timeline.now());
}

void SimStation::step_clock(std::int64_t by_us, std::int64_t heal_after_us) {
  if (!powered_) return;
  note("clock-step", "{} ms for {} s", by_us / millisecond_us, heal_after_us / second_us);
  clock_.step(by_us, heal_after_us);
}

/// The shell looks at the clock once a second, and tells it with the next status.
void SimStation::clock_changed() {
  note("clock-changed", "right {}", clock_.right());
  const std::int64_t ahead_us = to_us(now().wall) - world_.timeline.now();
  if (clock_.right() && was_right_by_us_ && ahead_us > *was_right_by_us_)
    leaps_.push_back({world_.timeline.now(), ahead_us - *was_right_by_us_});
  was_right_by_us_ = clock_.right() ? std::optional{ahead_us} : std::nullopt;
  see_wellness();
  post(random_.between(1, 1000) * millisecond_us, [this] { tick(); });
  post(random_.between(1, 60) * second_us, [this] { say_status(); });
}

void SimStation::set_disk(SimDisk::Illness illness) {
  disk_.set_illness(illness);
  note("disk", "{}", static_cast<int>(illness));
  const Instant now = world_.timeline.now();
  if (illness != SimDisk::Illness::none) {
    disk_illnesses_.push_back({now, INT64_MAX});
  } else if (!disk_illnesses_.empty() && disk_illnesses_.back().to_us == INT64_MAX) {
    disk_illnesses_.back().to_us = now;
  }
}

void SimStation::set_device_gone(bool gone) {
  note("device", "{}", gone ? "gone" : "back");
  enter([&] {
    for (auto* presenter : {presenter_of(v1::MEDIUM_AUDIO), presenter_of(v1::MEDIUM_SIGN)})
      if (presenter != nullptr) presenter->device_changes();
    horn_.gone = sign_.gone = gone;
    for (auto* presenter : {presenter_of(v1::MEDIUM_AUDIO), presenter_of(v1::MEDIUM_SIGN)})
      if (presenter != nullptr) presenter->device_changed();
  });
}

void SimStation::set_stalled(bool stalled) {
  note("device", "{}", stalled ? "stalled" : "runs");
  enter([&] {
    if (auto* presenter = presenter_of(v1::MEDIUM_AUDIO)) presenter->device_changes();
    horn_.stalled_since = stalled ? std::optional{world_.timeline.now()} : std::nullopt;
    if (auto* presenter = presenter_of(v1::MEDIUM_AUDIO)) presenter->device_changed();
  });
}

void SimStation::harm_content(std::uint64_t which) {
  if (store_.empty()) return;
  auto& [name, object] = *std::next(store_.begin(), static_cast<std::ptrdiff_t>(which % store_.size()));
  if (!object.held) return;
  object.whole = false;
  note("content-harmed", "{}", which % store_.size());
}

void SimStation::command(const v1::Command& command) {
  if (process_ == nullptr || !online() || !believed_now()) return;
  note("command", "{}", command.has_stop() ? "stop" : "mute");
  enter([&] {
    const auto& core = *process_->core;
    if (command.has_stop() && !process_->vault.save_stops(core.stops())) return note("stop-unsaved");
    feed(core::CommandArrived{command});
  });
}

void SimStation::heal() {
  disk_.end_after(0, SimDisk::End::none);  // an end that waited for the disk's next steps does not come any more
  set_disk(SimDisk::Illness::none);
  if (horn_.gone) set_device_gone(false);
  if (horn_.stalled_since) set_stalled(false);
  if (!powered_) return power_on({SimClock::Error::right, false, 10 * second_us});
  clock_.heal();
  blow_.clock = {SimClock::Error::right, false, 10 * second_us};
}

std::optional<WallTime> SimStation::believed_now() const {
  const Now judged = process_->core->judge(now());
  if (judged.grade < ClockGrade::network) return std::nullopt;
  return judged.wall;
}

bool SimStation::was_told(const v1::Cue& cue) const {
  const auto entry = told_.find(station::CueKey::of(cue));
  return entry != told_.end() && entry->second.says_as({cue.start_us(), cue.duration_us(), cue.object(), 0});
}

Instant SimStation::told_at(const v1::Cue& cue) const {
  const auto entry = told_.find(station::CueKey::of(cue));
  return entry == told_.end() ? INT64_MAX : entry->second.at;
}

void SimStation::note_told(const v1::Plan& plan) {
  const Instant now = world_.timeline.now();
  const auto before = std::exchange(told_, {});
  for (const auto& entry : before)
    if (entry.second.start_us <= now) told_.insert(entry);
  for (const auto& cue : plan.cues()) {
    const auto key = station::CueKey::of(cue);
    const auto known = before.find(key);
    Told told{cue.start_us(), cue.duration_us(), cue.object(), now};
    if (known != before.end() && known->second.says_as(told)) told.at = known->second.at;
    told_.emplace(key, told);
  }
}

std::uint64_t SimStation::proofs_waiting() const {
  return process_ ? process_->outbox.waiting() + process_->unkept.size() : 1;
}

std::uint64_t SimStation::plan_sequence() const { return process_ ? process_->core->plan_sequence() : 0; }

// ---- process ------------------------------------------------------------------------------------------------------

/// Runs something inside the process; the disk may end it.
void SimStation::enter(const std::function<void()>& action) {
  SimDisk::use(&disk_);
  action();
  if (process_ != nullptr && disk_.ended() != SimDisk::End::none) collapse();
  SimDisk::use(nullptr);
}

void SimStation::post(std::int64_t delay_us, std::function<void()> action) {
  world_.timeline.after(delay_us, [this, serial = serial_, action = std::move(action)] {
    if (serial == serial_ && process_ != nullptr) enter(action);
  });
}

void SimStation::start_process() {
  if (process_ != nullptr) return;
  SimDisk::use(&disk_);
  disk_.restart(random_);
  ++serial_;
  auto opened = open_process();
  if (!opened) {
    note("not-started", "{}", static_cast<int>(opened.error().code));
    disk_.end_now(SimDisk::End::killed);
    SimDisk::use(nullptr);
    world_.timeline.after(restart_delay_us, [this] { start_process(); });
    return;
  }
  process_ = std::move(*opened);
  starts_.push_back(world_.timeline.now());
  note("started", "proofs {} torn {} damaged {} lost {}", process_->journal.last(),
       process_->journal.recovery().torn_bytes, process_->journal.recovery().damaged_bytes,
       process_->journal.recovery().lost_proofs);
  enter([this] {
    for (const auto& fault : process_->vault.load_faults()) feed(core::FaultRestored{fault});
    auto plan = load_plan();
    if (plan) process_->core->plan_was_made(wall_from_us(plan->plan.made_us()));
    if (plan) hear_office(plan->signed_at, false);
    load_stops();
    load_emergency();
    if (plan) adopt(std::move(*plan), true, core::Slot::plan);
    world_.network.attach(
        caller_, {[this] { enter([this] { on_link_up(); }); }, [this] { process_->outbox.on_link_down(); },
                  [this](Network::Leaf leaf, const std::string& sealed) { enter([&] { on_message(leaf, sealed); }); }});
    say_status_again(0);
    tick();
  });
  see_wellness();
}

Result<std::unique_ptr<SimStation::Process>> SimStation::open_process() {
  const auto& folder = settings_.state_folder;
  station::health::Restarts restarts{folder, 0, std::to_string(power_serial_), now().wall};
  LOA_TRY_LET(auto opened, journal::ProofJournal::open(folder / "journal", {settings_.ward, settings_.station}, key_));
  LOA_TRY_LET(auto vault, station::intake::Vault::open(folder));
  auto process = std::make_unique<Process>(std::move(opened), std::move(vault), std::move(restarts), settings_);
  process->boot = fmt::format("tien-trinh-{}-{}", caller_.box, serial_);
  process->started = mono();
  const auto loaded = process->vault.load_clock();
  if (!loaded) note("clock-forgotten");
  const core::ClockMemory memory = loaded ? *loaded : core::ClockMemory{};
  LOA_TRY_LET(auto found, journal::take_up(process->journal, folder / "marks", nullptr, now().wall, memory.sure));
  LOA_TRY_LET(auto audio_marks, journal::MarkSet::open(folder / "marks", "audio"));
  process->audio = make_presenter(std::move(audio_marks), horn_);
  LOA_TRY_LET(auto sign_marks, journal::MarkSet::open(folder / "marks", "sign"));
  process->sign = make_presenter(std::move(sign_marks), sign_);
  std::vector<core::Accounted> accounted;
  for (const auto& entry : found.known)
    accounted.push_back({entry.cue, entry.from_us, entry.to_us, entry.bucket, entry.medium, entry.anew});
  process->unkept.assign(found.unkept.begin(), found.unkept.end());
  process->core = std::make_unique<core::StationCore>(core::CoreSettings{}, accounted, mono(), memory);
  process->core->journal_began(process->journal.began());
  return process;
}

std::unique_ptr<SimPresenter> SimStation::make_presenter(journal::MarkSet marks, Device& device) {
  station::PresenterEvents events;
  events.started = [this](const station::CueKey& cue, int error_us) { feed(core::PartStarted{cue, error_us}); };
  events.page_damaged = [this](const std::string& object) {
    feed(core::PageDamaged{*protocol::crypto::Sha256::from_bytes(object)});
  };
  events.ended = [this](const v1::Proof& part) {
    note("part", "{} {} {} {}-{}", part.occurrence(), part.segment(), part.reason(), part.from_us(), part.to_us());
    feed(core::PartEnded{part});
  };
  SimPresenter::World world{
      world_.timeline, device,
      [this](std::int64_t delay_us, std::function<void()> action) { post(delay_us, std::move(action)); },
      [this](MonoTime at) { return clock_.true_time(at); },
      [this](const std::string& object) {
        const auto entry = store_.find(object);
        return entry != store_.end() && entry->second.held && entry->second.whole;
      }};
  return std::make_unique<SimPresenter>(std::move(world), std::move(marks), std::move(events));
}

std::optional<station::intake::AcceptedPlan> SimStation::load_plan() {
  const auto sealed = process_->vault.load_plan();
  if (!sealed || !*sealed) return note("no-plan", "{}", sealed.has_value()), std::nullopt;
  auto accepted = process_->gate.plan(**sealed, std::nullopt, std::nullopt);
  if (!accepted) return note("plan-refused", "at start"), std::nullopt;
  process_->plan_bytes = **sealed;
  return std::move(*accepted);
}

void SimStation::load_stops() {
  const auto stops = process_->vault.load_stops();
  if (stops && !stops->empty()) feed(core::StopsRestored{*stops});
}

void SimStation::load_emergency() {
  const auto emergencies = process_->vault.load_emergencies();
  if (!emergencies) return note("emergency-unread");
  for (const auto& sealed : *emergencies) {
    auto accepted = process_->gate.emergency_on_disk(sealed);
    if (!accepted) {
      note("emergency-refused", "at start");
    } else if (!process_->has_emergency || accepted->sequence > process_->core->emergency_sequence()) {
      process_->emergency_bytes = sealed;
      adopt(std::move(*accepted), true, core::Slot::emergency);
      process_->emergency_unsettled = true;
    }
  }
}

void SimStation::adopt(station::intake::AcceptedPlan accepted, bool at_start, core::Slot slot) {
  core::PlanArrived event{std::move(accepted.plan), accepted.sequence, {}, at_start, slot};
  for (const auto& object : event.plan.objects()) {
    auto& state = store_[object.sha256()];
    if (state.held) event.held.insert(*protocol::crypto::Sha256::from_bytes(object.sha256()));
  }
  const bool emergency = slot == core::Slot::emergency;
  (emergency ? process_->has_emergency : process_->has_plan) = true;
  if (emergency) emergencies_.try_emplace(event.sequence, world_.timeline.now());
  if (!emergency) {
    first_plan_ = std::min(first_plan_, world_.timeline.now());
    note_told(event.plan);
    see_wellness();
  }
  note(emergency ? "emergency" : "plan", "{} cues, at start {}", event.plan.cues_size(), at_start);
  feed(std::move(event));
  process_->journal.remember_since(process_->core->remembers_since());
}

}  // namespace loa::tools::simfleet
