#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "protocol/base/log.hpp"
#include "protocol/seal/seal.hpp"
#include "station/node/node.hpp"
#include "tests/support/temp_folder.hpp"
#include "tools/simfleet/sim_disk.hpp"

namespace loa::station::node {

using protocol::crypto::Sha256;
using protocol::topic::Leaf;

/// What left the station, as long as its world stood.
struct SaidOutlet final : Outlet {
  struct Word {
    Leaf leaf;
    std::string code, body;
  };
  explicit SaidOutlet(const tools::simfleet::SimDisk& its_disk) : disk(its_disk) {}
  void publish(Leaf leaf, std::string_view code, std::string_view body, bool /*retained*/) override {
    if (disk.ended() == tools::simfleet::SimDisk::End::none)
      words.push_back({leaf, std::string{code}, std::string{body}});
  }
  [[nodiscard]] std::vector<std::string> of(Leaf leaf) const {
    std::vector<std::string> bodies;
    for (const auto& word : words)
      if (word.leaf == leaf) bodies.push_back(word.body);
    return bodies;
  }
  const tools::simfleet::SimDisk& disk;
  std::vector<Word> words;
};

struct QuietHost final : Host {
  void begins_long_work() override {}
  void takes(const core::PlanArrived& event) override { taken.push_back(event.sequence); }
  void keeps(const v1::Proof& /*part*/) override {}
  void raises(const v1::Fault& fault) override { faults.push_back(fault); }
  void doubts(const v1::Proof& /*part*/, const Error& /*error*/) override { ++doubted; }
  [[nodiscard]] std::string causes() const {
    std::string text;
    for (const auto& fault : faults) text += fault.code() + " ";
    return text;
  }
  std::vector<std::uint64_t> taken;
  std::vector<v1::Fault> faults;
  int doubted = 0;
};

/// Content by name. What it frees at a full card heals the disk.
struct NamedShelf final : intake::Shelf {
  explicit NamedShelf(tools::simfleet::SimDisk& its_disk) : disk(its_disk) {}
  [[nodiscard]] bool has(const Sha256& object) const override { return objects.contains(object); }
  [[nodiscard]] std::filesystem::path path_of(const Sha256& object) const override { return object.hex(); }
  bool verify(const Sha256& object) override { return has(object); }
  void keep_only(const std::set<Sha256>& named) override {
    std::erase_if(objects, [&](const Sha256& one) { return !named.contains(one); });
  }
  sync::Eviction free_for_state(const Needs& /*needs*/, WallTime /*now*/) override {
    sync::Eviction eviction;
    if (objects.empty()) return eviction;
    eviction.objects.push_back({*objects.begin(), 1'000, std::nullopt});
    eviction.bytes = 1'000;
    objects.erase(objects.begin());
    disk.set_illness(tools::simfleet::SimDisk::Illness::none);
    return eviction;
  }
  sync::Eviction free_for_object(const Needs& needs, const Sha256& /*object*/, std::uint64_t /*bytes*/) override {
    return free_for_state(needs, {});
  }
  tools::simfleet::SimDisk& disk;
  std::set<Sha256> objects;
};

struct ListFetcher final : sync::Fetcher {
  void want(const std::string& /*content_url*/, std::vector<sync::Want> all) override { wants = std::move(all); }
  void retry_now() override { ++retries; }
  std::vector<sync::Want> wants;
  int retries = 0;
};

struct ObedientPresenter final : Presenter {
  void arm(const Assignment& assignment) override { armed.push_back(assignment); }
  void halt(const CueKey& cue) override { halted.push_back(cue); }
  void settled(const CueKey& cue) override { proved.push_back(cue); }
  void set_awake(bool is_awake) override { awake = is_awake; }
  void try_device() override {}
  std::vector<Assignment> armed;
  std::vector<CueKey> halted, proved;
  bool awake = false;
};

struct WorkingAmplifier final : firmware::Amplifier {
  Result<void> set(bool is_on) override { return on = is_on, Result<void>{}; }
  Result<std::optional<bool>> feedback() override { return std::optional{on}; }
  bool on = false;
};

/// A whole node on a disk that forgets what was not synced, with a hand-moved clock and an office that signs.
class NodeBench : public testing::Test {
 protected:
  using Disk = tools::simfleet::SimDisk;
  static constexpr std::int64_t second = 1'000'000;
  static constexpr std::int64_t t0 = 1'795'219'200 * second;  // 2026-11-21T00:00:00Z, 07:00 in Hanoi

  NodeBench() {
    log::set_level(log::Level::silent);
    settings_.ward = "trung-hoa";
    settings_.station = "cum-01";
    settings_.state_folder = disk_.folder();
    settings_.safe_after = 0;
    settings_.plan_keys = settings_.headend_keys = {office_.public_key()};
    settings_.emergency_keys = {alarm_.public_key()};
    settings_.audio = settings::StationSettings::Audio{"default"};
    Disk::use(&disk_);
  }
  ~NodeBench() override {
    process_.reset();
    Disk::use(nullptr);
    log::set_level(log::Level::info);
  }

  static protocol::crypto::SecretKey key_of(std::uint8_t seed) {
    std::array<std::uint8_t, 32> bytes{};
    bytes.fill(seed);
    return protocol::crypto::SecretKey::from_seed(bytes);
  }

  // ---- the machine ----
  [[nodiscard]] firmware::ClockReading now() const {
    return {{wall_from_us(t0 + at_us_), MonoTime{std::chrono::microseconds{1'000 * second + at_us_}}, grade_},
            Micros{500}};
  }
  /// A process begins, and the broker is there. @return false: the disk's world has ended again
  bool boot() {
    process_.reset();
    if (const auto begun = begin(); !begun) {
      EXPECT_FALSE(stands()) << begun.error().text;
      return false;
    }
    node().start(now());
    node().on_time(now());
    node().on_link_up(now());
    return stands();
  }
  Result<void> begin() {
    const auto& folder = settings_.state_folder;
    LOA_TRY_LET(auto journal,
                journal::ProofJournal::open(folder / "journal", {settings_.ward, settings_.station}, own_));
    health::Restarts restarts{folder, settings_.safe_after, "boot", now().now.wall};
    LOA_TRY_LET(auto vault, intake::Vault::open(folder));
    auto process = std::make_unique<Process>(
        Process{node::Records{std::move(journal), std::move(restarts), std::move(vault)}, {}});
    LOA_TRY_LET(auto awakened, awaken(process->records, folder / "marks", nullptr, now().now.wall, {}, now().now.mono));
    const Ports ports{outlet_, host_, shelf_, fetcher_, &audio_, sign_, amplifier_, report_};
    process->node = std::make_unique<Node>(
        settings_, Speaker{settings_.ward, settings_.station, own_, "boot-word", "test", now().now.mono}, StatusPace{},
        process->records, std::move(awakened), ports, "no panel");
    process_ = std::move(process);
    return {};
  }
  void cut_power() {
    process_.reset();
    disk_.end_now(Disk::End::power_cut);
    disk_.restart(random_);
  }
  [[nodiscard]] bool stands() const { return disk_.ended() == Disk::End::none; }
  /// Time passes, and the node is asked at each of its deadlines.
  void wait_until(double at_s) {
    const auto end_us = static_cast<std::int64_t>(at_s * 1e6);
    for (int looks = 0; stands() && looks < 10'000; ++looks) {
      const auto next = node().next_deadline();
      const auto at = next ? std::chrono::ceil<Micros>(*next - now().now.mono).count() : INT64_MAX;
      if (at > end_us - at_us_) break;
      at_us_ += std::max<std::int64_t>(at, 1);
      node().on_time(now());
    }
    at_us_ = std::max(at_us_, end_us);
    if (stands()) node().on_time(now());
  }

  // ---- the office ----
  std::string sealed(v1::Kind kind, std::uint64_t sequence, const std::string& body) const {
    protocol::seal::Address address;
    address.ward = settings_.ward;
    address.sender = "headend";
    address.audience = "station/" + settings_.station;
    address.kind = kind;
    address.sequence = sequence;
    address.not_before = now().now.wall - std::chrono::hours{1};
    address.not_after = now().now.wall + std::chrono::hours{24 * 40};
    address.signed_at = now().now.wall;
    return protocol::seal::seal(address, body, kind == v1::KIND_EMERGENCY ? alarm_ : office_);
  }
  static v1::Plan plan(std::int64_t start_s, std::int64_t length_s, v1::CueClass rank = v1::CUE_CLASS_SCHEDULED,
                       v1::Medium medium = v1::MEDIUM_AUDIO) {
    v1::Plan plan;
    plan.set_station("cum-01");
    plan.set_made_us(t0 - 3600 * second);
    plan.set_horizon_us(t0 + 30 * 86'400 * second);
    plan.set_content_url("https://localhost:8443/content/");
    plan.add_groups("to-1");
    auto* policy = plan.mutable_policy();
    policy->set_reference("QĐ 1246/QĐ-UBND 2021");
    policy->set_valid_from_us(t0 - 86'400 * second);
    policy->set_valid_until_us(t0 + 400 * 86'400 * second);
    policy->set_utc_offset_s(25'200);
    auto* window = policy->add_windows();
    window->set_weekdays(0x7F);
    window->set_to_minute(1440);
    auto& object = *plan.add_objects();
    object.set_sha256(std::string(32, rank == v1::CUE_CLASS_EMERGENCY ? 'e' : 'o'));
    object.set_bytes(1'000);
    object.set_medium(medium);
    auto& cue = *plan.add_cues();
    cue.set_occurrence(rank == v1::CUE_CLASS_EMERGENCY ? "khan-cap/2026-11-21/070000" : "sang/2026-11-21/070000");
    cue.set_cue_class(rank);
    cue.set_medium(medium);
    cue.set_category("tin");
    cue.set_start_us(t0 + start_s * second);
    cue.set_duration_us(length_s * second);
    cue.set_object(object.sha256());
    return plan;
  }
  void send_plan(std::uint64_t sequence, const v1::Plan& body) {
    node().on_message(now(), Leaf::plan, sealed(v1::KIND_PLAN, sequence, body.SerializeAsString()));
  }
  void send_alarm(std::uint64_t sequence, const v1::Plan& body) {
    node().on_message(now(), Leaf::emergency, sealed(v1::KIND_EMERGENCY, sequence, body.SerializeAsString()));
  }
  [[nodiscard]] std::string sealed_stop(std::uint64_t sequence) const {
    v1::Command command;
    command.set_id("lenh-" + std::to_string(sequence));
    command.mutable_stop()->set_reason("tang lễ");
    return sealed(v1::KIND_COMMAND, sequence, command.SerializeAsString());
  }
  void send_receipt() {
    const auto& journal = process_->records.journal;
    v1::Receipt receipt;
    receipt.set_epoch(journal.epoch().data(), journal.epoch().size());
    receipt.set_through(journal.last());
    receipt.set_head(std::string{journal.head().view()});
    node().on_message(now(), Leaf::receipt, sealed(v1::KIND_RECEIPT, ++receipts_, receipt.SerializeAsString()));
  }
  void bring_content() {
    for (const auto& want : std::vector{fetcher_.wants}) {
      shelf_.objects.insert(want.object);
      node().on_fetched(now(), {want.object, {}});
    }
  }

  // ---- the presenter ----
  /// What was armed last is heard from its first sample to its end.
  void hear() {
    const Assignment assignment = audio_.armed.back();
    const auto end_us = assignment.cue.start_us() + assignment.cue.duration_us();
    wait_until(static_cast<double>(to_us(assignment.from) - t0) / 1e6);
    if (stands()) node().on_started(now(), CueKey::of(assignment.cue), 0);
    wait_until(static_cast<double>(end_us - t0) / 1e6);
    if (stands()) node().on_ended(now(), heard(assignment, to_us(assignment.from), end_us));
  }
  static v1::Proof heard(const Assignment& assignment, std::int64_t from_us, std::int64_t to_us) {
    v1::Proof part;
    part.set_occurrence(assignment.cue.occurrence());
    part.set_segment(assignment.cue.segment());
    part.set_medium(assignment.cue.medium());
    part.set_object(assignment.cue.object());
    part.set_plan_sequence(assignment.plan_sequence);
    part.set_clock_grade(assignment.clock_grade);
    part.set_bucket(v1::BUCKET_PLAYED);
    part.set_reason("complete");
    part.set_from_us(from_us);
    part.set_to_us(to_us);
    part.set_frames(static_cast<std::uint64_t>((to_us - from_us) * 6 / 125));
    part.set_first_frame(static_cast<std::uint64_t>((from_us - assignment.cue.start_us()) * 6 / 125));
    return part;
  }

  // ---- what is to be seen ----
  [[nodiscard]] Node& node() { return *process_->node; }
  [[nodiscard]] v1::Status last_status() const {
    v1::Status status;
    if (const auto all = outlet_.of(Leaf::status); !all.empty()) status.ParseFromString(body_of(all.back()));
    return status;
  }
  [[nodiscard]] std::vector<v1::Answer> answers() const {
    std::vector<v1::Answer> all;
    for (const auto& one : outlet_.of(Leaf::answer)) all.emplace_back().ParseFromString(body_of(one));
    return all;
  }
  [[nodiscard]] std::string body_of(const std::string& envelope) const {
    protocol::seal::Expectation expectation;
    expectation.ward = settings_.ward;
    expectation.sender = "station/" + settings_.station;
    expectation.audiences = {"headend"};
    expectation.keys = {own_.public_key()};
    for (const auto kind : {v1::KIND_STATUS, v1::KIND_ANSWER}) {
      expectation.kind = kind;
      if (const auto opened = protocol::seal::open(envelope, expectation)) return opened->header.body();
    }
    return {};
  }
  /// "played 60-90", "policy 90-100" …: seconds after t0, in the order of proofs.
  [[nodiscard]] std::string account() const {
    std::string text;
    const auto parts = process_->records.journal.accounted(WallTime::min());
    if (!parts) return parts.error().text;
    for (const auto& part : *parts) {
      text += (text.empty() ? "" : ", ") + part.reason + " " + std::to_string((part.from_us - t0) / second) + "-" +
              std::to_string((part.to_us - t0) / second);
    }
    return text;
  }

  struct Process {
    Records records;
    std::unique_ptr<Node> node;
  };
  tests::TempFolder folder_{"loa-node"};
  Disk disk_{folder_ / "disk"};
  tools::simfleet::Random random_{1};
  const protocol::crypto::SecretKey office_ = key_of(1), alarm_ = key_of(2), own_ = key_of(3);
  settings::StationSettings settings_;
  std::int64_t at_us_ = 0;
  ClockGrade grade_ = ClockGrade::disciplined;
  std::uint64_t receipts_ = 0;
  SaidOutlet outlet_{disk_};
  QuietHost host_;
  NamedShelf shelf_{disk_};
  ListFetcher fetcher_;
  ObedientPresenter audio_;
  Presenter* sign_ = nullptr;
  WorkingAmplifier amplifier_;
  health::ServiceReport report_{{}, "", ""};
  std::unique_ptr<Process> process_;
};

}  // namespace loa::station::node
