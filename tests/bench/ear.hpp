#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tests/bench/players.hpp"
#include "tests/support/listen.hpp"

/// Listening to hours of recordings that stay on disk.
namespace loa::bench {

/// One card's recordings.
class Ear {
 public:
  static Result<Ear> open(const VirtualCard& card);

  /// Compares what was played around an instant with the content planned for it.
  [[nodiscard]] Result<tests::listen::Match> hear(const tests::listen::Question& question) const;
  /// UTC of the first sample that is louder than noise.
  [[nodiscard]] Result<std::optional<std::int64_t>> first_sound_us() const;
  /// How often the card ran out of frames within [from_us, to_us) UTC because its program was late.
  [[nodiscard]] int underruns(std::int64_t from_us, std::int64_t to_us) const;

 private:
  std::vector<tests::Take> takes_;
};

/// What several cards made of the same content.
struct Ensemble {
  std::vector<tests::listen::Match> matches;  ///< in the order of the cards

  /// Latest minus earliest of the beginnings; absent when a card did not say it.
  [[nodiscard]] std::optional<double> start_spread_us() const;
  /// The same of each quarter of a second that is no pause.
  [[nodiscard]] std::vector<std::optional<double>> spreads_us() const;
};

/// The ears of several cards that play one timetable.
class Ears {
 public:
  /// For stations, which were told when: `content` was due at `planned_us`, exactly.
  static Result<Ears> planned(const std::vector<Player>& players);
  /// For a stream that nobody gave an instant: its first sound is taken for stream time `first_us`; when it slips, it
  /// is followed.
  static Result<Ears> following(const std::vector<Player>& players, std::int64_t first_us);

  /// @param due_us  UTC, or stream time where the stream is followed
  Result<Ensemble> hear(std::span<const std::int16_t> content, std::int64_t due_us);
  /// How often a followed stream has jumped on the first card.
  [[nodiscard]] int slips() const { return slips_; }
  /// Of each card, within such a time.
  [[nodiscard]] std::vector<double> underruns(std::int64_t from_us, std::int64_t to_us) const;

 private:
  [[nodiscard]] Result<Ensemble> hear_at(std::span<const std::int16_t> content, std::int64_t planned_us,
                                         double search_ms) const;
  Result<void> find_again(std::span<const std::int16_t> content, std::int64_t due_us);

  std::vector<Ear> ears_;
  bool following_ = false;
  std::int64_t shift_us_ = 0;  ///< what makes UTC of stream time
  int slips_ = 0;
};

}  // namespace loa::bench
