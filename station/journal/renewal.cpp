#include <algorithm>
#include <cstdio>
#include <map>

#include "protocol/base/log.hpp"
#include "station/journal/proof_journal.hpp"

// What happens when the disk has damaged proofs that have no receipt. The chain cannot go on over the hole, and nobody
// would ever receipt what lies behind it: everything readable is said again in a new epoch (PROTOCOL.md §8.7).
namespace loa::station::journal {
namespace {

namespace fs = std::filesystem;

void read_proofs(const std::string& segment, const Epoch& epoch, std::map<std::uint64_t, v1::Proof>& proofs) {
  for (const Span& span : scan_records(segment).records) {
    v1::Envelope envelope;
    v1::Header header;
    v1::Proof proof;
    const bool decoded = envelope.ParseFromString(segment.substr(span.offset, span.length)) &&
                         header.ParseFromString(envelope.header()) && proof.ParseFromString(header.body());
    const std::string_view ours{reinterpret_cast<const char*>(epoch.data()), epoch.size()};
    if (decoded && (proof.epoch() == ours || epoch == Epoch{})) proofs.try_emplace(proof.number(), std::move(proof));
  }
}

/// Numbers from the first readable one to the last one known that nobody can read.
std::uint64_t count_lost(const std::map<std::uint64_t, v1::Proof>& proofs, std::uint64_t first, std::uint64_t last) {
  if (!proofs.empty()) first = std::min(first, proofs.begin()->first);
  if (!proofs.empty()) last = std::max(last, proofs.rbegin()->first);
  return last + 1 - std::min(first, last + 1) - static_cast<std::uint64_t>(proofs.size());
}

Result<void> remove_older_damage(const fs::path& folder) {
  std::error_code failed;
  for (const auto& file : fs::directory_iterator(folder, failed)) {
    if (file.path().extension() == ".damaged") fs::remove(file.path(), failed);
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
  std::map<std::uint64_t, v1::Proof> proofs;
  for (const auto& path : paths) {
    LOA_TRY_LET(const std::string bytes, read_file(path, limits_.quota_bytes + max_record_bytes));
    read_proofs(bytes, epoch_, proofs);
  }
  recovery_.lost_proofs = count_lost(proofs, through_ + 1, std::max(known_through, last_));
  log::error("journal.renewed",
             {{"folder", folder_.string()}, {"said_again", proofs.size()}, {"lost_proofs", recovery_.lost_proofs}});
  choose_epoch();
  std::string segment = encode_head({epoch_, 1, head_, identity_.ward, identity_.station});
  for (auto& [number, proof] : proofs) {
    LOA_TRY_LET(const std::string sealed, seal(proof, WallTime{}));
    segment += encode_record(sealed);
    last_ = proof.number();
    head_ = digest_of_sealed(sealed);
  }
  LOA_TRY(save_file(renewal_path(), segment, 0600));
  return finish_renewal(paths);
}

// Whole or absent: from here on the old files are of no meaning, however often the power fails.
Result<void> ProofJournal::finish_renewal(const std::vector<fs::path>& paths) {
  LOA_TRY(remove_older_damage(folder_));
  for (const auto& path : paths) LOA_TRY(set_aside(path));
  const auto first = folder_ / fmt::format("proofs-{:020}", 1);
  if (::rename(renewal_path().c_str(), first.c_str()) != 0)
    return fail(ErrorCode::io, "cannot put the renewed journal {} in place: {}", first.string(), errno_text());
  LOA_TRY(sync_folder(folder_));
  recovery_.renewed = recovery_.fresh = true;
  const Recovery found = recovery_;
  segments_.clear();
  last_ = through_ = 0;
  head_ = {};
  LOA_TRY(recover_segment(first, true));
  recovery_ = found;
  recovery_.proofs = last_;
  return {};
}

}  // namespace loa::station::journal
