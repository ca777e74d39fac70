#include "station/daemon/station.hpp"

#include <boost/asio/post.hpp>

#include "protocol/base/file.hpp"
#include "protocol/base/log.hpp"
#include "protocol/base/text.hpp"
#include "station/daemon/come_back.hpp"
#include "station/daemon/memory.hpp"
#include "station/daemon/open_journal.hpp"
#include "station/display/load_objects.hpp"
#include "station/display/sign_player.hpp"
#include "station/playback/audio_player.hpp"

namespace loa::station::daemon {
namespace {

namespace topic = protocol::topic;
using health::Liveness;
using node::Node;
using std::chrono::seconds;
using std::chrono::steady_clock;

// While sound is on air a hang must be over within 3 s: half a second to the next tick, this, a look of the Supervisor
// and a start. A disk that holds the thread up is told from a hang (waits_for_disk).
constexpr std::chrono::milliseconds io_patience{3'000}, io_patience_sounding{1'300};
constexpr seconds long_work_patience{10};  // the greatest plan, the largest object
// One reading of the vitals each 10 s; while people listen, what is found must be at the office within 10 s.
constexpr seconds vitals_quiet{10}, vitals_broadcasting{3};

core::CoreSettings core_settings(const settings::StationSettings& settings) {
  core::CoreSettings core;
  core.underruns = settings.faults.underruns;
  core.faults.hold = settings.faults.hold;
  core.trials = node::Outputs::trials_of(settings);
  return core;
}

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
  node::Records records{std::move(journal), std::move(restarts), std::move(vault)};
  intake::CardShelf shelf{std::move(store), {settings.state_folder, settings.faults.disk_free_bytes}};
  std::unique_ptr<Station> station{
      new Station{io, std::move(settings), std::move(board), std::move(records), std::move(shelf)}};
  LOA_TRY(station->make_node(key, born));
  return station;
}

Station::Station(boost::asio::io_context& io, settings::StationSettings settings, Board board, node::Records records,
                 intake::CardShelf shelf)
    : io_(io),
      settings_(std::move(settings)),
      board_(std::move(board)),
      records_(std::move(records)),
      shelf_(std::move(shelf)),
      report_(settings_.runtime_folder, settings_.ward, settings_.station),
      timer_(io),
      alive_(std::make_shared<Alive>()) {}

Station::~Station() {
  alive_.reset();  // nothing posted from now on reaches us
  supervisor_.reset();
  vitals_watch_.reset();
  broker_.reset();
  fetcher_.reset();
  sign_.reset();
  audio_.reset();
  mark_keeper_.reset();
}

Result<void> Station::make_node(const protocol::crypto::SecretKey& key, MonoTime born) {
  const auto started = steady_clock::now();
  const auto boot = format_hex(protocol::crypto::random_bytes(8));  // of this process start
  const auto marks =
      journal::MarkFolders::of(settings_.state_folder, settings_.runtime_folder, settings_.ward, settings_.station);
  LOA_TRY_LET(auto awakened, take_up(marks, born));
  records_.restarts.opened();
  LOA_TRY(make_presenters(marks));
  LOA_TRY(make_broker(boot));
  make_fetcher();
  const node::Ports ports{*broker_, *this, shelf_, *fetcher_, audio_.get(), sign_.get(), *board_.amplifier, report_};
  node_ = std::make_unique<Node>(settings_,
                                 node::Speaker{settings_.ward, settings_.station, key, boot, LOA_VERSION, started},
                                 node::StatusPace{}, records_, std::move(awakened), ports, board_.sign_trouble);
  return {};
}

/// What an earlier process had on air when it was killed becomes proof; what is proved is known to the core.
Result<node::Awakened> Station::take_up(const journal::MarkFolders& marks, MonoTime born) {
  auto saved = journal::SavedMarks::open(marks.saved);
  if (!saved) log::error("marks.unsaved", {{"error", saved.error().text}});
  LOA_TRY_LET(auto awakened, node::awaken(records_, marks.hot, saved ? &*saved : nullptr, board_.clock->read().now.wall,
                                          core_settings(settings_), born));
  if (saved) {
    marks_pinned_ = !awakened.unkept.empty();
    auto pinned = awakened.unkept.empty() ? std::vector<journal::ProgressMark::Part>{} : saved->parts();
    mark_keeper_ = std::make_unique<journal::MarkKeeper>(marks, std::move(*saved), std::move(pinned));
  }
  return awakened;
}

Result<void> Station::make_presenters(const journal::MarkFolders& marks) {
  if (board_.audio) {
    playback::AudioPlayerSettings player;
    player.mark_folder = marks.hot;
    LOA_TRY_LET(auto audio, playback::AudioPlayer::create(std::move(board_.audio), presenter_events(), post(), player));
    rooms_.add("audio", audio->audio_pulse(), Liveness::Serves::sound);
    rooms_.add("decoder", audio->decoder_pulse(), Liveness::Serves::sound);
    audio_ = std::move(audio);
  }
  if (board_.sign) {
    display::SignSettings player;
    player.width_px = settings_.sign->width_px;
    player.height_px = settings_.sign->height_px;
    LOA_TRY_LET(auto sign_marks, journal::MarkSet::open(marks.hot, "sign"));
    LOA_TRY_LET(auto open, display::load_sign_objects());
    auto sign = std::make_unique<display::SignPlayer>(*board_.sign, player, std::move(sign_marks), std::move(open),
                                                      post(), presenter_events());
    rooms_.add("sign", sign->pulse(), Liveness::Serves::other);
    sign_ = std::move(sign);
  }
  return {};
}

PresenterEvents Station::presenter_events() {
  PresenterEvents events;
  events.started = [this](const CueKey& cue, int error_us) {
    happens([&](Node& node, const Reading& now) { node.on_started(now, cue, error_us); });
  };
  events.ended = [this](const v1::Proof& part) {
    happens([&](Node& node, const Reading& now) { node.on_ended(now, part); });
  };
  events.tried = [this](v1::Medium medium, const std::string& trouble) {
    happens([&](Node& node, const Reading& now) { node.on_tried(now, medium, trouble); });
  };
  events.page_damaged = [this](const std::string& object) {
    happens([&](Node& node, const Reading& now) { node.on_page_damaged(now, object); });
  };
  return events;
}

Result<void> Station::make_broker(const std::string& boot) {
  protocol::link::LinkEvents events;
  events.connected = [this] {
    report_.see("broker", "", steady_clock::now());
    log::info("link.up", {{"host", settings_.mqtt.host}, {"port", settings_.mqtt.port}});
    happens([](Node& node, const Reading& now) { node.on_link_up(now); });
  };
  events.disconnected = [this](const std::string& why) {
    log::info("link.down", {{"why", why}});
    report_.see("broker", why, steady_clock::now());
    node_->on_link_down();
  };
  events.message = [this](const protocol::link::Message& message) { on_message(message); };
  const auto farewell = node::Words::state_of(false, board_.clock->read().now.wall, boot);
  LOA_TRY_LET(broker_, Broker::open(settings_, farewell, std::move(events), post()));
  return {};
}

void Station::make_fetcher() {
  sync::FetchSettings fetch;
  fetch.ca_file = settings_.mqtt.ca_file;
  fetch.reserve_bytes = settings_.faults.disk_free_bytes;
  fetcher_ = std::make_unique<sync::ContentFetcher>(
      settings_.state_folder / "content", fetch, post(), [this](const sync::Fetched& fetched) {
        happens([&](Node& node, const Reading& now) { node.on_fetched(now, fetched); });
      });
}

std::function<void(std::function<void()>)> Station::post() {
  return [this, weak = std::weak_ptr<Alive>{alive_}](std::function<void()> function) {
    boost::asio::post(io_, [weak, function = std::move(function)] {
      if (!weak.expired()) function();
    });
  };
}

// ---- beginning and end ----------------------------------------------------------------------------------------------

Result<void> Station::start() {
  happens([](Node& node, const Reading& now) { node.start(now); });
  broker_->connect(steady_clock::now());
  LOA_TRY(watch_steps());
  watch_vitals();
  supervise();
  tick();
  board_.watchdog->ready();
  return {};
}

/// What is planned for an instant must be asked for anew when the clock is set.
Result<void> Station::watch_steps() {
  LOA_TRY_LET(auto timer, health::make_step_timer());
  step_watch_.emplace(io_, std::move(timer), [this] {
    log::info("clock.set", {});
    tick();
  });
  return {};
}

void Station::watch_vitals() {
  vitals_watch_ = std::make_unique<health::VitalsWatch>(
      std::move(board_.sensors), settings_.state_folder, post(), [this](const health::Vitals& vitals) {
        happens([&](Node& node, const Reading& now) { node.on_vitals(now, vitals); });
      });
}

/// From now on whoever hangs is found.
void Station::supervise() {
  rooms_.add("io", pulse_, Liveness::Serves::sound);
  rooms_.add("fetch", fetcher_->pulse(), Liveness::Serves::other);
  rooms_.add("link", broker_->pulse(), Liveness::Serves::other);
  supervisor_ = std::make_unique<health::Supervisor>(*board_.watchdog, rooms_);
  supervisor_->set_awake(node_->outputs().sound_awake(), node_->outputs().sign_awake());
}

void Station::stopping() {
  begins_long_work();
  node_->stopping(board_.clock->read());
  broker_->hang_up();
}

// ---- events and time ------------------------------------------------------------------------------------------------

/// Lets something happen to the node, and does what follows from it.
void Station::happens(const std::function<void(Node&, const Reading&)>& act) {
  act(*node_, board_.clock->read());
  follow();
}

void Station::follow() {
  if (supervisor_) supervisor_->set_awake(node_->outputs().sound_awake(), node_->outputs().sign_awake());
  if (marks_pinned_ && node_->proofs().all_kept()) {
    mark_keeper_->release();
    marks_pinned_ = false;
  }
  if (std::exchange(memory_to_give_back_, false)) give_back_memory();
  schedule_tick();
}

void Station::on_message(const protocol::link::Message& message) {
  const auto parsed = topic::parse(message.topic);
  if (!parsed) return;
  happens([&](Node& node, const Reading& now) {
    if (!parsed->group.empty()) return node.on_command(now, message.payload, message.retained);
    if (parsed->leaf) node.on_message(now, *parsed->leaf, message.payload);
  });
}

void Station::tick() {
  const MonoTime now = steady_clock::now();
  if (supervisor_) supervisor_->tick(now);
  broker_->on_time(now);
  happens([](Node& node, const Reading& reading) { node.on_time(reading); });
  if (vitals_watch_) vitals_watch_->set_interval(node_->core().broadcasting() ? vitals_broadcasting : vitals_quiet);
}

void Station::schedule_tick() {
  const MonoTime at = node_->next_look(steady_clock::now());
  pulse_.beat(at + (node_->outputs().sound_awake() ? io_patience_sounding : io_patience));
  timer_.expires_at(at);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) tick();
  });
}

/// Allows the io thread 10 s until its next beat, because taking up a plan or hashing an object again is slow on a
/// small machine and is no hang.
void Station::begins_long_work() { pulse_.beat(steady_clock::now() + long_work_patience); }

void Station::takes(const core::PlanArrived& event) { memory_to_give_back_ |= event.slot == core::Slot::plan; }

}  // namespace loa::station::daemon
