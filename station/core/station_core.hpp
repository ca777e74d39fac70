#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "protocol/base/time.hpp"
#include "station/core/clock_judge.hpp"
#include "station/core/event.hpp"
#include "station/core/fault_book.hpp"
#include "station/core/policy_rule.hpp"
#include "station/core/time_anchor.hpp"

namespace loa::station::core {

/// How long before a cue things are made ready, and what is a fault.
struct CoreSettings {
  Micros arm_lead = std::chrono::seconds{3};          ///< a cue is given to its presenter this long before its start
  Micros pre_roll = std::chrono::milliseconds{1500};  ///< device open and amplifier on before the first sample
  Micros post_roll = std::chrono::seconds{2};         ///< and off this long after the last
  Micros content_alarm = std::chrono::minutes{30};    ///< missing content is a fault from this long before its cue
  std::uint32_t underruns = 3;                        ///< so many in one cue, or in ten minutes of it, are a fault
  FaultSettings faults = {};
};

/// Decides what an unattended station does. Pure: no thread, socket, file or clock inside; the same object runs on a
/// pole, in a test with a hand-moved clock, and many times over in the simulator.
///
/// Promise: for every cue of a plan, the parts it orders to Keep, with those the journal held before, cover the cue's
/// planned time once, without overlap, as soon as that time has passed. What was played is what a presenter measured;
/// every other microsecond has a bucket and a reason.
class StationCore {
 public:
  /// @param journal  what the journal holds of recent cues
  /// @param born     when this process began: cue time before it without account was dark
  /// @param last_known  the newest Remember that is on disk
  StationCore(CoreSettings settings, const std::vector<Accounted>& journal, MonoTime born,
              std::optional<WallTime> last_known = {});

  /// Takes one event, returns what is to be done, in order.
  Actions on(const Event& event, const Now& now);

  /// When to send the next Tick at the latest; absent when only an event can change anything.
  [[nodiscard]] std::optional<MonoTime> next_deadline() const;

  /// What is on air or on the sign, for the status.
  [[nodiscard]] std::string on_air() const;
  /// Whether a loudspeaker sounds now.
  [[nodiscard]] bool broadcasting() const;
  [[nodiscard]] const FaultBook& faults() const { return faults_; }
  [[nodiscard]] int on_air_start_error_us() const { return start_error_us_; }
  /// Whether the clock was believed at any time since the start: only then is time that passed booked.
  [[nodiscard]] bool clock_believed() const { return clock_usable(); }
  /// A plan with a good seal was made then; to be told before the first event if there is one on disk.
  void at_least(WallTime made) { clock_.at_least(made); }
  /// What a reading of the clock is worth (ClockJudge); its grade is the one to act on and to report.
  Now judge(const Now& reading) { return clock_.judge(reading); }
  [[nodiscard]] std::uint64_t plan_sequence() const { return plan_sequence_; }
  [[nodiscard]] std::size_t objects_wanted() const { return objects_.size(); }
  [[nodiscard]] std::size_t objects_held() const;

 private:
  /// Why a cue is not played now.
  struct Block {
    v1::Bucket bucket;
    std::string reason;
    bool operator==(const Block&) const = default;
  };
  /// Planned time, microseconds.
  struct Span {
    std::int64_t from_us;
    std::int64_t to_us;
  };
  /// One cue's life. waiting → assigned (armed or on air) → waiting again or closed.
  struct Track {
    v1::Cue cue;
    bool in_plan = true;
    std::uint64_t plan_sequence = 0;
    std::int64_t frontier_us = 0;   // planned time before this is accounted for
    std::vector<Span> known;        // what the journal accounts for beyond it, by start
    bool forgotten = false;         // perhaps: the journal may have pruned it. Certainly once it is long past
    std::int64_t armed_end_us = 0;  // end of the assignment: of the cue, or the plan's horizon
    bool assigned = false;
    bool on_air = false;
    bool halting = false;
    std::optional<Block> block;                         // why it is not played, while it is not
    std::int64_t retry_us = 0;                          // not armed again before this plan time
    v1::ClockGrade clock_grade = v1::CLOCK_GRADE_NONE;  // when it was assigned
    std::int64_t patience_us = 0;                       // last wait after content that could not be played
    [[nodiscard]] std::int64_t start_us() const { return cue.start_us(); }
    [[nodiscard]] std::int64_t end_us() const { return cue.start_us() + cue.duration_us(); }
    [[nodiscard]] bool closed() const { return frontier_us >= end_us(); }
    void skip_known();
  };

  void take(const PlanArrived& event);
  void adopt_cue(const v1::Cue& cue, bool at_start);
  void retire_cues_not_in(const v1::Plan& plan);
  void order_tracks();
  void take(const ObjectHeld& event);
  void take(const ObjectLost& event);
  void take(const PartStarted& event);
  void take(const PartEnded& event);
  void take(const PageDamaged& event);
  void take(const CommandArrived& event);
  void take(const MuteRestored& event);
  void take(const FaultRestored& event);
  void take(const Condition& event);
  void take(const Tick& event);
  [[nodiscard]] v1::Answer obey(const v1::Command& command);

  void observe_clock(const Now& reading, const PlanArrived* plan);
  void follow_clock();
  void tie_first();
  void on_moved(std::int64_t before_us, Micros moved);
  void leap_over(std::int64_t before_us);
  [[nodiscard]] bool clock_settled();
  void step();
  void step_cue(Track& track);
  void wait_or_arm(Track& track);
  void arm(Track& track);
  void halt(Track& track, Block why);
  void account(Track& track, std::int64_t to_us, const Block& block);
  void account_dark(Track& track);
  void account_waiting(Track& track);
  void forget_before(std::int64_t made_us);
  void settle(Track& track, const v1::Proof& part);
  void keep_played(Track& track, v1::Proof part);
  void watch_awake();
  void watch_content();
  void watch_brightness();
  void watch_part(const Track& track, const v1::Proof& part);
  void note_device(v1::Medium medium, bool works);
  void set_fault(std::string_view code, bool present, std::string text = {});
  void tell_faults();
  void want_objects();

  [[nodiscard]] std::optional<Block> why_not(const Track& track) const;
  [[nodiscard]] bool pre_empted(const Track& track) const;
  [[nodiscard]] std::vector<Track*> open_until(std::int64_t start_us) const;
  [[nodiscard]] bool held(const Sha256& object) const;
  [[nodiscard]] bool holds(const v1::Cue& cue) const;      // enough of it to begin
  [[nodiscard]] bool holds_all(const v1::Cue& cue) const;  // every page of a playlist
  [[nodiscard]] bool needs_awake(v1::Medium medium) const;
  [[nodiscard]] std::int64_t now_us() const { return to_us(anchor_.plan_time(now_.mono)); }
  [[nodiscard]] bool clock_usable() const { return believed_ >= ClockGrade::network; }
  [[nodiscard]] Track* find(const CueKey& key);

  CoreSettings settings_;
  ClockJudge clock_;
  TimeAnchor anchor_;
  Now now_;
  MonoTime born_;
  // Best grade that has confirmed the tie since it last moved: while the clock is below, the monotonic one carries on.
  ClockGrade believed_ = ClockGrade::none;
  std::int64_t born_us_ = 0;  // plan time; stays when the clock leaps ahead

  v1::Policy policy_;
  v1::Plan brightness_;  // of the plan: only policy and brightness
  int percent_ = 100;    // what the sign was told
  std::int64_t horizon_us_ = 0;
  std::uint64_t plan_sequence_ = 0;
  std::map<Sha256, v1::Object> objects_;
  std::map<Sha256, bool> held_;
  std::map<CueKey, Track> tracks_;
  std::vector<Track*> order_;  // by start; from first_open_ on not all are closed
  std::size_t first_open_ = 0;
  std::vector<Track*> assigned_;  // in the hands of a presenter
  std::int64_t journal_newest_us_ = 0;
  std::map<CueKey, std::vector<Span>> journal_;  // what it accounts for of cues that no track has
  std::optional<MonoTime> usable_since_;         // when the clock came to be believed, if it was not at first
  std::int64_t usable_since_us_ = 0;             // plan time; stays when the clock leaps ahead
  ClockGrade waited_grade_ = ClockGrade::none;   // until then
  bool waited_for_clock_ = false;
  Sessions sessions_;
  std::int64_t mute_until_us_ = 0;
  std::string mute_reason_;
  std::map<std::string, std::string> stopped_;  // occurrence → reason
  std::map<v1::Medium, bool> awake_;
  std::map<v1::Medium, std::int64_t> last_end_us_;
  FaultBook faults_;
  std::set<Sha256> damaged_;  // objects that could not be played, and have not been since
  int start_error_us_ = 0;
  Actions actions_;
};

}  // namespace loa::station::core
