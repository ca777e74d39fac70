#include "tools/simfleet/sim_station_process.hpp"

#include <algorithm>

// The process in the box: a Node, begun, brought its events and its time, and listened to.
namespace loa::tools::simfleet {

namespace core = station::core;
namespace journal = station::journal;
namespace node = station::node;
using protocol::crypto::Sha256;
using Reading = node::Node::Reading;

namespace {

constexpr std::int64_t restart_delay_us = 2 * second_us;
constexpr std::int64_t insistence_us = 10 * minute_us + second_us;  // PROTOCOL.md §7
/// The daemon says its status each minute, each three seconds on air; here as often as somebody may learn something.
constexpr node::StatusPace status_pace{std::chrono::minutes{30}, std::chrono::minutes{30}};

}  // namespace

// ---- begin ----------------------------------------------------------------------------------------------------------

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
  const auto& its_journal = process_->records.journal;
  note("started", "proofs {} torn {} damaged {} lost {}", its_journal.last(), its_journal.recovery().torn_bytes,
       its_journal.recovery().damaged_bytes, its_journal.recovery().lost_proofs);
  enter([this] {
    happens([](node::Node& its, const Reading& now) { its.start(now); });
    attach();
    say_status_when_listened_to();
    tick();
  });
  see_wellness();
}

Result<std::unique_ptr<SimStation::Process>> SimStation::open_process() {
  const auto& folder = settings_.state_folder;
  station::health::Restarts restarts{folder, settings_.safe_after, std::to_string(power_serial_), now().wall};
  LOA_TRY_LET(auto opened, journal::ProofJournal::open(folder / "journal", {settings_.ward, settings_.station}, key_));
  LOA_TRY_LET(auto vault, station::intake::Vault::open(folder));
  auto process =
      std::make_unique<Process>(node::Records{std::move(opened), std::move(restarts), std::move(vault)}, *this);
  LOA_TRY_LET(auto awakened,
              node::awaken(process->records, folder / "marks", nullptr, now().wall, core::CoreSettings{}, now().mono));
  process->records.restarts.opened();
  LOA_TRY_LET(auto audio_marks, journal::MarkSet::open(folder / "marks", "audio"));
  process->audio = make_presenter("audio", std::move(audio_marks), horn_);
  LOA_TRY_LET(auto sign_marks, journal::MarkSet::open(folder / "marks", "sign"));
  process->sign = make_presenter("sign", std::move(sign_marks), sign_);
  process->fetcher = std::make_unique<SimFetcher>(SimFetcher::World{
      random_, [this] { return online(); },
      [this](std::int64_t delay_us, std::function<void()> action) { post(delay_us, std::move(action)); },
      [this](const Sha256& object) {
        shelf_.put(object);
        note("fetched");
        happens([&](node::Node& its, const Reading& at) { its.on_fetched(at, {object, {}}); });
      }});
  const node::Ports ports{
      process->outlet,    *this,          shelf_, *process->fetcher, process->audio.get(), process->sign.get(),
      process->amplifier, process->report};
  node::Speaker speaker{settings_.ward, settings_.station, key_, fmt::format("tien-trinh-{}-{}", caller_.box, serial_),
                        "simfleet",     now().mono};
  process->node = std::make_unique<node::Node>(settings_, std::move(speaker), status_pace, process->records,
                                               std::move(awakened), ports, std::string{});
  return process;
}

std::unique_ptr<SimPresenter> SimStation::make_presenter(const char* name, journal::MarkSet marks, Device& device) {
  station::PresenterEvents events;
  events.started = [this](const station::CueKey& cue, int error_us) {
    happens([&](node::Node& its, const Reading& now) { its.on_started(now, cue, error_us); });
  };
  events.page_damaged = [this](const std::string& object) {
    happens([&](node::Node& its, const Reading& now) { its.on_page_damaged(now, object); });
  };
  events.ended = [this](const v1::Proof& part) {
    note("part", "{} {} {} {}-{}", part.occurrence(), part.segment(), part.reason(), part.from_us(), part.to_us());
    happens([&](node::Node& its, const Reading& now) { its.on_ended(now, part); });
  };
  SimPresenter::World world{
      world_.timeline,
      device,
      [this](std::int64_t delay_us, std::function<void()> action) { post(delay_us, std::move(action)); },
      [this](MonoTime at) { return clock_.true_time(at); },
      [this](const std::string& object) { return shelf_.decodes(object); },
      [this, name](const station::Assignment& assignment) {
        note("arm", "{} {} {} from {}", name, assignment.cue.occurrence(), assignment.cue.segment(),
             to_us(assignment.from));
        ordered_[{station::CueKey::of(assignment.cue), assignment.plan_sequence}] = assignment.cue.object();
      },
      [this](std::string_view order, const station::CueKey& cue) {
        note(order, "{} {}", cue.occurrence, cue.segment);
      }};
  return std::make_unique<SimPresenter>(std::move(world), std::move(marks), std::move(events));
}

// ---- events and time ------------------------------------------------------------------------------------------------

void SimStation::happens(const std::function<void(node::Node&, const Reading&)>& act) {
  act(*process_->node, {now(), Micros{0}});
  if (!process_->node->proofs().all_kept()) note("unkept", "{}", process_->node->proofs().unkept().size());
  schedule_tick();
}

void SimStation::attach() {
  const auto up = [this] {
    note("link-up");
    happens([](node::Node& its, const Reading& now) { its.on_link_up(now); });
  };
  const auto message = [this](Network::Leaf leaf, const std::string& sealed) {
    happens([&](node::Node& its, const Reading& now) { its.on_message(now, leaf, sealed); });
  };
  world_.network.attach(caller_, {[this, up] { enter(up); }, [this] { process_->node->on_link_down(); },
                                  [this, message](Network::Leaf leaf, const std::string& sealed) {
                                    enter([&] { message(leaf, sealed); });
                                  }});
}

void SimStation::say_status_when_listened_to() {
  post(minute_us, [this] {
    if (world_.network.is_listened_to()) happens([](node::Node& its, const Reading& now) { its.say_status(now); });
    say_status_when_listened_to();
  });
}

void SimStation::tick() {
  happens([](node::Node& its, const Reading& now) { its.on_time(now); });
}

/// The daemon ticks once a second besides; here only what the node asks for must be enough.
void SimStation::schedule_tick() {
  const auto at = process_->node->next_deadline();
  const auto serial = ++process_->tick_serial;
  if (!at) return;
  const auto wait = std::chrono::ceil<Micros>(*at - now().mono).count();
  post(std::max<std::int64_t>(wait, 1), [this, serial] {
    if (process_->tick_serial == serial) tick();
  });
}

void SimStation::command(std::string_view what, const std::string& sealed) {
  if (process_ == nullptr || !online()) return;
  note("command", "{}", what);
  enter([&] { happens([&](node::Node& its, const Reading& now) { its.on_command(now, sealed, false); }); });
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
  post(random_.between(1, 60) * second_us,
       [this] { happens([](node::Node& its, const Reading& now) { its.say_status(now); }); });
}

// ---- what it tells --------------------------------------------------------------------------------------------------

void SimStation::Outlet::publish(protocol::topic::Leaf leaf, std::string_view /*code*/, std::string_view body,
                                 bool /*retained*/) {
  using protocol::topic::Leaf;
  if (station_.gone()) return;  // nobody is there any more to send it
  if (leaf == Leaf::answer) station_.note("answer");
  if (leaf != Leaf::proof && leaf != Leaf::status) return;
  station_.world_.network.to_office(station_.caller_, leaf, std::string{body});
}

void SimStation::takes(const core::PlanArrived& event) {
  if (gone()) return;  // nobody is there any more to obey it
  const bool emergency = event.slot == core::Slot::emergency;
  note(emergency ? "emergency" : "plan", "{} cues, at start {}", event.plan.cues_size(), event.at_start);
  if (emergency) {
    emergencies_.try_emplace(event.sequence, world_.timeline.now());
    return;
  }
  first_plan_ = std::min(first_plan_, world_.timeline.now());
  note_told(event.plan);
  see_wellness();
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

void SimStation::keeps(const v1::Proof& part) {
  note("keep", "{} {} {} {} {}-{}", part.occurrence(), part.segment(), static_cast<int>(part.bucket()), part.reason(),
       part.from_us(), part.to_us());
  if (!is_as_ordered(part))
    refused_.push_back(fmt::format("{} {} was heard as something that plan {} never ordered", part.occurrence(),
                                   part.segment(), part.plan_sequence()));
}

bool SimStation::is_as_ordered(const v1::Proof& part) const {
  if (part.bucket() != v1::BUCKET_PLAYED) return true;
  const auto entry = ordered_.find({station::CueKey::of(part), part.plan_sequence()});
  return entry != ordered_.end() && entry->second == part.object();
}

/// The node keeps the part's time without what was measured; here it shows.
void SimStation::doubts(const v1::Proof& /*part*/, const Error& error) {
  note("proof-doubted", "{}", error.text);
  refused_.push_back(error.text);
}

void SimStation::raises(const v1::Fault& fault) {
  static const char* const states[] = {"new", "acknowledged", "resolved", "reset"};
  note(fmt::format("{}-{}", fault.code(), states[fault.state()]), "count {}", fault.count());
  const bool doubts = fault.code() == core::fault_code::clock_untrusted && clock_.right();
  if (doubts && fault.state() == v1::FAULT_STATE_NEW)
    doubts_.push_back({world_.timeline.now(), world_.timeline.now() + insistence_us});
}

}  // namespace loa::tools::simfleet
