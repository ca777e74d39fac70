#include "station/daemon/station.hpp"

#include <boost/asio/post.hpp>

#include "protocol/base/file.hpp"
#include "protocol/base/log.hpp"
#include "protocol/base/text.hpp"
#include "station/daemon/memory.hpp"
#include "station/display/load_objects.hpp"
#include "station/display/sign_player.hpp"
#include "station/journal/take_up.hpp"
#include "station/playback/audio_player.hpp"

namespace loa::station::daemon {
namespace {

namespace topic = protocol::topic;
using std::chrono::steady_clock;

constexpr std::chrono::seconds longest_backoff{20};  // 300 stations after a broker's restart: 30 handshakes a second
// While sound is on air a hang must be over within 3 s: half a second to the next tick, this, a look of the Supervisor
// and a start. A disk that holds the thread up is told from a hang (waits_for_disk).
constexpr std::chrono::milliseconds io_patience{3'000}, io_patience_sounding{1'300};
constexpr std::chrono::seconds long_work_patience{10};  // the greatest plan, the largest object

}  // namespace

struct Station::Alive {};

// ---- opening ------------------------------------------------------------------------------------------------------

Result<std::unique_ptr<Station>> Station::open(boost::asio::io_context& io, settings::StationSettings settings,
                                               Board board, MonoTime born) {
  LOA_TRY(make_folders(settings.state_folder, 0700));
  auto loaded = protocol::crypto::SecretKey::load(settings.station_key_file);
  if (!loaded)
    return pass(std::move(loaded).error(), "without its key a station can prove nothing; carry its bundle here again");
  const auto key = *std::move(loaded);
  LOA_TRY_LET(auto journal, open_journal(settings, key, board.clock->read().now.wall));
  health::Restarts restarts{settings.state_folder, settings.safe_after, health::boot_id(),
                            board.clock->read().now.wall};
  come_back(restarts, settings);
  LOA_TRY_LET(auto vault, intake::Vault::open(settings.state_folder));
  LOA_TRY_LET(auto store, content::store::ObjectStore::open(settings.state_folder / "content"));
  std::unique_ptr<Station> station{new Station{io, std::move(settings), std::move(board), key, std::move(journal),
                                               std::move(restarts), std::move(vault), std::move(store)}};
  LOA_TRY(station->take_up(born));
  station->restarts_.opened();
  LOA_TRY(station->make_presenters());
  LOA_TRY(station->make_link());
  return station;
}

Station::Station(boost::asio::io_context& io, settings::StationSettings settings, Board board,
                 protocol::crypto::SecretKey key, journal::ProofJournal journal, health::Restarts restarts,
                 intake::Vault vault, content::store::ObjectStore store)
    : io_(io),
      settings_(std::move(settings)),
      board_(std::move(board)),
      key_(std::move(key)),
      marks_(journal::MarkFolders::of(settings_.state_folder, settings_.runtime_folder, settings_.ward,
                                      settings_.station)),
      journal_(std::move(journal)),
      restarts_(std::move(restarts)),
      vault_(std::move(vault)),
      store_(std::move(store)),
      room_(settings_.state_folder, settings_.faults.disk_free_bytes),
      gate_(settings_),
      outbox_(journal_),
      started_(steady_clock::now()),
      boot_(format_hex(protocol::crypto::random_bytes(8))),
      reading_(board_.clock->read()),
      amplifier_(*board_.amplifier,
                 settings_.relay ? settings_.relay->feedback_after : settings::StationSettings::Relay{}.feedback_after),
      report_(settings_.runtime_folder, settings_.ward, settings_.station),
      timer_(io),
      amplifier_timer_(io),
      alive_(std::make_shared<Alive>()) {}

Station::~Station() {
  alive_.reset();  // nothing posted from now on reaches us
  supervisor_.reset();
  vitals_watch_.reset();
  link_.reset();
  fetcher_.reset();
  sign_.reset();
  audio_.reset();
  mark_keeper_.reset();
}

/// What an earlier process had on air when it was killed becomes proof; what is proved is known to the core.
Result<void> Station::take_up(MonoTime born) {
  auto saved = journal::SavedMarks::open(marks_.saved);
  if (!saved) log::error("marks.unsaved", {{"error", saved.error().text}});
  const auto memory = clock_memory(vault_);
  LOA_TRY_LET(auto found,
              journal::take_up(journal_, marks_.hot, saved ? &*saved : nullptr, reading_.now.wall, memory.sure));
  std::vector<core::Accounted> accounted;
  for (const auto& entry : found.known)
    accounted.push_back({entry.cue, entry.from_us, entry.to_us, entry.bucket, entry.medium, entry.anew});
  unkept_.assign(found.unkept.begin(), found.unkept.end());
  core::CoreSettings core;
  core.underruns = settings_.faults.underruns;
  core.faults.hold = settings_.faults.hold;
  core.trials = trials_of(settings_);
  core_ = std::make_unique<core::StationCore>(core, accounted, born, memory);
  core_->journal_began(journal_.began());
  if (saved) {
    auto pinned = found.unkept.empty() ? std::vector<journal::ProgressMark::Part>{} : saved->parts();
    mark_keeper_ = std::make_unique<journal::MarkKeeper>(marks_, std::move(*saved), std::move(pinned));
  }
  return {};
}

Result<void> Station::make_presenters() {
  if (board_.audio) {
    playback::AudioPlayerSettings player;
    player.mark_folder = marks_.hot;
    LOA_TRY_LET(auto audio, playback::AudioPlayer::create(std::move(board_.audio), presenter_events(), post(), player));
    rooms_.add("audio", audio->audio_pulse(), health::Liveness::Serves::sound);
    rooms_.add("decoder", audio->decoder_pulse(), health::Liveness::Serves::sound);
    audio_ = std::move(audio);
  }
  if (board_.sign) {
    display::SignSettings player;
    player.width_px = settings_.sign->width_px;
    player.height_px = settings_.sign->height_px;
    LOA_TRY_LET(auto sign_marks, journal::MarkSet::open(marks_.hot, "sign"));
    LOA_TRY_LET(auto open, display::load_sign_objects());
    auto sign = std::make_unique<display::SignPlayer>(*board_.sign, player, std::move(sign_marks), std::move(open),
                                                      post(), presenter_events());
    rooms_.add("sign", sign->pulse(), health::Liveness::Serves::other);
    sign_ = std::move(sign);
  }
  return {};
}

PresenterEvents Station::presenter_events() {
  PresenterEvents events;
  events.started = [this](const CueKey& cue, int start_error_us) {
    log::info("cue.started", {{"cue", cue.occurrence}, {"segment", cue.segment}, {"start_error_us", start_error_us}});
    feed(core::PartStarted{cue, start_error_us});
  };
  events.tried = [this](v1::Medium medium, const std::string& trouble) { on_tried(medium, trouble); };
  events.page_damaged = [this](const std::string& object) { on_page_damaged(object); };
  events.ended = [this](const v1::Proof& part) {
    log::info("cue.ended", {{"cue", part.occurrence()},
                            {"segment", part.segment()},
                            {"reason", part.reason()},
                            {"heard_ms", (part.to_us() - part.from_us()) / 1000},
                            {"underruns", part.underruns()}});
    if (part.bucket() == v1::BUCKET_PLAYED || part.reason() == "device-lost")
      see_output(part.medium(), part.reason() == "device-lost" ? "it failed in use" : "");
    feed(core::PartEnded{part});
  };
  return events;
}

Result<void> Station::make_link() {
  protocol::link::LinkSettings link;
  link.host = settings_.mqtt.host;
  link.port = settings_.mqtt.port;
  link.client_id = settings_.station;
  link.username = settings_.mqtt.username;
  link.password = settings_.mqtt.password;
  link.tls.emplace().ca_file = settings_.mqtt.ca_file;
  link.backoff_max = longest_backoff;
  link.will = protocol::link::Will{topic::of_station(settings_.ward, settings_.station, topic::Leaf::state),
                                   state(false).SerializeAsString()};
  protocol::link::LinkEvents events;
  events.connected = [this] { on_connected(); };
  events.disconnected = [this](const std::string& why) {
    log::info("link.down", {{"why", why}});
    report_.see("broker", why, steady_clock::now());
    outbox_.on_link_down();
  };
  events.message = [this](const protocol::link::Message& message) { on_message(message); };
  link_ = std::make_unique<protocol::link::Link>(link, events, post());

  const auto& ward = settings_.ward;
  for (const auto leaf : {topic::Leaf::emergency, topic::Leaf::plan, topic::Leaf::receipt}) {
    LOA_TRY(link_->subscribe(topic::of_station(ward, settings_.station, leaf), protocol::link::Qos::at_least_once));
  }
  LOA_TRY(link_->subscribe(topic::of_command(ward, "+"), protocol::link::Qos::at_least_once));
  sync::FetchSettings fetch;
  fetch.ca_file = settings_.mqtt.ca_file;
  fetch.reserve_bytes = settings_.faults.disk_free_bytes;
  fetcher_ = std::make_unique<sync::ContentFetcher>(settings_.state_folder / "content", fetch, post(),
                                                    [this](const sync::Fetched& fetched) { on_fetched(fetched); });
  return {};
}

std::function<void(std::function<void()>)> Station::post() {
  return [this, weak = std::weak_ptr<Alive>{alive_}](std::function<void()> function) {
    boost::asio::post(io_, [weak, function = std::move(function)] {
      if (!weak.expired()) function();
    });
  };
}

Result<void> Station::start() {
  if (settings_.audio) switch_amplifier(false);  // as it is: what the line and the feedback say is looked at
  auto plan = load_plan();
  if (plan) core_->plan_was_made(wall_from_us(plan->plan.made_us()));
  if (plan) hear_office(plan->signed_at, false);
  load_faults();
  load_mute();
  load_stops();
  load_emergency();
  if (plan) adopt(std::move(*plan), true);
  connect(steady_clock::now());
  LOA_TRY(watch_steps());
  watch_vitals();
  supervise();
  board_.watchdog->ready();
  return {};
}

/// A ward that is silent for a funeral stays silent when a station restarts.
void Station::load_mute() {
  const auto mute = vault_.load_mute();
  if (!mute) return refuse("mute on disk", mute.error());
  if (*mute) feed(core::MuteRestored{**mute});
}

std::optional<intake::AcceptedPlan> Station::load_plan() {
  const auto sealed = vault_.load_plan();
  if (!sealed) {
    plan_unused_ = true;
    return refuse("plan on disk", sealed.error()), std::nullopt;
  }
  if (*sealed && restarts_.safe()) return hold_plan(**sealed), std::nullopt;
  if (!*sealed) {
    log::info("plan.none", {{"station", settings_.station}});
    return std::nullopt;
  }
  // It was in force: what it promised is owed even if it has expired since, or if the clock has gone back behind its
  // making. Nothing of it sounds after its horizon.
  auto accepted = gate_.plan(**sealed, std::nullopt, std::nullopt);
  if (!accepted) {
    plan_unused_ = true;
    return refuse("plan on disk", accepted.error()), std::nullopt;
  }
  if (to_us(reading_.now.wall) >= accepted->plan.horizon_us())
    log::warn("plan.expired", {{"sequence", accepted->sequence}});
  plan_bytes_ = **sealed;
  return std::move(*accepted);
}

// ---- time -----------------------------------------------------------------------------------------------------------

void Station::tick() {
  const MonoTime now = ticked_ = steady_clock::now();
  if (!unkept_.empty()) keep_waiting_parts();
  if (supervisor_) supervisor_->tick(now);
  look_at_uptime(now);
  if (connect_at_ && *connect_at_ <= now) connect(now);
  if (outbox_.next_deadline() && *outbox_.next_deadline() <= now) publish_proofs(outbox_.on_time(now));
  feed(core::Tick{});
  retry_emergency();
  save_emergency();
  settle_emergency();
  if (!waiting_plan_.empty() && may_change_plan() && plan_retry_ <= now) on_plan(std::exchange(waiting_plan_, {}));
  pace_vitals();
  if (node::status_is_due(pending(), now)) publish_status();
  schedule_tick();
}

node::Pending Station::pending() const {
  node::Pending pending;
  pending.ticked = ticked_;
  pending.core = core_->next_deadline();
  pending.outbox = outbox_.next_deadline();
  pending.retries = !unkept_.empty() || !waiting_emergency_.empty() || emergency_unsaved_ || emergency_unsettled_;
  pending.sounding = sound_awake_;
  pending.awake = sign_awake_;
  pending.status_due = status_due_;
  pending.status_interval = status_interval();
  pending.last_status = last_status_;
  pending.grade = reading_.now.grade;
  return pending;
}

void Station::schedule_tick() {
  const MonoTime at = node::next_tick(pending(), steady_clock::now());
  pulse_.beat(at + (sound_awake_ ? io_patience_sounding : io_patience));
  timer_.expires_at(at);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) tick();
  });
}

/// Its parts together may take a slow machine longer than a hang may last, and none of them need find it waiting for
/// the disk.
void Station::begin_long_work() { pulse_.beat(steady_clock::now() + long_work_patience); }

/// What is planned for an instant must be asked for anew when the clock is set.
Result<void> Station::watch_steps() {
  LOA_TRY_LET(auto timer, health::make_step_timer());
  step_watch_.emplace(io_, std::move(timer), [this] {
    log::info("clock.set", {});
    tick();
  });
  return {};
}

}  // namespace loa::station::daemon
