#include "tools/simfleet/sim_office.hpp"

#include "headend/dispatch/seals.hpp"

#include <algorithm>

#include "headend/fleet/keep.hpp"
#include "headend/publisher/emergency.hpp"
#include "headend/store/sqlite/sqlite_store.hpp"
#include "protocol/message/compact.hpp"
#include "tools/simfleet/timetable_edit.hpp"

namespace loa::tools::simfleet {
namespace {

namespace model = headend::model;
namespace store = headend::store;
using headend::dispatch::Publication;
using headend::ledger::Commit;
using headend::ledger::Ledger;
using headend::publisher::Publisher;
using std::chrono::hours;
using std::chrono::minutes;

constexpr std::int64_t commit_after_us = 50 * millisecond_us;
constexpr std::int64_t noticing_us = 10 * minute_us;  // its stations notice that its clock has moved
constexpr std::int64_t issue_interval_us = 30 * minute_us;
constexpr std::int64_t news_after_us = 250 * millisecond_us;
constexpr model::Geometry sign{64, 32};

model::Sha256 object_of(const std::string& name) { return protocol::crypto::sha256(name); }

model::Content audio(const std::string& name, std::int64_t length_s, const std::string& category) {
  model::Content content;
  content.object = object_of(name);
  content.title = name;
  content.medium = v1::MEDIUM_AUDIO;
  content.frames = length_s * 48'000 + 11;  // no whole number of microseconds
  content.bytes = static_cast<std::uint64_t>(length_s) * 4'000;
  content.category = category;
  return content;
}

model::Content picture(const std::string& name) {
  model::Content content;
  content.object = object_of(name);
  content.title = name;
  content.medium = v1::MEDIUM_SIGN;
  content.bytes = 900;
  content.image = model::SignImage{sign.width_px, {sign}};
  return content;
}

model::Programme programme(const std::string& id, hours start, v1::LatePolicy late, v1::CueClass rank,
                           const std::vector<std::string>& contents) {
  model::Programme made;
  made.id = id;
  made.title = id;
  made.start = start;
  made.groups = {model::everyone};
  made.late_policy = late;
  made.late_limit = minutes{2};
  made.cue_class = rank;
  for (const auto& name : contents) made.segments.push_back({object_of(name), "tin"});
  return made;
}

/// A ward's week: morning, noon (weekdays), afternoon with a priority notice in its middle, slogans in the evening,
/// and late in the evening two that lose the air to a notice, one to begin again and one to be dropped.
std::vector<model::Programme> timetable() {
  using enum v1::CueClass;
  const auto join = v1::LATE_POLICY_JOIN;
  auto noon = programme("trua", hours{11}, v1::LATE_POLICY_SKIP, CUE_CLASS_SCHEDULED, {"nhac", "suc-khoe", "nhac"});
  noon.weekdays = 0x1f;
  auto notice = programme("thong-bao", hours{17}, join, CUE_CLASS_PRIORITY, {"thong-bao"});
  notice.start = hours{17} + minutes{9};
  auto again = programme("doc-truyen", hours{20}, join, CUE_CLASS_SCHEDULED, {"suc-khoe"});
  again.preempt_policy = v1::PREEMPT_POLICY_RESTART;
  auto dropped = programme("ca-nhac", hours{20}, join, CUE_CLASS_SCHEDULED, {"suc-khoe"});
  dropped.start = hours{20} + minutes{20};
  dropped.preempt_policy = v1::PREEMPT_POLICY_DROP;
  auto late_notice = programme("thong-bao-2", hours{20}, join, CUE_CLASS_PRIORITY, {"thong-bao"});
  late_notice.start = hours{20} + minutes{1};
  auto last_notice = programme("thong-bao-3", hours{20}, join, CUE_CLASS_PRIORITY, {"thong-bao"});
  last_notice.start = hours{20} + minutes{21};
  return {
      again,
      dropped,
      late_notice,
      last_notice,
      programme("sang", hours{5}, join, CUE_CLASS_SCHEDULED, {"nhac", "tin-1", "tin-2", "suc-khoe", "nhac", "tin-3"}),
      noon,
      programme("chieu", hours{17}, join, CUE_CLASS_SCHEDULED, {"nhac", "tin-2", "tin-3", "tin-1", "suc-khoe", "nhac"}),
      notice,
      programme("toi", hours{19}, v1::LATE_POLICY_WHOLE, CUE_CLASS_SCHEDULED, {"nhac", "tin-1"})};
}

/// They take turns from 18:00 to 19:00; one stands alone before, the other after.
model::Slogan slogan(const std::string& id, hours from, hours to) {
  model::Slogan made;
  made.id = id;
  made.text = id;
  made.category = "tin";
  made.images = {{sign, object_of(id)}};
  made.from = from;
  made.to = to;
  made.groups = {model::everyone};
  return made;
}

std::vector<model::Slogan> slogans() {
  return {slogan("khau-hieu", hours{17}, hours{19}), slogan("phong-chay", hours{18}, hours{20})};
}

model::Policy policy() {
  model::Policy made;
  made.id = "quy-dinh";
  made.reference = "simfleet";
  made.windows = {{model::every_day, 5 * 60, 21 * 60, 0}};
  made.sessions_per_day = 12;
  return made;
}

}  // namespace

Result<std::unique_ptr<SimOffice>> SimOffice::open(Timeline& timeline, Network& network, EventLog& log,
                                                   const std::vector<StationEntry>& stations) {
  LOA_TRY_LET(auto opened, store::sqlite::SqliteStore::open(":memory:"));
  std::unique_ptr<SimOffice> office{new SimOffice{timeline, network, log, std::move(opened), stations}};
  LOA_TRY(office->fill(stations));
  return office;
}

SimOffice::SimOffice(Timeline& timeline, Network& network, EventLog& log, store::sqlite::SqliteStore opened,
                     const std::vector<StationEntry>& stations)
    : timeline_(timeline),
      network_(network),
      log_(log),
      store_(std::move(opened)),
      key_(protocol::crypto::SecretKey::from_seed({7, 7, 7})),
      emergency_key_(protocol::crypto::SecretKey::from_seed({9, 9, 9})) {
  settings_.content_url = "https://office.invalid:8443/content/";
  for (const auto& station : stations) {
    index_[station.id] = ids_.size();
    ids_.push_back(station.id);
  }
  network_.set_office({[this](std::size_t station, Network::Leaf leaf, const std::string& sealed, bool retained) {
                         receive(station, leaf, sealed, retained);
                       },
                       [this] {
                         const auto done = publisher_->repeat([this](const Publication& one) { send(one); });
                         if (!done) problem(done.error());
                       }});
}

void SimOffice::restart() {
  log_.note(timeline_.now(), "office", "office-start");
  ledger_ = std::make_unique<Ledger>(ward, key_, store_);
  publisher_ = std::make_unique<Publisher>(ward, key_, settings_, store_);
  inbox_ = std::make_unique<headend::fleet::Inbox>(ward, store_);
  if (const auto restored = inbox_->restore(now()); !restored) return problem(restored.error());
  const auto catalogue = store_.catalogue();
  if (!catalogue) return problem(catalogue.error());
  inbox_->know(catalogue->stations);
  network_.repeat_to_office();
}

Result<void> SimOffice::fill(const std::vector<StationEntry>& stations) {
  return store_.write([&](store::Unit& unit) -> Result<void> {
    LOA_TRY(unit.stations().put_group({model::everyone, "simfleet"}));
    LOA_TRY(unit.library().put_category({"tin", "tin"}));
    for (const auto& content :
         {audio("nhac", 20, "tin"), audio("tin-1", 240, "tin"), audio("tin-2", 180, "tin"), audio("tin-3", 300, "tin"),
          audio("suc-khoe", 150, "tin"), audio("thong-bao", 90, "tin"), audio("nhac-nen", 60, "tin"),
          audio("bao-dong", 15, "tin"), picture("khau-hieu"), picture("phong-chay")}) {
      LOA_TRY(unit.library().put(content));
    }
    for (const auto& entry : timetable()) LOA_TRY(unit.schedule().put_programme(entry));
    LOA_TRY(unit.library().put_filler(object_of("nhac-nen")));
    for (const auto& entry : slogans()) LOA_TRY(unit.schedule().put_slogan(entry));
    LOA_TRY(unit.schedule().put_policy(policy()));
    for (std::size_t i = 0; i < stations.size(); ++i) {
      model::Station station;
      station.id = station.name = stations[i].id;
      station.key = stations[i].key;
      station.sign = sign;
      station.stagger = std::chrono::milliseconds{i % 4 * 10};
      LOA_TRY(unit.stations().put(station));
      v1::Status status;  // a mixed fleet: every other box has the first build and gets plans in their first form
      if (i % 2 == 0) status.add_understands(std::string{protocol::message::plan_compact});
      LOA_TRY(headend::fleet::keep_status(unit, station.id, status, now()));
    }
    return {};
  });
}

void SimOffice::begin() {
  restart();
  issue_round();
}

/// The plans follow with the next look at the timetable.
void SimOffice::set_clock(std::int64_t ahead_us) {
  log_.note(timeline_.now(), "office", "office-clock", "ahead {} s", ahead_us / second_us);
  ahead_us_ = ahead_us;
  network_.listen_closely(timeline_.now() + noticing_us);
  timeline_.after(issue_interval_us, [this] { issue(); });
}

void SimOffice::issue_round() {
  issue();
  timeline_.after(day_us, [this] { issue_round(); });
}

void SimOffice::edit(Random& random) {
  random.happens(0.15) ? edit_policy(random) : edit_programme(random);
  Random of_slogans{static_cast<std::uint64_t>(timeline_.now())};  // leaves the weather of each seed as it was
  edit_slogan(of_slogans);
  timeline_.after(random.between(1, 600) * second_us, [this] { issue(); });
}

/// Another one, or away; what stands on the sign then follows within seconds of the next round.
void SimOffice::edit_slogan(Random& random) {
  auto all = slogans();
  auto& chosen = all[static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(all.size()) - 1))];
  const bool away = random.happens(0.3);
  if (!away) simfleet::edit(chosen, random);
  log_.note(timeline_.now(), "office", "edit", "{}{}", chosen.id, away ? " away" : "");
  if (away) {
    [[maybe_unused]] const auto gone = store_.schedule().remove_slogan(chosen.id);  // it may be away already
    return;
  }
  if (const auto put = store_.schedule().put_slogan(chosen); !put) problem(put.error());
}

/// Stricter, or as it was.
void SimOffice::edit_policy(Random& random) {
  auto changed = policy();
  if (random.happens(0.6)) simfleet::edit(changed, random);
  log_.note(timeline_.now(), "office", "edit", "{}", changed.id);
  if (const auto put = store_.schedule().put_policy(changed); !put) problem(put.error());
}

void SimOffice::edit_programme(Random& random) {
  auto programmes = timetable();
  auto& chosen =
      programmes[static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(programmes.size()) - 1))];
  simfleet::edit(chosen, random);
  log_.note(timeline_.now(), "office", "edit", "{}", chosen.id);
  if (const auto put = store_.schedule().put_programme(chosen); !put) problem(put.error());
}

void SimOffice::issue() {
  const auto round = publisher_->issue(now(), [this](const Publication& one) { send(one); });
  if (!round) {
    problem(round.error());
  } else {
    log_.note(timeline_.now(), "office", "issued", "{}", round->issued.size());
    for (const auto& text : round->problems) problems_.push_back(text);
  }
}

void SimOffice::alarm(std::int64_t in_us, unsigned repeat) {
  headend::publisher::EmergencyDesk desk{ward, emergency_key_, settings_, store_};
  headend::planner::EmergencyWish wish;
  wish.object = object_of("bao-dong");
  wish.repeat = repeat;
  wish.start = wall_from_us((to_us(now()) + in_us) / second_us * second_us + second_us);
  log_.note(timeline_.now(), "office", "alarm", "{} times", repeat);
  const auto ordered = desk.start(wish, {model::everyone}, "simfleet", now());
  ordered ? hand_out_emergencies() : problem(ordered.error());
}

void SimOffice::all_clear() {
  headend::publisher::EmergencyDesk desk{ward, emergency_key_, settings_, store_};
  log_.note(timeline_.now(), "office", "all-clear");
  const auto stopped = desk.stop({model::everyone}, "simfleet", now());
  stopped ? hand_out_emergencies() : problem(stopped.error());
}

Result<std::string> SimOffice::order(const std::string& station, v1::Command command) {
  command.set_id(fmt::format("lenh-{}", ++orders_));
  headend::dispatch::Seals seals{ward, key_, store_};
  LOA_TRY_LET(auto sealed, seals.command("station/" + station, command, now()));
  return std::move(sealed.bytes);
}

void SimOffice::hand_out_emergencies() {
  const auto done = publisher_->emergencies([this](const Publication& one) { send(one); });
  if (!done) problem(done.error());
}

void SimOffice::send(const Publication& publication) {
  const auto parsed = protocol::topic::parse(publication.topic);
  if (!parsed || !parsed->leaf) return problems_.push_back("a publication on the strange topic " + publication.topic);
  network_.to_station(index_.find(parsed->station)->second, *parsed->leaf, publication.payload);
}

void SimOffice::receive(std::size_t station, Network::Leaf leaf, const std::string& sealed, bool retained) {
  leaf == Network::Leaf::proof ? receive_proof(station, sealed) : receive_news(station, leaf, sealed, retained);
}

void SimOffice::receive_news(std::size_t station, Network::Leaf leaf, const std::string& sealed, bool retained) {
  const protocol::topic::Parsed from{ward, ids_[station], leaf, {}, {}};
  if (const auto taken = inbox_->take(from, sealed, now(), retained); !taken)
    log_.note(timeline_.now(), ids_[station], "news-refused", "{}", static_cast<int>(taken.error().code));
  if (inbox_->empty() || std::exchange(news_due_, true)) return;
  timeline_.after(news_after_us, [this] { keep_news(); });
}

void SimOffice::keep_news() {
  news_due_ = false;
  if (const auto kept = inbox_->commit(now()); !kept) return problem(kept.error());
  note_own_clock();
  const auto stations = inbox_->take_new_boots();
  for (const auto& station : stations) {
    log_.note(timeline_.now(), station, "new-boot");
    if (const auto due = ledger_->repeat_receipt(station); !due) problem(due.error());
  }
  if (!stations.empty()) hand_out_receipts();
}

/// What was found of the head-end's own clock.
void SimOffice::note_own_clock() {
  const auto findings = store_.findings().clocks("");
  if (!findings) return problem(findings.error());
  if (findings->empty() || std::exchange(own_clock_found_, findings->back().ahead) == findings->back().ahead) return;
  log_.note(timeline_.now(), "office", "office-clock-found", "ahead {} s since {}",
            findings->back().ahead.count() / second_us, to_us(findings->back().since));
}

void SimOffice::receive_proof(std::size_t station, const std::string& sealed) {
  if (const auto taken = ledger_->receive(ids_[station], sealed, now()); !taken) return problem(taken.error());
  if (ledger_->full()) return commit();
  if (std::exchange(commit_due_, true)) return;
  timeline_.after(commit_after_us, [this] {
    commit_due_ = false;
    commit();
  });
}

void SimOffice::commit() {
  const auto done = ledger_->commit(now());
  if (!done) return problem(done.error());
  committed_.appended += done->appended;
  committed_.duplicates += done->duplicates;
  committed_.aside += done->aside;
  committed_.forks += done->forks;
  committed_.flawed += done->flawed;
  committed_.doubtful += done->doubtful;
  log_.note(timeline_.now(), "office", "commit", "{} new {} known {} aside {} forks {} flawed {} doubtful",
            done->appended, done->duplicates, done->aside, done->forks, done->flawed, done->doubtful);
  hand_out_receipts();
}

void SimOffice::hand_out_receipts() {
  const auto receipts = ledger_->receipts_due(now());
  if (!receipts) return problem(receipts.error());
  for (const auto& receipt : *receipts) send(receipt);
}

void SimOffice::problem(const Error& error) { problems_.push_back(error.text); }

}  // namespace loa::tools::simfleet
