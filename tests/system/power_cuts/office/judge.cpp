#include "tests/system/power_cuts/office/judge.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sstream>

#include "protocol/base/text.hpp"
#include "tests/system/power_cuts/office/ward.hpp"

namespace loa::tests {
namespace {

std::optional<v1::Proof> proof_in(const std::string& sealed) {
  protocol::seal::Expectation want;
  want.ward = ward_id;
  want.kind = v1::KIND_PROOF;
  want.audiences = {"headend"};
  want.sender = "station/" + station_id;
  want.keys = {station_key().public_key()};
  const auto opened = protocol::seal::open(sealed, want);
  v1::Proof proof;
  if (!opened || !proof.ParseFromString(opened->header.body())) return std::nullopt;
  return proof;
}

}  // namespace

void Judge::begin(bool powered) {
  powered_ = powered_ && powered;
  waiting_.clear();
  found_objects_.clear();
  found_plan_.clear();
  found_emergencies_.clear();
}

void Judge::sent_emergency(std::uint64_t number, const std::string& bytes) {
  emergency_numbers_[format_hex(bytes)] = number;
  emergencies_.saving(number);
}

void Judge::sent_command(std::int64_t mute_until_us) {
  mute_under_way_ = mute_until_us;
  if (mute_until_us != 0) mutes_.insert(mute_until_us);
}

void Judge::hear(const std::string& word, const std::string& order) {
  std::istringstream in{word};
  std::string what, first, second;
  in >> what >> first >> second;
  if (what == "journal") return take_journal(word);
  if (what == "waiting") return take_proof(*parse_hex(first), true, false);
  if (what == "published") return take_proof(*parse_hex(first), false, true);
  if (what == "receipted") {
    receipted_ = std::max<std::uint64_t>(receipted_, std::stoull(first));
  } else if (what == "unreceipted") {
    find("refused", "a receipt of the office: " + word);
  } else if (what == "heard" || what == "marked" || what == "saved") {
    Cue& cue = cues_[static_cast<std::uint32_t>(std::stoul(first))];
    (what == "heard" ? cue.heard_us : what == "marked" ? cue.marked_us : cue.saved_us) = std::stoll(second);
  } else if (what == "plan") {
    found_plan_ = first == "-" ? "" : *parse_hex(first);
  } else if (what == "acted") {
    if (std::stoull(first) <= acted_plan_) find("old", "plan " + first + " is put in force again");
    acted_plan_ = std::stoull(first);
  } else if (what == "command") {
    found_command_ = std::stoull(first);
  } else if (what == "obeyed") {
    if (std::stoull(first) <= obeyed_) find("replayed", "command " + first + " is obeyed again");
    obeyed_ = std::stoull(first);
    if (mute_under_way_ != 0) mutes_ = {mute_under_way_};
  } else if (what == "emergency") {
    found_emergencies_.push_back(emergency_numbers_[first]);
  } else if (what == "kept") {
    emergencies_.saved(emergency_numbers_.at(first));
  } else if (what == "settled") {
    emergencies_.settled();
  } else if (what == "mute") {
    found_mute_ = std::stoll(first);
  } else if (what == "object") {
    found_objects_.insert(first);
  } else if (what == "damaged") {
    find("damaged", "object " + first);
  } else if (what == "stored") {
    objects_.insert(first);
  } else if (what == "dropping") {
    objects_.erase(first);
  } else if (what == "failed" || what == "unstored") {
    find("failed", fmt::format("after '{}': {}", order.substr(0, 40), word));
  }
}

void Judge::take_journal(const std::string& words) {
  std::istringstream in{words};
  std::string what, epoch;
  std::uint64_t damaged = 0, lost = 0;
  int fresh = 0;
  in >> what >> epoch >> last_ >> through_ >> damaged >> lost >> fresh;
  if (!epoch_.empty() && epoch != epoch_) find("lost", "the journal has begun a new epoch");
  if (damaged + lost > 0) find("lost", "the journal speaks of damage: " + words);
  epoch_ = epoch;
}

void Judge::take_proof(const std::string& sealed, bool waiting, bool published) {
  const auto proof = proof_in(sealed);
  if (!proof) return find("damaged", "a proof whose seal cannot be opened");
  const std::uint64_t number = proof->number();
  const auto [known, fresh] = proofs_.try_emplace(number, sealed);
  if (known->second != sealed) {
    find("double", fmt::format("two different proofs have the number {}", number));
  }
  if (waiting) waiting_.insert(number);
  if (published) published_.insert(number);
  last_ = std::max(last_, number);
  if (!fresh) return;
  cues_[proof->segment()].parts[number] = {proof->from_us(), proof->to_us()};
}

void Judge::started() {
  check_proofs();
  check_cues();
  check_vault();
  check_objects();
  powered_ = true;
}

void Judge::check_proofs() {
  if (through_ < receipted_) find("lost", fmt::format("the receipt through {} is forgotten", receipted_));
  if (through_ > issued_) find("false", fmt::format("a receipt through {} that nobody gave", through_));
  published_.insert(waiting_.begin(), waiting_.end());  // the office has been told
  for (const auto number : published_) {
    if (number > through_ && !waiting_.contains(number))
      find("lost", fmt::format("proof {} was published, has no receipt, and is not there", number));
  }
}

void Judge::check_cues() {
  for (auto& [segment, cue] : cues_) {
    const std::int64_t from_us = to_us(moment(static_cast<int>(segment)));
    const std::int64_t owed_us = powered_ ? cue.marked_us : cue.saved_us;
    std::int64_t proved_us = from_us;
    for (const auto& [number, part] : cue.parts) {
      if (part.first < proved_us) find("double", fmt::format("cue {} is proved twice, in proof {}", segment, number));
      if (part.second > cue.heard_us) find("false", fmt::format("proof {} says more than was heard", number));
      proved_us = std::max(proved_us, part.second);
    }
    if (proved_us < owed_us) {
      find("lost", fmt::format("cue {}: {} ms were saved, {} ms are proved", segment, (owed_us - from_us) / 1000,
                               (proved_us - from_us) / 1000));
    }
    cue.marked_us = cue.saved_us = owed_us;  // proved by now, or lost as it may be
  }
}

void Judge::check_vault() {
  const auto plan = plans_.find(found_plan_);
  if (!found_plan_.empty() && plan == plans_.end()) {
    find("damaged", "the plan on disk is none that the office sent");
  } else if (const auto sequence = found_plan_.empty() ? 0 : plan->second; sequence < acted_plan_) {
    find("old", fmt::format("plan {} was in force, plan {} is on disk", acted_plan_, sequence));
  } else {
    acted_plan_ = std::max(acted_plan_, sequence);
  }
  if (!emergencies_.found(found_emergencies_)) {
    find("lost", fmt::format("the emergencies on disk are {}", fmt::join(found_emergencies_, ", ")));
  }
  if (found_command_ < obeyed_) find("replayed", fmt::format("command {} is forgotten", obeyed_));
  if (!mutes_.contains(found_mute_)) find("lost", "the mute on disk is not the last one");
  if (found_mute_ != 0) mutes_ = {found_mute_};
}

void Judge::check_objects() {
  for (const auto& object : objects_) {
    if (!found_objects_.contains(object)) find("lost", "object " + object.substr(0, 8) + " was stored");
  }
  for (const auto& object : found_objects_) {
    if (!objects_maybe_.contains(object)) find("damaged", "an object that nobody sent: " + object);
    if (!powered_) objects_.insert(object);  // what is there after a power cut is on the disk
  }
}

}  // namespace loa::tests
