#pragma once
#include "tools/simfleet/sim_station.hpp"

// For the bodies of SimStation only.
namespace loa::tools::simfleet {

/// What a killed process loses.
struct SimStation::Process {
  station::journal::ProofJournal journal;
  station::intake::Vault vault;
  station::health::Restarts restarts;
  station::intake::Gate gate;
  station::outbox::Outbox outbox;
  std::unique_ptr<station::core::StationCore> core;
  std::unique_ptr<SimPresenter> audio, sign;
  bool has_plan = false;
  std::string plan_bytes;
  std::string waiting_plan;
  MonoTime plan_retry;
  bool has_emergency = false;
  std::string emergency_bytes;
  bool emergency_unsaved = false;
  bool emergency_unsettled = false;
  std::string waiting_emergency;
  MonoTime emergency_retry;
  std::deque<v1::Proof> unkept;
  std::vector<v1::Object> wants;
  bool fetching = false;
  bool journal_failed = false;
  std::uint64_t tick_serial = 0;
  std::uint64_t seal_sequence = 0;
  std::string boot;  ///< names the process
  MonoTime started;

  Process(station::journal::ProofJournal opened, station::intake::Vault opened_vault,
          station::health::Restarts its_restarts, const station::settings::StationSettings& settings)
      : journal(std::move(opened)),
        vault(std::move(opened_vault)),
        restarts(std::move(its_restarts)),
        gate(settings),
        outbox(journal) {}
};

}  // namespace loa::tools::simfleet
