#include <algorithm>
#include <map>
#include <set>

#include "headend/store/sqlite/facts_rows.hpp"
#include "headend/store/sqlite/migrate.hpp"

namespace loa::headend::store::sqlite {
namespace {

/// The catalogue's names, as the tables of version 3 have them.
struct Names {
  std::map<std::string, std::string> stations, categories;
  std::map<std::string, std::vector<model::Named>> groups;  ///< of a station
  struct Picture {
    std::string text;
    std::string category;
    std::set<std::string> slogans;  ///< that show it
  };
  std::map<std::string, Picture> pictures;     ///< by object
  std::map<std::string, std::string> slogans;  ///< text by id
};

Result<Names> names_of(Connection& sql) {
  Names names;
  LOA_TRY(
      sql.each("SELECT id, name FROM stations", [&](const Row& row) { names.stations[row.text(0)] = row.text(1); }));
  LOA_TRY(sql.each("SELECT id, name FROM categories",
                   [&](const Row& row) { names.categories[row.text(0)] = row.text(1); }));
  LOA_TRY(
      sql.each("SELECT station, id, name FROM station_groups JOIN groups ON id = member_of WHERE id <> 'all' "
               "ORDER BY station, id",
               [&](const Row& row) {
                 names.groups[row.text(0)].push_back({row.text(1), row.text(2)});
               }));
  LOA_TRY(sql.each("SELECT object, title, text, coalesce(category, '') FROM contents", [&](const Row& row) {
    names.pictures[row.text(0)] = {row.view(2).empty() ? row.text(1) : row.text(2), row.text(3), {}};
  }));
  LOA_TRY(sql.each("SELECT id, text FROM slogans", [&](const Row& row) { names.slogans[row.text(0)] = row.text(1); }));
  LOA_TRY(sql.each("SELECT object, slogan FROM slogan_images",
                   [&](const Row& row) { names.pictures[row.text(0)].slogans.insert(row.text(1)); }));
  return names;
}

/// An id that the catalogue does not know any more is its own name.
model::Named named(const std::map<std::string, std::string>& names, const std::string& id) {
  const auto found = names.find(id);
  return {id, found == names.end() ? id : found->second};
}

/// The build that promised it counted a page by its picture's column, of the cue where that had none.
model::PageFacts page_facts(const Names& names, const v1::Cue& cue, const std::string& object) {
  model::PageFacts facts;
  const auto picture = names.pictures.find(object);
  const bool known = picture != names.pictures.end();
  const bool own_column = known && cue.pages_size() > 0 && !picture->second.category.empty();
  facts.column = named(names.categories, own_column ? picture->second.category : cue.category());
  facts.text = known ? picture->second.text : cue.title();
  if (!known || picture->second.slogans.size() != 1) return facts;
  facts.slogan = *picture->second.slogans.begin();
  facts.text = names.slogans.at(facts.slogan);
  return facts;
}

model::PromiseFacts facts_of(const Names& names, const std::string& station, const v1::Cue& cue) {
  model::PromiseFacts facts;
  facts.as_of_migration = true;
  facts.station = named(names.stations, station).name;
  if (const auto groups = names.groups.find(station); groups != names.groups.end()) facts.groups = groups->second;
  facts.column = named(names.categories, cue.category());
  facts.title = cue.title();
  if (cue.medium() != v1::MEDIUM_SIGN) return facts;
  for (const auto& page : cue.pages()) facts.pages.push_back(page_facts(names, cue, page.object()));
  if (cue.pages_size() == 0) facts.pages.push_back(page_facts(names, cue, cue.object()));
  return facts;
}

}  // namespace

Result<void> migrate_facts(Connection& connection) {
  LOA_TRY_LET(const auto names, names_of(connection));
  FactsWriter writer{connection};
  std::map<std::string, std::int64_t> rows;  // by text: a ward has few distinct ones
  std::int64_t last = 0;
  for (bool more = true; more;) {
    std::vector<std::pair<std::int64_t, model::PromiseFacts>> some;
    LOA_TRY(connection.each(
        "SELECT rowid, station, cue FROM planned_cues WHERE rowid > ? ORDER BY rowid LIMIT 1000",
        [&](const Row& row) {
          v1::Cue cue;
          const auto bytes = row.view(2);
          cue.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
          some.emplace_back(row.integer(0), facts_of(names, row.text(1), cue));
        },
        last));
    for (const auto& [row, facts] : some) {
      const auto [known, fresh] = rows.try_emplace(model::format_facts(facts), 0);
      if (fresh) {
        LOA_TRY_LET(known->second, writer.row_of(facts));
      }
      LOA_TRY(connection.run("UPDATE planned_cues SET facts = ? WHERE rowid = ?", known->second, row));
      last = row;
    }
    more = !some.empty();
  }
  return {};
}

}  // namespace loa::headend::store::sqlite
