#pragma once
#include <algorithm>
#include <compare>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "protocol/base/time.hpp"
#include "protocol/message/check.hpp"
#include "protocol/message/loa.pb.h"

namespace loa::station {

/// Names a cue on a station, for ever.
struct CueKey {
  std::string occurrence;
  std::uint32_t segment = 0;

  auto operator<=>(const CueKey&) const = default;
  static CueKey of(const v1::Cue& cue) { return {cue.occurrence(), cue.segment()}; }
  static CueKey of(const v1::Proof& part) { return {part.occurrence(), part.segment()}; }
};

/// One cue, or the rest of one, that a presenter has to make heard or seen.
struct Assignment {
  v1::Cue cue;
  std::uint64_t plan_sequence = 0;
  WallTime from;             ///< planned instant to begin at: cue.start_us, or later when joining in place
  MonoTime from_mono;        ///< the same instant on the monotonic clock; the presenter knows no other clock
  int gain_cb = 0;           ///< after the policy's cap
  std::int64_t late_us = 0;  ///< by how much from_mono lies after the planned instant, on purpose
  v1::ClockGrade clock_grade = v1::CLOCK_GRADE_NONE;  ///< when it was assigned
  bool anew = false;                         ///< some of it has an account that a clock ahead gave (Proof.anew)
  std::filesystem::path object;              ///< verified content in the store
  std::vector<std::filesystem::path> pages;  ///< of a playlist, in its order: there or not
  /// An ordered test: the presenter makes the content itself (a tone, a test page) and keeps no progress mark, because
  /// nobody owes proof of it.
  bool test = false;
};

/// Measured minus planned instant as a proof can say it: microseconds, to a minute at the most.
inline int start_error_us(std::chrono::nanoseconds error) {
  constexpr Micros most = protocol::message::max_start_error;
  return static_cast<int>(std::clamp(std::chrono::round<Micros>(error), -most, most).count());
}

/// What a presenter tells the core; called on the io thread.
struct PresenterEvents {
  /// The first frame has left the device. @param start_error_us measured minus planned instant
  std::function<void(const CueKey&, int start_error_us)> started;
  /// A part is over and measured: a proof draft with bucket, reason, from_us, to_us and all sink fields set, without
  /// chain and clock fields. Reasons: "complete", "halted", "device-lost", "content-damaged". Exactly one for each
  /// assignment; bucket UNKNOWN and from_us == to_us when nothing of it was heard.
  std::function<void(const v1::Proof&)> ended;
  /// A page of a playlist is there and cannot be shown; others stand in its place. Told once for each assignment.
  std::function<void(const std::string& object)> page_damaged;
  /// A trial is over. @param trouble  why the device cannot be used, one sentence; empty: it can
  std::function<void(v1::Medium, const std::string& trouble)> tried;
};

/// Plays or shows cues at their instants. AudioPlayer and SignPlayer are the two; the simulator has its own pair.
/// Called on the io thread; never blocks it.
class Presenter {
 public:
  virtual ~Presenter() = default;
  /// Takes an assignment that begins up to a few seconds ahead (or has just begun: then it joins as soon as it can, in
  /// place). Assignments that adjoin are gapless. At most 8 are held at once.
  virtual void arm(const Assignment& assignment) = 0;
  /// Ends a cue within 20 ms (with a short fade), or forgets it if it has not begun. ended() follows.
  virtual void halt(const CueKey& cue) = 0;
  /// What is assigned ends at an earlier planned instant, without a frame of darkness before what adjoins there; at
  /// once if that has passed. ended() says "complete". Only asked of a sign.
  virtual void shorten(const CueKey& /*cue*/, WallTime /*end*/) {}
  /// An object of this cue was not there when it was armed, and is now. Only asked of a sign.
  virtual void look_again(const CueKey& /*cue*/) {}
  /// Every part of this cue that was heard and has ended is durable: what the presenter kept against a killed process
  /// may go.
  virtual void settled(const CueKey& cue) = 0;
  /// Opens the device ahead of time, or closes it once idle, so that the first sample is on time.
  virtual void set_awake(bool awake) = 0;
  /// Opens the device, configures it and closes it again, without a sound or a picture; tried() follows. One that is
  /// awake is tried when it is asleep again.
  virtual void try_device() = 0;
  /// How bright what is shown is from now on. Nothing to do for what sounds. @param percent 1…100
  virtual void set_brightness(int /*percent*/) {}
};

}  // namespace loa::station
