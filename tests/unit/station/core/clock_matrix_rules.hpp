#pragma once
#include <algorithm>
#include <cstdlib>
#include <limits>

#include "tests/unit/station/core/clock_matrix_bench.hpp"

/// What must come out of a cell of the clock matrix, by rules of its own (it knows nothing of the core):
///
///  1. A clock below network is not believed. Nothing is played before one is.
///  2. A believed clock gives plan time. Its changes up to 5 s are believed at once; greater ones, and the first
///  reading
///     against the memory (more than 5 s before it, or 30 days after it), once they have stood for ten minutes.
///     But at once as well, while the memory does not bear out the clock that went before: a change back to the line of
///     the memory, to one that was believed before a leap ahead, or to one between the memory and the first believed.
///  3. Plan time follows a believed change as soon as nothing is armed (3 s ahead) or on air.
///  4. Passed from instant to instant: played, unless the cue asks for a better grade than the tie has. Leapt over:
///  clock
///     untrusted ("clock-stepped"), but what does not count since the clock was set back counts again.
///     Set back by more than 5 s, nothing counts that lies after both the new instant and
///     the memory, but what was heard up to a minute after. What counts is not passed again.
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

/// Rule 2: what ends a leap. The memory's line, which has certainly come, runs a day behind true time at most.
struct Lines {
  std::optional<std::int64_t> sure_us;  // offset of the memory's line
  std::vector<std::int64_t> left_us;
  std::optional<std::int64_t> first_us;

  [[nodiscard]] bool is_sure(std::int64_t offset_us) const {
    return sure_us && std::abs(offset_us - *sure_us) <= 5 * second;
  }
  [[nodiscard]] bool ends_leap(std::int64_t from_us, std::int64_t to_us) const {
    if (is_sure(from_us)) return false;
    if (is_sure(to_us)) return true;
    if (to_us > from_us || (sure_us && to_us < *sure_us)) return false;
    const bool left = std::any_of(left_us.begin(), left_us.end(),
                                  [&](std::int64_t line_us) { return std::abs(to_us - line_us) <= 5 * second; });
    return left || to_us <= *first_us + 5 * second;
  }
  void believe(std::optional<std::int64_t> from_us, std::int64_t to_us) {
    if (from_us && to_us > *from_us + 5 * second) left_us.push_back(*from_us);
    std::erase_if(left_us, [&](std::int64_t line_us) { return line_us >= to_us - 5 * second; });
    first_us = std::min(first_us.value_or(to_us), to_us);
  }
};

/// Rule 2.
inline std::vector<Passage> believed(const Cell& cell) {
  std::vector<Passage> passages;
  std::optional<std::int64_t> claim_us, claim_offset_us;
  Lines lines;
  if (cell.memory_us) lines.sure_us = *cell.memory_us - cell.boot_us;
  const auto believe = [&](std::int64_t at_us, const Phase& phase) {
    lines.believe(passages.empty() ? std::nullopt : std::optional{passages.back().offset_us}, phase.offset_us);
    passages.push_back({at_us, phase.offset_us, phase.grade});
    claim_us.reset();
  };
  for (std::size_t i = 0; i < cell.phases.size(); ++i) {
    const Phase& phase = cell.phases[i];
    if (phase.grade < ClockGrade::network || phase.at_us + phase.offset_us < years_before_2020_us) {
      claim_us.reset();
      continue;
    }
    const std::int64_t wall_us = phase.at_us + phase.offset_us;
    bool at_once = true;
    if (!passages.empty()) {
      const std::int64_t before_us = passages.back().offset_us;
      at_once = std::abs(phase.offset_us - before_us) <= 5 * second ||
                (wall_us >= cell.plan_made_us - 5 * second && lines.ends_leap(before_us, phase.offset_us));
    } else {
      at_once = wall_us >= cell.plan_made_us - 5 * second;
      const std::int64_t known_us =
          cell.memory_us.value_or(wall_us) + (cell.memory_us ? phase.at_us - cell.boot_us : 0);
      at_once = at_once && wall_us >= known_us - 5 * second && wall_us <= known_us + 30 * day;
    }
    if (at_once) {
      believe(phase.at_us, phase);
      continue;
    }
    if (!claim_us || std::abs(phase.offset_us - *claim_offset_us) > 5 * second) {
      claim_us = phase.at_us;
      claim_offset_us = phase.offset_us;
    }
    const std::int64_t stands_us = std::max(phase.at_us, *claim_us + 10 * minute);
    if (i + 1 < cell.phases.size() && cell.phases[i + 1].at_us <= stands_us) continue;
    believe(stands_us, phase);
  }
  return passages;
}

inline bool playable(const v1::Cue& cue, const Passage& passage) {
  return static_cast<int>(cue.required_grade()) <= static_cast<int>(passage.grade);
}

/// What of a cue has no account: its first stretch, empty when there is none.
inline std::pair<std::int64_t, std::int64_t> open_stretch(const v1::Cue& cue, const std::vector<Span>& account) {
  std::int64_t from_us = cue.start_us();
  for (const auto& span : account) {
    if (span.from_us > from_us) return {from_us, span.from_us};
    from_us = std::max(from_us, span.to_us);
  }
  return {from_us, cue.start_us() + cue.duration_us()};
}

/// Rule 3: when a passage gives way to the next, which was believed at `at_us`. @param accounts  before the passage
inline std::int64_t gives_way(const Cell& cell, const Passage& passage, std::int64_t at_us,
                              const std::vector<std::vector<Span>>& accounts) {
  for (bool held = true; held;) {
    held = false;
    for (std::size_t i = 0; i < cell.cues.size(); ++i) {
      const auto [from_us, end_us] = open_stretch(cell.cues[i], accounts[i]);
      const std::int64_t plan_us = at_us + passage.offset_us;
      if (!playable(cell.cues[i], passage) || from_us >= end_us || plan_us < from_us - 3 * second || plan_us >= end_us)
        continue;
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

/// Joins what adjoins and is of one kind.
inline void tidy(std::vector<Span>& account) {
  std::sort(account.begin(), account.end(),
            [](const Span& one, const Span& other) { return one.from_us < other.from_us; });
  std::vector<Span> joined;
  for (const auto& span : account) {
    if (!joined.empty() && joined.back().what == span.what && joined.back().to_us == span.from_us) {
      joined.back().to_us = span.to_us;
    } else {
      joined.push_back(span);
    }
  }
  account = std::move(joined);
}

/// Books what has no account yet.
inline void add(std::vector<Span>& account, const v1::Cue& cue, std::int64_t from_us, std::int64_t to_us,
                const std::string& what) {
  std::int64_t at_us = std::max(from_us, cue.start_us());
  const std::int64_t end_us = std::min(to_us, cue.start_us() + cue.duration_us());
  std::vector<Span> news;
  for (const auto& span : account) {
    if (span.to_us <= at_us) continue;
    if (at_us < std::min(span.from_us, end_us)) news.push_back({at_us, std::min(span.from_us, end_us), what});
    at_us = std::max(at_us, span.to_us);
  }
  if (at_us < end_us) news.push_back({at_us, end_us, what});
  account.insert(account.end(), news.begin(), news.end());
  tidy(account);
}

/// Takes away what lies after an instant, but for what is to be left.
/// @param taken  what was taken away is added here
inline void cut_after(std::vector<Span>& account, std::int64_t from_us, std::int64_t left_until_us,
                      std::vector<Span>& taken) {
  std::vector<Span> left;
  for (auto span : account) {
    if ((span.what != "played" || span.to_us > left_until_us) && span.to_us > from_us)
      taken.push_back({std::max(span.from_us, from_us), span.to_us, span.what});
    if (span.what != "played" || span.to_us > left_until_us) span.to_us = std::min(span.to_us, from_us);
    if (span.from_us < span.to_us) left.push_back(span);
  }
  account = std::move(left);
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
  std::vector<std::vector<Span>> taken(cell.cues.size());  // and not passed again since
  const auto stand = [&](std::int64_t to_us) {
    for (std::size_t i = 0; i < cell.cues.size(); ++i)
      for (const auto& span : taken[i])
        add(outcome.accounts[i], cell.cues[i], span.from_us, std::min(span.to_us, to_us), span.what);
  };
  std::int64_t earliest_us = INT64_MAX;  // offset of the earliest line that was believed
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Passage passage = changes[i];
    if (i > 0) {
      const Passage& before = outcome.passages.back();
      passage.at_us = gives_way(cell, before, std::max(passage.at_us, before.at_us), outcome.accounts);
      if (i + 1 < changes.size() && changes[i + 1].at_us <= passage.at_us) continue;  // overtaken
      const std::int64_t until_us = passage.at_us + before.offset_us, lands_us = passage.at_us + passage.offset_us;
      book(before.at_us + before.offset_us, until_us, &before, {});
      if (lands_us >= until_us + second) stand(lands_us);
      book(until_us, lands_us, nullptr, "clock clock-stepped");
      const std::int64_t sure_us =
          cell.memory_us ? passage.at_us + *cell.memory_us - cell.boot_us : std::numeric_limits<std::int64_t>::min();
      const std::int64_t final_us = std::max(lands_us, sure_us);
      if (std::max(until_us, sure_us) > final_us + 5 * second)
        for (std::size_t account = 0; account < taken.size(); ++account)
          cut_after(outcome.accounts[account], final_us, final_us + minute, taken[account]);
    }
    // By the earliest line: what lies before the process is dark, then it waited for its first clock.
    earliest_us = std::min(earliest_us, passage.offset_us);
    const std::int64_t here_us = passage.at_us + passage.offset_us;
    book(INT64_MIN, std::min(cell.boot_us + earliest_us, here_us), nullptr, "dark station-off");
    if (changes[0].at_us > first_reading_us)
      book(INT64_MIN, std::min(changes[0].at_us + earliest_us, here_us), nullptr,
           cell.memory_us ? "clock clock-last-known" : "clock clock-none");
    outcome.passages.push_back(passage);
  }
  const Passage& last = outcome.passages.back();
  book(last.at_us + last.offset_us, INT64_MAX, &last, {});
  return outcome;
}

/// The parts of a cue that count, by begin: what is said anew takes the place of what was said before.
inline std::vector<Span> counted(const v1::Cue& cue, const std::vector<v1::Proof>& kept) {
  static const char* words[] = {"unknown", "played", "interrupted", "refused", "muted",
                                "missing", "clock",  "dark",        "late"};
  std::vector<Span> parts;
  for (const auto& part : kept) {
    if (CueKey::of(part) != CueKey::of(cue)) continue;
    if (part.anew()) {
      std::vector<Span> left;
      for (const auto& span : parts) {
        if (span.from_us < part.from_us())
          left.push_back({span.from_us, std::min(span.to_us, part.from_us()), span.what});
        if (span.to_us > part.to_us()) left.push_back({std::max(span.from_us, part.to_us()), span.to_us, span.what});
      }
      parts = std::move(left);
    }
    const bool played = part.bucket() == v1::BUCKET_PLAYED;
    parts.push_back({part.from_us(), part.to_us(), played ? "played" : words[part.bucket()] + (" " + part.reason())});
  }
  std::sort(parts.begin(), parts.end(), [](const Span& one, const Span& other) { return one.from_us < other.from_us; });
  return parts;
}

/// What the core kept of a cue, adjoining parts of one kind as one.
inline std::vector<Span> account_of(const v1::Cue& cue, const std::vector<v1::Proof>& kept) {
  auto account = counted(cue, kept);
  tidy(account);
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
