#pragma once
#include <memory>
#include <string>
#include <vector>

#include "headend/fleet/inbox.hpp"
#include "headend/ledger/ledger.hpp"
#include "headend/publisher/publisher.hpp"
#include "headend/store/sqlite/sqlite_store.hpp"
#include "tools/simfleet/network.hpp"

namespace loa::tools::simfleet {

/// The head-end of the simulated ward: the real store (in memory), planner, publisher, inbox and ledger on the
/// timeline.
// wide: the head-end's shell on a virtual clock; goes when the office has a class without Asio
class SimOffice {
 public:
  struct StationEntry {
    std::string id;
    protocol::crypto::PublicKey key;
  };

  /// @error of the store
  static Result<std::unique_ptr<SimOffice>> open(Timeline& timeline, Network& network, EventLog& log,
                                                 const std::vector<StationEntry>& stations);

  /// Issues plans now and every midnight.
  void begin();
  /// Its process dies and starts anew: what was received and not committed is gone.
  void restart();
  /// An operator changes one programme, or the ward's policy; the plans follow within minutes.
  void edit(Random& random);

  /// Its clock is wrong from now on. @param ahead_us  negative: behind; 0: right again
  void set_clock(std::int64_t ahead_us);

  /// Seals an order for one station, to be obeyed now or never.
  Result<std::string> order(const std::string& station, v1::Command command);

  /// An emergency for everybody, or its end.
  void alarm(std::int64_t in_us, unsigned repeat);
  void all_clear();

  [[nodiscard]] headend::store::Store& store() { return store_; }
  [[nodiscard]] protocol::crypto::PublicKey key() const { return key_.public_key(); }
  [[nodiscard]] protocol::crypto::PublicKey emergency_key() const { return emergency_key_.public_key(); }
  /// What went wrong in here; empty: nothing.
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }
  [[nodiscard]] const headend::ledger::Commit& committed() const { return committed_; }

  static constexpr const char* ward = "simfleet";

 private:
  SimOffice(Timeline& timeline, Network& network, EventLog& log, headend::store::sqlite::SqliteStore store,
            const std::vector<StationEntry>& stations);
  Result<void> fill(const std::vector<StationEntry>& stations);
  void edit_policy(Random& random);
  void edit_programme(Random& random);
  void edit_slogan(Random& random);
  void issue();
  void issue_round();
  void receive(std::size_t station, Network::Leaf leaf, const std::string& sealed, bool retained);
  void note_own_clock();
  void receive_proof(std::size_t station, const std::string& sealed);
  void receive_news(std::size_t station, Network::Leaf leaf, const std::string& sealed, bool retained);
  void keep_news();
  void commit();
  void hand_out_receipts();
  void send(const headend::dispatch::Publication& publication);
  void problem(const Error& error);
  void hand_out_emergencies();
  [[nodiscard]] WallTime now() const { return wall_from_us(timeline_.now() + ahead_us_); }

  Timeline& timeline_;
  Network& network_;
  EventLog& log_;
  headend::store::sqlite::SqliteStore store_;
  protocol::crypto::SecretKey key_;
  protocol::crypto::SecretKey emergency_key_;
  headend::planner::Settings settings_;
  std::unique_ptr<headend::publisher::Publisher> publisher_;
  std::unique_ptr<headend::ledger::Ledger> ledger_;
  std::unique_ptr<headend::fleet::Inbox> inbox_;
  std::vector<std::string> ids_;
  std::map<std::string, std::size_t, std::less<>> index_;
  std::vector<std::string> problems_;
  headend::ledger::Commit committed_;
  bool commit_due_ = false, news_due_ = false;
  std::uint64_t orders_ = 0;
  std::int64_t ahead_us_ = 0;  ///< its clock
  Micros own_clock_found_{0};  ///< how far ahead the head-end found its own clock last
};

}  // namespace loa::tools::simfleet
