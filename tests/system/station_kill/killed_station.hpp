#pragma once
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "headend/model/proof.hpp"
#include "headend/store/store.hpp"
#include "tests/rehearsal/ward_kit.hpp"
#include "tests/rehearsal/wire.hpp"
#include "tests/system/power_cuts/disk/forgetful_disk.hpp"

namespace loa::tests {

/// One cue of white noise, as planned and as heard and reported.
struct NoiseCue {
  std::string object;
  std::uint32_t segment = 0;
  std::int64_t start_us = 0;
  std::int64_t duration_us = 0;
};

/// A receipt, as it went over the wire, and the station's proofs in the ledger when it was seen.
struct SeenReceipt {
  headend::model::Epoch epoch{};
  std::uint64_t through = 0;
  std::string head;
};

/// A ward of one station that plays a programme of noise, shows a slogan beside it, and is killed all the while.
class KilledStation {
 public:
  static constexpr const char* id = "cum-01";
  using ProofKey = std::pair<headend::model::Epoch, std::uint64_t>;

  /// How the station ends, again and again.
  enum class End { sigkill, power_cut };

  explicit KilledStation(std::filesystem::path folder, End end = End::sigkill)
      : folder_(std::move(folder)), how_(end) {}

  /// Makes the ward and its content, starts head-end and station, puts the programme on air in some seconds.
  Result<void> prepare();
  /// SIGKILL, restart, and so on: kills per se at random moments, some of them while the station is starting.
  Result<void> kill_again_and_again(int kills, unsigned seed);
  /// Until the programme is over and the head-end has every proof, or 30 s have passed since.
  Result<void> wait_for_proofs();
  /// Ends the station in order, so that its journal can be opened.
  void stop() { kit_->stop_station(id); }

  [[nodiscard]] Result<boost::json::value> report() const;
  /// What was to be heard.
  [[nodiscard]] Result<std::vector<NoiseCue>> cues() const;
  [[nodiscard]] Result<std::vector<headend::model::ProofRecord>> ledger() const;
  [[nodiscard]] std::vector<SeenReceipt> receipts() const;
  /// Every different sealed proof that went over the wire, by epoch and number.
  [[nodiscard]] std::map<ProofKey, std::set<std::string>> sent_proofs() const;
  [[nodiscard]] std::string text_of_log() const;

  [[nodiscard]] const WardKit& kit() const { return *kit_; }
  [[nodiscard]] const std::vector<std::int64_t>& kills_us() const { return kills_us_; }
  /// Rows of the ledger at each kill: number of the row, digest.
  [[nodiscard]] const std::vector<std::vector<headend::model::ProofRecord>>& ledger_at_kill() const { return at_kill_; }
  /// What the station believed to be receipted at each kill, and what the ledger had then.
  [[nodiscard]] const std::vector<std::pair<std::uint64_t, std::uint64_t>>& through_at_kill() const {
    return through_at_kill_;
  }

 private:
  Result<void> add_noise();
  Result<void> schedule();
  Result<void> put_on_forgetful_disk();
  Result<void> look_at_both_ledgers();
  Result<void> start();
  Result<void> end(std::mt19937& random);

  std::filesystem::path folder_;
  const End how_;
  ForgetfulDisk disk_;
  std::string cut_;  ///< of the process to come: tape.hpp
  std::unique_ptr<WardKit> kit_;
  std::unique_ptr<Wire> wire_;
  WallTime start_;
  WallTime end_;
  std::vector<std::int64_t> kills_us_;
  std::vector<std::vector<headend::model::ProofRecord>> at_kill_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> through_at_kill_;
};

}  // namespace loa::tests
