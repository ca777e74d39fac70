#include "tests/system/hostile/hostile_ward.hpp"

#include <fstream>
#include <sstream>

#include "content/store/object_store.hpp"
#include "headend/store/sqlite/sqlite_store.hpp"
#include "protocol/base/file.hpp"
#include "tests/rehearsal/air_time.hpp"
#include "tests/support/wav.hpp"

namespace loa::tests {
namespace {

namespace fs = std::filesystem;
namespace seal = protocol::seal;
namespace topic = protocol::topic;
using namespace std::chrono_literals;

constexpr const char* ward_id = "trung-hoa";
constexpr auto bad_after = 4s;    // from scheduling to the cues that cannot be played
constexpr auto good_after = 11s;  // and to the one that can

std::optional<v1::Header> header_of(const std::string& sealed) {
  v1::Envelope envelope;
  v1::Header header;
  if (!envelope.ParseFromString(sealed) || !header.ParseFromString(envelope.header())) return std::nullopt;
  return header;
}

}  // namespace

Result<void> HostileWard::prepare(bool with_bad_objects) {
  LOA_TRY_LET(
      kit_, WardKit::make(folder_, {{station, "Cụm loa số 1", "to-1", 0}, {other_station, "Cụm loa số 2", "to-2", 0}}));
  LOA_TRY_LET(good_, add_noise("Tốt", 3s, 1));
  LOA_TRY_LET(changed_, add_noise("Bị sửa", 2s, 2));
  LOA_TRY_LET(short_, add_noise("Bị cụt", 2s, 3));
  LOA_TRY(add_foreign());
  LOA_TRY(tamper());
  LOA_TRY(kit_->start_headend());
  LOA_TRY_LET(wire_, Wire::open(kit_->ward()));
  LOA_TRY_LET(plan_key_, wire_->ward().plan_key());
  LOA_TRY_LET(emergency_key_, wire_->ward().emergency_key());
  LOA_TRY(learn_plan_in_force(0));
  const auto now = std::chrono::ceil<std::chrono::seconds>(wall_now());
  good_start_ = now + good_after;
  if (with_bad_objects) LOA_TRY(schedule("hong", now + bad_after, {"Bị sửa", "Bị cụt", "Không phải Opus"}));
  LOA_TRY(schedule("tot", good_start_, {"Tốt"}));
  return learn_plan_in_force(with_bad_objects ? 4 : 1);
}

Result<std::string> HostileWard::add_noise(const std::string& title, std::chrono::milliseconds length, unsigned seed) {
  const auto file = folder_ / fmt::format("noise-{}.wav", seed);
  LOA_TRY(Wav::save(file, 48'000, noise(length, seed)));
  LOA_TRY_LET(const auto added,
              kit_->loa({"content", "add", file.string(), "--title", title, "--category", "am-nhac", "--music"}));
  LOA_TRY_LET(const auto contents, kit_->loa_json({"content", "list"}));
  for (const auto& content : contents.as_array()) {
    if (content.at("title").as_string() == title) return std::string{content.at("object").as_string()};
  }
  return fail(ErrorCode::missing, "content '{}' is not listed", title);
}

/// An object whose hash is right and which is no sound at all: put there by somebody with the ward's disk.
Result<void> HostileWard::add_foreign() {
  LOA_TRY_LET(auto objects, content::store::ObjectStore::open(kit_->ward()));
  const std::string text(20'000, '?');
  LOA_TRY_LET(const auto object, objects.put(text));
  foreign_ = object.hex();
  headend::model::Content content;
  content.object = object;
  content.title = "Không phải Opus";
  content.medium = v1::MEDIUM_AUDIO;
  content.frames = 96'000;
  content.bytes = text.size();
  content.source = "x";
  content.category = "am-nhac";
  content.added = wall_now();
  LOA_TRY_LET(auto store, headend::store::sqlite::SqliteStore::open(kit_->ward() / "loa.db"));
  return store.library().put(content);
}

/// Writes behind the back of the store.
Result<void> HostileWard::tamper() const {
  std::error_code error;
  for (const auto& object : {changed_, short_}) {
    fs::permissions(kit_->object(object), fs::perms::owner_read | fs::perms::owner_write, error);
    if (error) return fail(ErrorCode::io, "cannot make {} writable: {}", object, error.message());
  }
  fs::resize_file(kit_->object(short_), fs::file_size(kit_->object(short_)) / 2);
  std::fstream file{kit_->object(changed_), std::ios::in | std::ios::out | std::ios::binary};
  file.seekp(static_cast<std::streamoff>(fs::file_size(kit_->object(changed_)) / 2));
  file << "these bytes were not approved by anybody";
  if (!file.flush()) return fail(ErrorCode::io, "cannot change {}", changed_);
  return {};
}

Result<void> HostileWard::schedule(const char* id, WallTime at, const std::vector<std::string>& titles) {
  std::vector<std::string> words{"programme", "add",          id,     "--title",      id,        "--at", local_time(at),
                                 "--from",    local_date(at), "--to", local_date(at), "--group", "to-1"};
  for (const auto& title : titles) words.insert(words.end(), {"--segment", title});
  LOA_TRY_LET(const auto added, kit_->loa(words));
  return {};
}

Result<void> HostileWard::learn_plan_in_force(std::size_t cues) {
  const bool there = wait_until(10s, [&] {
    const auto plans = genuine_plans(station);
    if (plans.empty()) return false;
    const auto header = header_of(plans.back());
    if (!header || !plan_.ParseFromString(header->body())) return false;
    sequence_ = header->sequence();
    return static_cast<std::size_t>(plan_.cues_size()) == cues;
  });
  if (!there) return fail(ErrorCode::timeout, "no plan of {} cues was published within 10 s", cues);
  return {};
}

Result<void> HostileWard::start_station() {
  LOA_TRY(kit_->start_station(station));
  const auto accepted = fmt::format("sequence={} ", sequence_);
  if (wait_until(10s, [&] { return !log_lines({"plan.accepted", accepted}).empty(); })) return {};
  return fail(ErrorCode::timeout, "the station did not take plan {} within 10 s", sequence_);
}

Result<void> HostileWard::restart_station() {
  kit_->kill_station(station);
  return kit_->start_station(station);
}

seal::Address HostileWard::address(v1::Kind kind) const {
  const auto now = wall_now();
  const std::uint64_t sequence =
      kind == v1::KIND_PLAN ? sequence_ + 1'000 : static_cast<std::uint64_t>(to_us(now) / 1'000'000) + 100'000;
  return {ward_id, "headend", std::string{"station/"} + station, kind, sequence, now - 1h, now + 1h};
}

v1::Plan HostileWard::loud_plan() const {
  v1::Plan plan = plan_;
  v1::Cue cue = plan.cues(plan.cues_size() - 1);
  cue.set_occurrence("pha/2026-01-01/000000");
  cue.set_start_us(to_us(wall_now()) + 2'000'000);
  plan.clear_cues();
  *plan.add_cues() = cue;
  return plan;
}

v1::Plan HostileWard::loud_emergency() const {
  v1::Plan plan = loud_plan();
  plan.mutable_cues(0)->set_occurrence("khan-cap/2026-01-01/000000");
  plan.mutable_cues(0)->set_cue_class(v1::CUE_CLASS_EMERGENCY);
  return plan;
}

v1::Command HostileWard::mute() {
  v1::Command command;
  command.set_id("0123456789abcdef");
  command.mutable_mute()->set_reason("attack");
  command.mutable_mute()->set_until_us(to_us(wall_now() + 1h));
  return command;
}

std::vector<std::string> HostileWard::genuine_plans(const std::string& of_station) const {
  return wire_->heard(topic::of_station(ward_id, of_station, topic::Leaf::plan));
}

std::string HostileWard::topic_of(topic::Leaf leaf) const { return topic::of_station(ward_id, station, leaf); }
std::string HostileWard::command_topic(const std::string& group) { return topic::of_command(ward_id, group); }

std::vector<std::string> HostileWard::log_lines(const std::vector<std::string>& words) const {
  std::istringstream text{read_file(kit_->log_of(station), 64U << 20U).value_or("")};
  std::vector<std::string> found;
  for (std::string line; std::getline(text, line);) {
    const auto has = [&](const std::string& word) { return line.find(word) != std::string::npos; };
    if (std::all_of(words.begin(), words.end(), has)) found.push_back(line);
  }
  return found;
}

std::vector<v1::Status> HostileWard::statuses() const {
  std::vector<v1::Status> statuses;
  for (const auto& sealed : wire_->heard(topic_of(topic::Leaf::status))) {
    const auto header = header_of(sealed);
    v1::Status status;
    if (header && status.ParseFromString(header->body())) statuses.push_back(std::move(status));
  }
  return statuses;
}

std::optional<v1::Status> HostileWard::status() const {
  auto all = statuses();
  if (all.empty()) return std::nullopt;
  return std::move(all.back());
}

double HostileWard::seconds_left() const { return static_cast<double>((good_start_ - wall_now()).count()) / 1e6; }

}  // namespace loa::tests
