#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/message/loa.pb.h"
#include "protocol/message/reason.hpp"
#include "station/core/playlists.hpp"

namespace loa::station::core {

using protocol::message::Reason;

/// Which of a station's two plans a cue stands in.
enum class Slot { plan, emergency };

/// Why a cue is not played now.
struct Block {
  v1::Bucket bucket = v1::BUCKET_UNKNOWN;
  protocol::message::Reason reason = protocol::message::Reason::no_proof;
  bool operator==(const Block&) const = default;
};

/// Planned time that was accounted for, microseconds UTC.
struct Span {
  std::int64_t from_us = 0;
  std::int64_t to_us = 0;
  bool heard = false;    ///< as PLAYED
  bool open = false;     ///< by a clock that was ahead: it counts no more, and is to be accounted for anew
  bool decided = false;  ///< as INTERRUPTED or SKIPPED_LATE: a cue that does not come back has all its account at once
};

/// A stretch that a proof of some bucket accounts for.
Span span_of(std::int64_t from_us, std::int64_t to_us, v1::Bucket bucket);

/// Opens again what was accounted for of the time after an instant: a clock that was ahead did it, and the time has not
/// come. What was heard stays when it ends at most 30 s after the instant, because the head-end counts that too.
/// What was decided stays when it began before: a cue that was given up in its time does not come back.
/// @return whether anything was opened
bool reopen(std::vector<Span>& spans, std::int64_t from_us);

/// Lets what is open before an instant stand as it was: plan time leapt over it, so that nothing takes its place.
/// @return whether anything was open there
bool stand(std::vector<Span>& spans, std::int64_t to_us);

/// Puts a span that was said anew into the place of what the spans say of its time. What one of them says of the time
/// behind it was said by the same clock, which was ahead: it was not decided in its time.
void replace(std::vector<Span>& spans, const Span& anew);

/// One cue's life, and the account of its planned time: waiting → assigned (armed or on air) → waiting again or closed.
///
/// A cue that is heard later than planned (LATE_POLICY_WHOLE, PREEMPT_POLICY_RESTART) is `shift_us` behind: its account
/// stays on the plan's time line, air_start_us() and air_end_us() are when it really sounds.
// wide: the life of a cue and its account in one; to be a state machine, and an account that knows no presenter
struct Track {
  v1::Cue cue;                                 ///< its pages may stand in `playlists`
  std::shared_ptr<const Playlists> playlists;  ///< of the plan that named the cue last
  Slot slot = Slot::plan;
  bool in_plan = true;
  std::int64_t dropped_us = 0;  ///< when the plan was made that took it off the air, unless in_plan
  std::uint64_t plan_sequence = 0;
  std::int64_t frontier_us = 0;  ///< planned time before this is accounted for
  std::vector<Span> known;       ///< what is accounted for beyond it, by start
  std::vector<Span> passed;      ///< of what lies before the frontier: passed without proof, before the journal began
  std::vector<Span> elsewhere;   ///< and outside the planned time: the cue has been moved
  std::vector<Span> told;        ///< of all that, what was heard, and what was decided
  std::vector<Span> reopened;    ///< what was accounted for and is open again
  std::int64_t armed_end_us =
      INT64_MAX;  ///< planned end of the assignment: of what is open, or what the plan's horizon leaves of it
  bool assigned = false;
  bool on_air = false;
  bool halting = false;
  bool begun = false;                                 ///< some of it was heard in this process
  bool known_before = false;                          ///< some of it was accounted for by an earlier process
  std::optional<Block> block;                         ///< why it is not played, while it is not
  std::optional<Block> late_because;                  ///< why it was not played until it was assigned
  std::int64_t retry_us = 0;                          ///< not armed again before this plan time
  v1::ClockGrade clock_grade = v1::CLOCK_GRADE_NONE;  ///< when it was assigned
  std::int64_t patience_us = 0;                       ///< last wait after content that could not be played
  std::int64_t shift_us = 0;                          ///< behind its planned time
  std::int64_t again_us = 0;  ///< µs heard a second time, or past the cue's new end, since the last proof: it becomes
                              ///< Proof.again_us and counts in no hours

  /// It begins (again) from its beginning or not at all. Until one of them is decided its account waits in `waits`.
  bool wants_whole = false;
  struct Wait {
    std::int64_t to_us;
    Block block;
  };
  std::vector<Wait> waits;

  [[nodiscard]] std::int64_t start_us() const { return cue.start_us(); }
  [[nodiscard]] std::int64_t end_us() const { return cue.start_us() + cue.duration_us(); }
  [[nodiscard]] std::int64_t air_start_us() const { return start_us() + shift_us; }
  [[nodiscard]] std::int64_t air_end_us() const { return end_us() + shift_us; }
  /// Planned end of what is open from the frontier on: what has its account is not sounded again.
  [[nodiscard]] std::int64_t open_end_us() const { return known.empty() ? end_us() : known.front().from_us; }
  [[nodiscard]] bool closed() const { return frontier_us >= end_us(); }
  [[nodiscard]] bool is_filler() const { return cue.cue_class() == v1::CUE_CLASS_FILLER; }
  /// Whether the cue shows a playlist.
  [[nodiscard]] bool has_pages() const { return cue.pages_size() > 0 || cue.playlist_number() > 0; }
  /// The cue with pages of its own.
  [[nodiscard]] v1::Cue whole_cue() const;
  /// SHA-256 of every object that the cue shows or plays, each once, in its order.
  [[nodiscard]] std::vector<protocol::crypto::Sha256> objects() const;
  /// The cue as if it were planned `shift_us` later.
  [[nodiscard]] v1::Cue shifted(std::int64_t by_us) const;

  /// Begins with what is accounted for of the cue, by start, in any of the places it was planned.
  void remember(const std::vector<Span>& spans);
  /// What has its proof, without what was only passed.
  [[nodiscard]] std::vector<Span> accounted() const;
  /// Opens again what was accounted for of the time after an instant, and may begin anew there. Not while it is
  /// assigned.
  /// @return whether anything was opened
  bool reopen(std::int64_t from_us);
  /// Lets what is open again before an instant stand as it was (core::stand).
  /// @return whether some of that was heard
  bool stand(std::int64_t to_us);
  /// Whether a part of its planned time is to be accounted for anew.
  [[nodiscard]] bool is_anew(std::int64_t from_us, std::int64_t to_us) const;
  /// Steps over what is accounted for.
  void skip_known();
  /// Books planned time up to `to_us` that nobody heard. Nothing happens to what is booked already. A filler moves on
  /// and owes nothing for its silence, nor does any cue for time of bucket UNKNOWN, of which the station cannot speak;
  /// a cue that wants to be whole only takes note.
  /// @return proofs to keep, in order, without clock fields
  [[nodiscard]] std::vector<v1::Proof> account(std::int64_t to_us, const Block& why);
  /// Books what was heard, cut to the cue and to what is not booked yet.
  /// @param part  of a presenter  @return absent when nothing of it is new
  [[nodiscard]] std::optional<v1::Proof> take(v1::Proof part);

 private:
  [[nodiscard]] v1::Proof unheard(std::int64_t until_us, const Block& why);
  void say_anew(v1::Proof& part);
};

/// Leaves out of a heard part what lies before and after a stretch of planned time: frames and gaps are those within,
/// a sign's frames and pages the share of it, and the length of what was left out stands in again_us.
void cut(v1::Proof& part, std::int64_t from_us, std::int64_t to_us);

/// A part without what was measured of it: its time, and that none of its frames is vouched for. For one whose
/// measurements contradict each other, which the office would refuse: the report names it and counts nothing.
v1::Proof unmeasured(const v1::Proof& part);

}  // namespace loa::station::core
