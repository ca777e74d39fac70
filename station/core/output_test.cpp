#include "station/core/output_test.hpp"

namespace loa::station::core {
namespace {

v1::Measured measured_of(const v1::Proof& part) {
  v1::Measured measured;
  measured.set_medium(part.medium());
  measured.set_reason(part.reason());
  measured.set_from_us(part.from_us());
  measured.set_to_us(part.to_us());
  if (part.bucket() != v1::BUCKET_PLAYED) {
    measured.set_to_us(part.from_us());
    return measured;
  }
  measured.set_frames(part.frames());
  measured.set_gaps(static_cast<std::uint32_t>(part.gaps_size()));
  std::int64_t gaps_us = 0;
  for (const auto& gap : part.gaps()) gaps_us += gap.length_us();
  measured.set_gaps_us(gaps_us);
  measured.set_underruns(part.underruns());
  measured.set_gain_cb(part.gain_cb());
  measured.set_start_error_us(part.start_error_us());
  measured.set_device_ppb(part.device_ppb());
  return measured;
}

}  // namespace

std::string output_name(v1::Medium medium) { return medium == v1::MEDIUM_SIGN ? "bảng · sign" : "loa · loudspeaker"; }

CueKey OutputTest::key_of(v1::Medium medium) const { return {occurrence(), static_cast<std::uint32_t>(medium)}; }

Assignment OutputTest::assignment(v1::Medium medium, std::int64_t start_us, int gain_cb) const {
  Assignment made;
  made.test = true;
  const CueKey key = key_of(medium);
  made.cue.set_occurrence(key.occurrence);
  made.cue.set_segment(key.segment);
  made.cue.set_cue_class(v1::CUE_CLASS_FILLER);  // whatever a plan has gets the air
  made.cue.set_medium(medium);
  made.cue.set_start_us(start_us);
  made.cue.set_duration_us((medium == v1::MEDIUM_SIGN ? page : tone).count());
  made.cue.set_title("Thử máy · output test");
  made.from = wall_from_us(start_us);
  made.gain_cb = gain_cb;
  return made;
}

void OutputTest::leave_out(v1::Medium medium, const std::string& why) {
  if (!left_out_.empty()) left_out_ += "; ";
  left_out_ += output_name(medium) + ": " + why;
}

bool OutputTest::uses(v1::Medium medium) const {
  for (const auto& [open_medium, key] : open()) {
    if (open_medium == medium) return true;
  }
  return false;
}

bool OutputTest::sounds() const {
  for (const Output& output : outputs_) {
    if (output.medium == v1::MEDIUM_AUDIO && output.started && !output.measured) return true;
  }
  return false;
}

std::vector<std::pair<v1::Medium, CueKey>> OutputTest::open() const {
  std::vector<std::pair<v1::Medium, CueKey>> waiting;
  for (const Output& output : outputs_) {
    if (!output.measured) waiting.emplace_back(output.medium, key_of(output.medium));
  }
  return waiting;
}

void OutputTest::started(const CueKey& key) {
  for (Output& output : outputs_) output.started |= key_of(output.medium) == key;
}

void OutputTest::ended(const v1::Proof& part) {
  for (Output& output : outputs_) {
    if (key_of(output.medium) != CueKey::of(part)) continue;
    output.measured = measured_of(part);
    output.measured->set_medium(output.medium);
  }
}

bool OutputTest::over() const { return open().empty(); }

v1::Answer OutputTest::answer() const {
  v1::Answer answer;
  answer.set_command(command_);
  answer.set_accepted(!outputs_.empty());
  for (const Output& output : outputs_) {
    if (output.measured) *answer.add_measured() = *output.measured;
  }
  const bool none = outputs_.empty() && left_out_.empty();
  answer.set_text(none                ? "không có loa, không có bảng · neither loudspeaker nor sign"
                  : left_out_.empty() ? "đã thử · tested"
                                      : left_out_);
  return answer;
}

}  // namespace loa::station::core
