#include "headend/ledger/ledger.hpp"

#include <algorithm>

#include "headend/fleet/keep.hpp"
#include "protocol/base/log.hpp"
#include "protocol/message/check.hpp"
#include "protocol/seal/seal.hpp"
#include "protocol/topic/topic.hpp"

namespace loa::headend::ledger {
namespace {

using namespace std::chrono;
using model::ProofRecord;

/// Of one station: what waits for predecessors, and what is kept as evidence. More is dropped unread; the station,
/// having no receipt, sends it again.
constexpr std::uint64_t max_aside = 20'000;
constexpr std::uint64_t max_forks = 1'000;
constexpr std::uint64_t max_number = 1ULL << 62;
constexpr std::size_t aside_page = 256;
/// A hole this old is no matter of reordering any more.
constexpr minutes hole_is_a_fault_after{10};

std::string_view text_of(const model::Epoch& epoch) {
  return {reinterpret_cast<const char*>(epoch.data()), epoch.size()};
}

/// The fields without which a proof has no place in any chain.
Result<void> check_place(const v1::Proof& proof) {
  if (proof.epoch().size() == sizeof(model::Epoch) && proof.previous().size() == 32 && proof.number() >= 1 &&
      proof.number() <= max_number) {
    return {};
  }
  return fail(ErrorCode::invalid, "a proof without epoch, number or previous hash has no place in the chain");
}

std::string flaw_of(const v1::Proof& proof) {
  const auto sound = protocol::message::check(proof);
  return sound ? std::string{} : sound.error().text;
}

/// Why a proof is not counted although it is sound.
constexpr const char* another_box = "identity-twice: another box spoke as this station then";

}  // namespace

/// One chain while its share of the batch is put in place. Nothing of it is visible before the commit.
struct Ledger::Work {
  model::ChainHead head;
  WallTime now;
  Commit& commit;
  std::vector<model::IdentityConflict> conflicts;  ///< in which another epoch counts
  std::vector<ProofRecord> append;
  std::map<std::uint64_t, model::Sha256> digests;    ///< of `append`
  std::map<std::uint64_t, model::Sha256> receipted;  ///< digests that receipts of this head-end vouch for
  std::vector<model::LostProofs> lost;               ///< of this chain
  bool holds_aside = false;
  bool taken_up = false;  ///< the chain goes on behind numbers that are lost
  bool again = false;     ///< the station sent what was committed before: it missed the receipt

  void extend(const ProofRecord& proof) {
    head.through = proof.number;
    head.head = proof.digest;
    head.changed = now;
    digests[proof.number] = proof.digest;
    append.push_back(proof);
    ++commit.appended;
    if (!proof.flaw.empty()) {
      ++commit.flawed;
    } else if (is_doubtful(proof)) {
      append.back().flaw = another_box;
      ++commit.doubtful;
    }
  }
  /// Whether two boxes speak as the station now, and the other one's proofs count.
  [[nodiscard]] bool waits() const {
    return std::any_of(conflicts.begin(), conflicts.end(), [](const auto& conflict) { return !conflict.ended; });
  }
  [[nodiscard]] bool is_doubtful(const ProofRecord& proof) const {
    const WallTime from = wall_from_us(proof.proof.from_us());
    return std::any_of(conflicts.begin(), conflicts.end(), [&](const auto& conflict) {
      return conflict.ended && from >= conflict.since && from < *conflict.ended;
    });
  }
  /// Whether a number is one that the office has lost: a copy that some broker still had changes nothing any more.
  [[nodiscard]] bool is_lost(std::uint64_t number) const {
    return std::any_of(lost.begin(), lost.end(),
                       [&](const auto& gap) { return number >= gap.from_number && number <= gap.to_number; });
  }
  [[nodiscard]] bool continues(const ProofRecord& proof) const {
    const auto known = receipted.find(proof.number);
    return proof.number == head.through + 1 && proof.proof.previous() == head.head.view() &&
           (known == receipted.end() || known->second == proof.digest);
  }
};

Ledger::Ledger(std::string ward, protocol::crypto::SecretKey key, store::Store& store)
    : seals_(std::move(ward), key, store), store_(store), own_(key.public_key()) {}

Result<protocol::crypto::PublicKey> Ledger::key_of(const std::string& station) {
  if (keys_.empty()) {
    LOA_TRY_LET(const auto catalogue, store_.catalogue());
    for (const auto& entry : catalogue.stations) keys_[entry.id] = entry.key;
    LOA_TRY_LET(const auto removed, store_.stations().removed());
    for (const auto& entry : removed) {  // its proofs are taken until it is done with
      if (!entry.closed) keys_.try_emplace(entry.id, entry.key);
    }
  }
  const auto found = keys_.find(station);
  if (found != keys_.end()) return found->second;
  return fail(ErrorCode::missing, "a proof came for station '{}', which the ward does not have", station);
}

Result<void> Ledger::receive(const std::string& station, std::string_view sealed, WallTime now) {
  LOA_TRY_LET(const auto key, key_of(station));
  protocol::seal::Expectation want;
  want.ward = seals_.ward();
  want.kind = v1::KIND_PROOF;
  want.audiences = {"headend"};
  want.sender = "station/" + station;
  want.keys = {key};
  const auto opened = protocol::seal::open(sealed, want);
  if (!opened) return pass(opened.error(), "proof of station '" + station + "'");
  ProofRecord record;
  if (!record.proof.ParseFromString(opened->header.body())) {
    return fail(ErrorCode::invalid, "proof of station '{}': its body cannot be decoded", station);
  }
  LOA_TRY(check_place(record.proof));
  record.station = station;
  std::copy_n(record.proof.epoch().begin(), record.epoch.size(), record.epoch.begin());
  record.number = record.proof.number();
  record.digest = opened->digest;
  record.sealed = std::string{sealed};
  record.received = now;
  record.flaw = flaw_of(record.proof);
  batch_.push_back(std::move(record));
  return {};
}

Result<Commit> Ledger::commit(WallTime now) {
  Commit commit;
  auto due = due_;
  auto outcome = store_.write([&](store::Unit&) { return settle(commit, now); });
  batch_.clear();
  if (outcome) return commit;
  due_ = std::move(due);
  return pass(std::move(outcome).error(), "cannot commit proofs");
}

Result<void> Ledger::settle(Commit& commit, WallTime now) {
  std::map<ChainKey, std::vector<const ProofRecord*>> chains;
  for (const auto& proof : batch_) chains[{proof.station, proof.epoch}].push_back(&proof);
  for (auto& [key, arrived] : chains) LOA_TRY(settle_one(key, arrived, commit, now));
  return {};
}

Result<void> Ledger::settle_one(const ChainKey& key, std::vector<const ProofRecord*>& arrived, Commit& commit,
                                WallTime now) {
  LOA_TRY_LET(auto head, store_.proofs().chain(key.first, key.second));
  LOA_TRY_LET(auto conflicts, store_.findings().conflicts(key.first));
  std::erase_if(conflicts, [&](const auto& conflict) { return conflict.counted == key.second; });
  Work work{std::move(head), now, commit, std::move(conflicts), {}, {}, {}, {}, false, false, false};
  LOA_TRY_LET(work.lost, store_.lost_proofs().of(key.first));
  std::erase_if(work.lost, [&](const auto& lost) { return lost.epoch != key.second; });
  for (const auto& lost : work.lost) work.receipted[lost.receipted] = lost.receipted_head;
  if (const auto vouched = vouched_.find(key); vouched != vouched_.end())
    work.receipted[vouched->second.through] = vouched->second.head;
  LOA_TRY(work.waits() ? hold_back(work, arrived) : settle_chain(work, arrived));
  if (!work.append.empty() || work.again) due_.insert(key);
  return {};
}

/// Keeps what the box that does not count sends, without a receipt: so it sends that again when it is alone.
Result<void> Ledger::hold_back(Work& work, const std::vector<const ProofRecord*>& arrived) {
  for (const auto* proof : arrived) {
    if (proof->number <= work.head.through) {
      ++work.commit.duplicates;
    } else {
      LOA_TRY(keep_aside(work, *proof));
    }
  }
  work.again = false;
  return {};
}

Result<void> Ledger::settle_chain(Work& work, std::vector<const ProofRecord*>& arrived) {
  std::stable_sort(arrived.begin(), arrived.end(),
                   [](const auto* one, const auto* other) { return one->number < other->number; });
  for (const auto* proof : arrived) LOA_TRY(place(work, *proof));
  LOA_TRY(drain_aside(work));
  LOA_TRY(take_up(work));
  if (!work.append.empty()) LOA_TRY(store_.proofs().append(work.append, {work.head}));
  const auto flawed = std::find_if(work.append.begin(), work.append.end(),
                                   [](const auto& proof) { return !proof.flaw.empty() && proof.flaw != another_box; });
  if (flawed != work.append.end()) {
    const auto text = fmt::format("proof {} of station '{}' breaks a rule and is not counted: {}", flawed->number,
                                  flawed->station, flawed->flaw);
    LOA_TRY(fleet::raise_fault(store_, work.head.station, "proof-flawed", text, work.now));
  }
  return {};
}

/// Appends a proof, or finds out why it cannot be the next one.
Result<void> Ledger::place(Work& work, const ProofRecord& proof) {
  if (work.continues(proof)) {
    work.extend(proof);
    return {};
  }
  if (proof.number > work.head.through + 1) return keep_aside(work, proof);
  if (proof.number == work.head.through + 1) return keep_fork(work, proof);
  const auto fresh = work.digests.find(proof.number);
  std::optional<model::Sha256> known;
  if (fresh != work.digests.end()) {
    known = fresh->second;
  } else {
    LOA_TRY_LET(known, store_.proofs().digest(proof.station, proof.epoch, proof.number));
  }
  if (known != proof.digest && !work.is_lost(proof.number)) return keep_fork(work, proof);
  ++work.commit.duplicates;
  work.again = true;
  return {};
}

Result<void> Ledger::keep_aside(Work& work, const ProofRecord& proof) {
  LOA_TRY_LET(const auto same_number, store_.waiting_proofs().from(proof.station, proof.epoch, proof.number, 1));
  if (!same_number.empty() && same_number[0].number == proof.number) {
    if (same_number[0].digest != proof.digest) return keep_fork(work, proof);
    ++work.commit.duplicates;
    return {};
  }
  LOA_TRY_LET(const auto waiting, store_.waiting_proofs().count(proof.station));
  if (waiting >= max_aside) return {};
  ++work.commit.aside;
  work.holds_aside = true;
  return store_.waiting_proofs().put({proof});
}

/// Appends what waited for the proofs that have just come.
Result<void> Ledger::drain_aside(Work& work) {
  const auto& [station, epoch] = std::pair{work.head.station, work.head.epoch};
  for (bool more = !work.append.empty() || work.taken_up; more;) {
    LOA_TRY_LET(const auto waiting, store_.waiting_proofs().from(station, epoch, work.head.through + 1, aside_page));
    more = waiting.size() == aside_page;
    for (const auto& proof : waiting) {
      if (proof.number != work.head.through + 1) return store_.waiting_proofs().drop(station, epoch, work.head.through);
      if (!work.continues(proof)) {
        LOA_TRY(keep_fork(work, proof));
        return store_.waiting_proofs().drop(station, epoch, proof.number);
      }
      work.extend(proof);
    }
  }
  if (!work.append.empty()) return store_.waiting_proofs().drop(station, epoch, work.head.through);
  if (!work.holds_aside) return {};
  LOA_TRY_LET(const auto oldest, store_.waiting_proofs().from(station, epoch, 1, 1));
  if (oldest.empty() || work.now - oldest[0].received < hole_is_a_fault_after) return {};
  return fleet::raise_fault(
      store_, station, "proof-hole",
      fmt::format("proofs of station '{}' from number {} on are missing, later ones wait for them", station,
                  work.head.through + 1),
      work.now);
}

/// The receipt goes out again: a station whose folder was put back to an older copy learns from it that its numbers are
/// taken, and begins a new epoch (PROTOCOL.md §8.9).
Result<void> Ledger::keep_fork(Work& work, const ProofRecord& proof) {
  ++work.commit.forks;
  work.again = work.head.through > 0;
  LOA_TRY_LET(const auto count, store_.waiting_proofs().count_forks(proof.station));
  if (count >= max_forks) return {};
  LOA_TRY_LET(const bool fresh, store_.waiting_proofs().put_fork(proof));
  if (!fresh) return {};
  const auto text = fmt::format(
      "station '{}' signed a proof {} that contradicts its chain: it is kept as evidence and not counted; "
      "as a rule its card was put back to an older copy, or two boxes have copies of one card",
      proof.station, proof.number);
  return fleet::raise_fault(store_, proof.station, "proof-fork", text, work.now);
}

Result<Commit> Ledger::hear(const fleet::JournalClaim& claim, WallTime now) {
  const ChainKey key{claim.station, claim.epoch};
  Commit commit;
  LOA_TRY_LET(const auto head, store_.proofs().chain(claim.station, claim.epoch));
  if (claim.receipted <= head.through) {
    vouched_.erase(key);
    return commit;
  }
  due_.insert(key);
  if (claim.receipt.empty()) return commit;
  const auto vouched = fleet::vouch(claim, seals_.ward(), own_);
  if (!vouched) {
    log::warn("journal.not_vouched", {{"station", claim.station}, {"reason", vouched.error().text}});
    return commit;
  }
  vouched_.insert_or_assign(key, *vouched);
  std::vector<const ProofRecord*> none;
  if (auto settled = store_.write([&](store::Unit&) { return settle_one(key, none, commit, now); }); !settled)
    return pass(std::move(settled).error(), "cannot take up the chain of " + claim.station);
  return commit;
}

/// Goes on behind numbers that the station holds no more: only with a receipt of this head-end that covers them, and
/// with the first proof behind them at hand, which names the digest of the last one that is lost.
Result<void> Ledger::take_up(Work& work) {
  const auto vouched = vouched_.find({work.head.station, work.head.epoch});
  if (vouched == vouched_.end() || vouched->second.first <= work.head.through + 1) return {};
  const auto& [first, through, receipted_head, signed_at] = vouched->second;
  LOA_TRY_LET(const auto waiting, store_.waiting_proofs().from(work.head.station, work.head.epoch, first, 1));
  if (waiting.empty() || waiting[0].number != first) return {};
  const auto known = work.receipted.find(first - 1);
  if (known != work.receipted.end() && waiting[0].proof.previous() != known->second.view())
    return keep_fork(work, waiting[0]);
  LOA_TRY(note_lost(work, vouched->second, waiting[0]));
  work.taken_up = true;
  return drain_aside(work);
}

/// When the last proof that is here was made, at the latest; without one, since when the journal speaks.
Result<WallTime> Ledger::made_before(const Work& work) {
  if (!work.append.empty()) {
    const auto& last = work.append.back();
    return std::min(last.received, wall_from_us(last.proof.to_us() + last.proof.late_us()));
  }
  const auto& head = work.head;
  LOA_TRY_LET(const auto before, store_.proofs().time(head.station, head.epoch, head.through));
  if (before) return std::min(before->end, before->received);
  LOA_TRY_LET(const auto journals, store_.findings().journals(head.station));
  const auto journal =
      std::find_if(journals.begin(), journals.end(), [&](const auto& one) { return one.epoch == head.epoch; });
  return journal == journals.end() ? WallTime{} : journal->began;
}

Result<void> Ledger::note_lost(Work& work, const fleet::Vouched& vouched, const ProofRecord& first) {
  auto& head = work.head;
  model::LostProofs lost{head.station, head.epoch,      head.through + 1, first.number - 1, {},
                         {},           vouched.through, vouched.head,     work.now};
  LOA_TRY_LET(lost.since, made_before(work));
  lost.until = std::min(vouched.signed_at, wall_from_us(first.proof.to_us() + first.proof.late_us()));
  LOA_TRY_LET(const auto previous, model::Sha256::from_bytes(first.proof.previous()));
  LOA_TRY(store_.lost_proofs().put(lost, previous));
  head.through = lost.to_number;
  head.head = previous;
  head.changed = work.now;
  work.commit.lost += lost.to_number + 1 - lost.from_number;
  LOA_TRY(fleet::resolve_fault(store_, head.station, "proof-hole", work.now));
  return fleet::raise_fault(store_, head.station, model::proofs_lost, fleet::describe(lost), work.now);
}

Result<std::vector<dispatch::Publication>> Ledger::receipts_due(WallTime now) {
  std::vector<model::ChainHead> chains;
  std::vector<dispatch::Publication> receipts;
  const auto make_all = [&](store::Unit& unit) -> Result<void> {
    for (const auto& [station, epoch] : due_) {
      LOA_TRY_LET(auto chain, unit.proofs().chain(station, epoch));
      chains.push_back(std::move(chain));
    }
    // The receipt stands retained: of two epochs of one station the one that grew last has to be the last word.
    std::stable_sort(chains.begin(), chains.end(),
                     [](const auto& one, const auto& other) { return one.changed < other.changed; });
    for (const auto& chain : chains) {
      LOA_TRY_LET(auto receipt, make_receipt(chain, now));
      receipts.push_back(std::move(receipt));
    }
    return {};
  };
  if (due_.empty()) return receipts;
  if (auto made = store_.write(make_all); !made) return pass(std::move(made).error(), "cannot make receipts");
  due_.clear();
  return receipts;
}

Result<void> Ledger::repeat_receipt(const std::string& station) {
  LOA_TRY_LET(const auto chains, store_.proofs().chains());
  const model::ChainHead* newest = nullptr;
  for (const auto& chain : chains) {  // by station and last change
    if (chain.station == station && chain.through > 0) newest = &chain;
  }
  if (newest != nullptr) due_.insert({station, newest->epoch});
  return {};
}

Result<dispatch::Publication> Ledger::make_receipt(const model::ChainHead& chain, WallTime now) {
  v1::Receipt receipt;
  receipt.set_epoch(std::string{text_of(chain.epoch)});
  receipt.set_through(chain.through);
  receipt.set_head(std::string{chain.head.view()});
  LOA_TRY_LET(auto sealed, seals_.receipt(chain.station, receipt, now));
  LOA_TRY(store_.proofs().put_receipt(chain.station, sealed.bytes));
  using protocol::topic::Leaf;
  return dispatch::Publication{protocol::topic::of_station(seals_.ward(), chain.station, Leaf::receipt),
                               std::move(sealed.bytes), true};
}

}  // namespace loa::headend::ledger
