#pragma once
#include <boost/json/value.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/rehearsal/relay.hpp"
#include "tests/support/process.hpp"

namespace loa::tests {

/// One station of a ward under rehearsal.
struct StationKit {
  std::string id;
  std::string name;
  std::string group;
  int ppm = 0;  ///< clock error of its virtual sound card; meaningless without a speaker
  bool speaker = true;
  std::string sign = {};  ///< "192x32"; empty: none
  bool relayed = false;   ///< its road to the broker is a Relay
  int stagger_ms = 0;     ///< deliberate offset
  std::string pcm = {};   ///< ALSA device; empty: a virtual card
  std::string clock_trust = "assume-disciplined";
};

/// A whole ward in one folder, with nothing but the shipped programs: `loa`, `loa-headend`, `loa-station`, mosquitto,
/// virtual sound cards and recorded signs. Every process ends with this object.
///
///   ward/                  the head-end's folder        head-end.log
///   <station>/             the bundle and its state     <station>.log
///   <station>/recording/   WAV of its horn, or PNG of its sign
class WardKit {
 public:
  /// Makes the folder's ward, its groups, categories and stations.
  /// @param host  as which the stations know the office
  /// @error whatever a program says
  static Result<std::unique_ptr<WardKit>> make(const std::filesystem::path& folder,
                                               const std::vector<StationKit>& stations,
                                               const std::string& host = "localhost");

  /// Runs `loa`. @return what it printed @error its sentence
  Result<std::string> loa(const std::vector<std::string>& arguments) const;
  /// Runs `loa --json`.
  Result<boost::json::value> loa_json(const std::vector<std::string>& arguments) const;

  Result<void> start_headend();
  /// @param env  "NAME=value" on top of what every station gets
  Result<void> start_station(const std::string& id, const std::vector<std::string>& env = {});
  /// Dying again and again shall not bring the station to its safe minimum: for tests that kill it.
  Result<void> never_safe(const std::string& id) const;
  /// How start_station() starts it, for those who start it otherwise.
  [[nodiscard]] Command command_of(const std::string& id, const std::vector<std::string>& env = {}) const;
  /// SIGKILL.
  void kill_station(const std::string& id);
  void stop_station(const std::string& id);
  /// Kills the head-end's broker and removes everything it had stored.
  Result<void> kill_broker_with_its_state();
  Relay& relay_of(const std::string& id) { return *relays_.at(id); }

  [[nodiscard]] const std::vector<StationKit>& stations() const { return stations_; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::filesystem::path ward() const { return folder_ / "ward"; }
  [[nodiscard]] std::filesystem::path recording_of(const std::string& id) const { return folder_ / id / "recording"; }
  [[nodiscard]] std::filesystem::path log_of(const std::string& id) const { return folder_ / (id + ".log"); }
  /// File of an object at the head-end.
  [[nodiscard]] std::filesystem::path object(const std::string& sha256) const;
  [[nodiscard]] pid_t pid_of(const std::string& station) const { return running_.at(station).pid(); }
  [[nodiscard]] pid_t pid_of_headend() const { return headend_->pid(); }
  /// @error missing: the head-end runs none
  [[nodiscard]] Result<pid_t> pid_of_broker() const;

 private:
  explicit WardKit(std::filesystem::path folder, std::vector<StationKit> stations)
      : folder_(std::move(folder)), stations_(std::move(stations)) {}
  Result<void> make_ward(const std::string& host);
  Result<void> add_station(const StationKit& station);
  Result<void> write_cards() const;
  Result<void> put_on_relay(const StationKit& station, int broker_port);

  std::filesystem::path folder_;
  std::vector<StationKit> stations_;
  std::map<std::string, std::unique_ptr<Relay>> relays_;
  std::optional<Process> headend_;
  std::map<std::string, Process> running_;
};

}  // namespace loa::tests
