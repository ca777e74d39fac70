#pragma once
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "protocol/message/loa.pb.h"
#include "tests/system/power_cuts/office/kept_emergencies.hpp"

namespace loa::tests {

/// Remembers everything a station has ever acknowledged, and finds what it breaks of that.
class Judge {
 public:
  /// One thing that must never happen.
  struct Finding {
    std::string kind;  ///< "lost", "double", "false", "damaged", "replayed", "old"
    std::string text;
  };

  // What the office does, before the station hears of it.
  void sent_plan(std::uint64_t sequence, const std::string& sealed) { plans_[sealed] = sequence; }
  /// @param mute_until_us  0: it is no mute
  void sent_command(std::int64_t mute_until_us);
  void sent_emergency(std::uint64_t number, const std::string& bytes);
  void settling_emergency() { emergencies_.settling(); }
  void sent_object(const std::string& hex) { objects_maybe_.insert(hex); }
  void issued_receipt(std::uint64_t through) { issued_ = std::max(issued_, through); }

  /// A new process begins on what the last one left.
  /// @param powered  it was only killed: the machine ran on
  void begin(bool powered);
  /// A word of the station. @param order  what was told before it; empty: its start
  void hear(const std::string& word, const std::string& order);
  /// The station has told all that it found.
  void started();
  /// The tape could not be understood, the station did not come up …
  void find(const std::string& kind, const std::string& text) { findings_.push_back({kind, text}); }

  [[nodiscard]] const std::vector<Finding>& findings() const { return findings_; }
  [[nodiscard]] std::size_t proofs() const { return proofs_.size(); }
  [[nodiscard]] std::uint64_t through() const { return std::max(receipted_, through_); }
  [[nodiscard]] std::uint64_t last() const { return last_; }
  [[nodiscard]] std::uint64_t acted_plan() const { return acted_plan_; }
  [[nodiscard]] std::uint64_t obeyed() const { return obeyed_; }
  [[nodiscard]] const std::set<std::string>& objects() const { return objects_; }
  /// Every different proof seen, by number.
  [[nodiscard]] const std::map<std::uint64_t, std::string>& sealed() const { return proofs_; }

 private:
  struct Cue {
    std::int64_t from_us = 0, heard_us = 0, marked_us = 0, saved_us = 0;
    std::map<std::uint64_t, std::pair<std::int64_t, std::int64_t>> parts;  ///< by proof
  };
  void take_proof(const std::string& sealed, bool waiting, bool published);
  void take_journal(const std::string& words);
  void check_proofs();
  void check_cues();
  void check_vault();
  void check_objects();

  std::vector<Finding> findings_;
  bool powered_ = true;  ///< since a station last told what it found

  std::string epoch_;
  std::uint64_t last_ = 0, through_ = 0, receipted_ = 0, issued_ = 0;
  std::map<std::uint64_t, std::string> proofs_;  ///< seen, by number
  std::set<std::uint64_t> published_;
  std::set<std::uint64_t> waiting_;  ///< found by this process
  std::map<std::uint32_t, Cue> cues_;

  std::map<std::string, std::uint64_t> plans_;  ///< sealed → sequence
  std::uint64_t acted_plan_ = 0;
  std::string found_plan_;
  std::uint64_t obeyed_ = 0, found_command_ = 0;
  std::set<std::int64_t> mutes_{0};  ///< that may be on the disk
  std::int64_t mute_under_way_ = 0;
  std::int64_t found_mute_ = 0;
  KeptEmergencies emergencies_;
  std::map<std::string, std::uint64_t> emergency_numbers_;  ///< by their bytes in hexadecimal
  std::vector<std::uint64_t> found_emergencies_;            ///< 0: nobody's
  std::set<std::string> objects_, objects_maybe_, found_objects_;
};

}  // namespace loa::tests
