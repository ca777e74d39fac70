#pragma once
#include <algorithm>
#include <cstdlib>

#include "tests/unit/station/core/clock_matrix_bench.hpp"

/// What must come out of a cell of the clock matrix, by rules of its own (it knows nothing of the core):
///
///  1. A clock below network is not believed. Nothing is played before one is.
///  2. A believed clock gives plan time. Its changes up to 5 s are believed at once; greater ones, and the first
///  reading
///     against the memory (more than 5 s before it, or 30 days after it), once they have stood for ten minutes.
///  3. Plan time follows a believed change as soon as nothing is armed (3 s ahead) or on air.
///  4. Plan time is passed once, the first time. Passed from instant to instant: played, unless the cue asks for a
///  better
///     grade than the tie has. Leapt over: clock untrusted ("clock-stepped"). Passed again: nothing.
///  5. Before the first believed instant: station off until the process began, from then on waited for the clock.
namespace loa::station::core::matrix {

constexpr std::int64_t second = CoreBench::second;
constexpr std::int64_t minute = 60 * second, hour = 60 * minute, day = 24 * hour;

constexpr std::int64_t years_before_2020_us = 1'577'836'800 * second;

/// One stretch of an account.
struct Span {
  std::int64_t from_us, to_us;
  std::string what;  // "played", "dark station-off", "clock clock-stepped" …
};

struct Cell {
  std::vector<Phase> phases;
  std::int64_t boot_us;
  std::optional<std::int64_t> memory_us;
  std::int64_t plan_made_us;
  std::vector<v1::Cue> cues;
};

/// Plan time runs as true time + offset, from an instant of true time on.
struct Passage {
  std::int64_t at_us, offset_us;
  ClockGrade grade;
};

/// Rule 2.
inline std::vector<Passage> believed(const Cell& cell) {
  std::vector<Passage> passages;
  std::optional<std::int64_t> claim_us, claim_offset_us;
  for (std::size_t i = 0; i < cell.phases.size(); ++i) {
    const Phase& phase = cell.phases[i];
    if (phase.grade < ClockGrade::network || phase.at_us + phase.offset_us < years_before_2020_us) {
      claim_us.reset();
      continue;
    }
    const std::int64_t wall_us = phase.at_us + phase.offset_us;
    bool at_once = true;
    if (!passages.empty()) {
      at_once = std::abs(phase.offset_us - passages.back().offset_us) <= 5 * second;
    } else {
      at_once = wall_us >= cell.plan_made_us - 5 * second;
      const std::int64_t known_us =
          cell.memory_us.value_or(wall_us) + (cell.memory_us ? phase.at_us - cell.boot_us : 0);
      at_once = at_once && wall_us >= known_us - 5 * second && wall_us <= known_us + 30 * day;
    }
    if (at_once) {
      passages.push_back({phase.at_us, phase.offset_us, phase.grade});
      claim_us.reset();
      continue;
    }
    if (!claim_us || std::abs(phase.offset_us - *claim_offset_us) > 5 * second) {
      claim_us = phase.at_us;
      claim_offset_us = phase.offset_us;
    }
    const std::int64_t stands_us = std::max(phase.at_us, *claim_us + 10 * minute);
    if (i + 1 < cell.phases.size() && cell.phases[i + 1].at_us <= stands_us) continue;
    passages.push_back({stands_us, phase.offset_us, phase.grade});
    claim_us.reset();
  }
  return passages;
}

inline bool playable(const v1::Cue& cue, const Passage& passage) {
  return static_cast<int>(cue.required_grade()) <= static_cast<int>(passage.grade);
}

/// Rule 3: when a passage gives way to the next, which was believed at `at_us`. @param passed_us  plan time passed
/// before
inline std::int64_t gives_way(const Cell& cell, const Passage& passage, std::int64_t at_us, std::int64_t passed_us) {
  for (bool held = true; held;) {
    held = false;
    for (const auto& cue : cell.cues) {
      const std::int64_t plan_us = at_us + passage.offset_us, end_us = cue.start_us() + cue.duration_us();
      const std::int64_t armed_us = std::max(cue.start_us(), passed_us) - 3 * second;
      if (!playable(cue, passage) || passed_us >= end_us || plan_us < armed_us || plan_us >= end_us) continue;
      at_us = end_us - passage.offset_us;
      held = true;
    }
  }
  return at_us;
}

struct Outcome {
  std::vector<Passage> passages;  ///< as followed
  std::vector<std::vector<Span>> accounts;
};

inline void add(std::vector<Span>& account, const v1::Cue& cue, std::int64_t from_us, std::int64_t to_us,
                const std::string& what) {
  from_us = std::max(from_us, cue.start_us());
  to_us = std::min(to_us, cue.start_us() + cue.duration_us());
  if (to_us <= from_us) return;
  if (!account.empty() && account.back().what == what && account.back().to_us == from_us) {
    account.back().to_us = to_us;
  } else {
    account.push_back({from_us, to_us, what});
  }
}

/// Rules 4 and 5.
inline Outcome expected(const Cell& cell, std::int64_t first_reading_us) {
  Outcome outcome;
  outcome.accounts.resize(cell.cues.size());
  const auto book = [&](std::int64_t from_us, std::int64_t to_us, const Passage* passage, const std::string& what) {
    for (std::size_t i = 0; i < cell.cues.size(); ++i) {
      const bool plays = passage != nullptr && playable(cell.cues[i], *passage);
      const std::string told = passage == nullptr ? what
                               : plays            ? "played"
                                                  : std::string{"clock clock-"} + name_of(passage->grade);
      add(outcome.accounts[i], cell.cues[i], from_us, to_us, told);
    }
  };
  const auto changes = believed(cell);
  std::int64_t passed_us = INT64_MIN;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Passage passage = changes[i];
    if (i > 0) {
      const Passage& before = outcome.passages.back();
      passage.at_us = gives_way(cell, before, std::max(passage.at_us, before.at_us), passed_us);
      if (i + 1 < changes.size() && changes[i + 1].at_us <= passage.at_us) continue;  // overtaken
      const std::int64_t until_us = passage.at_us + before.offset_us;
      book(std::max(passed_us, before.at_us + before.offset_us), until_us, &before, {});
      passed_us = std::max(passed_us, until_us);
      const std::int64_t lands_us = passage.at_us + passage.offset_us;
      book(passed_us, lands_us, nullptr, "clock clock-stepped");
      passed_us = std::max(passed_us, lands_us);
    } else {
      const std::int64_t lands_us = passage.at_us + passage.offset_us, born_us = cell.boot_us + passage.offset_us;
      book(INT64_MIN, born_us, nullptr, "dark station-off");
      if (passage.at_us > first_reading_us)
        book(born_us, lands_us, nullptr, cell.memory_us ? "clock clock-last-known" : "clock clock-none");
      passed_us = lands_us;
    }
    outcome.passages.push_back(passage);
  }
  const Passage& last = outcome.passages.back();
  book(std::max(passed_us, last.at_us + last.offset_us), INT64_MAX, &last, {});
  return outcome;
}

/// What the core kept of a cue, adjoining parts of one kind as one.
inline std::vector<Span> account_of(const v1::Cue& cue, const std::vector<v1::Proof>& kept) {
  static const char* words[] = {"unknown", "played", "interrupted", "refused", "muted",
                                "missing", "clock",  "dark",        "late"};
  std::vector<const v1::Proof*> parts;
  for (const auto& part : kept)
    if (CueKey::of(part) == CueKey::of(cue)) parts.push_back(&part);
  std::sort(parts.begin(), parts.end(),
            [](const v1::Proof* one, const v1::Proof* other) { return one->from_us() < other->from_us(); });
  std::vector<Span> account;
  for (const auto* part : parts) {
    const bool played = part->bucket() == v1::BUCKET_PLAYED;
    add(account, cue, part->from_us(), part->to_us(),
        played ? "played" : words[part->bucket()] + (" " + part->reason()));
  }
  return account;
}

inline std::string told(const v1::Cue& cue, const std::vector<Span>& account) {
  std::string text;
  for (const auto& span : account) {
    const auto seconds = [&](std::int64_t us) { return static_cast<double>((us - cue.start_us()) / 10'000) / 100; };
    text += fmt::format("{}{} {:.2f}-{:.2f}", text.empty() ? "" : " | ", span.what, seconds(span.from_us),
                        seconds(span.to_us));
  }
  return text;
}

}  // namespace loa::station::core::matrix
