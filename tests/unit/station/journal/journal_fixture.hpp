#pragma once
#include <gtest/gtest.h>

#include <fstream>

#include "protocol/seal/seal.hpp"
#include "station/journal/proof_journal.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::station::journal {

inline constexpr WallTime morning = wall_from_us(1'795'212'000'000'000);  // 2026-11-20T22:00:00Z, 05:00 in Hanoi

inline protocol::crypto::SecretKey test_key() {
  std::array<std::uint8_t, 32> seed{};
  seed.fill(7);
  return protocol::crypto::SecretKey::from_seed(seed);
}

/// A part of five seconds, the n-th of the morning.
inline v1::Proof draft(int n) {
  v1::Proof proof;
  proof.set_occurrence("sang/2026-11-21/050000");
  proof.set_segment(static_cast<std::uint32_t>(n));
  proof.set_plan_sequence(12);
  proof.set_bucket(v1::BUCKET_PLAYED);
  proof.set_reason("complete");
  proof.set_from_us(to_us(morning) + n * 5'000'000LL);
  proof.set_to_us(proof.from_us() + 5'000'000);
  proof.set_object(std::string(32, 'o'));
  proof.set_frames(240'000);
  proof.set_gain_cb(-60);
  proof.set_clock_grade(v1::CLOCK_GRADE_DISCIPLINED);
  proof.set_medium(v1::MEDIUM_AUDIO);
  return proof;
}

struct Read {
  v1::Proof proof;
  Sha256 digest;
};

/// Opens a sealed proof as the head-end does.
inline Result<Read> read_sealed(const std::string& sealed) {
  protocol::seal::Expectation want;
  want.ward = "phuc-xa";
  want.kind = v1::KIND_PROOF;
  want.audiences = {"headend"};
  want.sender = "station/cum-01";
  want.keys = {test_key().public_key()};
  want.now = morning;
  LOA_TRY_LET(const auto opened, protocol::seal::open(sealed, want));
  Read read;
  read.digest = opened.digest;
  if (!read.proof.ParseFromString(opened.header.body())) return fail(ErrorCode::invalid, "not a proof");
  if (read.proof.number() != opened.header.sequence()) return fail(ErrorCode::invalid, "number is not the sequence");
  return read;
}

inline constexpr Limits small{2048, 1 << 20};  // about four proofs a segment

/// Turns every bit of some bytes of a file.
inline void damage(const std::filesystem::path& path, std::streamoff at, std::size_t bytes = 1) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  for (std::size_t i = 0; i < bytes; ++i) {
    file.seekg(at);
    const char old = static_cast<char>(file.get());
    file.seekp(at++);
    file.put(static_cast<char>(~old));
  }
}

class JournalTest : public ::testing::Test {
 protected:
  Result<ProofJournal> try_open(Limits limits = {}) {
    return ProofJournal::open(folder(), {"phuc-xa", "cum-01"}, test_key(), limits);
  }
  ProofJournal open(Limits limits = {}) {
    auto journal = try_open(limits);
    if (!journal) ADD_FAILURE() << journal.error().text;
    return std::move(journal).value();
  }
  static v1::Receipt receipt(const ProofJournal& journal, std::uint64_t through) {
    v1::Receipt receipt;
    receipt.set_epoch(journal.epoch().data(), journal.epoch().size());
    receipt.set_through(through);
    const auto all = journal.waiting(through - 1, 1);
    if (all && !all->empty()) receipt.set_head(std::string{digest_of_sealed(all->front().sealed).view()});
    return receipt;
  }
  /// Appends n proofs, the first of them draft(from).
  static void fill(ProofJournal& journal, int from, int n) {
    for (int i = 0; i < n; ++i) {
      const auto sealed = journal.append(draft(from + i), morning);
      ASSERT_TRUE(sealed) << sealed.error().text;
    }
  }
  /// Whether what waits is an unbroken chain of numbers from `first` to the journal's last.
  static ::testing::AssertionResult chain_holds(const ProofJournal& journal, std::uint64_t first) {
    const auto all = journal.waiting(first - 1, 1'000'000);
    if (!all) return ::testing::AssertionFailure() << all.error().text;
    if (all->size() != journal.last() + 1 - first) return ::testing::AssertionFailure() << all->size() << " proofs";
    Sha256 previous;
    for (const Waiting& one : *all) {
      const auto read = read_sealed(one.sealed);
      if (!read) return ::testing::AssertionFailure() << read.error().text;
      if (read->proof.number() != first) return ::testing::AssertionFailure() << "number " << read->proof.number();
      const bool linked = first == 1 ? read->proof.previous() == Sha256{}.view()
                                     : &one == &all->front() || read->proof.previous() == previous.view();
      if (!linked) return ::testing::AssertionFailure() << "chain broken at " << first;
      previous = read->digest;
      ++first;
    }
    return ::testing::AssertionSuccess();
  }
  [[nodiscard]] std::filesystem::path folder() const { return folder_.path() / "journal"; }
  [[nodiscard]] std::vector<std::filesystem::path> files() const {
    std::vector<std::filesystem::path> names;
    for (const auto& file : std::filesystem::directory_iterator(folder())) names.push_back(file.path());
    std::sort(names.begin(), names.end());
    return names;
  }
  [[nodiscard]] std::filesystem::path segment(std::uint64_t first) const {
    return folder() / fmt::format("proofs-{:020}", first);
  }

 private:
  tests::TempFolder folder_;
};

}  // namespace loa::station::journal
