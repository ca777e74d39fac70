#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "headend/ledger/ledger.hpp"
#include "headend/store/sqlite/sqlite_store.hpp"
#include "tests/system/power_cuts/disk/forgetful_disk.hpp"
#include "tests/system/power_cuts/office/judge.hpp"
#include "tests/system/power_cuts/office/victim.hpp"

namespace loa::tests {

/// What a run of power cuts came to.
struct Tally {
  std::uint64_t cuts = 0, kills = 0, proofs = 0, receipts = 0, plans = 0, commands = 0, objects = 0;
  /// Where the power failed: "journal segment", "fdatasync before" … → how often.
  std::map<std::pair<std::string, std::string>, std::uint64_t> places;
  void add(const Tally& other);
};

/// One station from its first start through many power cuts, its office – the real ledger – and its judge. The same
/// seed is the same life.
class StationLife {
 public:
  /// @param folder  scratch, best on tmpfs
  StationLife(std::filesystem::path folder, std::uint64_t seed, std::string lie, bool trace);
  ~StationLife();

  /// Starts a process, lets the power fail somewhere, and so on; at the end everything is delivered.
  /// @return the cut after which something was found, counted from 1; 0: nothing was
  std::uint64_t live(std::uint64_t cuts);

  [[nodiscard]] const Tally& tally() const { return tally_; }
  [[nodiscard]] const std::vector<Judge::Finding>& findings() const { return judge_.findings(); }

 private:
  void one_process(bool last);
  bool start(Victim& victim);
  void orders(Victim& victim);
  std::string next_order();
  bool obey(Victim& victim, const std::string& order);
  bool listen(Victim& victim, const std::string& order);
  void hear(const std::string& word, const std::string& order);
  void deliver_everything(Victim& victim);
  void end_of_process(bool powered, bool expect_alive, int ended);
  void commit();
  void trace(const char* what, const std::string& text) const;
  [[nodiscard]] std::string choose_cut();
  [[nodiscard]] std::string plan_order();
  [[nodiscard]] std::string command_order();
  [[nodiscard]] std::string emergency_order();
  [[nodiscard]] std::string object_order();
  [[nodiscard]] std::string cue_order();
  [[nodiscard]] std::size_t below(std::size_t limit) { return random_() % limit; }

  const std::filesystem::path folder_;
  const std::string lie_;
  const bool trace_;
  ForgetfulDisk::Random random_;
  const bool has_tmpfs_;  ///< else the marks are mapped in the state folder
  ForgetfulDisk disk_;
  Judge judge_;
  Tally tally_;
  std::unique_ptr<headend::store::sqlite::SqliteStore> store_;
  std::unique_ptr<headend::ledger::Ledger> ledger_;
  std::vector<std::string> receipts_;  ///< on their way
  bool powered_ = false;               ///< the last process was only killed
  bool losing_ = true;                 ///< the broker loses messages
  int cue_ = 0;
  bool on_air_ = false;
  std::uint64_t plan_sequence_ = 0, command_sequence_ = 0, emergencies_ = 0;
  std::string last_command_;
  std::int64_t last_mute_us_ = 0;
};

}  // namespace loa::tests
