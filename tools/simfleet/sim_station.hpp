#pragma once
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "station/node/node.hpp"
#include "tools/simfleet/network.hpp"
#include "tools/simfleet/sim_clock.hpp"
#include "tools/simfleet/sim_disk.hpp"
#include "tools/simfleet/sim_presenter.hpp"
#include "tools/simfleet/sim_shelf.hpp"
#include "tools/simfleet/well_times.hpp"

namespace loa::tools::simfleet {

/// What all stations of a fleet share.
struct World {
  Timeline& timeline;
  Network& network;
  EventLog& log;
};

/// One box on its pole: power, clock, disk, horn, and in it, process after process, the station: the Node that runs on
/// a real pole too, over simulated ports.
// wide: the world's side of a node, one function a port, and what the weather does to a box
class SimStation final : private station::node::Host {
 public:
  SimStation(World world, Caller caller, Random random, station::settings::StationSettings settings,
             protocol::crypto::SecretKey key, std::filesystem::path folder);
  ~SimStation() override;

  // Faults, and their end.
  /// What is in the box when it comes back.
  enum class Card { kept, state_lost, replaced, image };
  /// How a process ends, and how the next one begins.
  struct Blow {
    SimDisk::End end = SimDisk::End::power_cut;
    std::uint64_t after_disk_steps = 0;  ///< 0: now
    std::int64_t off_us = 0;
    SimClock::Boot clock = {};
    Card card = Card::kept;
  };
  /// The power comes: once, and again after take_down().
  void power_on(const SimClock::Boot& clock);
  /// Nothing happens while no process runs.
  void end_process(const Blow& blow);
  /// The box is carried away.
  void take_down();
  /// A copy of the card, for a blow that ends in Card::image.
  void keep_image();
  void step_clock(std::int64_t by_us, std::int64_t heal_after_us);
  void set_disk(SimDisk::Illness illness);
  void set_device_gone(bool gone);
  void set_stalled(bool stalled);
  /// @param whole  false: it is there but does not decode
  void harm_content(std::uint64_t which);
  /// @param what  the word for it in the event log
  void command(std::string_view what, const std::string& sealed);
  /// The faults are over: right clock, sound disk, device there.
  void heal();

  [[nodiscard]] bool running() const { return process_ != nullptr; }
  [[nodiscard]] bool on_the_pole() const { return powered_ || blow_.off_us > 0; }
  [[nodiscard]] std::uint64_t proofs_waiting() const;
  [[nodiscard]] std::uint64_t plan_sequence() const;  ///< of the plan it obeys; 0: none
  [[nodiscard]] const std::string& id() const { return settings_.station; }
  [[nodiscard]] Device& device(v1::Medium medium) { return medium == v1::MEDIUM_SIGN ? sign_ : horn_; }
  /// Instants at which something ended that could take heard but unproved time with it.
  [[nodiscard]] const std::vector<Instant>& power_cuts() const { return power_cuts_; }
  /// When it first had a plan on its disk: of earlier cues it knows nothing.
  [[nodiscard]] Instant first_plan() const { return first_plan_; }
  /// Whether the plan it had when the cue began said the same of it as the office's record does; of a cue that it heard
  /// of later only, that later plan.
  [[nodiscard]] bool was_told(const v1::Cue& cue) const;
  /// When it first heard what was_told() says; true time.
  [[nodiscard]] Instant told_at(const v1::Cue& cue) const;
  /// When it ran, had a plan and a clock that was right.
  [[nodiscard]] const WellTimes& well() const { return well_; }
  /// From when the station doubted a clock that was right, after one that had lied and was believed, until that has
  /// insisted: ten minutes at the most.
  [[nodiscard]] const Stretches& doubts() const { return doubts_; }
  /// Moves ahead of a clock that was right before and after: so much planned time never was.
  struct Leap {
    Instant at;
    std::int64_t by_us;
  };
  [[nodiscard]] const std::vector<Leap>& leaps() const { return leaps_; }
  /// Planned time that was heard and whose proof went with the card before the office had receipted it.
  [[nodiscard]] Stretches lost_with_card(const station::CueKey& cue) const;
  [[nodiscard]] bool rolled_back() const { return rolled_back_; }
  [[nodiscard]] const std::vector<Instant>& card_losses() const { return card_losses_; }
  /// Sequences of the emergencies it obeyed, and when it first did: of others it knows nothing.
  [[nodiscard]] const std::map<std::uint64_t, Instant>& emergencies() const { return emergencies_; }
  [[nodiscard]] const std::vector<Instant>& starts() const { return starts_; }  ///< of processes
  [[nodiscard]] const std::vector<Instant>& ends() const { return ends_; }
  [[nodiscard]] const Stretches& disk_illnesses() const { return disk_illnesses_; }
  /// What the core made wrong: parts that no journal would ever take, or that no plan ordered so.
  [[nodiscard]] const std::vector<std::string>& refused() const { return refused_; }

 private:
  class Outlet;
  struct Process;

  void start_process();
  Result<std::unique_ptr<Process>> open_process();
  std::unique_ptr<SimPresenter> make_presenter(const char* name, station::journal::MarkSet marks, Device& device);
  void enter(const std::function<void()>& action);
  void collapse();
  void see_card(Card card);
  void note_lost_proofs();
  void see_wellness();
  void post(std::int64_t delay_us, std::function<void()> action);

  // What happens to the process.
  void happens(const std::function<void(station::node::Node&, const station::node::Node::Reading&)>& act);
  void attach();
  void say_status_when_listened_to();
  void tick();
  void schedule_tick();

  // What it tells.
  void begins_long_work() override {}
  void takes(const station::core::PlanArrived& event) override;
  void keeps(const v1::Proof& part) override;
  void doubts(const v1::Proof& part, const Error& error) override;
  void raises(const v1::Fault& fault) override;
  void note_told(const v1::Plan& plan);
  [[nodiscard]] bool is_as_ordered(const v1::Proof& part) const;

  [[nodiscard]] Now now() const { return clock_.now(); }
  [[nodiscard]] bool gone() const { return disk_.ended() != SimDisk::End::none; }  ///< the process, or about to be
  [[nodiscard]] bool online() const { return world_.network.session(caller_); }
  [[nodiscard]] SimPresenter* presenter_of(v1::Medium medium);
  void clock_changed();
  template <class... Values>
  void note(std::string_view what, fmt::format_string<Values...> text = "", Values&&... values) {
    world_.log.note(world_.timeline.now(), settings_.station, what, text, std::forward<Values>(values)...);
  }

  World world_;
  Caller caller_;
  Random random_;
  station::settings::StationSettings settings_;
  protocol::crypto::SecretKey key_;
  SimDisk disk_;
  SimClock clock_;
  Device horn_, sign_;
  SimShelf shelf_;
  SimShelf::Objects shelf_image_;
  bool powered_ = false;
  std::uint64_t power_serial_ = 0;
  Blow blow_;  ///< by which the last process ended, or the next one will

  std::unique_ptr<Process> process_;
  std::uint64_t serial_ = 0;  ///< of the process
  std::vector<Instant> power_cuts_;
  std::vector<Instant> starts_, ends_;
  std::map<std::uint64_t, Instant> emergencies_;
  Instant first_plan_ = INT64_MAX;
  struct Told {
    std::int64_t start_us;
    std::int64_t duration_us;  ///< of a filler: as the cue above it
    std::string object;
    Instant at;
    [[nodiscard]] bool says_as(const Told& other) const {
      return start_us == other.start_us && duration_us == other.duration_us && object == other.object;
    }
  };
  std::map<station::CueKey, Told> told_;  ///< each cue as the plan said that was in force when it began
  std::map<std::pair<station::CueKey, std::uint64_t>, std::string> ordered_;  ///< content, by cue and plan
  Stretches disk_illnesses_;
  WellTimes well_;
  std::optional<std::int64_t> was_right_by_us_;  ///< how far the clock was ahead when it last changed, if it was right
  std::vector<Leap> leaps_;
  Stretches doubts_;
  std::map<station::CueKey, Stretches> lost_proofs_;
  std::vector<Instant> card_losses_;
  bool rolled_back_ = false;
  std::vector<std::string> refused_;
};

}  // namespace loa::tools::simfleet
