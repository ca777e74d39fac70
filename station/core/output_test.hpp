#pragma once
#include <optional>
#include <string>
#include <vector>

#include "station/core/presenter.hpp"

namespace loa::station::core {

/// One ordered test of a station's outputs, from its acceptance to its answer: a tone of two seconds on the
/// loudspeaker, a test page of three on the sign. Pure.
///
/// A test is no cue of a plan: its key has the form of no occurrence, so no account, session or proof can come of it.
/// What the outputs measured stands in the Answer.
class OutputTest {
 public:
  static constexpr Micros tone = std::chrono::seconds{2};
  static constexpr Micros page = std::chrono::seconds{3};

  /// @param command  whose test it is
  explicit OutputTest(std::string command) : command_(std::move(command)) {}

  /// Makes what a presenter gets for one output, without its instants on the monotonic clock.
  /// @param start_us  planned begin, UTC
  [[nodiscard]] Assignment assignment(v1::Medium medium, std::int64_t start_us, int gain_cb) const;
  /// Waits for that output from now on.
  void add(v1::Medium medium) { outputs_.push_back({medium}); }
  /// Says in the answer why an output is not tested.
  void leave_out(v1::Medium medium, const std::string& why);

  [[nodiscard]] bool owns(const CueKey& key) const { return key.occurrence == occurrence(); }
  [[nodiscard]] bool uses(v1::Medium medium) const;
  [[nodiscard]] bool sounds() const;  ///< the first sample of the tone has left, the last one has not
  /// Outputs that are not measured yet, by the key under which their presenters have them.
  [[nodiscard]] std::vector<std::pair<v1::Medium, CueKey>> open() const;
  void started(const CueKey& key);
  /// Takes what an output measured.
  void ended(const v1::Proof& part);
  /// Whether every output was measured, or none could be tested.
  [[nodiscard]] bool over() const;
  [[nodiscard]] v1::Answer answer() const;

 private:
  struct Output {
    v1::Medium medium;
    bool started = false;
    std::optional<v1::Measured> measured = {};
  };
  [[nodiscard]] std::string occurrence() const { return "test/" + command_; }
  [[nodiscard]] CueKey key_of(v1::Medium medium) const;

  std::string command_;
  std::vector<Output> outputs_;
  std::string left_out_;
};

/// The name of an output for people, Vietnamese and English.
std::string output_name(v1::Medium medium);

}  // namespace loa::station::core
