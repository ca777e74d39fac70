#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/seal/seal.hpp"
#include "protocol/topic/topic.hpp"
#include "tests/rehearsal/ward_kit.hpp"
#include "tests/rehearsal/wire.hpp"

namespace loa::tests {

/// A ward whose broker login, disk or keys are in wrong hands. One loudspeaker is at work; a second exists on paper.
class HostileWard {
 public:
  static constexpr const char* station = "cum-01";
  static constexpr const char* other_station = "cum-02";

  explicit HostileWard(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Everything but the station. The plan in force has one good cue, which begins after some seconds; before it, if
  /// asked, three whose objects were tampered with at the head-end.
  Result<void> prepare(bool with_bad_objects);
  /// @return once it has the plan in force
  Result<void> start_station();
  /// SIGKILL, and starts it anew.
  Result<void> restart_station();

  /// Seals as the head-end would, for `station`; the callers spoil what they like.
  [[nodiscard]] protocol::seal::Address address(v1::Kind kind) const;
  /// The plan in force, altered so that it would sound in two seconds.
  [[nodiscard]] v1::Plan loud_plan() const;
  /// The same as an emergency.
  [[nodiscard]] v1::Plan loud_emergency() const;
  /// Ends all sound for an hour.
  [[nodiscard]] static v1::Command mute();
  [[nodiscard]] const protocol::crypto::SecretKey& plan_key() const { return *plan_key_; }
  [[nodiscard]] const protocol::crypto::SecretKey& emergency_key() const { return *emergency_key_; }
  [[nodiscard]] std::uint64_t sequence_in_force() const { return sequence_; }
  /// Sealed plans that the head-end itself has published for a station, the oldest first.
  [[nodiscard]] std::vector<std::string> genuine_plans(const std::string& of_station) const;
  [[nodiscard]] std::string topic_of(protocol::topic::Leaf leaf) const;
  [[nodiscard]] static std::string command_topic(const std::string& group);

  /// Log lines of the station so far that contain all of the words.
  [[nodiscard]] std::vector<std::string> log_lines(const std::vector<std::string>& words) const;
  /// What the station said of itself, the oldest first.
  [[nodiscard]] std::vector<v1::Status> statuses() const;
  /// The last of these.
  [[nodiscard]] std::optional<v1::Status> status() const;
  /// Seconds until the good cue begins.
  [[nodiscard]] double seconds_left() const;
  [[nodiscard]] WallTime good_start() const { return good_start_; }
  [[nodiscard]] const std::string& good_object() const { return good_; }
  [[nodiscard]] const std::string& changed_object() const { return changed_; }
  [[nodiscard]] const std::string& short_object() const { return short_; }
  [[nodiscard]] const std::string& foreign_object() const { return foreign_; }

  [[nodiscard]] Wire& wire() { return *wire_; }
  [[nodiscard]] const WardKit& kit() const { return *kit_; }

 private:
  Result<std::string> add_noise(const std::string& title, std::chrono::milliseconds length, unsigned seed);
  Result<void> add_foreign();
  Result<void> tamper() const;
  Result<void> schedule(const char* id, WallTime at, const std::vector<std::string>& titles);
  Result<void> learn_plan_in_force(std::size_t cues);

  std::filesystem::path folder_;
  std::unique_ptr<WardKit> kit_;
  std::unique_ptr<Wire> wire_;
  std::optional<protocol::crypto::SecretKey> plan_key_, emergency_key_;
  std::string good_, changed_, short_, foreign_;  // hexadecimal
  WallTime good_start_;
  v1::Plan plan_;
  std::uint64_t sequence_ = 0;
};

}  // namespace loa::tests
