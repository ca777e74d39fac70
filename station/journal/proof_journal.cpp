#include "station/journal/proof_journal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "protocol/message/check.hpp"
#include "protocol/seal/seal.hpp"

// Writing. How an existing folder is taken up again stands in recovery.cpp.
namespace loa::station::journal {
namespace {

namespace seal = protocol::seal;

// A proof has to outlive any outage and any wrong clock; replay is prevented by number and chain, not by its validity.
constexpr auto validity = std::chrono::hours{24 * 365 * 10};
constexpr WallTime earliest_believable{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

}  // namespace

Accounted account_of(const v1::Proof& proof) {
  return {CueKey::of(proof), proof.from_us(), proof.to_us(), proof.bucket(),
          proof.reason(),    proof.medium(),  proof.anew()};
}

Sha256 digest_of_sealed(const std::string& sealed) {
  v1::Envelope envelope;
  envelope.ParseFromString(sealed);
  return protocol::crypto::sha256(envelope.header());
}

ProofJournal::ProofJournal(std::filesystem::path folder, Identity identity, protocol::crypto::SecretKey key,
                           Limits limits, Birth birth)
    : folder_(std::move(folder)),
      identity_(std::move(identity)),
      key_(std::move(key)),
      limits_(limits),
      birth_(std::move(birth)) {}

std::uint64_t ProofJournal::bytes() const {
  std::uint64_t sum = 0;
  for (const Segment& segment : segments_) sum += segment.bytes;
  return sum;
}

Result<std::string> ProofJournal::append(v1::Proof draft, WallTime now) {
  LOA_TRY(check(draft));
  if (unread_) LOA_TRY(read_again());
  LOA_TRY(save_began());
  complete(draft);
  if (broken_) LOA_TRY(mend());
  LOA_TRY_LET(std::string sealed, seal(draft, now));
  const std::string record = encode_record(sealed);
  LOA_TRY(make_room(record.size()));
  LOA_TRY(write_record(record));

  Segment& segment = segments_.back();
  const auto offset = static_cast<std::uint32_t>(segment.bytes + record_frame_bytes);
  segment.entries.push_back({draft.number(), {offset, static_cast<std::uint32_t>(sealed.size())}});
  segment.bytes += record.size();
  segment.newest_us = std::max(segment.newest_us, draft.to_us());
  last_ = draft.number();
  head_ = digest_of_sealed(sealed);
  return sealed;
}

Result<void> ProofJournal::check(v1::Proof draft) const {
  complete(draft);
  auto checked = protocol::message::check(draft);
  if (checked) return checked;
  return pass(std::move(checked).error(), fmt::format("a proof of '{}' segment {} that the office would refuse",
                                                      draft.occurrence(), draft.segment()));
}

void ProofJournal::complete(v1::Proof& draft) const {
  draft.set_epoch(epoch_.data(), epoch_.size());
  draft.set_number(last_ + 1);
  draft.set_previous(head_.bytes.data(), head_.bytes.size());
}

Result<std::string> ProofJournal::seal(const v1::Proof& proof, WallTime now) const {
  seal::Address address;
  address.ward = identity_.ward;
  address.sender = "station/" + identity_.station;
  address.audience = "headend";
  address.kind = v1::KIND_PROOF;
  address.sequence = proof.number();
  address.not_before = WallTime{};
  address.not_after = std::max(now, earliest_believable) + validity;
  address.signed_at = now;
  std::string sealed = seal::seal(address, proof.SerializeAsString(), key_);
  if (sealed.size() > max_record_bytes) {
    return fail(ErrorCode::invalid, "a proof of {} bytes is larger than {}: it lists too many gaps", sealed.size(),
                max_record_bytes);
  }
  return sealed;
}

// Begins a new segment when the newest has its size, and keeps within the quota.
Result<void> ProofJournal::make_room(std::size_t record_bytes) {
  const Segment& newest = segments_.back();
  const bool next = !newest.entries.empty() && newest.bytes + record_bytes > limits_.segment_bytes;
  const std::uint64_t wanted = record_bytes + (next ? segment_head_bytes : 0);
  if (bytes() + wanted > limits_.quota_bytes) LOA_TRY(prune());
  if (bytes() + wanted > limits_.quota_bytes) {
    return fail(ErrorCode::full,
                "the journal {} has reached its {} bytes with {} proofs without receipt: reach the head-end",
                folder_.string(), limits_.quota_bytes, last_ - through_);
  }
  return next ? begin_segment() : Result<void>{};
}

Result<void> ProofJournal::begin_segment() {
  const SegmentHead head{epoch_, last_ + 1, head_, identity_.ward, identity_.station};
  const auto path = segment_path(head.first);
  LOA_TRY(save_file(path, encode_head(head), 0600));
  segments_.push_back({path, segment_head_bytes, 0, {}});
  return open_active();
}

std::filesystem::path ProofJournal::segment_path(std::uint64_t first) const {
  return folder_ / fmt::format("proofs-{:020}", first);
}

Result<void> ProofJournal::open_active() {
  const Segment& segment = segments_.back();
  active_ = UniqueFd{::open(segment.path.c_str(), O_RDWR | O_CLOEXEC)};
  if (active_.valid() && ::lseek(active_.get(), 0, SEEK_END) == static_cast<off_t>(segment.bytes)) return {};
  broken_ = true;
  return fail(ErrorCode::io, "cannot open the journal segment {}: {}", segment.path.string(), errno_text());
}

// After a failure the tail is brought back to what it was: a record that may or may not be there has no place in a
// chain.
Result<void> ProofJournal::write_record(std::string_view record) {
  const Segment& segment = segments_.back();
  auto written = write_all(active_.get(), record, segment.path);
  if (written && ::fdatasync(active_.get()) == 0) return {};
  if (written) written = fail(ErrorCode::io, "cannot sync {}: {}", segment.path.string(), errno_text());
  broken_ = !restore_tail();
  return written;
}

bool ProofJournal::restore_tail() {
  const auto end = static_cast<off_t>(segments_.back().bytes);
  return ::ftruncate(active_.get(), end) == 0 && ::lseek(active_.get(), end, SEEK_SET) == end &&
         ::fsync(active_.get()) == 0;
}

// A disk that failed may be sound again: nobody comes to restart the station. What was acknowledged lies before the
// tail and was synced when it was; the rest is cut off.
Result<void> ProofJournal::mend() {
  const Segment& segment = segments_.back();
  active_ = UniqueFd{::open(segment.path.c_str(), O_RDWR | O_CLOEXEC)};
  if (!active_.valid() || !restore_tail()) {
    return fail(ErrorCode::io, "cannot mend the tail of {}: {}; it is tried again", segment.path.string(),
                errno_text());
  }
  broken_ = false;
  return {};
}

Result<void> ProofJournal::receipted(const v1::Receipt& receipt, std::string_view sealed) {
  if (receipt.epoch() != epoch_text()) {
    return fail(ErrorCode::refused, "a receipt for another epoch than ours, through {}", receipt.through());
  }
  if (receipt.through() > last_) {
    return fail(ErrorCode::refused, "a receipt through proof {}, but our last is {}", receipt.through(), last_);
  }
  if (receipt.through() <= through_) return {};
  LOA_TRY_LET(const Sha256 digest, digest_of(receipt.through()));
  if (receipt.head() != digest.view()) {
    return fail(ErrorCode::refused, "a receipt through proof {} with the digest of something else", receipt.through());
  }
  LOA_TRY(save_receipt(receipt, sealed));
  through_ = receipt.through();
  if (office_had_ && office_had_->through <= through_) office_had_.reset();
  return prune();
}

// The newest segment carries the epoch and the chain's head; the one before it stays as well: the newest may have no
// proof yet, and by the newest proof a saved mark is judged stale.
Result<void> ProofJournal::prune() {
  while (segments_.size() > 2) {
    const Segment& oldest = segments_.front();
    const bool receipted = oldest.entries.empty() || oldest.entries.back().number <= through_;
    if (!receipted || wall_from_us(oldest.newest_us) >= since_) break;
    if (::unlink(oldest.path.c_str()) != 0 && errno != ENOENT) {
      return fail(ErrorCode::io, "cannot remove {}: {}", oldest.path.string(), errno_text());
    }
    segments_.erase(segments_.begin());
    LOA_TRY(sync_folder(folder_));
  }
  return {};
}

std::uint64_t ProofJournal::first() const {
  for (const Segment& segment : segments_)
    if (!segment.entries.empty()) return segment.entries.front().number;
  return last_ + 1;
}

Result<std::vector<Waiting>> ProofJournal::waiting(std::uint64_t after, std::size_t max) const {
  const std::uint64_t from = std::max(after, through_);
  std::vector<Waiting> result;
  for (const Segment& segment : segments_) {
    if (segment.entries.empty() || segment.entries.back().number <= from) continue;
    for (const Entry& entry : segment.entries) {
      if (entry.number <= from) continue;
      if (result.size() == max) return result;
      LOA_TRY_LET(std::string sealed, read_entry(segment, entry));
      result.push_back({entry.number, std::move(sealed)});
    }
  }
  return result;
}

Result<std::vector<Accounted>> ProofJournal::accounted(WallTime since) const {
  std::vector<Accounted> result;
  for (const Segment& segment : segments_) {
    if (segment.newest_us < to_us(since)) continue;
    LOA_TRY_LET(const std::string bytes, read_segment(segment.path));
    for (const Entry& entry : segment.entries) {
      const bool there = bytes.size() >= std::size_t{entry.span.offset} + entry.span.length;
      const auto read =
          there ? decode_sealed(std::string_view{bytes}.substr(entry.span.offset, entry.span.length)) : std::nullopt;
      if (!read) return fail(ErrorCode::io, "proof {} in {} changed on the disk", entry.number, segment.path.string());
      const v1::Proof& proof = read->proof;
      if (proof.to_us() < to_us(since)) continue;
      result.push_back(account_of(proof));
    }
  }
  return result;
}

Result<std::string> ProofJournal::read_entry(const Segment& segment, const Entry& entry) const {
  UniqueFd fd{::open(segment.path.c_str(), O_RDONLY | O_CLOEXEC)};
  std::string sealed(entry.span.length, '\0');
  if (!fd.valid() ||
      ::pread(fd.get(), sealed.data(), sealed.size(), entry.span.offset) != static_cast<ssize_t>(sealed.size())) {
    return fail(ErrorCode::io, "cannot read proof {} from {}: {}", entry.number, segment.path.string(), errno_text());
  }
  return sealed;
}

Result<std::string> ProofJournal::read_number(std::uint64_t number) const {
  for (const Segment& segment : segments_) {
    for (const Entry& entry : segment.entries) {
      if (entry.number == number) return read_entry(segment, entry);
    }
  }
  return fail(ErrorCode::io, "proof {} is no longer in the journal {}", number, folder_.string());
}

Result<Sha256> ProofJournal::digest_of(std::uint64_t number) const {
  if (number == last_) return head_;
  LOA_TRY_LET(const std::string sealed, read_number(number));
  return digest_of_sealed(sealed);
}

}  // namespace loa::station::journal
