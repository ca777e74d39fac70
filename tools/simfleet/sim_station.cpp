#include <algorithm>

#include "tools/simfleet/sim_station_process.hpp"

namespace loa::tools::simfleet {

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
      clock_(world.timeline, [this] { clock_changed(); }),
      shelf_([this] { return gone(); }) {
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
  shelf_image_ = shelf_.objects();
}

void SimStation::see_card(Card card) {
  if (card == Card::kept) return;
  note("card", "{}", static_cast<int>(card));
  const Instant now = world_.timeline.now();
  card_losses_.push_back(now);
  std::erase_if(told_, [&](const auto& entry) { return entry.second.start_us + entry.second.duration_us > now; });
  card == Card::image ? disk_.load_image() : disk_.wipe();
  rolled_back_ = rolled_back_ || card == Card::image;
  if (card == Card::image) shelf_.set_objects(shelf_image_);
  if (card == Card::replaced) shelf_.set_objects({});
}

/// What had no receipt yet: nobody can ask for it any more. So has what is on air or waits for the disk.
void SimStation::note_lost_proofs() {
  SimDisk::use(nullptr);  // it answers nobody any more
  const auto lose = [&](const v1::Proof& part) {
    lost_proofs_[station::CueKey::of(part)].push_back({part.from_us(), part.to_us()});
  };
  const auto& kept = process_->records.journal;
  if (const auto waiting = kept.waiting(kept.through(), SIZE_MAX)) {
    for (const auto& one : *waiting)
      if (const auto proof = journal::decode_sealed(one.sealed)) lose(proof->proof);
  }
  for (const auto& part : process_->node->proofs().unkept()) lose(part);
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
  well_.set(process_ != nullptr && process_->node != nullptr && process_->node->has_plan() && clock_.right(),
            world_.timeline.now());
}

void SimStation::step_clock(std::int64_t by_us, std::int64_t heal_after_us) {
  if (!powered_) return;
  note("clock-step", "{} ms for {} s", by_us / millisecond_us, heal_after_us / second_us);
  clock_.step(by_us, heal_after_us);
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
  if (shelf_.harm(which)) note("content-harmed", "{}", which % shelf_.objects().size());
}

SimPresenter* SimStation::presenter_of(v1::Medium medium) {
  if (process_ == nullptr) return nullptr;
  return medium == v1::MEDIUM_AUDIO ? process_->audio.get() : process_->sign.get();
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

bool SimStation::was_told(const v1::Cue& cue) const {
  const auto entry = told_.find(station::CueKey::of(cue));
  return entry != told_.end() && entry->second.says_as({cue.start_us(), cue.duration_us(), cue.object(), 0});
}

Instant SimStation::told_at(const v1::Cue& cue) const {
  const auto entry = told_.find(station::CueKey::of(cue));
  return entry == told_.end() ? INT64_MAX : entry->second.at;
}

std::uint64_t SimStation::proofs_waiting() const { return process_ ? process_->node->proofs().waiting() : 1; }

std::uint64_t SimStation::plan_sequence() const { return process_ ? process_->node->core().plan_sequence() : 0; }

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

}  // namespace loa::tools::simfleet
