#include "headend/store/sqlite/catalogue_reader.hpp"

#include "headend/store/sqlite/catalogue_tables.hpp"

namespace loa::headend::store::sqlite {
namespace {

template <class Entry>
const std::string& key_of(const Entry& entry) {
  return entry.id;
}
const model::Sha256& key_of(const model::Content& entry) { return entry.object; }

/// Reads children and hands each to the entry that it belongs to. Entries are sorted by key, children by their owner:
/// one pass.
template <class Entry, class Value, class Owner, std::size_t N, class Take>
Result<void> read_children(Connection& sql, const Table<Child<Value, Owner>, N>& table, std::string_view order,
                           std::vector<Entry>& entries, const Take& take) {
  std::size_t at = 0;
  return sql.each(select_of(table).append(order), [&](const Row& row) {
    auto child = value_of(table, row);
    while (at < entries.size() && key_of(entries[at]) < child.owner) ++at;
    if (at < entries.size() && key_of(entries[at]) == child.owner) take(entries[at], std::move(child.value));
  });
}

Result<void> read_stations(Connection& sql, std::vector<model::Station>& stations) {
  LOA_TRY_LET(stations, select(sql, stations_table, "ORDER BY id"));
  LOA_TRY(read_children(sql, station_groups, "ORDER BY station, member_of", stations,
                        [](auto& station, auto group) { station.groups.push_back(std::move(group)); }));
  return read_children(sql, station_volumes, "ORDER BY station, position", stations,
                       [](auto& station, const auto& volume) { station.volumes.push_back(volume); });
}

Result<void> read_contents(Connection& sql, std::vector<model::Content>& contents) {
  LOA_TRY_LET(contents, select(sql, contents_table, "ORDER BY object"));
  return read_children(sql, content_uses, "ORDER BY object, width_px, height_px", contents,
                       [](auto& content, const auto& sign) {
                         if (content.image) content.image->signs.push_back(sign);
                       });
}

Result<void> read_programmes(Connection& sql, std::vector<model::Programme>& programmes) {
  LOA_TRY_LET(programmes, select(sql, programmes_table, "ORDER BY id"));
  LOA_TRY(read_children(sql, programme_segments, "ORDER BY programme, position", programmes,
                        [](auto& programme, auto segment) { programme.segments.push_back(std::move(segment)); }));
  return read_children(sql, programme_groups, "ORDER BY programme, target", programmes,
                       [](auto& programme, auto group) { programme.groups.push_back(std::move(group)); });
}

Result<void> read_slogans(Connection& sql, std::vector<model::Slogan>& slogans) {
  LOA_TRY_LET(slogans, select(sql, slogans_table, "ORDER BY id"));
  LOA_TRY(read_children(sql, slogan_images, "ORDER BY slogan, width_px, height_px", slogans,
                        [](auto& slogan, const auto& image) { slogan.images.push_back(image); }));
  return read_children(sql, slogan_groups, "ORDER BY slogan, target", slogans,
                       [](auto& slogan, auto group) { slogan.groups.push_back(std::move(group)); });
}

Result<void> read_policies(Connection& sql, std::vector<model::Policy>& policies) {
  LOA_TRY_LET(policies, select(sql, policies_table, "ORDER BY id"));
  return read_children(sql, policy_windows, "ORDER BY policy, position", policies,
                       [](auto& policy, const auto& window) { policy.windows.push_back(window); });
}

Result<void> read_all(Connection& sql, model::Catalogue& all) {
  LOA_TRY(read_stations(sql, all.stations));
  LOA_TRY_LET(all.groups, select(sql, groups_table, "ORDER BY id"));
  LOA_TRY_LET(all.categories, select(sql, categories_table, "ORDER BY id"));
  LOA_TRY(read_contents(sql, all.contents));
  LOA_TRY(read_programmes(sql, all.programmes));
  LOA_TRY(read_slogans(sql, all.slogans));
  LOA_TRY_LET(all.brightness, select(sql, brightness_table, "ORDER BY from_minute"));
  LOA_TRY(sql.each("SELECT object FROM filler", [&](const Row& row) { all.filler = row.as<model::Sha256>(0); }));
  return read_policies(sql, all.policies);
}

}  // namespace

Result<model::Catalogue> read_catalogue(Connection& sql) {
  model::Catalogue all;
  LOA_TRY(sql.read_transaction([&] { return read_all(sql, all); }));
  return all;
}

}  // namespace loa::headend::store::sqlite
