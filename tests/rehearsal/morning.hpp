#pragma once
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "protocol/base/time.hpp"
#include "tests/rehearsal/ward_kit.hpp"

namespace loa::tests {

/// One cue of a station's plan, as the head-end published it.
struct AiredCue {
  std::string station;
  std::string occurrence;
  std::uint32_t segment = 0;
  std::string title;
  std::string object;  ///< hexadecimal SHA-256
  bool sound = false;
  std::int64_t start_us = 0;
  std::int64_t duration_us = 0;
  std::uint32_t scroll_px_s = 0;
  double reported_s = 0;  ///< played, says the report
};

/// A whole morning of a small ward, in real time and with real parts: three loudspeaker stations whose sound cards are
/// off by +80, -60 and 0 ppm, two signs; tune, greeting, two spoken bulletins, music, closing; slogans through the same
/// minutes. While it airs, one station is killed and comes back, the broker loses everything, one station is cut off.
class Morning {
 public:
  /// Told as things happen: one line for people.
  using Tell = std::function<void(const std::string& line)>;

  /// Lays out the ward and its content. @param samples  content/samples
  static Result<std::unique_ptr<Morning>> prepare(const std::filesystem::path& folder,
                                                  const std::filesystem::path& samples, Tell tell);

  /// Starts every process, schedules the programme, airs it with its faults, waits for the last proof.
  Result<void> air();

  /// `loa report` of this morning, for people.
  [[nodiscard]] Result<std::string> report_text() const;
  /// The same, with every cue and what the report says was played of it.
  [[nodiscard]] Result<boost::json::value> report_json() const;
  [[nodiscard]] Result<std::vector<AiredCue>> aired() const;

  [[nodiscard]] WardKit& kit() { return *kit_; }
  [[nodiscard]] const WardKit& kit() const { return *kit_; }
  [[nodiscard]] WallTime start() const { return start_; }

 private:
  Morning(std::unique_ptr<WardKit> kit, std::filesystem::path samples, Tell tell)
      : kit_(std::move(kit)), samples_(std::move(samples)), tell_(std::move(tell)) {}
  Result<void> add_content();
  Result<void> add_sound(const std::string& file, const std::string& title, const std::string& category, bool music);
  Result<void> start_everything();
  Result<void> schedule();
  Result<void> add_slogans(const std::string& at, const std::string& until);
  Result<void> run_programme();
  Result<void> inject(double second);
  Result<void> wait_for_proofs();
  void tell_what_is_on_air(double second);
  [[nodiscard]] bool fleet_is(const std::function<bool(const boost::json::object&)>& holds) const;

  std::unique_ptr<WardKit> kit_;
  std::filesystem::path samples_;
  Tell tell_;
  WallTime start_;
  Micros length_{0};
  std::size_t next_fault_ = 0;
  std::string last_told_;
};

}  // namespace loa::tests
