#pragma once
#include <gtest/gtest.h>

#include "tests/system/station_power/proofs.hpp"

namespace loa::tests {

/// Whether a journal holds all that was acknowledged, nothing twice, in one verified chain.
inline void expect_exact(const station::journal::ProofJournal& journal, const Acknowledged& acknowledged,
                         const std::string& where) {
  SCOPED_TRACE(where);
  EXPECT_GE(journal.last(), acknowledged.last()) << "lost";
  EXPECT_LE(journal.last(), acknowledged.last() + 1) << "at most the one under way";
  EXPECT_GE(journal.through(), acknowledged.receipted) << "a receipt was lost";
  EXPECT_EQ(journal.recovery().damaged_bytes + journal.recovery().lost_proofs, 0u);
  const auto waiting = journal.waiting(0, 1'000'000);
  ASSERT_TRUE(waiting) << waiting.error().text;
  ASSERT_EQ(waiting->size(), journal.last() - journal.through());
  protocol::seal::Expectation want{
      identity.ward, v1::KIND_PROOF, {"headend"}, "station/cum-01", {station_key().public_key()}, {}, {}};
  std::uint64_t number = journal.through();
  std::string previous;
  for (const auto& one : *waiting) {
    const auto opened = protocol::seal::open(one.sealed, want);
    ASSERT_TRUE(opened) << opened.error().text;
    v1::Proof proof;
    ASSERT_TRUE(proof.ParseFromString(opened->header.body()));
    ASSERT_EQ(proof.number(), ++number);
    ASSERT_EQ(one.number, number);
    if (!previous.empty()) {
      ASSERT_EQ(proof.previous(), previous) << "the chain is broken at " << number;
    }
    previous = std::string{opened->digest.view()};
    if (const auto known = acknowledged.digests.find(number); known != acknowledged.digests.end()) {
      ASSERT_EQ(known->second, opened->digest.hex()) << "another proof has the number " << number;
    }
  }
}

}  // namespace loa::tests
