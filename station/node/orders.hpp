#pragma once
#include "station/node/desk.hpp"
#include "station/node/fault_memory.hpp"
#include "station/node/outputs.hpp"
#include "station/node/proof_queue.hpp"

namespace loa::station::node {

/// Carries out what the core orders, each by the part of the node that it concerns.
class Orders {
 public:
  Orders(Desk desk, intake::Shelf& shelf, sync::Fetcher& fetcher, Outputs& outputs, ProofQueue& proofs,
         FaultMemory& faults)
      : desk_(desk), shelf_(shelf), fetcher_(fetcher), outputs_(outputs), proofs_(proofs), faults_(faults) {}

  void operator()(const core::Arm& order) { outputs_.arm(order); }
  void operator()(const core::Halt& order) { outputs_.halt(order); }
  void operator()(const core::Shorten& order) { outputs_.shorten(order); }
  void operator()(const core::LookAgain& order) { outputs_.look_again(order); }
  void operator()(const core::Awake& order) { outputs_.set_awake(order); }
  void operator()(const core::Try& order) { outputs_.try_device(order); }
  void operator()(const core::Dim& order) { outputs_.dim(order.percent); }
  void operator()(const core::Keep& order) { proofs_.keep(order.part); }
  void operator()(const core::Remember& order);
  void operator()(const core::JournalBegan& order);
  void operator()(const core::Want& order);
  void operator()(const core::Inspect& order);
  void operator()(const core::Reply& order) { desk_.words.reply(outputs_.with_amplifier(order.answer)); }
  void operator()(const core::Report& /*order*/) { desk_.words.want_status(); }
  void operator()(const core::Raise& order) { faults_.raise(order.fault); }

 private:
  const Desk desk_;
  intake::Shelf& shelf_;
  sync::Fetcher& fetcher_;
  Outputs& outputs_;
  ProofQueue& proofs_;
  FaultMemory& faults_;
};

}  // namespace loa::station::node
