#include <sqlite3.h>

#include "protocol/crypto/hash.hpp"
#include "protocol/crypto/key.hpp"
#include "tests/bench/bench.hpp"

namespace loa::bench {

namespace {

constexpr int proofs = 1'000;
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

/// A table of bytes in a file, each row its own durable transaction.
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

/// Nothing but the two costs that cannot be avoided: one signature checked, one row committed, for each proof.
Result<double> floor_per_s(const Context& context) {
  const auto key = protocol::crypto::SecretKey::generate();
  const auto all = make_signed(key);
  Floor floor(context.work / "floor.sqlite");
  const double begin = now_s();
  for (const auto& each : all) {
    const std::string_view signature(reinterpret_cast<const char*>(each.signature.data()), each.signature.size());
    if (!protocol::crypto::verify(key.public_key(), each.bytes, signature)) {
      return fail(ErrorCode::refused, "a right signature was refused");
    }
    if (!floor.insert(each.bytes)) return fail(ErrorCode::io, "SQLite would not commit a row");
  }
  return proofs / (now_s() - begin);
}

}  // namespace

std::vector<Line> measure_proofs(const Context& context) {
  return {{"proofs verified and committed", "1/s", "floor: bare Ed25519 verify + one SQLite commit each",
           Figures::not_measured("headend/ledger is not connected to the bench"),
           sample(context.runs, [&] { return floor_per_s(context); }), false}};
}

}  // namespace loa::bench
