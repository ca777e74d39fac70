#include <sqlite3.h>

#include "headend/ledger/ledger.hpp"
#include "protocol/crypto/hash.hpp"
#include "protocol/crypto/key.hpp"
#include "protocol/seal/seal.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/bench_ward.hpp"

namespace loa::bench {

namespace {

constexpr int chains = 20;
constexpr int proofs = 2'000;
constexpr std::size_t proof_bytes = 300;  // a sealed proof on the wire

struct SignedBytes {
  std::string bytes;
  protocol::crypto::Signature signature;
};

std::vector<SignedBytes> make_signed(const protocol::crypto::SecretKey& key) {
  std::vector<SignedBytes> all;
  for (int i = 0; i < proofs; ++i) {
    auto bytes = protocol::crypto::random_bytes(proof_bytes);
    const auto signature = key.sign(bytes);
    all.push_back({std::move(bytes), signature});
  }
  return all;
}

/// A table of bytes in a durable file.
class Floor {
 public:
  explicit Floor(const std::filesystem::path& path) {
    sqlite3_open(path.c_str(), &database_);
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS proof(bytes BLOB NOT NULL);");
    sqlite3_prepare_v2(database_, "INSERT INTO proof(bytes) VALUES(?1)", -1, &insert_, nullptr);
  }
  ~Floor() {
    sqlite3_finalize(insert_);
    sqlite3_close(database_);
  }
  Floor(const Floor&) = delete;
  Floor& operator=(const Floor&) = delete;

  bool run(const char* sql) { return sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK; }
  bool insert(const std::string& bytes) {
    sqlite3_bind_blob(insert_, 1, bytes.data(), static_cast<int>(bytes.size()), SQLITE_STATIC);
    const bool done = sqlite3_step(insert_) == SQLITE_DONE;
    sqlite3_reset(insert_);
    return done;
  }

 private:
  sqlite3* database_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

/// Nothing but the two costs that cannot be avoided: each signature checked, each row committed, `batch` rows at a
/// time.
Result<double> floor_per_s(const Context& context, int batch) {
  const auto key = protocol::crypto::SecretKey::generate();
  const auto all = make_signed(key);
  Floor floor(context.work / "floor.sqlite");
  const double begin = now_s();
  int open = 0;
  for (const auto& each : all) {
    if (open == 0) floor.run("BEGIN");
    const std::string_view signature(reinterpret_cast<const char*>(each.signature.data()), each.signature.size());
    if (!protocol::crypto::verify(key.public_key(), each.bytes, signature)) {
      return fail(ErrorCode::refused, "a right signature was refused");
    }
    if (!floor.insert(each.bytes)) return fail(ErrorCode::io, "SQLite would not take a row");
    open = (open + 1) % batch;
    if (open == 0 && !floor.run("COMMIT")) return fail(ErrorCode::io, "SQLite would not commit");
  }
  if (open != 0 && !floor.run("COMMIT")) return fail(ErrorCode::io, "SQLite would not commit");
  return proofs / (now_s() - begin);
}

/// What one station's journal would send: numbered, chained, sealed.
Result<std::vector<std::string>> make_chain(const std::string& station, const protocol::crypto::SecretKey& key,
                                            WallTime now) {
  std::vector<std::string> sealed;
  protocol::crypto::Sha256 previous;
  const auto epoch = protocol::crypto::random_bytes(16);
  for (int number = 1; number <= proofs / chains; ++number) {
    v1::Proof proof;
    proof.set_epoch(epoch);
    proof.set_number(static_cast<std::uint64_t>(number));
    proof.set_previous(std::string(previous.view()));
    proof.set_occurrence("morning/2026-11-21/050000");
    proof.set_bucket(v1::BUCKET_PLAYED);
    proof.set_reason("complete");
    proof.set_medium(v1::MEDIUM_AUDIO);
    proof.set_from_us(to_us(now) + number * 1'000'000);
    proof.set_to_us(proof.from_us() + 1'000'000);
    proof.set_frames(48'000);
    proof.set_object(std::string(32, 'o'));
    const protocol::seal::Address address{
        BenchWard::id, "station/" + station, "headend", v1::KIND_PROOF, proof.number(), {}, {}};
    sealed.push_back(protocol::seal::seal(address, proof.SerializeAsString(), key));
    v1::Envelope envelope;
    if (!envelope.ParseFromString(sealed.back())) return fail(ErrorCode::invalid, "a seal of our own does not open");
    previous = protocol::crypto::sha256(envelope.header());
  }
  return sealed;
}

/// The ledger as the head-end drives it: receive until the batch is full, one commit, the receipts signed.
Result<double> ledger_per_s(const Context& context, int run) {
  const BenchWard ward(chains);
  LOA_TRY_LET(auto store, ward.make_store(context.work / fmt::format("ward-{}.sqlite", run)));
  headend::ledger::Ledger ledger(BenchWard::id, ward.office, store);
  const auto now = std::chrono::floor<Micros>(std::chrono::system_clock::now());
  std::vector<std::vector<std::string>> all;
  for (int i = 0; i < chains; ++i) {
    LOA_TRY_LET(auto chain, make_chain(ward.station_id(i), ward.stations[static_cast<std::size_t>(i)], now));
    all.push_back(std::move(chain));
  }
  std::uint64_t appended = 0;
  const auto commit = [&]() -> Result<void> {
    LOA_TRY_LET(const auto done, ledger.commit(now));
    appended += done.appended;
    LOA_TRY(ledger.receipts_due(now));
    return {};
  };
  const double begin = now_s();
  for (std::size_t number = 0; number < all[0].size(); ++number) {
    for (int i = 0; i < chains; ++i) {
      LOA_TRY(ledger.receive(ward.station_id(i), all[static_cast<std::size_t>(i)][number], now));
      if (ledger.full()) LOA_TRY(commit());
    }
  }
  LOA_TRY(commit());
  const double seconds = now_s() - begin;
  if (appended != proofs) return fail(ErrorCode::io, "only {} of {} proofs were committed", appended, proofs);
  return proofs / seconds;
}

}  // namespace

std::vector<Line> measure_proofs(const Context& context) {
  int run = 0;
  auto ours = sample(context.runs, [&] { return ledger_per_s(context, run++); });
  auto batched = sample(context.runs, [&] { return floor_per_s(context, 512); });
  auto single = sample(context.runs, [&] { return floor_per_s(context, 1); });
  return {{"proofs verified and committed", "1/s", "bare Ed25519 verify + SQLite, 512 rows a commit", ours,
           std::move(batched), false},
          {"proofs verified and committed", "1/s", "bare Ed25519 verify + SQLite, each its own commit", std::move(ours),
           std::move(single), false}};
}

}  // namespace loa::bench
