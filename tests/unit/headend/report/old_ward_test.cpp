#include <boost/json/parse.hpp>
#include <filesystem>

#include "protocol/base/file.hpp"
#include "tests/unit/headend/report/report_sample.hpp"

namespace loa::headend::report {
namespace {

namespace fs = std::filesystem;
using boost::json::value;

const fs::path fixture = fs::path{LOA_FIXTURES} / "ward-c28560f";

value json_of(const std::string& text) { return boost::json::parse(text); }

/// What every row said by that build's report, by id and medium.
void expect_same_rows(const value& was, const value& is, const char* table) {
  const auto &before = was.at(table).as_array(), &after = is.at(table).as_array();
  ASSERT_EQ(before.size(), after.size()) << table;
  for (std::size_t i = 0; i < before.size(); ++i) {
    for (const char* key : {"id", "name", "medium", "cues", "planned_us", "spent_us"})
      EXPECT_EQ(before[i].at(key), after[i].at(key)) << table << " " << i << " " << key;
  }
}

TEST(OldWard, ReportsTheSameFiguresAfterItsMigration) {
  sample::Folder folder;
  fs::copy(fixture / "loa.db", folder / "loa.db");
  auto store = store::sqlite::SqliteStore::open(folder / "loa.db");
  ASSERT_TRUE(store) << store.error().text;
  const auto day = sample::date(2026, 12, 1), next = day + std::chrono::days{1};
  const auto report = of_store(*store, day, day, zone, zone.to_utc(next, 9h)).value();
  const auto was = json_of(read_file(fixture / "report.json", 1U << 20U).value()), is = json_of(format_json(report));
  for (const char* table : {"total", "stations", "categories", "groups", "emergencies", "fillers"})
    expect_same_rows(was, is, table);
  for (const char* count : {"cues_planned", "cues_accounted", "cues_unexplained", "cues_to_come", "cues_cancelled"})
    EXPECT_EQ(was.at(count), is.at(count)) << count;
  EXPECT_EQ(was.at("differences"), is.at("differences"));
  EXPECT_EQ(was.at("anomalies"), is.at("anomalies"));
  const auto &slogans = was.at("slogans").as_array(), &now = is.at("slogans").as_array();
  ASSERT_EQ(slogans.size(), now.size());
  for (const auto& row : slogans) {
    const auto same = std::find_if(now.begin(), now.end(), [&](const value& other) {
      return other.at("category") == row.at("category") && other.at("planned_us") == row.at("planned_us") &&
             other.at("shown_us") == row.at("shown_us") && other.at("frames") == row.at("frames");
    });
    EXPECT_NE(same, now.end()) << row.at("title").as_string();
  }
  EXPECT_EQ(report.cues_as_of_migration, 7U);
  EXPECT_EQ(report.total.at(0).broadcast, (Hours{7s, 6s})) << "two stations, 3 + 2 + 2 s, one was off for the last";
  EXPECT_THAT(format_text(report), HasSubstr("7 cues planned, 7 accounted for, 0 unexplained\n"));
}

}  // namespace
}  // namespace loa::headend::report
