#include "headend/daemon/office.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <set>

#include "content/store/object_store.hpp"
#include "headend/api/http_server.hpp"
#include "headend/api/routes.hpp"
#include "headend/broker/broker.hpp"
#include "headend/broker/connection.hpp"
#include "headend/dispatch/command.hpp"
#include "headend/fleet/inbox.hpp"
#include "headend/fleet/refuser.hpp"
#include "headend/ledger/ledger.hpp"
#include "headend/publisher/plan_watch.hpp"
#include "headend/publisher/publisher.hpp"
#include "headend/publisher/removal.hpp"
#include "headend/store/sqlite/sqlite_store.hpp"
#include "headend/ward/headend_lock.hpp"
#include "protocol/base/log.hpp"
#include "protocol/link/link.hpp"

namespace loa::headend::daemon {
namespace {

namespace asio = boost::asio;
namespace link = protocol::link;
namespace topic = protocol::topic;
using boost::system::error_code;
using content::store::ObjectStore;
using std::chrono::milliseconds;

/// How soon a change made with `loa` reaches the stations.
constexpr milliseconds look_interval{300};
/// One fsync for all proofs of this long.
constexpr milliseconds batch_time{20};
/// … and one for all that stations say of themselves in this long.
constexpr milliseconds news_time{250};
/// Plans are looked at this often even if nobody changed anything, so that their horizon moves on.
constexpr std::chrono::minutes issue_interval{30};
/// How often the head-end looks whether every station has taken its plan.
constexpr std::chrono::seconds watch_interval{10};

/// So many stations that are said to be gone are asked at once.
constexpr std::size_t most_asked = 20;

WallTime wall_now() { return std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now()); }

std::vector<broker::Login> logins_of(const model::Catalogue& catalogue,
                                     const std::vector<model::RemovedStation>& leaving) {
  std::vector<broker::Login> logins;
  for (const auto& station : leaving) {
    if (!station.mqtt_password_hash.empty()) logins.push_back({station.id, station.mqtt_password_hash});
  }
  for (const auto& station : catalogue.stations) {
    if (!station.mqtt_password_hash.empty()) logins.push_back({station.id, station.mqtt_password_hash});
  }
  return logins;
}

void warn(const char* event, const Error& error) { log::warn(event, {{"reason", error.text}}); }

}  // namespace

// wide: joins every part of the head-end on one thread; to lose planning and reports to threads of their own
struct Office::State {
  State(asio::io_context& context, ward::Ward its_ward, std::function<void()> its_ready)
      : io(context),
        ward(std::move(its_ward)),
        ready(std::move(its_ready)),
        look(io),
        batch(io),
        news(io),
        refuser(io, [this](const auto& empty) { publish(empty); }) {}

  asio::io_context& io;
  ward::Ward ward;
  std::function<void()> ready;
  UniqueFd only_one;
  std::optional<store::sqlite::SqliteStore> store;
  std::optional<ObjectStore> objects;
  std::optional<dispatch::Seals> seals;
  std::optional<publisher::Publisher> publisher;
  std::optional<publisher::Farewells> farewells;
  std::optional<publisher::PlanWatch> plan_watch;
  std::optional<ledger::Ledger> ledger;
  std::optional<fleet::Inbox> inbox;
  std::optional<api::Routes> routes;
  std::optional<broker::Broker> broker;
  std::optional<api::HttpServer> https;
  std::unique_ptr<link::Link> wire;
  asio::steady_timer look;
  asio::steady_timer batch;
  asio::steady_timer news;
  fleet::Refuser refuser;
  bool batch_runs = false, news_waits = false;
  std::int64_t version = 0;
  std::chrono::steady_clock::time_point issue_at, watch_at;
  std::optional<publisher::Round> round;  ///< the one that runs
  WallTime round_now;
  bool round_again = false;
  bool stopped = false;

  Result<void> open();
  Result<void> open_https();
  Result<void> start_broker();
  Result<void> start_link();
  void connected();
  void publish(const dispatch::Publication& publication);
  void alarm();
  void say_farewell();
  void issue();
  void issue_next();
  void finish_round();
  void issue_to(const std::set<std::string>& stations);
  void tell(const publisher::Round& issued);
  void watch_plans();
  Result<void> learn();
  void look_around();
  void look_again();
  void take(const link::Message& message);
  void take_proof(const std::string& station, const link::Message& message);
  void commit();
  void hand_out_receipts();
  void greet_new_boots();
  void hear_journals();
  void settle_later();
  void keep_news_later();
  void keep_news();
  Result<void> ask(const std::vector<std::string>& stations);
};

Result<void> Office::State::open() {
  LOA_TRY_LET(only_one, ward::hold_headend_lock(ward.folder(), ward.settings().id));
  LOA_TRY_LET(auto opened, store::sqlite::SqliteStore::open(ward.database_file()));
  store.emplace(std::move(opened));
  LOA_TRY_LET(auto folder, ObjectStore::open(ward.content_folder()));
  objects.emplace(std::move(folder));
  LOA_TRY_LET(const auto key, ward.plan_key());
  const auto& settings = ward.settings();
  planner::Settings planning;
  planning.zone.utc_offset = std::chrono::seconds{settings.utc_offset_s};
  planning.content_url = ward.content_url();
  seals.emplace(settings.id, key, *store);
  publisher.emplace(settings.id, key, planning, *store);
  farewells.emplace(settings.id, *store);
  plan_watch.emplace(*store);
  ledger.emplace(settings.id, key, *store);
  inbox.emplace(settings.id, *store, planning.zone);
  LOA_TRY(inbox->restore(wall_now()));
  routes.emplace(api::Routes::Facts{settings.id, settings.name, LOA_VERSION, planning.zone}, *store);
  return {};
}

Result<void> Office::State::open_https() {
  api::HttpServer::Options options;
  options.bind = ward.settings().bind;
  options.port = ward.settings().https_port;
  options.certificate_file = ward.server_certificate_file();
  options.key_file = ward.server_key_file();
  LOA_TRY_LET(options.token, ward.api_token());
  api::HttpServer::Handlers handlers;
  handlers.object = [this](const protocol::crypto::Sha256& object) -> std::optional<std::filesystem::path> {
    if (!objects->has(object)) return std::nullopt;
    return objects->path_of(object);
  };
  handlers.api = [this](const api::Request& request) { return routes->answer(request, wall_now()); };
  LOA_TRY_LET(auto server, api::HttpServer::listen(io, options, std::move(handlers)));
  https.emplace(std::move(server));
  return {};
}

Result<void> Office::State::start_broker() {
  if (ward.settings().outside_broker) return start_link();
  LOA_TRY_LET(const auto catalogue, store->catalogue());
  LOA_TRY_LET(const auto leaving, publisher::leaving_stations(*store));
  broker::Broker::Events events;
  events.ready = [this] {
    if (wire) return;  // it comes back by itself
    if (auto started = start_link(); !started) log::error("link.not_started", {{"reason", started.error().text}});
  };
  broker.emplace(io, ward, std::move(events));
  return broker->start(logins_of(catalogue, leaving));
}

Result<void> Office::State::start_link() {
  LOA_TRY_LET(auto settings, broker::connection_of(ward, "headend-" + ward.settings().id));
  link::LinkEvents events;
  events.connected = [this] { connected(); };
  events.disconnected = [](const std::string& why) { log::warn("link.lost", {{"reason", why}}); };
  events.message = [this](const link::Message& message) { take(message); };
  events.failed = [](link::MessageId, const std::string& why) { log::error("publish.refused", {{"reason", why}}); };
  events.subscription_refused = [](const std::string& filter, const std::string& why) {
    log::error("subscription.refused", {{"filter", filter}, {"reason", why}});
  };
  const auto post = [this](std::function<void()> work) {
    asio::post(io, [this, work = std::move(work)] {
      if (!stopped) work();
    });
  };
  wire = std::make_unique<link::Link>(std::move(settings), std::move(events), post);
  for (const auto leaf :
       {topic::Leaf::state, topic::Leaf::status, topic::Leaf::proof, topic::Leaf::fault, topic::Leaf::answer}) {
    LOA_TRY(wire->subscribe(topic::of_every_station(ward.settings().id, leaf), link::Qos::at_least_once));
  }
  return wire->start();
}

/// The broker may have lost everything: what stands retained is put there again.
void Office::State::connected() {
  log::info("link.connected");
  farewells->repeat();
  say_farewell();
  if (auto repeated = publisher->repeat([this](const auto& publication) { publish(publication); }); !repeated) {
    warn("plans.not_repeated", repeated.error());
  }
  if (ready) std::exchange(ready, nullptr)();
}

void Office::State::publish(const dispatch::Publication& publication) {
  if (!wire) return;  // connected() hands out everything that stands
  const auto sent =
      wire->publish(publication.topic, publication.payload, link::Qos::at_least_once, publication.retained);
  if (!sent) log::warn("publish.failed", {{"topic", publication.topic}, {"reason", sent.error().text}});
}

/// Publishes emergencies and farewells; called first after a change of the store, because they cannot wait for
/// planning.
void Office::State::alarm() {
  const auto outlet = [this](const auto& publication) { publish(publication); };
  if (auto done = publisher->emergencies(outlet); !done) warn("emergencies.not_published", done.error());
  say_farewell();
}

/// Logins and keys of those who are done with go at once.
void Office::State::say_farewell() {
  const auto outlet = [this](const auto& publication) { publish(publication); };
  const auto done = farewells->step(wall_now(), outlet);
  if (!done) warn("farewells.not_said", done.error());
  if (auto taken = publisher->recall(outlet); !taken) warn("plans.not_recalled", taken.error());
  if (!done.value_or(false)) return;
  if (auto learnt = learn(); !learnt) warn("catalogue.not_read", learnt.error());
}

/// One station after the other, and between them what the stations fetch and say: a sign that has its plan already
/// gets its page. What changes meanwhile brings another round.
void Office::State::issue() {
  issue_at = std::chrono::steady_clock::now() + issue_interval;
  if (round) {
    round_again = true;
    return;
  }
  if (auto begun = publisher->begin_round(); !begun) return warn("plans.not_issued", begun.error());
  round.emplace();
  round_now = wall_now();
  issue_next();
}

void Office::State::issue_next() {
  // Signs that are told in one round change together, unless the last ones would be told too late.
  const auto now = wall_now();
  if (now < round_now || now - round_now > std::chrono::seconds{1}) round_now = now;
  const auto more = publisher->step(
      round_now, [this](const auto& publication) { publish(publication); }, *round);
  if (!more) warn("plans.not_issued", more.error());
  if (!more || !*more) return finish_round();
  asio::post(io, [this] {
    if (!stopped) issue_next();
  });
}

void Office::State::finish_round() {
  tell(*round);
  round.reset();
  watch_plans();
  if (std::exchange(round_again, false)) issue();
}

/// To stations that understand more or less than they did. A round that runs is followed by another one.
void Office::State::issue_to(const std::set<std::string>& stations) {
  if (round) {
    round_again = true;
    return;
  }
  const auto issued =
      publisher->issue_to(stations, wall_now(), [this](const auto& publication) { publish(publication); });
  if (!issued) return warn("plans.not_issued", issued.error());
  tell(*issued);
}

void Office::State::tell(const publisher::Round& issued) {
  for (const auto& station : issued.issued) log::info("plan.issued", {{"station", station}});
  for (const auto& note : issued.notes) log::info("plan.note", {{"text", note}});
  for (const auto& problem : issued.problems) log::error("plan.problem", {{"text", problem}});
}

/// Which stations lag the ward: a fault of each.
void Office::State::watch_plans() {
  watch_at = std::chrono::steady_clock::now() + watch_interval;
  if (auto looked = plan_watch->look(publisher->troubles(), wall_now()); !looked)
    warn("plans.not_watched", looked.error());
}

/// The catalogue as it now is: who may speak, who may log in.
Result<void> Office::State::learn() {
  LOA_TRY_LET(const auto catalogue, store->catalogue());
  LOA_TRY_LET(const auto leaving, publisher::leaving_stations(*store));
  inbox->know(catalogue.stations, leaving);
  ledger->reload();
  if (broker) LOA_TRY(broker->reload(logins_of(catalogue, leaving)));
  return {};
}

/// `loa` writes to the same database: the version tells.
void Office::State::look_around() {
  const auto now_version = store->version();
  if (!now_version) {
    warn("store.not_read", now_version.error());
  } else if (*now_version != version) {
    alarm();
    if (auto learnt = learn(); !learnt) return warn("catalogue.not_read", learnt.error());
    version = *now_version;
    issue();
  } else if (std::chrono::steady_clock::now() >= issue_at) {
    alarm();
    issue();
  } else if (std::chrono::steady_clock::now() >= watch_at) {
    watch_plans();
  }
}

void Office::State::look_again() {
  look.expires_after(look_interval);
  look.async_wait([this](const error_code& cancelled) {
    if (cancelled || stopped) return;
    look_around();
    look_again();
  });
}

void Office::State::take(const link::Message& message) {
  if (message.payload.empty()) return;  // taken off the broker: by itself, or by us
  const auto from = topic::parse(message.topic);
  if (!from || !from->leaf || from->ward != ward.settings().id) {
    return refuser.refuse("message.refused", message.topic, message.retained,
                          {ErrorCode::invalid, "a topic that nobody uses"});
  }
  if (message.payload.size() > topic::max_station_bytes) {
    return refuser.refuse(
        "message.refused", message.topic, message.retained,
        {ErrorCode::invalid, fmt::format("{} bytes, more than {}", message.payload.size(), topic::max_station_bytes)});
  }
  if (*from->leaf == topic::Leaf::proof) return take_proof(std::string{from->station}, message);
  if (auto taken = inbox->take(*from, message.payload, wall_now(), message.retained); !taken) {
    refuser.refuse("message.refused", message.topic, message.retained, taken.error());
  }
  if (!inbox->empty() && !std::exchange(news_waits, true)) keep_news_later();
}

void Office::State::keep_news_later() {
  news.expires_after(news_time);
  news.async_wait([this](const error_code& cancelled) {
    if (!cancelled && !stopped) keep_news();
  });
}

void Office::State::keep_news() {
  news_waits = false;
  if (auto kept = inbox->commit(wall_now()); !kept) {
    warn("news.not_kept", kept.error());
    news_waits = true;
    return keep_news_later();
  }
  hear_journals();
  greet_new_boots();
  if (farewells->waiting()) say_farewell();
  if (const auto changed = inbox->take_changed_builds(); !changed.empty()) issue_to(changed);
  if (inbox->take_behind()) {
    log::warn("plan.overtaken",
              {{"reason", "a station obeys a plan that this store does not know: it gets a newer one"}});
    issue();
  }
  if (auto asked = ask(inbox->take_doubts(wall_now())); !asked) warn("stations.not_asked", asked.error());
  if (inbox->doubts_wait() && !std::exchange(news_waits, true)) keep_news_later();
}

/// A station that has just started hears at once that the office lives, and when: by its newest receipt, signed anew.
void Office::State::greet_new_boots() {
  const auto stations = inbox->take_new_boots();
  for (const auto& station : stations) {
    if (auto due = ledger->repeat_receipt(station); !due) warn("receipt.not_repeated", due.error());
  }
  if (!stations.empty()) hand_out_receipts();
}

/// Where the stations know more than this store, it is a backup: they learn what is here, and the chain goes on.
void Office::State::hear_journals() {
  for (const auto& [station, claim] : inbox->take_claims()) {
    const auto heard = ledger->hear(claim, wall_now());
    if (!heard) warn("journal.not_heard", heard.error());
    if (heard && heard->lost > 0) log::error("proofs.lost", {{"station", station}, {"count", heard->lost}});
  }
  hand_out_receipts();
}

/// A station that lives says so within a second; of many at once some wait for their next status.
Result<void> Office::State::ask(const std::vector<std::string>& stations) {
  if (stations.empty()) return {};
  LOA_TRY_LET(const auto catalogue, store->catalogue());
  for (std::size_t i = 0; i < std::min(stations.size(), most_asked); ++i) {
    v1::Command command;
    command.mutable_report();
    const auto audience = dispatch::audience_of_station(ward.settings().id, catalogue, stations[i]);
    if (!audience) continue;
    LOA_TRY_LET(const auto order, dispatch::order(*seals, *audience, std::move(command), wall_now()));
    publish({order.topic, order.sealed, false});
  }
  return {};
}

void Office::State::take_proof(const std::string& station, const link::Message& message) {
  if (auto received = ledger->receive(station, message.payload, wall_now()); !received) {
    return refuser.refuse("proof.refused", message.topic, message.retained, received.error());
  }
  if (ledger->full()) return commit();
  if (!std::exchange(batch_runs, true)) settle_later();
}

void Office::State::settle_later() {
  batch.expires_after(batch_time);
  batch.async_wait([this](const error_code& cancelled) {
    if (!cancelled && !stopped) commit();
  });
}

void Office::State::commit() {
  batch_runs = false;
  const auto now = wall_now();
  const auto done = ledger->commit(now);
  if (!done) return warn("proofs.not_kept", done.error());  // without a receipt they come again
  if (done->appended + done->forks + done->flawed > 0) {
    log::info("proofs.kept", {{"appended", done->appended}, {"duplicates", done->duplicates}, {"aside", done->aside}});
  }
  if (done->forks + done->flawed > 0) {
    log::error("proofs.wrong", {{"forks", done->forks}, {"flawed", done->flawed}});
  }
  if (done->doubtful > 0) log::warn("proofs.doubtful", {{"count", done->doubtful}});
  hand_out_receipts();
}

void Office::State::hand_out_receipts() {
  const auto receipts = ledger->receipts_due(wall_now());
  if (!receipts) return warn("receipts.not_made", receipts.error());
  for (const auto& receipt : *receipts) publish(receipt);
}

Office::Office(asio::io_context& io, ward::Ward ward, std::function<void()> ready)
    : state_(std::make_unique<State>(io, std::move(ward), std::move(ready))) {}

Office::~Office() { stop(); }

Result<void> Office::start() {
  LOA_TRY(state_->open());
  LOA_TRY(state_->open_https());
  LOA_TRY(state_->start_broker());
  LOA_TRY_LET(state_->version, state_->store->version());
  LOA_TRY(state_->learn());
  state_->issue();
  state_->look_again();
  return {};
}

void Office::stop() {
  if (std::exchange(state_->stopped, true)) return;
  state_->look.cancel();
  state_->batch.cancel();
  state_->news.cancel();
  state_->refuser.stop();
  if (state_->https) state_->https->stop();
  if (state_->wire) {
    if (!state_->ledger->empty()) state_->commit();
    if (!state_->inbox->empty()) state_->keep_news();
    state_->wire->stop(milliseconds{1'000});
  }
  if (state_->broker) state_->broker->stop();
}

}  // namespace loa::headend::daemon
