#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "headend/store/database.hpp"
#include "headend/store/promises.hpp"

namespace loa::headend::store {
namespace {

/// Sealed plans are large; this many of a station are kept whole, of older ones the line and the promised cues.
constexpr int plans_kept_whole = 3;

/// What planned_cue_of() reads, and the row of its facts. The pages of a cue stand once for all cues that show the
/// same.
#define LOA_CUE_ROWS                                                                                                 \
  "SELECT cue, plan_sequence, occurrence_start_us, cancelled_us, station, facts, playlists.pages FROM planned_cues " \
  "LEFT JOIN playlists ON playlist = digest "

PlannedCue planned_cue_of(const Row& row) {
  PlannedCue planned;
  const auto bytes = row.view(0);
  planned.cue.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  planned.plan_sequence = row.number<std::uint64_t>(1);
  planned.occurrence_start = row.instant(2);
  if (!row.is_null(3)) planned.cancelled = row.instant(3);
  planned.station = row.text(4);
  if (!row.is_null(6)) planned.cue.MergeFromString(row.text(6));
  return planned;
}

using Key = std::pair<std::string, std::uint32_t>;

/// A cue as its row holds it: without its pages, whose bytes stand in `playlists` under their digest.
struct CueBytes {
  std::string cue;
  std::optional<Sha256> playlist;
  bool operator==(const CueBytes&) const = default;
};

/// Splits cues for their rows and writes each playlist once.
class PlaylistWriter {
 public:
  explicit PlaylistWriter(Connection& sql) : sql_(sql) {}

  Result<CueBytes> split(const v1::Cue& cue) {
    if (cue.pages_size() == 0) return CueBytes{cue.SerializeAsString(), std::nullopt};
    v1::Cue rest = cue, pages;
    pages.mutable_pages()->Swap(rest.mutable_pages());
    LOA_TRY_LET(const auto digest, write(pages.SerializeAsString()));
    return CueBytes{rest.SerializeAsString(), digest};
  }

 private:
  Result<Sha256> write(std::string pages) {
    if (const auto known = written_.find(pages); known != written_.end()) return known->second;
    const auto digest = protocol::crypto::sha256(pages);
    LOA_TRY(sql_.run("INSERT OR IGNORE INTO playlists VALUES (?,?)", digest, Blob{pages}));
    written_.emplace(std::move(pages), digest);
    return digest;
  }

  Connection& sql_;
  std::unordered_map<std::string, Sha256> written_;
};

/// What an earlier plan said of the cues that have not begun, as bytes: most of a new plan says the same again.
struct Promise {
  CueBytes bytes;
  bool cancelled = false;
  std::optional<std::int64_t> facts;
};

/// Cues as they are read, with the row of the facts of each: these are read after them, each row once.
class Reading {
 public:
  void add(const Row& row) {
    cues_.push_back(planned_cue_of(row));
    facts_.push_back(row.is_null(5) ? std::nullopt : std::optional{row.integer(5)});
  }
  Result<std::vector<PlannedCue>> finish(Connection& sql) {
    FactsReader reader{sql};
    for (std::size_t i = 0; i < cues_.size(); ++i) {
      LOA_TRY_LET(cues_[i].facts, reader.facts_of(facts_[i]));
    }
    return std::move(cues_);
  }

 private:
  std::vector<PlannedCue> cues_;
  std::vector<std::optional<std::int64_t>> facts_;
};

Result<std::map<Key, Promise>> promises_after(Connection& sql, const std::string& station, WallTime instant,
                                              bool emergency) {
  std::map<Key, Promise> promises;
  LOA_TRY(sql.each(
      "SELECT occurrence, segment, cue, cancelled_us, playlist, facts FROM planned_cues WHERE station = ? AND "
      "start_us >= ? AND emergency = ?",
      [&](const Row& row) {
        const auto playlist = row.is_null(4) ? std::nullopt : std::optional{row.digest(4)};
        promises[{row.text(0), row.number<std::uint32_t>(1)}] = {
            {row.text(2), playlist}, !row.is_null(3), row.is_null(5) ? std::nullopt : std::optional{row.integer(5)}};
      },
      station, instant, emergency));
  return promises;
}

Result<void> put_planned_cue(Connection& sql, const IssuedPlan& issued, const PlannedCue& planned,
                             const CueBytes& bytes, std::optional<std::int64_t> facts, bool emergency) {
  const auto& cue = planned.cue;
  return sql.run(
      "INSERT INTO planned_cues (station, occurrence, segment, start_us, end_us, occurrence_start_us, plan_sequence, "
      "cue, emergency, playlist, facts) VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (station, occurrence, segment) DO "
      "UPDATE SET start_us = excluded.start_us, end_us = excluded.end_us, "
      "occurrence_start_us = excluded.occurrence_start_us, plan_sequence = excluded.plan_sequence, "
      "cancelled_us = NULL, cue = excluded.cue, playlist = excluded.playlist, facts = excluded.facts "
      "WHERE start_us >= ?",
      issued.station, cue.occurrence(), cue.segment(), cue.start_us(), cue.start_us() + cue.duration_us(),
      planned.occurrence_start, issued.sequence, Blob{bytes.cue}, emergency, bytes.playlist, facts, issued.made);
}

/// The promise stands; what it counts for is another thing now.
Result<void> put_facts(Connection& sql, const std::string& station, const v1::Cue& cue,
                       std::optional<std::int64_t> facts) {
  return sql.run("UPDATE planned_cues SET facts = ? WHERE station = ? AND occurrence = ? AND segment = ?", facts,
                 station, cue.occurrence(), cue.segment());
}

/// Whether one cue is the other, of a sign, and only ends earlier.
bool ends_earlier(v1::Cue one, const v1::Cue& other) {
  if (one.medium() != v1::MEDIUM_SIGN || one.duration_us() >= other.duration_us()) return false;
  one.set_duration_us(other.duration_us());
  return one.SerializeAsString() == other.SerializeAsString();
}

/// Takes the promise of a sign's begun cue back from an instant on that is still to come. Nothing else of what has
/// begun is ever touched.
Result<void> shorten_begun_cue(Connection& sql, const IssuedPlan& issued, const v1::Cue& cue, const CueBytes& bytes) {
  const auto end_us = cue.start_us() + cue.duration_us();
  std::optional<v1::Cue> promised;
  LOA_TRY(sql.each(
      LOA_CUE_ROWS "WHERE station = ? AND occurrence = ? AND segment = ? AND cancelled_us IS NULL",
      [&](const Row& row) { promised = planned_cue_of(row).cue; }, issued.station, cue.occurrence(), cue.segment()));
  if (!promised || !ends_earlier(cue, *promised) || end_us < to_us(issued.made)) return {};
  return sql.run(
      "UPDATE planned_cues SET end_us = ?, plan_sequence = ?, cue = ?, playlist = ? WHERE station = ? AND "
      "occurrence = ? AND segment = ?",
      end_us, issued.sequence, Blob{bytes.cue}, bytes.playlist, issued.station, cue.occurrence(), cue.segment());
}

}  // namespace

Result<void> record_cues(Connection& sql, const IssuedPlan& issued, const std::vector<PlannedCue>& cues,
                         bool emergency) {
  LOA_TRY_LET(auto before, promises_after(sql, issued.station, issued.made, emergency));
  FactsWriter facts{sql};
  PlaylistWriter writer{sql};
  for (const auto& planned : cues) {
    LOA_TRY_LET(const auto bytes, writer.split(planned.cue));
    if (!emergency && planned.cue.medium() == v1::MEDIUM_SIGN && planned.cue.start_us() < to_us(issued.made)) {
      LOA_TRY(shorten_begun_cue(sql, issued, planned.cue, bytes));
      continue;
    }
    LOA_TRY_LET(const auto row, facts.row_of(planned.facts));
    const auto earlier = before.extract({planned.cue.occurrence(), planned.cue.segment()});
    if (!earlier.empty() && !earlier.mapped().cancelled && earlier.mapped().bytes == bytes) {
      if (row && earlier.mapped().facts != row) LOA_TRY(put_facts(sql, issued.station, planned.cue, row));
      continue;
    }
    LOA_TRY(put_planned_cue(sql, issued, planned, bytes, row, emergency));
  }
  for (const auto& [key, promise] : before) {
    if (promise.cancelled) continue;
    LOA_TRY(sql.run("UPDATE planned_cues SET cancelled_us = ? WHERE station = ? AND occurrence = ? AND segment = ?",
                    issued.made, issued.station, key.first, key.second));
  }
  return {};
}

Result<std::optional<IssuedPlan>> Store::newest_plan(const std::string& station) {
  std::optional<IssuedPlan> plan;
  LOA_TRY(database_->sql->each(
      "SELECT sequence, made_us, horizon_us, sealed FROM plans WHERE station = ? ORDER BY sequence DESC LIMIT 1",
      [&](const Row& row) {
        plan = IssuedPlan{station, row.number<std::uint64_t>(0), row.instant(1), row.instant(2), row.text(3)};
      },
      station));
  return plan;
}

Result<std::map<std::string, PlanHead>> Store::plan_heads() {
  std::map<std::string, PlanHead> heads;
  LOA_TRY(
      database_->sql->each("SELECT station, max(sequence), made_us FROM plans GROUP BY station", [&](const Row& row) {
        heads[row.text(0)] = {row.number<std::uint64_t>(1), row.instant(2)};
      }));
  return heads;
}

Result<void> Store::record_plan(const IssuedPlan& issued, const std::vector<PlannedCue>& cues) {
  auto& sql = *database_->sql;
  return sql.transaction([&]() -> Result<void> {
    LOA_TRY(sql.run("INSERT INTO plans VALUES (?,?,?,?,?)", issued.station, issued.sequence, issued.made,
                    issued.horizon, Blob{issued.sealed}));
    LOA_TRY(
        sql.run("UPDATE plans SET sealed = x'' WHERE station = ? AND sealed <> x'' AND sequence NOT IN "
                "(SELECT sequence FROM plans WHERE station = ? ORDER BY sequence DESC LIMIT ?)",
                issued.station, issued.station, plans_kept_whole));
    return record_cues(sql, issued, cues, false);
  });
}

Result<std::vector<PlannedCue>> Store::begun_cues(const std::string& station, WallTime since, WallTime now) {
  Reading reading;
  LOA_TRY(database_->sql->each(
      LOA_CUE_ROWS
      "WHERE station = ? AND start_us >= ? AND occurrence_start_us < ? AND end_us > ? AND cancelled_us IS NULL "
      "AND emergency = 0 ORDER BY start_us, occurrence, segment",
      [&](const Row& row) { reading.add(row); }, station, since - std::chrono::hours{24}, now, since));
  return reading.finish(*database_->sql);
}

Result<std::vector<PlannedCue>> Store::planned_cues(Span span, const std::string& station) {
  Reading reading;
  const auto add = [&](const Row& row) { reading.add(row); };
  if (station.empty()) {
    LOA_TRY(database_->sql->each(LOA_CUE_ROWS
                                 "WHERE start_us >= ? AND start_us < ? ORDER BY station, start_us, occurrence, segment",
                                 add, span.from, span.to));
  } else {
    LOA_TRY(database_->sql->each(
        LOA_CUE_ROWS "WHERE start_us >= ? AND start_us < ? AND station = ? ORDER BY start_us, occurrence, segment", add,
        span.from, span.to, station));
  }
  return reading.finish(*database_->sql);
}

Result<std::vector<std::string>> Store::stations_planned(Span span) {
  std::vector<std::string> stations;
  LOA_TRY(database_->sql->each(
      "SELECT DISTINCT station FROM planned_cues WHERE start_us >= ? AND start_us < ? ORDER BY station",
      [&](const Row& row) { stations.push_back(row.text(0)); }, span.from, span.to));
  return stations;
}

}  // namespace loa::headend::store
