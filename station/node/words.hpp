#pragma once
#include <optional>
#include <string>

#include "protocol/base/result.hpp"
#include "protocol/crypto/key.hpp"
#include "station/health/restarts.hpp"
#include "station/health/vitals.hpp"
#include "station/node/core_feed.hpp"
#include "station/node/ports.hpp"
#include "station/node/proof_queue.hpp"
#include "station/node/tick_plan.hpp"

namespace loa::station::node {

/// Whose words they are.
struct Speaker {
  std::string ward;
  std::string station;
  protocol::crypto::SecretKey key;
  std::string boot;      ///< a word of this process alone
  std::string software;  ///< version of the program
  MonoTime started;      ///< when the process began
};

/// How often a status is sent that nobody asked for (PROTOCOL.md §10).
struct StatusPace {
  std::chrono::seconds quiet{60};
  std::chrono::seconds broadcasting{3};
};

/// What a station says beside its proofs: whether it is there, how it is, its faults, its answers. Seals what the
/// office goes by.
class Words {
 public:
  Words(Speaker speaker, StatusPace pace, const Ports& ports, health::Restarts& restarts, CoreFeed& feed,
        const ProofQueue& proofs);

  /// Tells that something was refused, in the log and once in the status.
  void refuse(const char* what, const Error& error);
  /// Takes note of what the next status says was refused.
  void note_refused(std::string refused);
  /// Has a status sent soon: there is news.
  void want_status() { status_due_ = true; }

  void say_state(bool online);
  void say_status();
  /// Says an answer to a command.
  void reply(const v1::Answer& answer);
  /// Says a fault as it stands. One that is reset is told once more, then its retained message goes.
  void say_fault(const v1::Fault& fault);
  /// Says all faults, and takes back all others: what the broker still has may be older than this process or this disk.
  void say_faults();

  /// The state of this station as the broker says it, also when the station has vanished.
  [[nodiscard]] static v1::State state_of(bool online, WallTime since, const std::string& boot);
  void see_vitals(const health::Vitals& vitals) { vitals_ = vitals; }

  /// Tells when the next status is to be sent.
  void add_to(Pending& pending) const;
  [[nodiscard]] MonoTime started() const { return speaker_.started; }

 private:
  void say_sealed(v1::Kind kind, protocol::topic::Leaf leaf, const std::string& body, std::string_view code,
                  bool retained);
  void take_back_fault(std::string_view code);
  [[nodiscard]] v1::Status status() const;
  /// From one status to the next, without news.
  [[nodiscard]] std::chrono::seconds status_interval() const;
  void add_clock(v1::Status& status) const;
  void add_process(v1::Status& status) const;
  void add_core(v1::Status& status) const;

  const Speaker speaker_;
  const StatusPace pace_;
  Outlet& outlet_;
  health::Restarts& restarts_;
  CoreFeed& feed_;
  const ProofQueue& proofs_;
  health::Vitals vitals_;
  std::uint64_t seal_sequence_ = 0;  // of the last status, answer or fault
  std::string last_refused_;
  bool status_due_ = false;
  std::optional<MonoTime> last_status_;
};

}  // namespace loa::station::node
