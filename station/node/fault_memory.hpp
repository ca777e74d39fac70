#pragma once
#include "station/health/restarts.hpp"
#include "station/journal/proof_journal.hpp"
#include "station/node/desk.hpp"

namespace loa::station::node {

/// Faults that outlive a process: what an earlier one left is taken up, what changes is told and kept.
class FaultMemory {
 public:
  FaultMemory(Desk desk, const health::Restarts& restarts) : desk_(desk), restarts_(restarts) {}

  /// Takes up what an earlier process left.
  void load();
  /// Tells what this start found wrong: the death of the process before, damage of the journal. To be called when the
  /// station is at work, because each is written and the first cue may be due.
  void tell_findings();
  /// Says a fault and keeps it.
  void raise(const v1::Fault& fault);

 private:
  const Desk desk_;
  const health::Restarts& restarts_;
};

}  // namespace loa::station::node
