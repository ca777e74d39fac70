#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/base/time.hpp"

namespace loa::station::health {

/// What the file `starts` in the state folder says: lines of `key=value` after its name and version.
struct StartRecord {
  std::uint64_t total = 0;   ///< starts since the folder was made
  std::uint64_t in_row = 0;  ///< the last of them, as many as did not last `clean_time`
  std::string at;            ///< how far the last one has come: "opening", "running", "stopped" (told to)
  std::string boot;          ///< the kernel's boot it ran on
  std::uint64_t life = 0;    ///< see Restarts::life()

  /// Anything that is not such a file is a fresh record: a torn counter counts from nothing.
  static StartRecord parse(std::string_view text);
  [[nodiscard]] std::string format() const;
};

/// Counts the starts that did not last, so that a station cannot die of the same thing for ever.
///
/// Only deaths within one run of the machine count: a grid that flickers cuts the power eight times in an evening, and
/// no plan is to blame. After `safe_after` of them in a row the station starts to its *safe minimum*: the plan on disk
/// stays where it is and is not taken up, so nothing sounds; the station connects, says so in its Status, and obeys a
/// newer plan. Is there none, it tries the old one again after a minute, after the next failure two, four … 60. If the
/// last start died before everything on disk was read, the progress marks are set aside too.
///
/// Writes the file at most four times for each start.
class Restarts {
 public:
  static constexpr std::chrono::seconds clean_time{60};

  /// Reads the file and counts this start, durably. What cannot be read counts as nothing; what cannot be written is
  /// only logged: a full disk must not keep a station silent.
  /// @param folder      of the state
  /// @param safe_after  0: never
  /// @param boot        names this run of the kernel
  /// @param wall        what the machine's clock says, right or wrong
  Restarts(std::filesystem::path folder, std::uint64_t safe_after, std::string boot, WallTime wall);

  /// Starts in a row before this one, on this run of the machine, that did not last a minute; without those that were
  /// told to stop.
  [[nodiscard]] std::uint64_t in_row() const { return before_.in_row; }
  /// Starts since the state folder was made, this one included.
  [[nodiscard]] std::uint64_t total() const { return now_.total; }
  /// Greater with each start whatever the clock says, and in a new folder than in the one before it, as far as the
  /// clock knows: in seconds since 1970 or above, less than 2³². The upper half of every sequence that this process
  /// seals (PROTOCOL.md §6).
  [[nodiscard]] std::uint64_t life() const { return now_.life; }
  /// Call when the clock is believed. The first time it raises the life that is more than a minute behind the clock:
  /// the folder is new, was lost or was put back to an older copy, and the start saw a clock that was not set.
  void believe(WallTime wall);
  /// Whether the process before this one died by itself, the machine running on.
  [[nodiscard]] bool after_a_death() const;
  /// Whether the one before died while it read the state folder.
  [[nodiscard]] bool died_opening() const { return before_.at == "opening"; }
  [[nodiscard]] bool safe() const { return safe_; }
  /// How long to wait before anything else: 0, but when not even the safe minimum lasts.
  [[nodiscard]] std::chrono::seconds delay() const;
  /// How long the safe minimum lasts when no newer plan comes.
  [[nodiscard]] std::chrono::seconds safe_time() const;

  /// Everything on disk was read.
  void opened();
  /// The safe minimum is over: a plan is obeyed again.
  void leave_safe(std::chrono::seconds uptime);
  /// Call now and then. After `clean_time` with a plan in force, or without need of one, this start has lasted.
  void lasted(std::chrono::seconds uptime);
  /// The process was told to stop: it does not count.
  void stopped();

 private:
  void save();

  std::filesystem::path file_;
  std::uint64_t safe_after_;
  StartRecord before_, now_;
  bool safe_ = false;
  bool life_judged_ = false;
  std::optional<std::chrono::seconds> clean_from_;  ///< uptime since which this start can prove itself
};

/// The kernel's name of its present run, from /proc/sys/kernel/random/boot_id.
std::string boot_id();

}  // namespace loa::station::health
