#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "protocol/base/log.hpp"
#include "station/journal/crc32.hpp"
#include "station/journal/proof_journal.hpp"

// How a journal folder is taken up again after whatever happened to it.
namespace loa::station::journal {
namespace {

constexpr std::string_view segment_prefix = "proofs-";
constexpr std::string_view receipt_magic = "LOARCPT\n";
constexpr std::size_t sent_first = 64;  // one window of the outbox

bool is_segment_name(const std::string& name) {
  return name.size() == segment_prefix.size() + 20 && name.compare(0, segment_prefix.size(), segment_prefix) == 0 &&
         std::all_of(name.begin() + segment_prefix.size(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string encode_receipt(const v1::Receipt& receipt, std::string_view sealed) {
  v1::KeptReceipt kept;
  kept.set_epoch(receipt.epoch());
  kept.set_through(receipt.through());
  kept.set_head(receipt.head());
  kept.set_sealed(std::string{sealed});
  std::string bytes{receipt_magic};
  const std::uint32_t version = 1;
  bytes.append(reinterpret_cast<const char*>(&version), sizeof version);
  bytes += kept.SerializeAsString();
  const std::uint32_t crc = crc32(bytes);
  bytes.append(reinterpret_cast<const char*>(&crc), sizeof crc);
  return bytes;
}

std::optional<v1::KeptReceipt> decode_receipt(const std::string& bytes) {
  v1::KeptReceipt receipt;
  const std::size_t body = receipt_magic.size() + 4;
  if (bytes.size() < body + 4 || bytes.compare(0, receipt_magic.size(), receipt_magic) != 0) return std::nullopt;
  std::uint32_t crc = 0;
  std::memcpy(&crc, bytes.data() + bytes.size() - 4, 4);
  if (crc != crc32(std::string_view{bytes}.substr(0, bytes.size() - 4))) return std::nullopt;
  if (!receipt.ParseFromString(bytes.substr(body, bytes.size() - body - 4))) return std::nullopt;
  return receipt;
}

}  // namespace

Result<ProofJournal> ProofJournal::open(const std::filesystem::path& folder, Identity identity,
                                        protocol::crypto::SecretKey key, Limits limits) {
  LOA_TRY(make_folders(folder, 0700));
  LOA_TRY_LET(auto birth, Birth::load(folder / "began"));
  ProofJournal journal{folder, std::move(identity), std::move(key), limits, std::move(birth)};
  LOA_TRY(journal.lock());
  LOA_TRY_LET(const auto paths, journal.find_segments());
  LOA_TRY(journal.recover(paths));
  const Recovery& found = journal.recovery_;
  if (found.other_key_proofs > 0) {
    log::error("journal.other_key",
               {{"folder", folder.string()},
                {"proofs", found.other_key_proofs},
                {"hint",
                 "an earlier key of this station sealed them and the office no longer believes it: they are kept as "
                 "*.other-key, carry them to the office"}});
  }
  if (found.torn_bytes + found.damaged_bytes + found.lost_proofs > 0) {
    log::warn("journal.recovered", {{"folder", folder.string()},
                                    {"proofs", found.proofs},
                                    {"torn_bytes", found.torn_bytes},
                                    {"damaged_bytes", found.damaged_bytes},
                                    {"lost_proofs", found.lost_proofs}});
  }
  return journal;
}

Result<void> ProofJournal::lock() {
  const auto path = folder_ / "lock";
  lock_ = UniqueFd{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (!lock_.valid()) {
    return fail(ErrorCode::io,
                "cannot open {}: {}; the user of loa-station must be able to write into the state folder",
                path.string(), errno_text());
  }
  if (::flock(lock_.get(), LOCK_EX | LOCK_NB) == 0) return {};
  return fail(ErrorCode::busy, "the journal {} is in use by another process: stop it first", folder_.string());
}

// A folder of that name, or a file larger than a journal ever is, is damage as good as any other.
Result<std::string> ProofJournal::read_segment(const std::filesystem::path& path) const {
  auto bytes = read_file(path, limits_.quota_bytes + max_record_bytes);
  return !bytes && bytes.error().code == ErrorCode::invalid ? std::string{} : std::move(bytes);
}

// Looks at every head before anything is changed.
Result<std::vector<std::filesystem::path>> ProofJournal::find_segments() {
  std::error_code failed;
  std::vector<std::filesystem::path> paths;
  for (const auto& file : std::filesystem::directory_iterator(folder_, failed)) {
    if (is_segment_name(file.path().filename().string())) paths.push_back(file.path());
  }
  if (failed) return fail(ErrorCode::io, "cannot list the journal {}: {}", folder_.string(), failed.message());
  std::sort(paths.begin(), paths.end());
  auto heads = paths;
  if (std::filesystem::exists(renewal_path())) heads.push_back(renewal_path());
  for (const auto& path : heads) {
    LOA_TRY_LET(const std::string bytes, read_segment(path));
    const auto head = decode_head(bytes);
    if (!head && head.error().code == ErrorCode::unsupported) {
      return fail(ErrorCode::unsupported, "{} is of {}: run the newer program; nothing was changed", path.string(),
                  head.error().text);
    }
    if (head && (head->ward != identity_.ward || head->station != identity_.station)) {
      return fail(ErrorCode::refused,
                  "the journal {} belongs to station '{}' of ward '{}', this is '{}' of '{}': give each "
                  "station its own folder",
                  folder_.string(), head->station, head->ward, identity_.station, identity_.ward);
    }
  }
  return paths;
}

Result<void> ProofJournal::recover(const std::vector<std::filesystem::path>& paths) {
  bool renewing = false;  // the power failed in the middle of it
  if (std::filesystem::exists(renewal_path())) {
    LOA_TRY_LET(renewing, renewal_is_whole());
    LOA_TRY(renewing ? finish_renewal(paths) : set_aside(renewal_path()));
  }
  if (!renewing) {
    LOA_TRY_LET(const std::uint64_t known, recover_chain(paths));
    if (known > last_ || has_hole() || stray_) LOA_TRY(renew(paths, known));
  }
  if (segments_.empty()) return begin_epoch();
  LOA_TRY(open_active());
  return confirm();
}

// A chain without a fault whose newest proof we signed is ours as a whole, for the price of a few signatures. Where
// anything is wrong each proof is looked at for itself.
// Returns the greatest number that the head-end is known to have.
Result<std::uint64_t> ProofJournal::recover_chain(const std::vector<std::filesystem::path>& paths) {
  LOA_TRY(recover_segments(paths, Belief::by_chain));
  LOA_TRY_LET(const std::uint64_t known, recover_receipt());
  const bool clean = !stray_ && recovery_.damaged_bytes + recovery_.lost_proofs == 0;
  LOA_TRY_LET(const bool ours, clean ? signatures_hold() : Result<bool>{false});
  if (ours) return known;
  const std::uint64_t torn_bytes = recovery_.torn_bytes;  // cut off by now
  segments_.clear();
  epoch_ = {};
  last_ = through_ = 0;
  office_had_.reset();
  head_ = {};
  recovery_ = {};
  stray_ = false;
  LOA_TRY(recover_segments(paths, Belief::by_signature));
  recovery_.torn_bytes = torn_bytes;
  LOA_TRY_LET(const std::uint64_t known_now, recover_receipt());
  LOA_TRY_LET(const bool takeable, signatures_hold());
  if (!takeable) stray_ = true;
  return known_now;
}

Result<void> ProofJournal::recover_segments(const std::vector<std::filesystem::path>& paths, Belief belief) {
  for (const auto& path : paths) LOA_TRY(recover_segment(path, &path == &paths.back(), belief));
  return {};
}

// The newest signature vouches for all that is said before it, but not for the older ones' signatures, without which
// the head-end takes nothing: those that are sent first are looked at too.
Result<bool> ProofJournal::signatures_hold() const {
  if (recovery_.proofs == 0) return last_ == 0;  // else a head that no proof bears out
  LOA_TRY_LET(auto looked_at, waiting(0, sent_first));
  LOA_TRY_LET(auto newest, read_number(last_));
  looked_at.push_back({last_, std::move(newest)});
  const auto key = key_.public_key();
  return std::all_of(looked_at.begin(), looked_at.end(),
                     [&](const Waiting& one) { return is_sealed_by(one.sealed, identity_, key); });
}

// A process that was killed between writing a record and syncing it left one that everybody can read and no disk holds.
// Nobody may hear of it before it is durable: its number would be given again after a power cut.
Result<void> ProofJournal::confirm() {
  if (::fsync(active_.get()) != 0) {
    return fail(ErrorCode::io, "cannot sync {}: {}; the proofs found in it may not be durable",
                segments_.back().path.string(), errno_text());
  }
  return sync_folder(folder_);
}

void ProofJournal::choose_epoch() {
  last_ = through_ = 0;
  head_ = {};
  const std::string random = protocol::crypto::random_bytes(epoch_.size());
  std::copy(random.begin(), random.end(), epoch_.begin());
}

Result<void> ProofJournal::begin_epoch() {
  recovery_.fresh = true;
  LOA_TRY(birth_.begin());
  choose_epoch();
  return begin_segment();
}

Result<void> ProofJournal::recover_segment(const std::filesystem::path& path, bool is_newest, Belief belief) {
  LOA_TRY_LET(const std::string bytes, read_segment(path));
  const auto head = decode_head(bytes);
  const bool named = head && path == segment_path(head->first);
  if (!named || (!segments_.empty() && (head->epoch != epoch_ || head->first <= last_))) {
    recovery_.damaged_bytes += bytes.size();
    stray_ = true;
    return {};
  }
  if (segments_.empty()) {
    epoch_ = head->epoch;
    through_ = head->first - 1;  // only what had its receipt was ever dropped
  } else {
    recovery_.lost_proofs += head->first - 1 - last_;
  }
  last_ = head->first - 1;
  head_ = head->previous;
  segments_.push_back({path, bytes.size(), 0, {}});
  const Scan scan = scan_records(bytes);
  const auto ours = belief == Belief::by_chain ? std::vector<bool>(scan.records.size(), true)
                                               : find_ours(bytes, scan.records, identity_, key_.public_key());
  for (std::size_t i = 0; i < ours.size(); ++i) index(segments_.back(), bytes, scan.records[i], ours[i]);
  recovery_.damaged_bytes += scan.unreadable_bytes + (is_newest ? 0 : scan.tail_bytes);
  return is_newest ? cut_tail(segments_.back(), scan) : Result<void>{};
}

// Takes one record into the index if it is the proof that may stand here.
void ProofJournal::index(Segment& segment, std::string_view bytes, const Span& span, bool ours) {
  const auto read = decode_sealed(bytes.substr(span.offset, span.length));
  if (!read || !ours) {
    const bool other_key = read && read->key_id != key_.public_key().id();
    if (other_key) recovery_.other_key_proofs += 1, stray_ = true;
    if (!other_key) recovery_.damaged_bytes += span.length;
    return;
  }
  const v1::Proof& proof = read->proof;
  const bool linked = proof.number() != last_ + 1 || proof.previous() == head_.view();
  if (proof.epoch() != epoch_text() || proof.number() <= last_ || !linked) {
    recovery_.damaged_bytes += span.length;
    stray_ = true;
    return;
  }
  recovery_.lost_proofs += proof.number() - last_ - 1;
  recovery_.proofs += 1;
  segment.entries.push_back({proof.number(), span});
  segment.newest_us = std::max(segment.newest_us, proof.to_us());
  last_ = proof.number();
  head_ = read->digest;
}

Result<void> ProofJournal::cut_tail(Segment& segment, const Scan& scan) {
  if (scan.tail_bytes == 0) return {};
  recovery_.torn_bytes += scan.tail_bytes;
  segment.bytes = scan.sound_bytes;
  UniqueFd fd{::open(segment.path.c_str(), O_RDWR | O_CLOEXEC)};
  if (fd.valid() && ::ftruncate(fd.get(), static_cast<off_t>(scan.sound_bytes)) == 0 && ::fsync(fd.get()) == 0)
    return {};
  return fail(ErrorCode::io, "cannot cut the torn tail of {}: {}", segment.path.string(), errno_text());
}

// A receipt that cannot be read is no loss: the proofs go out again and the head-end knows them. One that names more
// than is there tells that the disk has lost proofs; their numbers must not be given to others.
Result<std::uint64_t> ProofJournal::recover_receipt() {
  const auto bytes = read_file(receipt_path(), 4096);
  if (!bytes && bytes.error().code == ErrorCode::missing) return 0;
  if (!bytes && bytes.error().code != ErrorCode::invalid) return pass(bytes.error());
  const auto receipt = bytes ? decode_receipt(*bytes) : std::nullopt;
  if (!receipt) {
    log::warn("journal.receipt_unreadable", {{"file", receipt_path().string()}});
    return 0;
  }
  if (receipt->epoch() != epoch_text()) return 0;
  if (contradicts(receipt->through(), receipt->head())) stray_ = true;
  through_ = std::max(through_, std::min(receipt->through(), last_));
  return receipt->through();
}

/// Whether the proof that a receipt names is here and is another one.
bool ProofJournal::contradicts(std::uint64_t number, std::string_view head) const {
  const auto digest = digest_of(number);
  return digest && head != digest->view();
}

Result<bool> ProofJournal::is_behind(const v1::Receipt& receipt) const {
  if (unread_ || receipt.epoch() != epoch_text() || receipt.through() <= through_) return false;
  if (receipt.through() > last_) return true;
  LOA_TRY_LET(const Sha256 digest, digest_of(receipt.through()));
  return receipt.head() != digest.view();
}

// The receipt is written first: with it the next process renews as well.
Result<void> ProofJournal::renew_behind(const v1::Receipt& receipt) {
  LOA_TRY(save_receipt(receipt));
  unread_ = true;
  return read_again();
}

Result<void> ProofJournal::read_again() {
  segments_.clear();
  epoch_ = {};
  last_ = through_ = 0;
  head_ = {};
  recovery_ = {};
  stray_ = broken_ = false;
  LOA_TRY_LET(const auto paths, find_segments());
  LOA_TRY(recover(paths));
  unread_ = false;
  return {};
}

Result<void> ProofJournal::save_receipt(const v1::Receipt& receipt, std::string_view sealed) const {
  return save_file(receipt_path(), encode_receipt(receipt, sealed), 0600);
}

Result<bool> ProofJournal::set_back(const v1::Receipt& receipt) {
  if (receipt.epoch() != epoch_text()) return fail(ErrorCode::refused, "a receipt for another epoch than ours");
  if (unread_ || receipt.through() >= through_) return false;
  if (contradicts(receipt.through(), receipt.head()))
    return fail(ErrorCode::refused, "a receipt through proof {} with the digest of something else", receipt.through());
  if (!office_had_) {
    const auto bytes = read_file(receipt_path(), 4096);
    const auto kept = bytes ? decode_receipt(*bytes) : std::nullopt;
    office_had_ = KeptReceipt{through_, kept && kept->epoch() == epoch_text() ? kept->sealed() : ""};
  }
  const auto before = std::exchange(through_, std::max(receipt.through(), first() - 1));
  return through_ < before;
}

}  // namespace loa::station::journal
