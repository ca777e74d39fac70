#include "headend/store/sqlite/sealed_proof.hpp"

namespace loa::headend::store::sqlite {

v1::Proof unseal(std::string_view sealed) {
  v1::Envelope envelope;
  v1::Header header;
  v1::Proof proof;
  envelope.ParseFromArray(sealed.data(), static_cast<int>(sealed.size()));
  header.ParseFromString(envelope.header());
  proof.ParseFromString(header.body());
  return proof;
}

Result<std::uint64_t> count_of(Connection& sql, const std::string& table, const std::string& station) {
  std::uint64_t count = 0;
  LOA_TRY(sql.each(
      "SELECT count(*) FROM " + table + " WHERE station = ?", [&](const Row& row) { count = row.as<std::uint64_t>(0); },
      station));
  return count;
}

}  // namespace loa::headend::store::sqlite
