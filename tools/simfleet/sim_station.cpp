#include <algorithm>

#include "station/journal/take_up.hpp"
#include "tools/simfleet/sim_station_process.hpp"

namespace loa::tools::simfleet {

namespace core = station::core;
namespace journal = station::journal;

namespace {

constexpr std::int64_t restart_delay_us = 2 * second_us;
constexpr std::int64_t boot_us = 8 * second_us;
constexpr Instant year_1970_us = 30 * second_us;
constexpr double liars = 0.05;  // of the wrong clocks: they call themselves synchronised until NTP comes

}  // namespace

SimStation::SimStation(World world, std::size_t index, Random random, station::daemon::StationSettings settings,
                       protocol::crypto::SecretKey key, std::filesystem::path folder)
    : world_(world),
      index_(index),
      random_(random),
      settings_(std::move(settings)),
      key_(std::move(key)),
      disk_(std::move(folder)) {
  disk_.set_last_words([this] {
    if (process_ == nullptr) return;
    if (process_->audio) process_->audio->die();
    if (process_->sign) process_->sign->die();
  });
}

SimStation::~SimStation() = default;

// ---- machine ------------------------------------------------------------------------------------------------------

void SimStation::power_on(ClockError error, std::int64_t ntp_after_us) {
  const Instant now = world_.timeline.now();
  power_on_at_ = now;
  powered_ = true;
  const bool lies = error != ClockError::right && random_.happens(liars);
  grade_ = lies ? ClockGrade::network : ClockGrade::none;
  if (lies) note("clock-lies", "{}", static_cast<int>(error));
  switch (error) {
    case ClockError::right:
      clock_offset_us_ = 0;
      break;
    case ClockError::year_1970:
      clock_offset_us_ = year_1970_us - now;
      break;
    case ClockError::two_weeks_back:
      clock_offset_us_ = -14 * day_us;
      break;
    case ClockError::ten_years_ahead:
      clock_offset_us_ = 3650 * day_us;
      break;
    case ClockError::last_known:
      clock_offset_us_ = -off_us_;
      break;
  }
  const auto serial = ++clock_serial_;
  world_.timeline.after(ntp_after_us, [this, serial] {
    if (serial != clock_serial_) return;
    note("clock-disciplined");
    ++clock_serial_;  // what was to heal a step has nothing to heal any more
    clock_offset_us_ = 0;
    grade_ = ClockGrade::disciplined;
    clock_changed();
  });
  world_.timeline.after(boot_us, [this] {
    if (powered_) start_process();
  });
}

void SimStation::end_process(SimDisk::End end, std::uint64_t after_disk_steps, std::int64_t off_us, ClockError error,
                             std::int64_t ntp_after_us) {
  if (process_ == nullptr) return;  // it is off already
  note(end == SimDisk::End::killed ? "kill" : "power-cut", "after {} steps, off {} s, clock {}, ntp {} s",
       after_disk_steps, off_us / second_us, static_cast<int>(error), ntp_after_us / second_us);
  off_us_ = off_us;
  next_clock_ = error;
  next_ntp_us_ = ntp_after_us;
  if (after_disk_steps > 0) return disk_.end_after(after_disk_steps, end);
  enter([&] { disk_.end_now(end); });
}

/// The process is gone: after a kill the init system starts another, after a power cut the machine boots.
void SimStation::collapse() {
  const auto end = disk_.ended();
  note("ended", "{}", end == SimDisk::End::killed ? "process" : "machine");
  world_.network.detach(index_);
  ++serial_;
  process_.reset();
  SimDisk::use(nullptr);
  if (end == SimDisk::End::killed) {
    world_.timeline.after(restart_delay_us, [this] { start_process(); });
    return;
  }
  power_cuts_.push_back(world_.timeline.now());
  const auto serial = ++clock_serial_;
  powered_ = false;
  world_.timeline.after(off_us_, [this, serial] {
    if (serial == clock_serial_) power_on(next_clock_, next_ntp_us_);
  });
}

void SimStation::step_clock(std::int64_t by_us, std::int64_t heal_after_us) {
  note("clock-step", "{} ms for {} s", by_us / millisecond_us, heal_after_us / second_us);
  const auto serial = clock_serial_;
  clock_offset_us_ += by_us;
  clock_changed();
  world_.timeline.after(heal_after_us, [this, serial, by_us] {
    if (serial != clock_serial_) return;
    clock_offset_us_ -= by_us;
    clock_changed();
  });
}

/// The shell looks at the clock once a second.
void SimStation::clock_changed() {
  post(random_.between(1, 1000) * millisecond_us, [this] { tick(); });
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
  if (process_ == nullptr || !world_.network.session(index_) || !believed_now()) return;
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
  if (!powered_) return power_on(ClockError::right, 10 * second_us);
  if (grade_ == ClockGrade::disciplined && clock_offset_us_ == 0) return;
  ++clock_serial_;
  clock_offset_us_ = 0;
  grade_ = ClockGrade::disciplined;
  next_clock_ = ClockError::right;
  next_ntp_us_ = 10 * second_us;
  clock_changed();
}

MonoTime SimStation::mono() const {
  return MonoTime{std::chrono::microseconds{world_.timeline.now() - power_on_at_ + second_us}};
}

Now SimStation::now() const { return {wall_from_us(world_.timeline.now() + clock_offset_us_), mono(), grade_}; }

std::optional<WallTime> SimStation::believed_now() const {
  const Now judged = process_->core->judge(now());
  if (judged.grade < ClockGrade::network) return std::nullopt;
  return judged.wall;
}

bool SimStation::was_told(const v1::Cue& cue) const {
  const auto entry = told_.find(station::CueKey::of(cue));
  return entry != told_.end() && entry->second.start_us == cue.start_us() &&
         entry->second.duration_us == cue.duration_us() && entry->second.object == cue.object();
}

void SimStation::note_told(const v1::Plan& plan) {
  const Instant now = world_.timeline.now();
  std::erase_if(told_, [&](const auto& entry) { return entry.second.start_us > now; });
  for (const auto& cue : plan.cues())
    told_.try_emplace(station::CueKey::of(cue), Told{cue.start_us(), cue.duration_us(), cue.object()});
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
    load_stops();
    load_emergency();
    if (plan) adopt(std::move(*plan), true, core::Slot::plan);
    world_.network.attach(
        index_, {[this] { enter([this] { on_link_up(); }); }, [this] { process_->outbox.on_link_down(); },
                 [this](Network::Leaf leaf, const std::string& sealed) { enter([&] { on_message(leaf, sealed); }); }});
    tick();
  });
}

Result<std::unique_ptr<SimStation::Process>> SimStation::open_process() {
  const auto& folder = settings_.state_folder;
  LOA_TRY_LET(auto opened, journal::ProofJournal::open(folder / "journal", {settings_.ward, settings_.station}, key_));
  LOA_TRY_LET(auto vault, station::daemon::Vault::open(folder));
  auto process = std::make_unique<Process>(std::move(opened), std::move(vault), settings_);
  LOA_TRY_LET(auto found, journal::take_up(process->journal, folder / "marks", nullptr, now().wall));
  LOA_TRY_LET(auto audio_marks, journal::MarkSet::open(folder / "marks", "audio"));
  process->audio = make_presenter(std::move(audio_marks), horn_);
  LOA_TRY_LET(auto sign_marks, journal::MarkSet::open(folder / "marks", "sign"));
  process->sign = make_presenter(std::move(sign_marks), sign_);
  std::vector<core::Accounted> accounted;
  for (const auto& entry : found.known) accounted.push_back({entry.cue, entry.from_us, entry.to_us, entry.bucket});
  process->unkept.assign(found.unkept.begin(), found.unkept.end());
  const auto last_known = process->vault.load_last_known();
  if (!last_known) note("clock-forgotten");
  process->core =
      std::make_unique<core::StationCore>(core::CoreSettings{}, accounted, mono(), last_known.value_or(std::nullopt));
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
      [this](MonoTime at) {
        return std::chrono::duration_cast<Micros>(at.time_since_epoch()).count() - second_us + power_on_at_;
      },
      [this](const std::string& object) {
        const auto entry = store_.find(object);
        return entry != store_.end() && entry->second.held && entry->second.whole;
      }};
  return std::make_unique<SimPresenter>(std::move(world), std::move(marks), std::move(events));
}

std::optional<station::daemon::AcceptedPlan> SimStation::load_plan() {
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

void SimStation::adopt(station::daemon::AcceptedPlan accepted, bool at_start, core::Slot slot) {
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
  }
  note(emergency ? "emergency" : "plan", "{} cues, at start {}", event.plan.cues_size(), at_start);
  feed(std::move(event));
  process_->journal.remember_since(process_->core->remembers_since());
}

}  // namespace loa::tools::simfleet
