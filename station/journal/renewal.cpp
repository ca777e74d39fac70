#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <tuple>

#include "protocol/base/log.hpp"
#include "protocol/message/check.hpp"
#include "station/journal/proof_journal.hpp"

// What happens when the disk has damaged proofs that have no receipt. The chain cannot go on over the hole, and nobody
// would ever receipt what lies behind it: everything readable is said again in a new epoch (PROTOCOL.md §8.7).
namespace loa::station::journal {
namespace {

namespace fs = std::filesystem;
using protocol::crypto::PublicKey;

/// What can be said again, and which numbers of an epoch need not.
struct Readable {
  using Place = std::tuple<std::string, std::uint64_t, Sha256>;  ///< epoch, number, digest: of a fork both
  std::map<Place, v1::Proof> ours;
  std::set<std::uint64_t> numbers;  ///< of the epoch asked for; also those that another key sealed, which are kept
};

/// @param epoch  empty: whichever it is
void read_proofs(std::string_view segment, std::string_view epoch, const Identity& identity, const PublicKey& key,
                 Readable& found) {
  const auto records = scan_records(segment).records;
  const auto sealed_by_us = find_ours(segment, records, identity, key);
  for (std::size_t i = 0; i < records.size(); ++i) {
    auto read = decode_sealed(segment.substr(records[i].offset, records[i].length));
    const bool ours = sealed_by_us[i] && protocol::message::check(read->proof);
    if (!ours && (!read || read->key_id == key.id())) continue;
    const std::uint64_t number = read->proof.number();
    if (epoch.empty() || read->proof.epoch() == epoch) found.numbers.insert(number);
    if (ours) found.ours.try_emplace({read->proof.epoch(), number, read->digest}, std::move(read->proof));
  }
}

/// Numbers from the first readable one to the last one known that nobody can read.
std::uint64_t count_lost(const std::set<std::uint64_t>& numbers, std::uint64_t first, std::uint64_t last) {
  if (!numbers.empty()) first = std::min(first, *numbers.begin());
  if (!numbers.empty()) last = std::max(last, *numbers.rbegin());
  return last + 1 - std::min(first, last + 1) - numbers.size();
}

/// Whether another key than ours sealed something in a segment.
bool has_other_key(std::string_view segment, const PublicKey& key) {
  const auto records = scan_records(segment).records;
  return std::any_of(records.begin(), records.end(), [&](const Span& span) {
    const auto read = decode_sealed(segment.substr(span.offset, span.length));
    return read && read->key_id != key.id();
  });
}

/// Renames a file to "FILE<suffix>", durably; "FILE-2<suffix>" and so on where that is taken.
Result<void> set_aside_as(const fs::path& path, const char* suffix) {
  fs::path aside;
  for (int n = 1; n == 1 || fs::exists(aside); ++n)
    aside = path.string() + (n == 1 ? "" : fmt::format("-{}", n)) + suffix;
  log::error("journal.segment_aside", {{"file", path.string()}, {"kept_as", aside.string()}});
  if (::rename(path.c_str(), aside.c_str()) != 0)
    return fail(ErrorCode::io, "cannot set {} aside: {}", path.string(), errno_text());
  return sync_folder(path.parent_path());
}

Result<void> remove_older_damage(const fs::path& folder) {
  std::error_code failed;
  for (const auto& file : fs::directory_iterator(folder, failed)) {
    if (file.path().extension() == ".damaged") fs::remove_all(file.path(), failed);
  }
  if (failed) return fail(ErrorCode::io, "cannot tidy {}: {}", folder.string(), failed.message());
  return {};
}

}  // namespace

bool ProofJournal::has_hole() const {
  std::uint64_t expected = through_ + 1;
  for (const Segment& segment : segments_) {
    for (const Entry& entry : segment.entries) {
      if (entry.number <= through_) continue;
      if (entry.number != expected) return true;
      ++expected;
    }
  }
  return expected != last_ + 1 && last_ > through_;
}

Result<void> ProofJournal::renew(const std::vector<fs::path>& paths, std::uint64_t known_through) {
  Readable found;
  const std::string before{epoch_ == Epoch{} ? std::string_view{} : epoch_text()};
  for (const auto& path : paths) {
    LOA_TRY_LET(const std::string bytes, read_segment(path));
    read_proofs(bytes, before, identity_, key_.public_key(), found);
  }
  recovery_.lost_proofs = count_lost(found.numbers, through_ + 1, std::max(known_through, last_));
  log::error("journal.renewed",
             {{"folder", folder_.string()}, {"said_again", found.ours.size()}, {"lost_proofs", recovery_.lost_proofs}});
  choose_epoch();
  std::string segment = encode_head({epoch_, 1, head_, identity_.ward, identity_.station});
  for (auto& [place, proof] : found.ours) {
    complete(proof);
    LOA_TRY_LET(const std::string sealed, seal(proof, WallTime{}));
    segment += encode_record(sealed);
    last_ = proof.number();
    head_ = digest_of_sealed(sealed);
  }
  LOA_TRY(save_file(renewal_path(), segment, 0600));
  return finish_renewal(paths);
}

// It was saved whole, so anything else is not from us: proof by proof it must be what renew() writes.
Result<bool> ProofJournal::renewal_is_whole() const {
  LOA_TRY_LET(const std::string bytes, read_segment(renewal_path()));
  const auto head = decode_head(bytes);
  const Scan scan = scan_records(bytes);
  if (!head || head->first != 1 || scan.unreadable_bytes + scan.tail_bytes > 0) return false;
  const std::string_view epoch{reinterpret_cast<const char*>(head->epoch.data()), head->epoch.size()};
  std::uint64_t number = 0;
  Sha256 previous;
  for (const Span& span : scan.records) {
    const auto sealed = std::string_view{bytes}.substr(span.offset, span.length);
    const auto read = decode_sealed(sealed);
    const bool next = read && read->proof.epoch() == epoch && read->proof.number() == ++number &&
                      read->proof.previous() == previous.view();
    if (!next || !is_sealed_by(sealed, identity_, key_.public_key())) return false;
    previous = read->digest;
  }
  return true;
}

Result<void> ProofJournal::set_aside(const fs::path& path) const {
  LOA_TRY_LET(const std::string bytes, read_segment(path));
  return set_aside_as(path, has_other_key(bytes, key_.public_key()) ? ".other-key" : ".damaged");
}

// Whole or absent: from here on the old files are of no meaning, however often the power fails.
Result<void> ProofJournal::finish_renewal(const std::vector<fs::path>& paths) {
  LOA_TRY(remove_older_damage(folder_));
  for (const auto& path : paths) LOA_TRY(set_aside(path));
  const auto first = segment_path(1);
  if (::rename(renewal_path().c_str(), first.c_str()) != 0)
    return fail(ErrorCode::io, "cannot put the renewed journal {} in place: {}", first.string(), errno_text());
  LOA_TRY(sync_folder(folder_));
  recovery_.renewed = recovery_.fresh = true;
  const Recovery found = recovery_;
  segments_.clear();
  last_ = through_ = 0;
  head_ = {};
  LOA_TRY(recover_segment(first, true, Belief::by_chain));
  recovery_ = found;
  recovery_.proofs = last_;
  return {};
}

}  // namespace loa::station::journal
