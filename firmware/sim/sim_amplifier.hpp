#pragma once
#include <mutex>
#include <vector>

#include "firmware/port/amplifier.hpp"
#include "firmware/sim/sim_time.hpp"

namespace loa::firmware {

/// A simulated relay that writes down when it switched. Thread-safe.
class SimAmplifier final : public Amplifier {
 public:
  struct Switch {
    MonoTime at;
    bool on;
  };

  /// @param time  must outlive this
  explicit SimAmplifier(SimTime& time) : time_(time) {}
  Result<void> set(bool on) override;
  Result<std::optional<bool>> feedback() override;

  void set_wired(bool wired);  ///< whether there is a feedback wire; at first there is none
  void set_dead(bool dead);    ///< while dead it has no power whatever the relay does; the wire says so
  void set_stuck(bool stuck);  ///< while stuck set() fails with io and nothing switches

  [[nodiscard]] bool is_on() const;
  [[nodiscard]] std::vector<Switch> switches() const;  ///< changes only: setting what is set already is none

 private:
  SimTime& time_;
  mutable std::mutex mutex_;
  bool on_ = false, stuck_ = false, wired_ = false, dead_ = false;
  std::vector<Switch> switches_;
};

}  // namespace loa::firmware
