#include "tests/unit/protocol/samples/samples.hpp"

#include "protocol/message/compact.hpp"

namespace loa::tests::samples {
namespace {

namespace seal = protocol::seal;
namespace crypto = protocol::crypto;

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t five_local = 1'795'298'400 * second;  // 2026-11-21T22:00:00Z = 05:00 on the 22nd in Vietnam
constexpr auto occurrence = "sang/2026-11-22/050000";

std::string hash_of(std::string_view text) { return std::string{crypto::sha256(text).view()}; }

void add_object(v1::Plan& plan, std::string_view content, std::uint64_t bytes, v1::Medium medium) {
  auto& object = *plan.add_objects();
  object.set_sha256(hash_of(content));
  object.set_bytes(bytes);
  object.set_medium(medium);
}

v1::Cue& add_cue(v1::Plan& plan, unsigned segment, v1::Medium medium, std::int64_t start, std::int64_t length,
                 std::string_view content) {
  auto& cue = *plan.add_cues();
  cue.set_occurrence(occurrence);
  cue.set_segment(segment);
  cue.set_cue_class(v1::CUE_CLASS_SCHEDULED);
  cue.set_medium(medium);
  cue.set_category("tin-tuc");
  cue.set_start_us(start);
  cue.set_duration_us(length);
  cue.set_object(hash_of(content));
  cue.set_required_grade(v1::CLOCK_GRADE_NETWORK);
  return cue;
}

void set_policy(v1::Policy& policy) {
  policy.set_reference("QĐ 1246/QĐ-UBND 2021");
  policy.set_valid_from_us(five_local - 86'400 * second);
  policy.set_valid_until_us(five_local + 365 * 86'400 * second);
  auto& window = *policy.add_windows();
  window.set_weekdays(0b1111111);
  window.set_from_minute(300);
  window.set_to_minute(330);
  window.set_level_cap_cb(-300);
  policy.set_sessions_per_day(2);
  policy.set_minutes_per_session(15);
  policy.set_days_per_week(5);
  policy.set_utc_offset_s(25'200);
}

v1::Proof proof_base(std::uint64_t number) {
  v1::Proof proof;
  proof.set_epoch("0123456789abcdef");
  proof.set_number(number);
  proof.set_occurrence(occurrence);
  proof.set_plan_sequence(7);
  proof.set_clock_grade(v1::CLOCK_GRADE_DISCIPLINED);
  proof.set_clock_error_us(900);
  proof.set_medium(v1::MEDIUM_AUDIO);
  return proof;
}

crypto::SecretKey key_of(std::uint8_t fill) {
  std::array<std::uint8_t, 32> seed{};
  seed.fill(fill);
  return crypto::SecretKey::from_seed(seed);
}

seal::Address address(v1::Kind kind, std::uint64_t sequence, bool by_station) {
  seal::Address address;
  address.ward = "phuong-lang";
  address.sender = by_station ? "station/loa-01" : "headend";
  address.audience = by_station ? "headend" : "station/loa-01";
  address.kind = kind;
  address.sequence = sequence;
  address.not_before = wall_from_us(five_local - 3'600 * second);
  address.not_after = wall_from_us(five_local + 40 * 86'400 * second);
  address.signed_at = wall_from_us(five_local);
  return address;
}

template <class Message>
Vector vector(std::string name, const Message& message, v1::Kind kind, std::uint64_t sequence, bool by_station) {
  return {std::move(name), message.GetTypeName(), message.SerializeAsString(), address(kind, sequence, by_station),
          by_station};
}

/// What the chain of proof 2 needs: the digest of the header of proof 1.
std::string digest_of_first() {
  const auto first = vector("", proof(), v1::KIND_PROOF, 1, true);
  seal::Expectation want;
  want.ward = "phuong-lang";
  want.kind = v1::KIND_PROOF;
  want.audiences = {"headend"};
  want.keys = {station_key().public_key()};
  return std::string{seal::open(first.sealed(), want).value().digest.view()};
}

}  // namespace

v1::Plan plan() {
  v1::Plan plan;
  plan.set_station("loa-01");
  plan.set_made_us(five_local - 3'600 * second);
  plan.set_horizon_us(five_local + 30 * 86'400 * second);
  set_policy(*plan.mutable_policy());
  add_object(plan, "opening tune", 480'000, v1::MEDIUM_AUDIO);
  add_object(plan, "bulletin", 2'400'000, v1::MEDIUM_AUDIO);
  add_object(plan, "slogan", 9'000, v1::MEDIUM_SIGN);
  add_cue(plan, 0, v1::MEDIUM_AUDIO, five_local, 30 * second, "opening tune").set_title("Nhạc hiệu");
  auto& slogan = add_cue(plan, 10, v1::MEDIUM_SIGN, five_local, 600 * second, "slogan");
  slogan.set_scroll_px_s(60);
  slogan.set_title("Toàn dân phòng cháy, chữa cháy");
  auto& bulletin = add_cue(plan, 1, v1::MEDIUM_AUDIO, five_local + 30 * second, 300 * second, "bulletin");
  bulletin.set_gain_cb(-150);
  bulletin.set_late_policy(v1::LATE_POLICY_WHOLE);
  bulletin.set_late_limit_us(60 * second);
  bulletin.set_title("Bản tin sáng");
  plan.set_content_url("https://headend.phuong-lang:8443/content/");
  plan.add_groups("all");
  plan.add_groups("to-dan-pho-7");
  plan.mutable_sign()->set_width_px(192);
  plan.mutable_sign()->set_height_px(32);
  return plan;
}

v1::Plan compact_plan() {
  auto plan = samples::plan();
  plan.clear_cues();
  plan.clear_objects();
  add_object(plan, "opening tune", 480'000, v1::MEDIUM_AUDIO);
  add_object(plan, "slogan", 9'000, v1::MEDIUM_SIGN);
  add_object(plan, "second slogan", 8'000, v1::MEDIUM_SIGN);
  for (const int day : {0, 1}) {
    const std::int64_t start = five_local + day * 86'400 * second;
    const std::string date = day == 0 ? "2026-11-22" : "2026-11-23";
    auto& tune = add_cue(plan, 0, v1::MEDIUM_AUDIO, start, 30 * second, "opening tune");
    tune.set_occurrence("sang/" + date + "/050000");
    tune.set_title("Nhạc hiệu");
    auto& sign = add_cue(plan, 1, v1::MEDIUM_SIGN, start, 600 * second, "slogan");
    sign.set_occurrence("bang-led/" + date + "/050000");
    sign.set_title("Toàn dân phòng cháy, chữa cháy (+1)");
    for (const auto* content : {"slogan", "second slogan"}) {
      auto* page = sign.add_pages();
      page->set_object(hash_of(content));
      page->set_dwell_us(10 * second);
    }
  }
  return protocol::message::compact(std::move(plan));
}

v1::Proof proof() {
  auto proof = proof_base(1);
  proof.set_previous(std::string(32, '\0'));
  proof.set_bucket(v1::BUCKET_PLAYED);
  proof.set_reason("complete");
  proof.set_from_us(five_local);
  proof.set_to_us(five_local + 30 * second);
  proof.set_object(hash_of("opening tune"));
  proof.set_frames(30 * 48'000 - 4'800);
  auto& gap = *proof.add_gaps();
  gap.set_at_us(five_local + 10 * second);
  gap.set_length_us(100'000);
  proof.set_underruns(1);
  proof.set_gain_cb(-300);
  proof.set_start_error_us(-210);
  proof.set_device_ppb(80'000);
  return proof;
}

v1::Proof refusal() {
  auto proof = proof_base(2);
  proof.set_previous(digest_of_first());
  proof.set_segment(1);
  proof.set_bucket(v1::BUCKET_REFUSED);
  proof.set_reason("policy-hours");
  proof.set_from_us(five_local + 30 * second);
  proof.set_to_us(five_local + 330 * second);
  proof.set_object(hash_of("bulletin"));
  return proof;
}

v1::Receipt receipt() {
  v1::Receipt receipt;
  receipt.set_epoch("0123456789abcdef");
  receipt.set_through(1);
  receipt.set_head(digest_of_first());
  return receipt;
}

v1::State state() {
  v1::State state;
  state.set_online(true);
  state.set_since_us(five_local - 7'200 * second);
  state.set_boot("b0071e5");
  return state;
}

v1::Status status() {
  v1::Status status;
  status.set_at_us(five_local + 12 * second);
  status.set_plan_sequence(7);
  status.set_objects_wanted(3);
  status.set_objects_held(2);
  status.set_disk_free_bytes(3'000'000'000);
  status.set_clock_grade(v1::CLOCK_GRADE_DISCIPLINED);
  status.set_clock_error_us(900);
  status.set_uptime_s(86'400);
  status.set_resident_bytes(14'000'000);
  status.set_proofs_waiting(1);
  status.set_on_air("Nhạc hiệu");
  status.set_on_air_start_error_us(-210);
  status.set_device_ppb(80'000);
  status.set_software("loa-station 0.1.0");
  status.set_refused("plan: replayed: sequence 6 is not after 7");
  return status;
}

v1::Status journal_status() {
  v1::Status status;
  status.set_at_us(five_local + 72 * second);
  status.set_software("loa-station 0.1.0");
  status.set_boot("0123abcd4567ef89");
  status.set_epoch("0123456789abcdef");
  status.set_began_us(five_local - 60 * second);
  return status;
}

v1::Fault fault() {
  v1::Fault fault;
  fault.set_code("content-missing");
  fault.set_state(v1::FAULT_STATE_NEW);
  fault.set_since_us(five_local);
  fault.set_count(1);
  fault.set_text("1 of 3 objects is not here: the head-end cannot be reached since 04:10.");
  return fault;
}

v1::Command command() {
  v1::Command command;
  command.set_id("c-0001");
  command.mutable_mute()->set_reason("Đám tang trong ngõ");
  command.mutable_mute()->set_until_us(five_local + 1'800 * second);
  return command;
}

v1::Answer answer() {
  v1::Answer answer;
  answer.set_command("c-0001");
  answer.set_accepted(true);
  answer.set_text("muted until 05:30");
  return answer;
}

v1::Command test_command() {
  v1::Command command;
  command.set_id("c-0002");
  command.mutable_test()->set_gain_cb(-300);
  return command;
}

v1::Answer test_answer() {
  v1::Answer answer;
  answer.set_command("c-0002");
  answer.set_accepted(true);
  answer.set_text("tested: the sound was complete");
  auto& measured = *answer.add_measured();
  measured.set_medium(v1::MEDIUM_AUDIO);
  measured.set_reason("complete");
  measured.set_from_us(five_local);
  measured.set_to_us(five_local + 2 * second);
  measured.set_frames(2 * 48'000 - 480);
  measured.set_gaps(1);
  measured.set_gaps_us(10'000);
  measured.set_underruns(1);
  measured.set_gain_cb(-300);
  measured.set_start_error_us(-210);
  measured.set_device_ppb(80'000);
  answer.set_amplifier(true);
  return answer;
}

crypto::SecretKey headend_key() { return key_of(1); }
crypto::SecretKey station_key() { return key_of(2); }

std::string Vector::sealed() const { return seal::seal(address, body, by_station ? station_key() : headend_key()); }

std::vector<Vector> vectors() {
  return {vector("plan", plan(), v1::KIND_PLAN, 7, false),
          vector("command", command(), v1::KIND_COMMAND, 1, false),
          vector("proof-1", proof(), v1::KIND_PROOF, 1, true),
          vector("proof-2", refusal(), v1::KIND_PROOF, 2, true),
          vector("receipt", receipt(), v1::KIND_RECEIPT, 1, false),
          vector("status", status(), v1::KIND_STATUS, 40, true),
          vector("status-journal", journal_status(), v1::KIND_STATUS, 41, true),
          vector("answer", answer(), v1::KIND_ANSWER, 1, true),
          vector("command-test", test_command(), v1::KIND_COMMAND, 2, false),
          vector("answer-test", test_answer(), v1::KIND_ANSWER, 2, true),
          vector("fault", fault(), v1::KIND_FAULT, 3, true),
          vector("plan-compact", compact_plan(), v1::KIND_PLAN, 8, false)};
}

}  // namespace loa::tests::samples
