#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "content/store/object_store.hpp"
#include "firmware/port/wall_clock.hpp"
#include "protocol/crypto/key.hpp"
#include "protocol/link/link.hpp"
#include "protocol/topic/topic.hpp"
#include "station/core/station_core.hpp"
#include "station/daemon/amplifier_watch.hpp"
#include "station/daemon/board.hpp"
#include "station/daemon/card_room.hpp"
#include "station/daemon/gate.hpp"
#include "station/daemon/restarts.hpp"
#include "station/daemon/service_report.hpp"
#include "station/daemon/step_watch.hpp"
#include "station/daemon/supervisor.hpp"
#include "station/daemon/tick_plan.hpp"
#include "station/daemon/vault.hpp"
#include "station/daemon/vitals_watch.hpp"
#include "station/journal/mark_keeper.hpp"
#include "station/journal/mark_set.hpp"
#include "station/journal/proof_journal.hpp"
#include "station/outbox/outbox.hpp"
#include "station/sync/content_fetcher.hpp"

namespace loa::station::daemon {

/// What the vault knows of the time, nothing with a warning in the log when it is damaged.
core::ClockMemory clock_memory(const Vault& vault);

/// The thin shell around the core: carries events in, carries actions out. All of it runs on the io thread.
///
/// Crash-only: it is ended by destroying it at any moment; what was heard until then is in the journal or in the
/// progress marks, and becomes proof at the next start.
class Station {
 public:
  /// Opens everything that lies on disk, makes proof of what an earlier process left unproved.
  /// @param born  when the process began
  /// @error io · refused · unsupported: one sentence; nothing was changed on disk that would lose anything
  static Result<std::unique_ptr<Station>> open(boost::asio::io_context& io, StationSettings settings, Board board,
                                               MonoTime born);
  ~Station();

  /// Takes up the plan from disk and connects.
  Result<void> start();

  /// Call when the process was told to stop: it is no failure of this start, and the office hears a farewell. Takes at
  /// most 1.5 s.
  void stopping();
  /// How often it came back, and from what.
  [[nodiscard]] const Restarts& restarts() const { return restarts_; }

 private:
  Station(boost::asio::io_context& io, StationSettings settings, Board board, protocol::crypto::SecretKey key,
          journal::ProofJournal journal, Restarts restarts, Vault vault, content::store::ObjectStore store);

  Result<void> take_up(MonoTime born);
  Result<void> make_presenters();
  Result<void> make_link();
  std::optional<AcceptedPlan> load_plan();
  void load_mute();
  static void come_back(const Restarts& restarts, const StationSettings& settings);
  void hold_plan(std::string sealed);
  void look_at_uptime(MonoTime now);
  void connect(MonoTime now);
  void load_stops();
  void load_emergency();

  void on_connected();
  void on_message(const protocol::link::Message& message);
  void on_plan(const std::string& sealed);
  void hold_for_right_clock(const std::string& sealed, std::optional<std::uint64_t> after);
  void on_emergency(const std::string& sealed);
  void hold_emergency(const std::string& sealed, std::optional<std::uint64_t> after);
  void retry_emergency();
  void save_emergency();
  void settle_emergency();
  void on_command(const std::string& sealed);
  void on_receipt(const std::string& sealed);
  void on_fetched(const sync::Fetched& fetched);
  void renew_journal(const v1::Receipt& receipt);
  void set_back_journal(const v1::Receipt& receipt);
  void refuse(const char* what, const Error& error);
  void hear_office(const std::optional<WallTime>& signed_at, bool news = true);

  void feed(const core::Event& event);
  void perform(const core::Arm& action);
  void perform(const core::Halt& action);
  void perform(const core::Shorten& action);
  void perform(const core::LookAgain& action);
  void perform(const core::Awake& action);
  void perform(const core::Try& action);
  void perform(const core::Dim& action);
  void perform(const core::Keep& action);
  void perform(const core::Remember& action);
  void perform(const core::JournalBegan& action);
  void perform(const core::Want& action);
  void perform(const core::Inspect& action);
  void perform(const core::Reply& action);
  void perform(const core::Report& action);
  void perform(const core::Raise& action);

  // Trials and tests of the outputs: station_trials.cpp.
  static core::TrialSettings trials_of(const StationSettings& settings);
  void on_tried(v1::Medium medium, const std::string& trouble);
  void see_output(v1::Medium medium, const std::string& trouble);
  void see_amplifier(const core::Condition& condition);
  void retry_amplifier();
  [[nodiscard]] v1::Answer with_amplifier(v1::Answer answer) const;

  void on_page_damaged(const std::string& object);
  [[nodiscard]] std::vector<std::filesystem::path> pages_of(const v1::Cue& cue) const;

  // A full card: station_room.cpp.
  static Result<journal::ProofJournal> open_journal(const StationSettings& settings,
                                                    const protocol::crypto::SecretKey& key, WallTime wall);
  bool make_room(const Error& error);
  void make_room_for(const protocol::crypto::Sha256& object);
  void tell_evicted(const sync::Eviction& eviction);
  void see_content_room(const Error* error);
  /// Writes; where the card is full, again after content has made room.
  template <class Write>
  auto with_room(Write write) {
    auto result = write();
    if (!result && make_room(result.error())) result = write();
    return result;
  }

  // Faults: station_faults.cpp.
  void load_faults();
  void watch_vitals();
  void take_vitals(const Vitals& vitals);
  void pace_vitals();
  void switch_amplifier(bool on);
  void look_at_amplifier();
  void see_journal(const Error* error);
  void see_soon(core::Condition condition);
  void see_once(std::string_view code, const char* cause, std::string text);
  void publish_faults();
  void publish_fault(const v1::Fault& fault);
  void publish_no_fault(std::string_view code);

  void adopt(AcceptedPlan accepted, bool at_start);
  void obey_emergency(const std::string& sealed, AcceptedPlan accepted, bool at_start);
  [[nodiscard]] std::set<protocol::crypto::Sha256> held_of(const v1::Plan& plan) const;
  void drop_unneeded_objects();
  void keep_waiting_parts();
  void doubt_first(const Error& error);
  void publish_proofs(const Result<outbox::Outbox::Batch>& batch);
  void publish_sealed(v1::Kind kind, protocol::topic::Leaf leaf, const std::string& body, std::string_view code = {},
                      std::optional<bool> retained = std::nullopt);
  [[nodiscard]] v1::State state(bool online) const;
  void publish_state(bool online);
  void publish_status();
  void name_myself(v1::Status& status) const;
  [[nodiscard]] std::chrono::seconds status_interval() const;
  void tick();
  void schedule_tick();
  void begin_long_work();
  [[nodiscard]] Pending pending() const;
  Result<void> watch_steps();
  void supervise();
  [[nodiscard]] bool may_change_plan() const;
  [[nodiscard]] Presenter* presenter_of(v1::Medium medium);
  [[nodiscard]] PresenterEvents presenter_events();
  [[nodiscard]] std::optional<WallTime> believed_now();
  [[nodiscard]] std::function<void(std::function<void()>)> post();

  boost::asio::io_context& io_;
  const StationSettings settings_;
  Board board_;
  const protocol::crypto::SecretKey key_;
  const journal::MarkFolders marks_;
  journal::ProofJournal journal_;
  Restarts restarts_;
  Vault vault_;
  content::store::ObjectStore store_;
  const CardRoom room_;
  Gate gate_;
  outbox::Outbox outbox_;
  std::unique_ptr<core::StationCore> core_;
  std::optional<v1::Plan> plan_;  // without its cues: the core has them
  std::string plan_bytes_;        // as it was sealed: the same again is no news
  bool plan_unused_ = false;      // one lies on disk that is not in force: the next one does not replace it
  std::optional<std::uint64_t> held_sequence_;  // of that one, when it was only held back
  std::string waiting_plan_;                    // newer, sealed, until it may and can take the place of plan_
  MonoTime ticked_;
  MonoTime plan_retry_;  // not judged again before
  std::optional<v1::Plan> emergency_;
  std::string emergency_bytes_;  // as it was sealed
  bool emergency_unsaved_ = false;
  bool emergency_unsettled_ = false;  // on disk, but still beside the one before
  std::string waiting_emergency_;     // newer, sealed, until the clock is believed, and in time by it
  MonoTime emergency_retry_;          // not judged again before
  std::deque<v1::Proof> unkept_;      // the disk refused them; tried again every second
  bool status_due_ = false;
  std::optional<MonoTime> connect_at_;  // the link could not be started
  std::optional<MonoTime> last_status_;
  MonoTime started_;
  std::string last_refused_;
  const std::string boot_;              // random word of this process start
  std::uint64_t receipt_sequence_ = 0;  // of the newest receipt that came to this process
  std::uint64_t seal_sequence_ = 0;     // of the last status, answer or fault
  firmware::ClockReading reading_;
  Vitals vitals_;
  AmplifierWatch amplifier_;
  ServiceReport report_;
  bool journal_failed_ = false;
  bool content_without_room_ = false;
  boost::asio::steady_timer timer_;
  std::optional<StepWatch> step_watch_;
  boost::asio::steady_timer amplifier_timer_;

  Pulse pulse_;  // of the io thread
  bool sound_awake_ = false, sign_awake_ = false;
  Liveness rooms_;

  // Each has threads that post to the io thread: destroyed first, in reverse order.
  struct Alive;
  std::shared_ptr<Alive> alive_;                      // posted functions of a destroyed station do nothing
  std::unique_ptr<journal::MarkKeeper> mark_keeper_;  // null: the saved marks cannot be opened
  std::unique_ptr<Presenter> audio_;
  std::unique_ptr<Presenter> sign_;
  std::unique_ptr<sync::ContentFetcher> fetcher_;
  std::unique_ptr<protocol::link::Link> link_;
  std::unique_ptr<Supervisor> supervisor_;  // watches them all
  std::unique_ptr<VitalsWatch> vitals_watch_;
};

}  // namespace loa::station::daemon
