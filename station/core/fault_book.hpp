#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/time.hpp"
#include "protocol/fault/life.hpp"
#include "protocol/message/loa.pb.h"
#include "protocol/topic/fault_code.hpp"

namespace loa::station::core {

/// Every fault a station tells.
namespace fault_code = protocol::topic::fault_code;
using protocol::topic::fault_codes;

/// What a source of faults sees now.
struct Condition {
  std::string code;
  std::string cause;     ///< a fault has several possible ones ("disk full", "read-only"): it passes with the last
  bool present = false;  ///< seen again and again, or once when it changes: both are right
  std::string text;      ///< one sentence; of a present one
};

struct FaultSettings {
  std::optional<Micros> hold;  ///< how long a condition must stay away before the fault has passed; absent: each code's
  Micros longest_hold = std::chrono::hours{4};     ///< the hold of what comes back is doubled, up to this …
  Micros calm = std::chrono::hours{24};            ///< … until it has stayed away for so long
  Micros keep_resolved = std::chrono::hours{168};  ///< then it is reset without the office
};

/// The faults of a station and their lives (protocol/fault). Pure.
///
/// *passed* comes when the condition has stayed away for the hold: a sensor that flaps makes at most some 30 changes a
/// day, whatever it does (a hold starts with seconds, doubles with each return, at most 4 h). *recurred* is for codes
/// that are events, not conditions (software-restart): each one is news, even if the last was acknowledged. A reset is
/// refused while the condition is there; one that is only held passes with it.
class FaultBook {
 public:
  using Event = protocol::fault::Event;

  explicit FaultBook(FaultSettings settings) : settings_(settings) {}

  /// What an earlier process left. If nobody sees its condition within two minutes it has passed.
  void restore(const v1::Fault& fault, const Now& now);
  /// Counts each appearance; says nothing while nothing changes.
  void see(const Condition& condition, const Now& now);
  /// Time passed.
  void tick(const Now& now);

  /// Orders of the office; the answer's sentence. An order that changes nothing is accepted all the same.
  v1::Answer acknowledge(std::string_view code, const Now& now);
  v1::Answer reset(std::string_view code, const Now& now);

  /// Faults whose state changed since the last call, as they are now, in order; RESET: it is forgotten.
  std::vector<v1::Fault> take_changes();
  /// Every fault that is not reset, by code.
  [[nodiscard]] std::vector<v1::Fault> standing() const;
  /// When tick() is due; absent: never.
  [[nodiscard]] std::optional<MonoTime> next_deadline() const;

 private:
  struct Entry {
    v1::Fault fault;
    std::map<std::string, std::string> causes;  ///< there now, with their sentences
    std::optional<MonoTime> passes_at;          ///< the condition is away; resolved then
    std::int64_t gone_us = 0;                   ///< since then
    Micros hold{0};
    MonoTime changed;      ///< to its state
    Micros age{0};         ///< it had when restored, …
    bool age_due = false;  ///< … not known yet: the clock was not believed
  };

  void move(Entry& entry, Event event, const Now& now);
  void appear(Entry& entry, const Condition& condition, const Now& now);
  void leave(Entry& entry, const Condition& condition, const Now& now);
  void age(Entry& entry, const Now& now);
  [[nodiscard]] Micros first_hold(const std::string& code) const;
  [[nodiscard]] std::optional<MonoTime> due(const Entry& entry) const;

  FaultSettings settings_;
  std::map<std::string, Entry, std::less<>> entries_;
  std::vector<v1::Fault> changes_;
};

}  // namespace loa::station::core
