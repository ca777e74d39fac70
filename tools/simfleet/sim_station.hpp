#pragma once
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "station/core/station_core.hpp"
#include "station/daemon/gate.hpp"
#include "station/daemon/vault.hpp"
#include "station/journal/proof_journal.hpp"
#include "station/outbox/outbox.hpp"
#include "tools/simfleet/network.hpp"
#include "tools/simfleet/sim_disk.hpp"
#include "tools/simfleet/sim_presenter.hpp"

namespace loa::tools::simfleet {

/// What all stations of a fleet share.
struct World {
  Timeline& timeline;
  Network& network;
  EventLog& log;
};

/// One machine on its pole: power, clock, disk, horn, and in it, process after process, the station. Core, journal,
/// marks, outbox, gate and vault are the real ones; this is the shell around them (station/daemon) on the
/// timeline.
class SimStation {
 public:
  SimStation(World world, std::size_t index, Random random, station::daemon::StationSettings settings,
             protocol::crypto::SecretKey key, std::filesystem::path folder);
  ~SimStation();

  // Faults, and their end.
  enum class ClockError { right, year_1970, two_weeks_back, ten_years_ahead, last_known };
  void power_on(ClockError error, std::int64_t ntp_after_us);
  /// Now, or in the middle of what the disk does next.
  void end_process(SimDisk::End end, std::uint64_t after_disk_steps, std::int64_t off_us, ClockError error,
                   std::int64_t ntp_after_us);
  void step_clock(std::int64_t by_us, std::int64_t heal_after_us);
  void set_disk(SimDisk::Illness illness);
  void set_device_gone(bool gone);
  void set_stalled(bool stalled);
  /// @param whole  false: it is there but does not decode
  void harm_content(std::uint64_t which);
  void command(const v1::Command& command);
  /// The faults are over: right clock, sound disk, device there.
  void heal();

  [[nodiscard]] bool running() const { return process_ != nullptr; }
  [[nodiscard]] std::uint64_t proofs_waiting() const;
  [[nodiscard]] std::uint64_t plan_sequence() const;  ///< of the plan it obeys; 0: none
  [[nodiscard]] const std::string& id() const { return settings_.station; }
  [[nodiscard]] Device& device(v1::Medium medium) { return medium == v1::MEDIUM_SIGN ? sign_ : horn_; }
  /// Instants at which something ended that could take heard but unproved time with it.
  [[nodiscard]] const std::vector<Instant>& power_cuts() const { return power_cuts_; }
  /// When it first had a plan on its disk: of earlier cues it knows nothing.
  [[nodiscard]] Instant first_plan() const { return first_plan_; }
  /// Since when its journal speaks of planned time: what no proof speaks of before is for the office to book.
  [[nodiscard]] Instant journal_began() const { return journal_began_; }
  /// Whether the plan it had when the cue began said the same of it as the office's record does; of a cue that it heard
  /// of later only, that later plan.
  [[nodiscard]] bool was_told(const v1::Cue& cue) const;
  /// Sequences of the emergencies it obeyed, and when it first did: of others it knows nothing.
  [[nodiscard]] const std::map<std::uint64_t, Instant>& emergencies() const { return emergencies_; }
  [[nodiscard]] const std::vector<Instant>& starts() const { return starts_; }  ///< of processes
  [[nodiscard]] const std::vector<Stretch>& disk_illnesses() const { return disk_illnesses_; }
  /// What the core made wrong: parts that no journal would ever take, or that no plan ordered so.
  [[nodiscard]] const std::vector<std::string>& refused() const { return refused_; }

 private:
  struct Process;
  struct ObjectState {
    bool held = false;
    bool whole = false;
  };

  void start_process();
  Result<std::unique_ptr<Process>> open_process();
  std::unique_ptr<SimPresenter> make_presenter(station::journal::MarkSet marks, Device& device);
  std::optional<station::daemon::AcceptedPlan> load_plan();
  void load_stops();
  void enter(const std::function<void()>& action);
  void collapse();
  void post(std::int64_t delay_us, std::function<void()> action);

  void on_link_up();
  void on_message(Network::Leaf leaf, const std::string& sealed);
  void on_plan(const std::string& sealed);
  void on_receipt(const std::string& sealed);
  void adopt(station::daemon::AcceptedPlan accepted, bool at_start, station::core::Slot slot);
  void note_told(const v1::Plan& plan);
  void load_emergency();
  void on_emergency(const std::string& sealed);
  void retry_emergency();
  void save_emergency();
  void settle_emergency();

  void feed(const station::core::Event& event);
  void perform(const station::core::Arm& action);
  void perform(const station::core::Halt& action);
  void perform(const station::core::Awake& action);
  void perform(const station::core::Dim& action);
  void perform(const station::core::Keep& action);
  void perform(const station::core::Remember& action);
  void perform(const station::core::JournalBegan& action);
  void perform(const station::core::Want& action);
  void perform(const station::core::Inspect& action);
  void perform(const station::core::Reply& action);
  void perform(const station::core::Report&) {}
  void perform(const station::core::Raise& action);
  [[nodiscard]] bool is_as_ordered(const v1::Proof& part) const;
  void keep_waiting_parts();
  void see_journal(bool failed);
  void publish(const Result<station::outbox::Outbox::Batch>& batch);
  void fetch_soon();
  void tick();
  void schedule_tick();

  [[nodiscard]] Now now() const;
  [[nodiscard]] MonoTime mono() const;
  [[nodiscard]] std::optional<WallTime> believed_now() const;
  [[nodiscard]] SimPresenter* presenter_of(v1::Medium medium);
  [[nodiscard]] bool may_change_plan() const;
  void clock_changed();
  template <class... Values>
  void note(std::string_view what, fmt::format_string<Values...> text = "", Values&&... values) {
    world_.log.note(world_.timeline.now(), settings_.station, what, text, std::forward<Values>(values)...);
  }

  World world_;
  std::size_t index_;
  Random random_;
  station::daemon::StationSettings settings_;
  protocol::crypto::SecretKey key_;
  SimDisk disk_;
  Device horn_, sign_;
  std::map<std::string, ObjectState> store_;

  // The machine.
  bool powered_ = false;
  Instant power_on_at_ = 0;
  std::int64_t clock_offset_us_ = 0;
  ClockGrade grade_ = ClockGrade::none;
  std::uint64_t clock_serial_ = 0;  ///< of the life of the clock: a new one with each boot

  // What happens when the process ends.
  std::int64_t off_us_ = 0;
  ClockError next_clock_ = ClockError::right;
  std::int64_t next_ntp_us_ = 0;

  std::unique_ptr<Process> process_;
  std::uint64_t serial_ = 0;  ///< of the process
  std::vector<Instant> power_cuts_;
  std::vector<Instant> starts_;
  std::map<std::uint64_t, Instant> emergencies_;
  Instant first_plan_ = INT64_MAX;
  Instant journal_began_ = 0;
  struct Told {
    std::int64_t start_us;
    std::int64_t duration_us;  ///< of a filler: as the cue above it
    std::string object;
  };
  std::map<station::CueKey, Told> told_;  ///< each cue as the plan said that was in force when it began
  std::map<std::pair<station::CueKey, std::uint64_t>, std::string> ordered_;  ///< content, by cue and plan
  std::vector<Stretch> disk_illnesses_;
  std::vector<std::string> refused_;
};

}  // namespace loa::tools::simfleet
