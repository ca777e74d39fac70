#pragma once
#include "tools/simfleet/sim_fetcher.hpp"
#include "tools/simfleet/sim_station.hpp"

// For the bodies of SimStation only.
namespace loa::tools::simfleet {

/// What a station says, as far as the simulated office listens: proofs and status.
class SimStation::Outlet final : public station::node::Outlet {
 public:
  explicit Outlet(SimStation& station) : station_(station) {}
  void publish(protocol::topic::Leaf leaf, std::string_view code, std::string_view body, bool retained) override;

 private:
  SimStation& station_;
};

/// A relay that always obeys and an amplifier without a wire to tell it on.
class SimAmplifier final : public firmware::Amplifier {
 public:
  Result<void> set(bool /*on*/) override { return {}; }
  Result<std::optional<bool>> feedback() override { return std::optional<bool>{}; }
};

/// What a killed process loses: the node, and what it works with.
struct SimStation::Process {
  station::node::Records records;
  SimAmplifier amplifier;
  station::health::ServiceReport report{{}, "", ""};  // without a folder: nothing is written
  Outlet outlet;
  std::unique_ptr<SimFetcher> fetcher;
  std::unique_ptr<SimPresenter> audio, sign;
  std::unique_ptr<station::node::Node> node;
  std::uint64_t tick_serial = 0;

  Process(station::node::Records opened, SimStation& station) : records(std::move(opened)), outlet(station) {}
};

}  // namespace loa::tools::simfleet
