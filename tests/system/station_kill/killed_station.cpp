#include "tests/system/station_kill/killed_station.hpp"

#include <algorithm>
#include <thread>

#include "headend/store/sqlite/sqlite_store.hpp"
#include "protocol/base/file.hpp"
#include "protocol/topic/topic.hpp"
#include "tests/rehearsal/air_time.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/wav.hpp"

namespace loa::tests {
namespace {

namespace json = boost::json;
namespace topic = protocol::topic;
using namespace std::chrono_literals;
using headend::store::sqlite::SqliteStore;

constexpr auto lead = 8s;
constexpr std::array<std::chrono::milliseconds, 5> lengths{12s, 15s, 9s, 17s, 12s};

std::string title_of(std::size_t number) { return fmt::format("Tiếng ồn {}", number + 1); }

/// The body of an envelope that somebody else has verified.
template <class Body>
std::optional<Body> body_of(const std::string& sealed) {
  v1::Envelope envelope;
  v1::Header header;
  Body body;
  if (!envelope.ParseFromString(sealed) || !header.ParseFromString(envelope.header())) return std::nullopt;
  if (!body.ParseFromString(header.body())) return std::nullopt;
  return body;
}

headend::model::Epoch epoch_of(const std::string& bytes) {
  headend::model::Epoch epoch{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), epoch.size()), epoch.begin());
  return epoch;
}

/// `through` of the file `receipted` (station/journal/FORMAT.md §3); 0 when there is none yet.
std::uint64_t receipted_at(const std::filesystem::path& journal) {
  const auto bytes = read_file(journal / "receipted", 4'096);
  if (!bytes || bytes->size() < 16) return 0;
  v1::Receipt receipt;
  return receipt.ParseFromString(bytes->substr(12, bytes->size() - 16)) ? receipt.through() : 0;
}

}  // namespace

Result<void> KilledStation::prepare() {
  LOA_TRY_LET(kit_, WardKit::make(folder_, {{id, "Cụm loa số 1", "to-1", 80, true, "192x32"}}));
  LOA_TRY(kit_->never_safe(id));
  LOA_TRY(add_noise());
  LOA_TRY(kit_->start_headend());
  LOA_TRY_LET(wire_, Wire::open(kit_->ward()));
  LOA_TRY(kit_->start_station(id));
  LOA_TRY(schedule());
  return how_ == End::sigkill ? Result<void>{} : put_on_forgetful_disk();
}

/// Content comes first: what loa-fetch writes is not on the tape, for it gets no environment.
Result<void> KilledStation::put_on_forgetful_disk() {
  const auto state = folder_ / id / "state";
  const auto objects = [&] {
    std::size_t count = 0;
    std::error_code none;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(state / "content", none)) {
      count += entry.is_regular_file() && entry.path().filename().string().size() == 64 &&
               entry.path().parent_path().filename() != "partial";
    }
    return count;
  };
  if (!wait_until(6s, [&] { return objects() > lengths.size(); }))
    return fail(ErrorCode::timeout, "the station has only {} objects", objects());
  kit_->stop_station(id);
  LOA_TRY(disk_.load(state));
  return start();
}

Result<void> KilledStation::add_noise() {
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const auto file = folder_ / fmt::format("noise-{}.wav", i);
    LOA_TRY(Wav::save(file, 48'000, noise(lengths[i], static_cast<unsigned>(i))));
    LOA_TRY_LET(const auto added, kit_->loa({"content", "add", file.string(), "--title", title_of(i), "--category",
                                             "am-nhac", "--music"}));
  }
  return {};
}

Result<void> KilledStation::schedule() {
  start_ = std::chrono::ceil<std::chrono::seconds>(wall_now() + lead);
  const auto date = local_date(start_);
  std::vector<std::string> programme{"programme", "add", "on",   "--title", "Thử sức", "--at", local_time(start_),
                                     "--from",    date,  "--to", date,      "--group", "to-1"};
  end_ = start_;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    programme.insert(programme.end(), {"--segment", title_of(i)});
    end_ += lengths[i];
  }
  LOA_TRY_LET(const auto added, kit_->loa(programme));
  LOA_TRY_LET(const auto shown, kit_->loa({"slogan", "add", "Giữ gìn vệ sinh chung", "--group", "to-1", "--at",
                                           local_time(start_), "--until", local_time(end_), "--from", date, "--to",
                                           date, "--category", "khau-hieu", "--dwell", "13"}));
  return {};
}

Result<void> KilledStation::kill_again_and_again(int kills, unsigned seed) {
  std::mt19937 random{seed};
  std::uniform_int_distribution<int> gap_ms{400, 2'200}, early_ms{0, 150}, one_in_six{0, 5};
  std::this_thread::sleep_until(start_ - 1s);
  for (int i = 0; i < kills; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds{one_in_six(random) == 0 ? early_ms(random) : gap_ms(random)});
    kills_us_.push_back(to_us(wall_now()));
    LOA_TRY(end(random));
    LOA_TRY(look_at_both_ledgers());
    if (i + 1 == kills) cut_.clear();  // the last one lives
    LOA_TRY(start());
  }
  return {};
}

Result<void> KilledStation::start() {
  if (how_ == End::sigkill) return kit_->start_station(id);
  const auto home = folder_ / id;
  std::error_code ignored;
  std::filesystem::remove(folder_ / "tape", ignored);
  std::filesystem::remove_all(folder_ / "run", ignored);  // tmpfs
  std::filesystem::create_directories(folder_ / "run");
  LOA_TRY(disk_.store(home / "state"));
  const auto library = program_folder().parent_path() / "lib/libloa_forgetful.so";
  return kit_->start_station(id, {"LD_PRELOAD=" + library.string(), "ASAN_OPTIONS=verify_asan_link_order=0",
                                  "RUNTIME_DIRECTORY=" + (folder_ / "run").string(),
                                  std::string{tape_folder_variable} + "=" + (home / "state").string(),
                                  std::string{tape_file_variable} + "=" + (folder_ / "tape").string(),
                                  std::string{tape_cut_variable} + "=" + cut_});
}

/// A power cut comes at a step of the disk, or now; what was not synced is forgotten.
Result<void> KilledStation::end(std::mt19937& random) {
  kit_->kill_station(id);
  if (how_ == End::sigkill) return {};
  LOA_TRY_LET(const auto steps, disk_.take(folder_ / "tape"));
  ForgetfulDisk::Random fate{random()};
  disk_.power_cut(steps, static_cast<Survival>(random() % survivals), fate);
  static constexpr const char* where[] = {"before-sync", "after-sync", "before", "after"};
  cut_ = random() % 3 == 0 ? "" : fmt::format("{}:{}", where[random() % 4], 1 + random() % 40);
  return {};
}

Result<void> KilledStation::look_at_both_ledgers() {
  const auto believed = receipted_at(folder_ / id / "state/journal");
  LOA_TRY_LET(at_kill_.emplace_back(), ledger());
  std::uint64_t through = 0;
  for (const auto& row : at_kill_.back()) through = std::max(through, row.number);
  through_at_kill_.emplace_back(believed, through);
  return {};
}

Result<void> KilledStation::wait_for_proofs() {
  std::this_thread::sleep_until(end_ + 500ms);
  (void)wait_until(30s, [this] {
    const auto now = report();
    return now && now->at("cues_to_come").to_number<int>() == 0 && now->at("cues_unexplained").to_number<int>() == 0;
  });
  return {};
}

Result<json::value> KilledStation::report() const {
  return kit_->loa_json({"report", "--from", local_date(start_), "--to", local_date(end_)});
}

Result<std::vector<NoiseCue>> KilledStation::cues() const {
  LOA_TRY_LET(const auto plan, kit_->loa_json({"plan", "show", id}));
  std::vector<NoiseCue> cues;
  for (const auto& value : plan.at("cues").as_array()) {
    const auto& cue = value.get_object();
    if (cue.at("medium").as_string() != "audio") continue;
    LOA_TRY_LET(const auto start, parse_utc(std::string{cue.at("start").as_string()}));
    cues.push_back({std::string{cue.at("object").as_string()}, cue.at("segment").to_number<std::uint32_t>(),
                    to_us(start), cue.at("duration_us").to_number<std::int64_t>()});
  }
  return cues;
}

Result<std::vector<headend::model::ProofRecord>> KilledStation::ledger() const {
  LOA_TRY_LET(auto store, SqliteStore::open(kit_->ward() / "loa.db"));
  return store.proofs().of(id);
}

std::vector<SeenReceipt> KilledStation::receipts() const {
  std::vector<SeenReceipt> receipts;
  for (const auto& sealed : wire_->heard(topic::of_station("trung-hoa", id, topic::Leaf::receipt))) {
    const auto receipt = body_of<v1::Receipt>(sealed);
    if (receipt) receipts.push_back({epoch_of(receipt->epoch()), receipt->through(), receipt->head()});
  }
  return receipts;
}

std::map<KilledStation::ProofKey, std::set<std::string>> KilledStation::sent_proofs() const {
  std::map<ProofKey, std::set<std::string>> sent;
  for (const auto& sealed : wire_->heard(topic::of_station("trung-hoa", id, topic::Leaf::proof))) {
    const auto proof = body_of<v1::Proof>(sealed);
    if (proof) sent[{epoch_of(proof->epoch()), proof->number()}].insert(sealed);
  }
  return sent;
}

std::string KilledStation::text_of_log() const { return read_file(kit_->log_of(id), 16U << 20U).value_or(""); }

}  // namespace loa::tests
