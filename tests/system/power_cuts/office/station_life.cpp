#include "tests/system/power_cuts/office/station_life.hpp"

#include <signal.h>

#include <fstream>

#include "headend/store/sqlite/sqlite_store.hpp"
#include "protocol/base/text.hpp"
#include "tests/system/power_cuts/office/ward.hpp"

namespace loa::tests {
namespace {

namespace fs = std::filesystem;

constexpr int max_orders = 30;
constexpr std::size_t max_objects = 6;

std::string seal_of(v1::Kind kind, std::uint64_t sequence, const std::string& body) {
  protocol::seal::Address address;
  address.ward = ward_id;
  address.sender = "headend";
  address.audience = "station/" + station_id;
  address.kind = kind;
  address.sequence = sequence;
  address.not_before = first_morning - std::chrono::hours{1};
  address.not_after = first_morning + std::chrono::hours{24 * 365};
  return protocol::seal::seal(address, body, office_key());
}

std::string plan_body() {
  v1::Plan plan;
  plan.set_station(station_id);
  plan.set_made_us(to_us(first_morning));
  plan.set_horizon_us(to_us(first_morning + std::chrono::hours{24 * 30}));
  plan.set_content_url("https://localhost:8443/content/");
  auto* policy = plan.mutable_policy();
  policy->set_valid_from_us(to_us(first_morning));
  policy->set_valid_until_us(to_us(first_morning + std::chrono::hours{24 * 365}));
  policy->set_utc_offset_s(25'200);
  return plan.SerializeAsString();
}

std::uint64_t through_of(const std::string& sealed) {
  v1::Envelope envelope;
  v1::Header header;
  v1::Receipt receipt;
  const bool decoded = envelope.ParseFromString(sealed) && header.ParseFromString(envelope.header()) &&
                       receipt.ParseFromString(header.body());
  return decoded ? receipt.through() : 0;
}

/// Which of the station's files a path is.
std::string room_of(const std::string& path) {
  const auto has = [&](const char* part) { return path.find(part) != std::string::npos; };
  if (has("journal/proofs-")) return "journal segment";
  if (has("journal/receipted")) return "journal receipt";
  if (has("journal")) return "journal folder";
  if (has("plan.sealed")) return "plan";
  if (has("emergency")) return "emergency";
  if (has("command.last")) return "last command";
  if (has("mute")) return "mute";
  if (has("marks")) return "marks";
  if (has("content/objects")) return "objects";
  if (has("content/temporary")) return "objects, temporary";
  if (has("content/partial")) return "objects, partial";
  return path.empty() ? "state folder" : path;
}

std::string place_of(const TapeStep& cut) {
  const auto kind = static_cast<TapeKind>(cut.offset);
  const bool sync = kind == TapeKind::sync || kind == TapeKind::sync_folder;
  return std::string{cut.file == 0 ? "before" : "after"} + (sync ? " sync" : " change");
}

}  // namespace

void Tally::add(const Tally& other) {
  cuts += other.cuts;
  kills += other.kills;
  proofs += other.proofs;
  receipts += other.receipts;
  plans += other.plans;
  commands += other.commands;
  objects += other.objects;
  for (const auto& [place, count] : other.places) places[place] += count;
}

StationLife::StationLife(fs::path folder, std::uint64_t seed, std::string lie, bool trace)
    : folder_(std::move(folder)), lie_(std::move(lie)), trace_(trace), random_(seed), has_tmpfs_(below(10) != 0) {
  ::signal(SIGPIPE, SIG_IGN);
  store_ = std::make_unique<headend::store::sqlite::SqliteStore>(
      std::move(*headend::store::sqlite::SqliteStore::open(":memory:")));
  headend::model::Station station;
  station.id = station.name = station_id;
  station.key = station_key().public_key();
  if (const auto put = store_->stations().put(station); !put) judge_.find("failed", put.error().text);
  ledger_ = std::make_unique<headend::ledger::Ledger>(ward_id, office_key(), *store_);
}

StationLife::~StationLife() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void StationLife::trace(const char* what, const std::string& text) const {
  if (trace_) std::printf("%s%.90s\n", what, text.c_str());
}

std::uint64_t StationLife::live(std::uint64_t cuts) {
  while (tally_.cuts < cuts) {
    one_process(false);
    if (!judge_.findings().empty()) return tally_.cuts + 1;
  }
  losing_ = false;
  one_process(true);
  tally_.proofs = judge_.proofs();
  return judge_.findings().empty() ? 0 : tally_.cuts + 1;
}

/// Half of the cuts are at a sync, half at any step; a start alone has some twenty.
std::string StationLife::choose_cut() {
  static constexpr const char* where[] = {"before-sync", "after-sync", "before", "after"};
  const std::size_t which = below(4);
  const std::size_t most = below(3) == 0 ? 12 : which < 2 ? 60 : 150;
  return fmt::format("{}:{}", where[which], 1 + below(most));
}

void StationLife::one_process(bool last) {
  std::error_code ignored;
  if (!powered_) {
    fs::remove(folder_ / "tape", ignored);
    fs::remove_all(folder_ / "run", ignored);  // tmpfs
    fs::create_directories(folder_ / "run");
    disk_.drop("marks/marks.");  // of an earlier boot now, which the station removes unread
    if (const auto laid_out = disk_.store(folder_ / "state"); !laid_out) judge_.find("failed", laid_out.error().text);
  }
  judge_.begin(powered_);
  on_air_ = false;
  const bool kill = !last && below(4) == 0;  // at some step as well
  const fs::path runtime = has_tmpfs_ ? folder_ / "run" : folder_ / "state" / "marks";
  auto victim =
      Victim::start({folder_ / "state", runtime, folder_ / "tape", last ? std::string{} : choose_cut(), lie_});
  if (!victim) return judge_.find("failed", victim.error().text);
  const bool up = start(*victim);
  if (up && last) {
    deliver_everything(*victim);
  } else if (up) {
    orders(*victim);
  }
  victim->kill();
  const int ended = victim->wait();
  if (ended != SIGKILL) judge_.find("failed", fmt::format("the station ended by itself: {}", ended));
  if (!last) end_of_process(kill, up, ended);
}

bool StationLife::start(Victim& victim) {
  if (!listen(victim, "")) return false;
  judge_.started();
  if (last_command_.empty()) return true;
  judge_.sent_command(last_mute_us_);
  return obey(victim, "command " + last_command_);  // a replay, if it was obeyed: judged by the answer
}

void StationLife::orders(Victim& victim) {
  for (int i = 0; i < max_orders && judge_.findings().empty(); ++i) {
    if (!obey(victim, next_order())) return;
    if (below(2) == 0) commit();
  }
}

std::string StationLife::next_order() {
  if (!receipts_.empty() && below(3) != 0) {
    std::string order = "receipt " + format_hex(receipts_.front());
    if (below(5) != 0) receipts_.erase(receipts_.begin());  // else: twice
    return order;
  }
  switch (below(9)) {
    case 0:
      return plan_order();
    case 1:
      return command_order();
    case 8:
      return emergency_order();
    case 2:
    case 3:
      return object_order();
    default:
      return cue_order();
  }
}

std::string StationLife::plan_order() {
  const auto sealed = seal_of(v1::KIND_PLAN, ++plan_sequence_, plan_body());
  judge_.sent_plan(plan_sequence_, sealed);
  ++tally_.plans;
  return "plan " + format_hex(sealed);
}

std::string StationLife::command_order() {
  v1::Command command;
  command.set_id("c-1");
  const bool mute = below(2) == 0;
  const std::int64_t until_us = to_us(first_morning) + static_cast<std::int64_t>(++command_sequence_) * 1'000'000;
  if (mute) {
    command.mutable_mute()->set_reason("tang");
    command.mutable_mute()->set_until_us(until_us);
  } else {
    command.mutable_stop()->set_reason("tang");
  }
  judge_.sent_command(last_mute_us_ = mute ? until_us : 0);
  last_command_ = format_hex(seal_of(v1::KIND_COMMAND, command_sequence_, command.SerializeAsString()));
  ++tally_.commands;
  return "command " + last_command_;
}

std::string StationLife::emergency_order() {
  if (below(2) == 0) {
    judge_.settling_emergency();
    return "settle";
  }
  const std::string bytes = fmt::format("{} {}", ++emergencies_, std::string(below(6'000), 'e'));
  judge_.sent_emergency(emergencies_, bytes);
  return "save " + format_hex(bytes);
}

std::string StationLife::object_order() {
  if (judge_.objects().size() >= max_objects) {
    const auto which = std::next(judge_.objects().begin(), static_cast<std::ptrdiff_t>(below(max_objects)));
    return "drop " + *which;
  }
  const std::string bytes(1 + below(6'000), static_cast<char>('a' + below(26)));
  judge_.sent_object(protocol::crypto::sha256(bytes).hex());
  ++tally_.objects;
  return (below(2) == 0 ? "put " : "fetch ") + format_hex(bytes);
}

std::string StationLife::cue_order() {
  if (!on_air_) {
    on_air_ = true;
    return fmt::format("begin {}", ++cue_);
  }
  if (below(3) != 0) return fmt::format("play {}", (1 + static_cast<std::int64_t>(below(30))) * 1'000'000);
  on_air_ = false;
  return "end";
}

/// @return whether it is still alive
bool StationLife::obey(Victim& victim, const std::string& order) {
  if (order == "end") {  // what has no length has no proof
    victim.tell("play 20000");
    if (!listen(victim, "play")) return false;
  }
  trace("> ", order);
  victim.tell(order);
  return listen(victim, order);
}

bool StationLife::listen(Victim& victim, const std::string& order) {
  while (const auto word = victim.hear()) {
    if (*word == ".") return true;
    trace("  ", *word);
    hear(*word, order);
  }
  return false;
}

void StationLife::hear(const std::string& word, const std::string& order) {
  judge_.hear(word, order);
  if (word.starts_with("receipted")) ++tally_.receipts;
  if (!word.starts_with("published ")) return;
  if (losing_ && below(5) == 0) return;  // the broker has lost it
  const auto taken = ledger_->receive(station_id, *parse_hex(word.substr(10)), first_morning);
  if (!taken) judge_.find("failed", taken.error().text);
}

void StationLife::commit() {
  if (const auto done = ledger_->commit(first_morning); !done) judge_.find("failed", done.error().text);
  const auto due = ledger_->receipts_due(first_morning);
  if (!due) return judge_.find("failed", due.error().text);
  for (const auto& one : *due) {
    receipts_.push_back(one.payload);
    judge_.issued_receipt(through_of(one.payload));
  }
}

void StationLife::end_of_process(bool powered, bool up, int /*ended*/) {
  const auto steps = disk_.take(folder_ / "tape");
  if (!steps) return judge_.find("blind", steps.error().text);
  powered_ = powered;
  if (powered) {
    ++tally_.kills;
    trace("KILL", "");
    return;
  }
  ++tally_.cuts;
  const auto survival = static_cast<Survival>(below(survivals));
  trace("CUT ", fmt::format("{}, survival {}", tally_.cuts, static_cast<int>(survival)));
  if (trace_) {
    for (const auto& step : *steps)
      trace("    ", fmt::format("{} {} {} +{} {}", static_cast<int>(step.kind), step.path, step.offset,
                                step.bytes.size(), step.second));
  }
  const bool told = !steps->empty() && steps->back().kind == TapeKind::cut;
  ++tally_.places[told ? std::pair{room_of(steps->back().path), place_of(steps->back())}
                       : std::pair{std::string{"nothing under way"}, std::string{up ? "idle" : "starting"}}];
  disk_.power_cut(*steps, survival, random_);
}

void StationLife::deliver_everything(Victim& victim) {
  for (int round = 0; round < 1000; ++round) {
    commit();
    for (const auto& receipt : std::exchange(receipts_, {})) {
      if (!obey(victim, "receipt " + format_hex(receipt))) return judge_.find("failed", "the last process has ended");
    }
    if (judge_.through() >= judge_.last()) break;
    if (!obey(victim, "again")) return judge_.find("failed", "the last process has ended");
  }
  if (judge_.through() < judge_.last()) judge_.find("lost", "not everything gets its receipt");
  const auto rows = store_->proofs().of(station_id);
  if (!rows) return judge_.find("failed", rows.error().text);
  std::set<std::string> committed;
  for (const auto& row : *rows) committed.insert(row.sealed);
  for (const auto& [number, sealed] : judge_.sealed()) {
    if (!committed.contains(sealed)) judge_.find("lost", fmt::format("proof {} is not in the ledger", number));
  }
  if (*store_->waiting_proofs().count_forks(station_id) > 0) judge_.find("double", "the ledger has found a fork");
  if (*store_->waiting_proofs().count(station_id) > 0) judge_.find("lost", "the ledger has found a hole");
}

}  // namespace loa::tests
