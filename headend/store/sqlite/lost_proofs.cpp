#include "headend/store/sqlite/lost_proofs.hpp"

#include "headend/store/sqlite/columns.hpp"
#include "headend/store/sqlite/proofs.hpp"

namespace loa::headend::store::sqlite {
namespace {

constexpr auto lost_table =
    table("lost_proofs", field<&model::LostProofs::station>("station", Role::key),
          field<&model::LostProofs::epoch>("epoch", Role::key),
          field<&model::LostProofs::from_number>("from_number", Role::key),
          field<&model::LostProofs::to_number>("to_number"), field<&model::LostProofs::since>("since_us"),
          field<&model::LostProofs::until>("until_us"), field<&model::LostProofs::receipted>("receipted"),
          field<&model::LostProofs::receipted_head>("receipted_head"), field<&model::LostProofs::found>("found_us"));

}  // namespace

Result<void> SqliteLostProofs::put(const model::LostProofs& lost, const model::Sha256& head) {
  return sql_.transaction([&]() -> Result<void> {
    LOA_TRY(insert(sql_, lost_table, lost));
    return SqliteProofs{sql_}.append({}, {{lost.station, lost.epoch, lost.to_number, head, lost.found}});
  });
}

Result<std::vector<model::LostProofs>> SqliteLostProofs::of(const std::string& station) {
  return select(sql_, lost_table, "WHERE station = ? ORDER BY epoch, from_number", station);
}

}  // namespace loa::headend::store::sqlite
