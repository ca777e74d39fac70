#include "headend/store/sqlite/migrate.hpp"

#include <array>

namespace loa::headend::store::sqlite {
namespace {

// Version 1. Instants are UTC microseconds since 1970, dates are days since 1970-01-01 in local time, times of day are
// seconds since local midnight. SCHEMA.md says what each table is for. A step that has been released is never edited:
// what changes later is one more step.
constexpr const char* version_1 = R"sql(
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE groups (id TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO groups VALUES ('all', 'Toàn phường');
CREATE TABLE categories (id TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE stations (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, has_speaker INTEGER NOT NULL, sign_width_px INTEGER, sign_height_px INTEGER,
  key BLOB NOT NULL CHECK (length(key) = 32), mqtt_password_hash TEXT NOT NULL, gain_cb INTEGER NOT NULL,
  stagger_us INTEGER NOT NULL, neighbourhood TEXT NOT NULL, added_us INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE station_groups (
  station TEXT NOT NULL REFERENCES stations(id) ON DELETE CASCADE, member_of TEXT NOT NULL REFERENCES groups(id),
  PRIMARY KEY (station, member_of)) STRICT, WITHOUT ROWID;

CREATE TABLE contents (
  object BLOB PRIMARY KEY CHECK (length(object) = 32), title TEXT NOT NULL, medium INTEGER NOT NULL, frames INTEGER NOT NULL,
  bytes INTEGER NOT NULL, source TEXT NOT NULL, text TEXT NOT NULL, category TEXT REFERENCES categories(id),
  source_lufs REAL, lufs REAL, true_peak_dbtp REAL,
  sign_width_px INTEGER, sign_height_px INTEGER, image_width_px INTEGER, added_us INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE programmes (
  id TEXT PRIMARY KEY, title TEXT NOT NULL, start_s INTEGER NOT NULL, weekdays INTEGER NOT NULL, cue_class INTEGER NOT NULL,
  late_policy INTEGER NOT NULL, late_limit_us INTEGER NOT NULL, valid_from INTEGER, valid_to INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE programme_segments (
  programme TEXT NOT NULL REFERENCES programmes(id) ON DELETE CASCADE, position INTEGER NOT NULL,
  object BLOB NOT NULL REFERENCES contents(object), category TEXT NOT NULL REFERENCES categories(id),
  PRIMARY KEY (programme, position)) STRICT, WITHOUT ROWID;
CREATE TABLE programme_groups (
  programme TEXT NOT NULL REFERENCES programmes(id) ON DELETE CASCADE, target TEXT NOT NULL REFERENCES groups(id),
  PRIMARY KEY (programme, target)) STRICT, WITHOUT ROWID;

CREATE TABLE slogans (
  id TEXT PRIMARY KEY, text TEXT NOT NULL, category TEXT NOT NULL REFERENCES categories(id), from_s INTEGER NOT NULL,
  to_s INTEGER NOT NULL, weekdays INTEGER NOT NULL, scroll_px_s INTEGER NOT NULL, dwell_s INTEGER NOT NULL,
  valid_from INTEGER, valid_to INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE slogan_images (
  slogan TEXT NOT NULL REFERENCES slogans(id) ON DELETE CASCADE, width_px INTEGER NOT NULL, height_px INTEGER NOT NULL,
  object BLOB NOT NULL REFERENCES contents(object), PRIMARY KEY (slogan, width_px, height_px)) STRICT, WITHOUT ROWID;
CREATE TABLE slogan_groups (
  slogan TEXT NOT NULL REFERENCES slogans(id) ON DELETE CASCADE, target TEXT NOT NULL REFERENCES groups(id),
  PRIMARY KEY (slogan, target)) STRICT, WITHOUT ROWID;

CREATE TABLE policies (
  id TEXT PRIMARY KEY, reference TEXT NOT NULL, valid_from INTEGER, valid_to INTEGER, sessions_per_day INTEGER NOT NULL,
  minutes_per_session INTEGER NOT NULL, days_per_week INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE policy_windows (
  policy TEXT NOT NULL REFERENCES policies(id) ON DELETE CASCADE, position INTEGER NOT NULL, weekdays INTEGER NOT NULL,
  from_minute INTEGER NOT NULL, to_minute INTEGER NOT NULL, level_cap_cb INTEGER NOT NULL,
  PRIMARY KEY (policy, position)) STRICT, WITHOUT ROWID;

CREATE TABLE plans (
  station TEXT NOT NULL, sequence INTEGER NOT NULL, made_us INTEGER NOT NULL, horizon_us INTEGER NOT NULL,
  sealed BLOB NOT NULL, PRIMARY KEY (station, sequence)) STRICT;
CREATE TABLE planned_cues (
  station TEXT NOT NULL, occurrence TEXT NOT NULL, segment INTEGER NOT NULL, start_us INTEGER NOT NULL,
  end_us INTEGER NOT NULL, occurrence_start_us INTEGER NOT NULL, plan_sequence INTEGER NOT NULL, cancelled_us INTEGER,
  cue BLOB NOT NULL, PRIMARY KEY (station, occurrence, segment)) STRICT;
CREATE INDEX planned_cues_by_start ON planned_cues (station, start_us);

CREATE TABLE chains (
  station TEXT NOT NULL, epoch BLOB NOT NULL CHECK (length(epoch) = 16), through INTEGER NOT NULL,
  head BLOB NOT NULL CHECK (length(head) = 32), changed_us INTEGER NOT NULL, PRIMARY KEY (station, epoch)) STRICT;
CREATE TABLE proofs (
  id INTEGER PRIMARY KEY, station TEXT NOT NULL, epoch BLOB NOT NULL, number INTEGER NOT NULL, digest BLOB NOT NULL,
  previous BLOB NOT NULL, sealed BLOB NOT NULL, received_us INTEGER NOT NULL, flaw TEXT NOT NULL, occurrence TEXT NOT NULL,
  segment INTEGER NOT NULL, plan_sequence INTEGER NOT NULL, bucket INTEGER NOT NULL, reason TEXT NOT NULL,
  from_us INTEGER NOT NULL, to_us INTEGER NOT NULL, object BLOB NOT NULL, first_frame INTEGER NOT NULL,
  frames INTEGER NOT NULL, underruns INTEGER NOT NULL, gain_cb INTEGER NOT NULL, start_error_us INTEGER NOT NULL,
  device_ppb INTEGER NOT NULL, clock_grade INTEGER NOT NULL, clock_error_us INTEGER NOT NULL, medium INTEGER NOT NULL,
  UNIQUE (station, epoch, number)) STRICT;
CREATE INDEX proofs_by_from ON proofs (station, from_us);
CREATE TABLE proof_gaps (
  proof INTEGER NOT NULL REFERENCES proofs(id), position INTEGER NOT NULL, at_us INTEGER NOT NULL,
  length_us INTEGER NOT NULL, PRIMARY KEY (proof, position)) STRICT, WITHOUT ROWID;
CREATE TABLE proofs_aside (
  id INTEGER PRIMARY KEY, station TEXT NOT NULL, epoch BLOB NOT NULL, number INTEGER NOT NULL, digest BLOB NOT NULL,
  sealed BLOB NOT NULL, received_us INTEGER NOT NULL, flaw TEXT NOT NULL, UNIQUE (station, epoch, number)) STRICT;
CREATE TABLE proof_forks (
  id INTEGER PRIMARY KEY, station TEXT NOT NULL, epoch BLOB NOT NULL, number INTEGER NOT NULL, digest BLOB NOT NULL,
  sealed BLOB NOT NULL, received_us INTEGER NOT NULL, UNIQUE (station, epoch, number, digest)) STRICT;
CREATE TABLE receipts (station TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE station_status (
  station TEXT PRIMARY KEY, online INTEGER NOT NULL, online_since_us INTEGER NOT NULL, boot TEXT NOT NULL, status BLOB,
  status_received_us INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE faults (
  station TEXT NOT NULL, code TEXT NOT NULL, state INTEGER NOT NULL, since_us INTEGER NOT NULL, changed_us INTEGER NOT NULL,
  count INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (station, code)) STRICT, WITHOUT ROWID;
)sql";

// Version 2: slogans have an order; brightness of the signs by time of day; a playlist's proof tells its pages;
// emergencies beside plans, cues that are heard later or again, what fills a gap, volume by hour.
constexpr const char* version_2 = R"sql(
ALTER TABLE slogans ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
CREATE TABLE brightness (from_minute INTEGER PRIMARY KEY, to_minute INTEGER NOT NULL, percent INTEGER NOT NULL) STRICT;
CREATE TABLE proof_pages (
  proof INTEGER NOT NULL REFERENCES proofs(id), position INTEGER NOT NULL, object BLOB NOT NULL, frames INTEGER NOT NULL,
  shown_us INTEGER NOT NULL, PRIMARY KEY (proof, position)) STRICT, WITHOUT ROWID;
CREATE TABLE emergencies (
  station TEXT NOT NULL, sequence INTEGER NOT NULL, made_us INTEGER NOT NULL, horizon_us INTEGER NOT NULL,
  until_us INTEGER NOT NULL, title TEXT NOT NULL, reason TEXT NOT NULL, sealed BLOB NOT NULL,
  PRIMARY KEY (station, sequence)) STRICT;
ALTER TABLE planned_cues ADD COLUMN emergency INTEGER NOT NULL DEFAULT 0;
ALTER TABLE proofs ADD COLUMN late_us INTEGER NOT NULL DEFAULT 0;
ALTER TABLE proofs ADD COLUMN again_us INTEGER NOT NULL DEFAULT 0;
ALTER TABLE programmes ADD COLUMN preempt_policy INTEGER NOT NULL DEFAULT 0;
CREATE TABLE station_volumes (
  station TEXT NOT NULL REFERENCES stations(id) ON DELETE CASCADE, position INTEGER NOT NULL, from_minute INTEGER NOT NULL,
  to_minute INTEGER NOT NULL, gain_cb INTEGER NOT NULL, PRIMARY KEY (station, position)) STRICT, WITHOUT ROWID;
CREATE TABLE filler (
  one INTEGER PRIMARY KEY CHECK (one = 1), object BLOB NOT NULL REFERENCES contents(object)) STRICT;
)sql";

// Version 3: how a station's clock stood to the head-end's, for the report of what was heard by it.
constexpr const char* version_3 = R"sql(
CREATE TABLE clock_findings (
  station TEXT NOT NULL, since_us INTEGER NOT NULL, ahead_us INTEGER NOT NULL,
  PRIMARY KEY (station, since_us)) STRICT, WITHOUT ROWID;
)sql";

// Version 4: what a cue counts for is kept with its promise; reports of closed periods; proofs that speak anew.
constexpr const char* version_4 = R"sql(
CREATE TABLE promise_facts (id INTEGER PRIMARY KEY, facts TEXT NOT NULL UNIQUE) STRICT;
ALTER TABLE planned_cues ADD COLUMN facts INTEGER REFERENCES promise_facts(id);
ALTER TABLE proofs ADD COLUMN anew INTEGER NOT NULL DEFAULT 0;
CREATE TABLE report_revisions (
  from_day INTEGER NOT NULL, to_day INTEGER NOT NULL, station TEXT NOT NULL, number INTEGER NOT NULL,
  made_us INTEGER NOT NULL, figures TEXT NOT NULL, PRIMARY KEY (from_day, to_day, station, number)) STRICT;
)sql";

// Version 5: since when each journal speaks, and when two boxes spoke as one station.
constexpr const char* version_5 = R"sql(
CREATE TABLE journals (
  station TEXT NOT NULL, epoch BLOB NOT NULL CHECK (length(epoch) = 16), began_us INTEGER NOT NULL,
  PRIMARY KEY (station, epoch)) STRICT, WITHOUT ROWID;
CREATE TABLE identity_conflicts (
  station TEXT NOT NULL, since_us INTEGER NOT NULL, counted BLOB NOT NULL CHECK (length(counted) = 16), ended_us INTEGER,
  PRIMARY KEY (station, since_us)) STRICT, WITHOUT ROWID;
)sql";

// Version 6: stations that were removed are looked after until they are silent.
constexpr const char* version_6 = R"sql(
CREATE TABLE removed_stations (
  station TEXT NOT NULL, removed_us INTEGER NOT NULL, key BLOB NOT NULL CHECK (length(key) = 32),
  mqtt_password_hash TEXT NOT NULL, plan_sequence INTEGER NOT NULL, until_us INTEGER NOT NULL, silent_us INTEGER,
  closed_us INTEGER, PRIMARY KEY (station, removed_us)) STRICT, WITHOUT ROWID;
)sql";

// Version 7: an object is bytes, and the signs it serves stand beside it; the pages of promised cues stand once.
// A slogan whose picture a later one had taken over (one row, one geometry) has it back.
constexpr const char* version_7 = R"sql(
CREATE TABLE content_uses (
  object BLOB NOT NULL REFERENCES contents(object) ON DELETE CASCADE, width_px INTEGER NOT NULL,
  height_px INTEGER NOT NULL, PRIMARY KEY (object, width_px, height_px)) STRICT, WITHOUT ROWID;
INSERT INTO content_uses SELECT object, sign_width_px, sign_height_px FROM contents WHERE sign_width_px IS NOT NULL
  UNION SELECT object, width_px, height_px FROM slogan_images;
ALTER TABLE contents DROP COLUMN sign_width_px;
ALTER TABLE contents DROP COLUMN sign_height_px;
CREATE TABLE playlists (
  digest BLOB PRIMARY KEY CHECK (length(digest) = 32), pages BLOB NOT NULL) STRICT, WITHOUT ROWID;
ALTER TABLE planned_cues ADD COLUMN playlist BLOB REFERENCES playlists(digest);
)sql";

// Version 8: what is asked for one day, or for the newest, is found without reading the history.
constexpr const char* version_8 = R"sql(
CREATE INDEX planned_cues_by_time ON planned_cues (start_us, station);
CREATE INDEX plans_by_made ON plans (station, made_us);
)sql";

// Version 9: proofs that the office had and lost with a store that was put back.
constexpr const char* version_9 = R"sql(
CREATE TABLE lost_proofs (
  station TEXT NOT NULL, epoch BLOB NOT NULL CHECK (length(epoch) = 16), from_number INTEGER NOT NULL,
  to_number INTEGER NOT NULL, since_us INTEGER NOT NULL, until_us INTEGER NOT NULL, receipted INTEGER NOT NULL,
  receipted_head BLOB NOT NULL CHECK (length(receipted_head) = 32), found_us INTEGER NOT NULL,
  PRIMARY KEY (station, epoch, from_number)) STRICT, WITHOUT ROWID;
)sql";

/// What brings a store from one version to the next.
struct Step {
  const char* tables;
  Result<void> (*contents)(Connection&) = nullptr;  ///< what SQL alone cannot tell
};

constexpr std::array steps{Step{version_1}, Step{version_2}, Step{version_3}, Step{version_4, migrate_facts},
                           Step{version_5}, Step{version_6}, Step{version_7}, Step{version_8},
                           Step{version_9}};

Result<int> version_of(Connection& connection) {
  int version = 0;
  LOA_TRY(connection.each("PRAGMA user_version", [&](const Row& row) { version = row.as<int>(0); }));
  return version;
}

}  // namespace

int newest_version() { return static_cast<int>(steps.size()); }

Result<void> migrate(Connection& connection, int version) {
  return connection.transaction([&]() -> Result<void> {
    LOA_TRY_LET(const int found, version_of(connection));
    if (found > newest_version()) {
      return fail(ErrorCode::unsupported,
                  "the store has version {}, this program knows up to {}: install the newer program again", found,
                  newest_version());
    }
    for (int next = found; next < version; ++next) {
      const auto& step = steps.at(static_cast<std::size_t>(next));
      LOA_TRY(connection.execute(step.tables));
      if (step.contents) LOA_TRY(step.contents(connection));
      LOA_TRY(connection.execute(fmt::format("PRAGMA user_version = {}", next + 1).c_str()));
    }
    return {};
  });
}

}  // namespace loa::headend::store::sqlite
