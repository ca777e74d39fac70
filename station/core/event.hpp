#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "protocol/crypto/hash.hpp"
#include "protocol/message/loa.pb.h"
#include "station/core/fault_book.hpp"
#include "station/core/presenter.hpp"
#include "station/core/sure_time.hpp"
#include "station/core/track.hpp"

/// What happens to a station, and what it then has to do: the whole language between the pure core and its shells.
namespace loa::station::core {

using protocol::crypto::Sha256;

// ---- events ------------------------------------------------------------------------------------------------------

/// A plan, or an emergency's, was verified and checked, or loaded from disk at start.
struct PlanArrived {
  v1::Plan plan;
  std::uint64_t sequence = 0;
  std::set<Sha256> held;  ///< which of its objects are in the store
  bool at_start = false;  ///< loaded from disk when the process began
  Slot slot = Slot::plan;
};
struct ObjectHeld {
  Sha256 object;
};
struct ObjectLost {
  Sha256 object;
};
/// The presenter's first frame left the device.
struct PartStarted {
  CueKey cue;
  int start_error_us = 0;
};
/// The presenter's measured part (PresenterEvents::ended).
struct PartEnded {
  v1::Proof part;
};
/// A page of a playlist is in the store and cannot be shown (PresenterEvents::page_damaged).
struct PageDamaged {
  Sha256 object;
};
/// A command, verified, in time, for us, and its sequence made durable.
struct CommandArrived {
  v1::Command command;
};
/// A mute that an earlier process obeyed and that outlived it.
struct MuteRestored {
  v1::Command::Mute mute;
};
/// A fault that an earlier process left (a Condition is what a source sees now).
struct FaultRestored {
  v1::Fault fault;
};
/// Occurrences that an earlier process was told to stop.
struct StopsRestored {
  std::vector<std::string> occurrences;
};
/// A message of the office whose seal was right was signed then, by the office's clock (SureTime). Old ones are
/// welcome.
struct OfficeSpoke {
  WallTime signed_at;
  bool news = true;  ///< false: it lay on the disk, and contradicts no clock by being old
};
/// A trial that was ordered by Try is over.
struct DeviceTried {
  v1::Medium medium = v1::MEDIUM_UNSPECIFIED;
  std::string trouble;  ///< why the device cannot be used, one sentence; empty: it can
};
/// Time passed: next_deadline() was reached, or the clock was stepped or changed its grade.
struct Tick {};

using Event = std::variant<PlanArrived, ObjectHeld, ObjectLost, PartStarted, PartEnded, PageDamaged, CommandArrived,
                           MuteRestored, StopsRestored, FaultRestored, Condition, OfficeSpoke, DeviceTried, Tick>;

// ---- actions -----------------------------------------------------------------------------------------------------

/// Hand to the presenter of cue.medium(); Assignment::object and pages are left to the shell. The cue ends with the
/// plan's horizon at the latest.
struct Arm {
  Assignment assignment;
};
struct Halt {
  v1::Medium medium;
  CueKey cue;
};
/// What is assigned ends at another planned instant, sooner than it was armed for: at once if that has passed. Only of
/// a sign; PartEnded follows with "complete".
struct Shorten {
  v1::Medium medium;
  CueKey cue;
  WallTime end;
};
/// A page of the playlist that is assigned has come: it is shown in its turn, also in the one that is on.
struct LookAgain {
  v1::Medium medium;
  CueKey cue;
};
/// Open or close the device (and its amplifier) of a medium.
struct Awake {
  v1::Medium medium;
  bool awake;
};
/// Try a device that nobody uses, without a sound or a picture. DeviceTried answers.
struct Try {
  v1::Medium medium;
};
/// How bright the sign is from now on, 1…100 %.
struct Dim {
  int percent;
};
/// Write to the journal, durably, before anything that follows in the list.
struct Keep {
  v1::Proof part;
};
/// Write durably what is known of the time: StationCore's `memory` after the next start. As a rule once an hour.
struct Remember {
  ClockMemory memory;
};
/// The journal speaks of planned time from then on only: to be durable before anything that follows in the list is
/// kept. Comes when a clock is believed for the first time since the journal was made, and again when that clock is set
/// back.
struct JournalBegan {
  WallTime instant;
};
/// Objects to be fetched, those of an emergency before all others, then the one needed soonest. Replaces the list
/// before.
struct Want {
  std::vector<v1::Object> objects;
  std::string content_url;  ///< of the plan that names the first of them
};
/// Check an object that would not decode; the answer comes as ObjectHeld or ObjectLost.
struct Inspect {
  Sha256 object;
};
struct Reply {
  v1::Answer answer;
};
struct Report {};
/// Publish a fault as it stands now, and keep it for the next process; RESET: take it back and forget it.
struct Raise {
  v1::Fault fault;
};

using Action = std::variant<Arm, Halt, Shorten, LookAgain, Awake, Try, Dim, Keep, Remember, JournalBegan, Want, Inspect,
                            Reply, Report, Raise>;
using Actions = std::vector<Action>;

/// A part of a cue's planned time that the journal already holds.
struct Accounted {
  CueKey cue;
  std::int64_t from_us = 0;
  std::int64_t to_us = 0;
  v1::Bucket bucket = v1::BUCKET_UNKNOWN;
  v1::Medium medium = v1::MEDIUM_AUDIO;
  bool anew = false;  ///< it took the place of what the entries before it say of that time
};

}  // namespace loa::station::core
