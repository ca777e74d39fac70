#pragma once
#include <string>

#include "headend/model/proof.hpp"
#include "headend/store/sqlite/columns.hpp"

/// Proofs as they came: sealed, with what is needed to find them.
namespace loa::headend::store::sqlite {

/// Opens the envelope of a proof that was verified when it came.
v1::Proof unseal(std::string_view sealed);

/// The columns of sealed proofs of one table. What is there already stays.
constexpr auto sealed_proofs(const char* name) {
  return table(name, field<&model::ProofRecord::station>("station", Role::key),
               field<&model::ProofRecord::epoch>("epoch", Role::key),
               field<&model::ProofRecord::number>("number", Role::key),
               field<&model::ProofRecord::digest>("digest", Role::once),
               bytes<&model::ProofRecord::sealed>("sealed", Role::once),
               field<&model::ProofRecord::received>("received_us", Role::once),
               field<&model::ProofRecord::flaw>("flaw", Role::once));
}

/// Reads sealed proofs and opens their envelopes.
template <std::size_t N, class... Values>
Result<std::vector<model::ProofRecord>> select_sealed(Connection& sql, const Table<model::ProofRecord, N>& table,
                                                      std::string_view rest, const Values&... values) {
  LOA_TRY_LET(auto records, select(sql, table, rest, values...));
  for (auto& record : records) record.proof = unseal(record.sealed);
  return records;
}

/// Counts the rows of one station.
Result<std::uint64_t> count_of(Connection& sql, const std::string& table, const std::string& station);

}  // namespace loa::headend::store::sqlite
