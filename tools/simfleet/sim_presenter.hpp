#pragma once
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "station/journal/mark_set.hpp"
#include "tools/simfleet/horn.hpp"
#include "tools/simfleet/timeline.hpp"

namespace loa::tools::simfleet {

inline constexpr std::int64_t period_us = 10 * millisecond_us;

/// A simulated output device: there or not, consuming or stalled, and what it emitted. Outlives processes.
struct Device {
  bool gone = false;
  std::optional<Instant> stalled_since;
  Horn horn;
  std::int64_t lie_us = 0;  ///< self-check: each proof claims this much more than was emitted
};

/// Presents as AudioPlayer does, on the timeline: begins at the armed instant, counts whole periods that the device
/// took, keeps real progress marks and syncs them every 15 s, leaves out and reports what a stalled device did not
/// take, and gives the device up after 2 s of stalling.
class SimPresenter final : public station::Presenter {
 public:
  struct World {
    Timeline& timeline;
    Device& device;
    /// Runs an action later in this process, unless the process has ended by then.
    std::function<void(std::int64_t delay_us, std::function<void()>)> post;
    std::function<Instant(MonoTime)> true_time;             ///< of this machine's monotonic clock
    std::function<bool(const std::string& object)> sound;   ///< whether an object in the store can be decoded
    std::function<void(const station::Assignment&)> armed;  ///< told of each assignment
    std::function<void(std::string_view order, const station::CueKey&)> told;  ///< told of every other order for a cue
  };

  SimPresenter(World world, station::journal::MarkSet marks, station::PresenterEvents events);

  void arm(const station::Assignment& assignment) override;
  void halt(const station::CueKey& cue) override;
  void shorten(const station::CueKey& cue, WallTime end) override;
  void settled(const station::CueKey& cue) override;
  void set_awake(bool awake) override;
  void try_device() override {}  ///< simulated outputs are not tried: TrialSettings has none

  /// The process ends now: marks get what they would hold, the horn falls silent.
  void die();
  /// The device's state is about to change: what was emitted until now is booked under the old one.
  void device_changes();
  void device_changed();

 private:
  struct Voice {
    station::Assignment assignment;
    std::size_t mark = 0;
    Instant from = 0;            ///< true instant of the first sample
    std::int64_t from_us = 0;    ///< planned time of it
    std::int64_t offset_us = 0;  ///< planned minus true time
    std::int64_t booked_us = 0;  ///< planned time up to which the horn is written down
    std::vector<Stretch> gaps;
    std::vector<bool> fit;  ///< by page of a playlist: can be decoded
    bool begun = false;
    std::uint64_t serial = 0;
  };

  void begin(std::uint64_t serial);
  void complete(std::uint64_t serial);
  void sync_marks();
  void give_up(std::uint64_t serial);
  void end(Voice& voice, const char* reason);
  void book(Voice& voice);
  void update_mark(const Voice& voice);
  void add_pages(const Voice& voice, v1::Proof& part) const;
  [[nodiscard]] std::vector<bool> fit_pages(const v1::Cue& cue);
  void ended(const v1::Proof& part, std::optional<std::size_t> mark);
  [[nodiscard]] v1::Proof part_of(const Voice& voice, const char* reason) const;
  [[nodiscard]] std::int64_t frames_of(const Voice& voice) const;
  [[nodiscard]] Voice* find(std::uint64_t serial);

  World world_;
  station::journal::MarkSet marks_;
  station::PresenterEvents events_;
  std::list<Voice> voices_;
  std::map<station::CueKey, std::size_t> ended_marks_;
  std::map<station::CueKey, std::int64_t> unproved_us_;  // length of the last part
  std::size_t next_mark_ = 0;
  std::uint64_t serial_ = 0;
  bool awake_ = false;
  bool syncing_ = false;
};

}  // namespace loa::tools::simfleet
