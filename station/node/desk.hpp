#pragma once
#include <set>

#include "station/intake/gate.hpp"
#include "station/intake/vault.hpp"
#include "station/node/core_feed.hpp"
#include "station/node/full_card.hpp"
#include "station/node/ports.hpp"
#include "station/node/proof_queue.hpp"
#include "station/node/words.hpp"

namespace loa::station::node {

/// What everything works with that takes words from outside. All outlive it.
struct Desk {
  const intake::Gate& gate;
  intake::Vault& vault;
  const intake::Shelf& shelf;
  CoreFeed& feed;
  FullCard& card;
  const ProofQueue& proofs;
  Words& words;
  Host& host;

  /// Gives an accepted plan to the core, with the objects of it that are here.
  void give(intake::AcceptedPlan accepted, bool at_start, core::Slot slot) const;
};

/// How a plan that came in was received.
enum class Received {
  obeyed,   ///< it is on the disk and the core has it
  waiting,  ///< it is judged anew later
  refused   ///< or nothing new
};

}  // namespace loa::station::node
