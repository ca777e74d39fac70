#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "headend/store/catalogue.hpp"
#include "headend/store/facts.hpp"
#include "protocol/base/result.hpp"

namespace loa::headend::store {

/// The ward's memory: one SQLite file (SCHEMA.md). Every writing call is one durable transaction: it has been fsynced
/// when the call returns, or nothing of it has happened.
///
/// The running head-end and the `loa` command line may have the same file open at once: writers take turns and wait up
/// to 5 s. One Store is used from one thread. Values are written as given: sense is checked by timetable::check and its
/// kin before; here only broken references and ids are refused.
///
/// @error of every call: io · full · busy: another process kept the store locked for 5 s · invalid: the file is damaged
class Store {
 public:
  /// Opens the file, making it or bringing it to the newest version first.
  /// @param file  ":memory:" for a store that ends with the object
  /// @error unsupported: written by a newer version of this program
  static Result<Store> open(const std::filesystem::path& file);

  /// Runs several calls as one transaction: reads are of one moment, writes are all kept or none. An error of `work`
  /// undoes everything and is handed on. A transaction inside a transaction joins it.
  Result<void> transaction(const std::function<Result<void>()>& work);

  /// A number that changes when another process has written to the store. Cheap: may be asked every second.
  Result<std::int64_t> data_version();

  // ---- catalogue: put adds or replaces by id ---------------------------------------------------------------------

  Result<Catalogue> catalogue();

  /// @error missing: one of its groups
  Result<void> put_station(const Station& station);
  /// Its plans and proofs stay: they are evidence. What it was to play after `now` becomes cancelled.
  /// @error missing
  Result<void> remove_station(const std::string& id, WallTime now);
  Result<void> put_group(const Group& group);
  /// @error missing · busy: stations, programmes or slogans are still in it
  Result<void> remove_group(const std::string& id);
  Result<void> put_category(const Category& category);
  /// @error missing · busy: still used
  Result<void> remove_category(const std::string& id);
  /// Of an object that is there already the signs it serves stay, and the new ones come beside them.
  /// @error missing: its category
  Result<void> put_content(const Content& content);
  /// @error missing · busy: a programme or a slogan still names it
  Result<void> remove_content(const Sha256& object);
  /// @error missing: a content, category or group it names
  Result<void> put_programme(const Programme& programme);
  /// @error missing
  Result<void> remove_programme(const std::string& id);
  /// @error missing: a content, category or group it names
  Result<void> put_slogan(const Slogan& slogan);
  /// @error missing
  Result<void> remove_slogan(const std::string& id);
  /// Replaces all stretches.
  Result<void> put_brightness(const std::vector<Brightness>& stretches);
  Result<void> put_policy(const Policy& policy);
  /// @error missing
  Result<void> remove_policy(const std::string& id);

  /// Gain by the hour of the day; the rest of the day plays with the station's own gain.
  /// @error missing: the station
  Result<void> put_volumes(const std::string& station, const std::vector<Volume>& volumes);
  /// The sound that stands in for missing content; absent: silence does.
  /// @error missing: the content
  Result<void> put_filler(const std::optional<Sha256>& object);

  /// Free settings of the ward, by name ("ward", "utc-offset-s" …).
  Result<std::optional<std::string>> setting(const std::string& name);
  Result<void> put_setting(const std::string& name, const std::string& value);

  // ---- sequences -------------------------------------------------------------------------------------------------

  /// The next number of a counter: greater than every one handed out before, and at least `floor`. Durable before it is
  /// returned. (Callers give the time in seconds as floor, so that a store restored from a backup is never behind.)
  Result<std::uint64_t> next_sequence(const std::string& counter, std::uint64_t floor = 1);

  /// The last number handed out by a counter; 0: none yet.
  Result<std::uint64_t> last_sequence(const std::string& counter);
  /// Lets a counter go on above a number that somebody else has seen: the store may be a backup.
  /// @return whether it was behind
  Result<bool> raise_sequence(const std::string& counter, std::uint64_t seen);

  // ---- plans -----------------------------------------------------------------------------------------------------

  /// The plan last issued to a station.
  Result<std::optional<IssuedPlan>> newest_plan(const std::string& station);

  /// Which plan was last issued to each station, without its bytes; by station.
  Result<std::map<std::string, PlanHead>> plan_heads();

  /// Keeps a plan and what it promises: each cue that starts at or after `issued.made` replaces what an earlier plan
  /// said of it; cues starting later that the plan leaves out become cancelled. Of what had begun only a sign's cue is
  /// touched, and only its end, brought forward to an instant at or after `issued.made`.
  /// @param cues  the plan's cues that start at or after issued.made, and the sign's that end earlier (Planned::cues)
  Result<void> record_plan(const IssuedPlan& issued, const std::vector<PlannedCue>& cues);

  /// Keeps other facts of cues that stand as they were promised: for an edit that changes what they count for and
  /// nothing that a station does. Touches no cue that starts before `now`, none that was cancelled, and none that
  /// was promised for another time.
  /// @return how many were changed
  Result<std::size_t> record_facts(const std::string& station, WallTime now, const std::vector<PlannedCue>& cues);

  /// Cues, not cancelled, of occurrences that had begun at `now` and whose own planned time ends after `since`; by
  /// start.
  Result<std::vector<PlannedCue>> begun_cues(const std::string& station, WallTime since, WallTime now);

  /// Cues that start inside the span, cancelled ones included; by station, start, segment.
  /// @param station  empty: of every station
  Result<std::vector<PlannedCue>> planned_cues(Span span, const std::string& station = {});

  /// Stations that have planned cues in the span, removed ones included; sorted.
  Result<std::vector<std::string>> stations_planned(Span span);

  /// When the first plan ever was issued; absent: none was.
  /// @param station  empty: to any station
  Result<std::optional<WallTime>> first_plan(const std::string& station = {});

  // ---- emergencies ------------------------------------------------------------------------------------------------

  /// Keeps an emergency and what it promises, as record_plan() does. Ordinary plans do not touch what it promised.
  Result<void> record_emergency(const IssuedEmergency& issued, const std::vector<PlannedCue>& cues);
  /// The newest of each station that ever had one, by station; of a station that was removed too.
  Result<std::vector<IssuedEmergency>> newest_emergencies();
  /// Stations that are no more but still have a plan or an emergency that may stand on the broker; sorted.
  Result<std::vector<std::string>> stations_gone();

  // ---- stations that were removed ---------------------------------------------------------------------------------

  /// Adds one, or keeps what became of it (by id and instant of removal).
  Result<void> put_removed_station(const RemovedStation& removed);
  /// Every one, by instant of removal; those of before there was this table are not among them.
  Result<std::vector<RemovedStation>> removed_stations();

  // ---- proofs ----------------------------------------------------------------------------------------------------

  /// The chain of one epoch; a fresh one (through = 0) if there is none.
  Result<ChainHead> chain(const std::string& station, const Epoch& epoch);
  /// Every chain, by station and last change.
  Result<std::vector<ChainHead>> chains();

  /// Appends proofs that continue their chains and moves the heads there. The caller has checked the chain.
  /// @error exists: that number is there already (nothing is written)
  Result<void> append_proofs(const std::vector<ProofRecord>& proofs, const std::vector<ChainHead>& heads);

  /// The digest of a committed proof.
  Result<std::optional<Sha256>> proof_digest(const std::string& station, const Epoch& epoch, std::uint64_t number);

  /// Keeps proofs aside that came before their predecessors. A proof already kept with the same digest is success.
  Result<void> put_aside(const std::vector<ProofRecord>& proofs);
  /// What is kept aside of one chain from a number on, by number; of equal numbers the first that came.
  Result<std::vector<ProofRecord>> aside(const std::string& station, const Epoch& epoch, std::uint64_t from_number,
                                         std::size_t limit);
  Result<std::uint64_t> count_aside(const std::string& station);
  /// Forgets what is aside up to and including a number.
  Result<void> drop_aside(const std::string& station, const Epoch& epoch, std::uint64_t through);

  /// Keeps a well-signed proof that contradicts the chain, as evidence. The same one again is success.
  /// @return whether it was new
  Result<bool> put_fork(const ProofRecord& proof);
  Result<std::uint64_t> count_forks(const std::string& station);

  /// Committed proofs whose part begins inside the span, without flaw, by station, epoch and number. `sealed` is left
  /// empty.
  Result<std::vector<ProofRecord>> proofs(Span span, const std::string& station = {});
  /// Committed proofs of one station with their sealed bytes, in the order they were committed; for an auditor's
  /// export.
  Result<std::vector<ProofRecord>> proofs_of(const std::string& station, std::size_t limit = 10000);
  Result<std::uint64_t> count_proofs();

  // ---- proofs that the office has lost ---------------------------------------------------------------------------

  /// Notes a gap, and moves the chain's head to its last number: the next proof names `head` as its predecessor.
  Result<void> put_lost_proofs(const LostProofs& lost, const Sha256& head);
  /// Every gap of a station, by epoch and number.
  Result<std::vector<LostProofs>> lost_proofs(const std::string& station);
  /// When a committed proof was made; absent when it is not here.
  Result<std::optional<ProofTime>> proof_time(const std::string& station, const Epoch& epoch, std::uint64_t number);

  // ---- which box, which journal ----------------------------------------------------------------------------------

  /// Keeps what a station says of its journal; the newest word of an epoch counts.
  Result<void> put_journal(const JournalLife& journal);
  /// Every journal of a station that said when it began, by `began`.
  Result<std::vector<JournalLife>> journals(const std::string& station);
  /// Of some epochs of a station the one that has the first committed proof; absent when none has any.
  Result<std::optional<Epoch>> first_epoch(const std::string& station, const std::vector<Epoch>& epochs);
  /// Adds a time of two boxes, or brings it up to date (by station and since).
  Result<void> put_identity_conflict(const IdentityConflict& conflict);
  /// Every one of a station, by `since`. @param station  empty: of every station
  Result<std::vector<IdentityConflict>> identity_conflicts(const std::string& station = {});

  // ---- receipts --------------------------------------------------------------------------------------------------

  /// The receipt last made for a station, sealed, to be published again when the broker has lost it.
  Result<std::optional<std::string>> newest_receipt(const std::string& station);
  Result<void> put_receipt(const std::string& station, const std::string& sealed);

  // ---- reports --------------------------------------------------------------------------------------------------

  /// Every revision of one period and scope, by number.
  Result<std::vector<ReportRevision>> revisions(LocalDate from, LocalDate to, const std::string& station);
  /// @error exists: the number
  Result<void> put_revision(const ReportRevision& revision);

  // ---- what stations say of themselves ---------------------------------------------------------------------------

  Result<void> put_online(const std::string& station, bool online, const std::string& boot, WallTime now);
  Result<void> put_status(const std::string& station, const v1::Status& status, WallTime now);
  /// One for each station that ever said anything, by station.
  Result<std::vector<StationStatus>> statuses();

  /// Adds a fault or brings it up to date (by station and code).
  Result<void> put_fault(const FaultRecord& fault);
  /// A finding of the head-end's own: new, or once more. Somebody who looks after it still does.
  Result<void> raise_fault(const std::string& station, std::string_view code, const std::string& text, WallTime now);
  /// Its condition has passed. Nothing happens to one that does not stand.
  Result<void> resolve_fault(const std::string& station, std::string_view code, WallTime now);
  /// Every fault that is not reset, by station and code.
  Result<std::vector<FaultRecord>> faults();

  /// Adds what was found of a station's clock, unless it is what was known: within clock_tolerance of the last finding,
  /// of agreement when there is none. One that began no later than the last one replaces that.
  Result<void> put_clock_finding(const ClockFinding& finding);
  /// Every finding of a station's clock, by `since`.
  Result<std::vector<ClockFinding>> clock_findings(const std::string& station);

  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

 private:
  class Database;
  Result<std::optional<FaultRecord>> standing(const std::string& station, std::string_view code);
  explicit Store(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

}  // namespace loa::headend::store
