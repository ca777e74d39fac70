// Boot time × trust × step × moment: what becomes of the cues, in each cell, through the real core.
#include <utility>

#include "tests/unit/station/core/clock_matrix_rules.hpp"

namespace loa::station::core::matrix {
namespace {

// 23:59:40 of Saturday 21 November 2026 in Hanoi: the cue reaches over local midnight.
constexpr std::int64_t late_us = CoreBench::t0 + 17 * hour - 20 * second;
// 00:00:20 of the next local day.
constexpr std::int64_t early_us = CoreBench::t0 + 17 * hour + 20 * second;

struct Boot {
  const char* name;
  std::int64_t error_us;  // the clock minus true time; 1970 is done apart
};
const Boot boots[] = {{"right", 0},
                      {"1970", INT64_MIN},
                      {"two weeks back", -14 * day},
                      {"ten years ahead", 3650 * day},
                      {"three minutes back", -3 * minute}};

struct Trust {
  const char* name;
  ClockGrade grade;  // what the machine's clock calls itself
  bool memory;       // something is on disk, of a day before
};
const Trust trusts[] = {{"none", ClockGrade::none, false},
                        {"last-known", ClockGrade::none, true},
                        {"network", ClockGrade::network, false},
                        {"network with memory", ClockGrade::network, true},
                        {"disciplined", ClockGrade::disciplined, false},
                        {"disciplined with memory", ClockGrade::disciplined, true}};

const std::pair<const char*, std::int64_t> steps[] = {
    {"none", 0},          {"+5 ms", 5'000},       {"-5 ms", -5'000},       {"+0.4 s", 400'000},
    {"-0.4 s", -400'000}, {"+30 s", 30 * second}, {"-30 s", -30 * second}, {"+1 h", hour},
    {"-1 h", -hour},      {"+1 d", day},          {"-1 d", -day},          {"+14 d", 14 * day},
    {"-14 d", -14 * day}};

struct Moment {
  const char* name;
  std::int64_t cue_us;   // planned start of the cue in question
  std::int64_t step_us;  // after that start, by the station's clock
};
const Moment moments[] = {{"before", late_us, -5 * minute},
                          {"at", late_us, 0},
                          {"inside", late_us, 20 * second},
                          {"after", late_us, 95 * second},
                          {"across midnight", early_us, -25 * second}};

/// The cue in question first; around it what each step lands on.
std::vector<v1::Cue> cues_around(std::int64_t cue_us) {
  std::vector<v1::Cue> cues;
  const auto add = [&](const char* name, std::uint32_t segment, std::int64_t after_us, std::int64_t length_s) {
    cues.push_back(CoreBench::cue(name, segment, 0, length_s));
    cues.back().set_start_us(cue_us + after_us);
    cues.back().set_required_grade(v1::CLOCK_GRADE_NETWORK);
  };
  add("x", 0, 0, 60);
  add("x", 1, 60 * second, 30);  // adjoins
  add("a", 0, -14 * day, 60);
  add("b", 0, -day + 10 * minute, 60);
  add("c", 0, -30 * minute, 60);
  add("d", 0, 10 * minute + 40 * second, 60);  // +30 s lands in it
  add("e", 0, 30 * minute, 60);
  cues.back().set_required_grade(v1::CLOCK_GRADE_DISCIPLINED);
  add("f", 0, hour + 10 * minute, 60);
  add("g", 0, 12 * hour, 60);
  add("h", 0, day + 10 * minute, 60);
  add("i", 0, 7 * day, 60);
  add("j", 0, 14 * day + 10 * minute, 60);
  return cues;
}

/// The machine boots ten minutes before the cue, is stepped once, and six hours later a time daemon puts it right.
Cell cell_of(const Boot& boot, const Trust& trust, std::int64_t step_us, const Moment& moment) {
  Cell cell;
  cell.boot_us = moment.cue_us - 10 * minute;
  const std::int64_t error_us = boot.error_us == INT64_MIN ? 30 * second - cell.boot_us : boot.error_us;
  std::int64_t stepped_us = moment.cue_us + moment.step_us;
  if (std::abs(error_us) < hour) stepped_us -= error_us;  // by its own clock, where that is near
  cell.phases = {{cell.boot_us, error_us, trust.grade},
                 {stepped_us, error_us + step_us, trust.grade},
                 {moment.cue_us + 6 * hour, 0, ClockGrade::disciplined}};
  if (trust.memory) cell.memory_us = cell.boot_us - day;
  cell.plan_made_us = CoreBench::plan({}).made_us();
  cell.cues = cues_around(moment.cue_us);
  return cell;
}

void expect_same(const v1::Cue& cue, const std::vector<Span>& is, const std::vector<Span>& must) {
  bool same = is.size() == must.size();
  for (std::size_t i = 0; same && i < is.size(); ++i) {
    same = is[i].what == must[i].what && std::abs(is[i].from_us - must[i].from_us) <= 1000 &&
           std::abs(is[i].to_us - must[i].to_us) <= 1000;
  }
  EXPECT_TRUE(same) << cue.title() << "\n  is   " << told(cue, is) << "\n  must " << told(cue, must);
}

/// Each planned microsecond has one bucket, and nothing two.
void expect_covered_once(const v1::Cue& cue, const std::vector<v1::Proof>& kept) {
  std::int64_t sum_us = 0;
  for (const auto& part : counted(cue, kept)) sum_us += part.to_us - part.from_us;
  std::int64_t frontier_us = cue.start_us();
  for (const auto& span : account_of(cue, kept)) {
    EXPECT_EQ(span.from_us, frontier_us) << cue.title();
    frontier_us = span.to_us;
  }
  EXPECT_EQ(frontier_us, cue.start_us() + cue.duration_us()) << cue.title();
  EXPECT_EQ(sum_us, cue.duration_us()) << cue.title();
}

/// What sounded, sounded at its own instant of the plan time that was believed then; no sample of it twice, but after
/// the clock was set back.
void expect_in_place(const std::vector<Heard>& heard, const std::vector<Passage>& passages) {
  std::map<CueKey, std::pair<std::int64_t, const Passage*>> heard_until_us;
  for (const auto& one : heard) {
    const auto passage = std::find_if(passages.rbegin(), passages.rend(),
                                      [&](const Passage& each) { return each.at_us <= one.at_us + 1000; });
    ASSERT_NE(passage, passages.rend()) << one.cue.title() << " sounded before any clock was believed";
    EXPECT_LE(std::abs(one.at_us + passage->offset_us - one.from_us), 1000) << one.cue.title();
    auto& until_us = heard_until_us[CueKey::of(one.cue)];
    const bool set_back = until_us.second != nullptr && passage->offset_us < until_us.second->offset_us - 5 * second;
    EXPECT_TRUE(set_back || one.from_us >= until_us.first) << one.cue.title() << " sounded twice";
    until_us = {one.to_us, &*passage};
  }
}

struct Life {
  Cell cell;
  std::vector<v1::Proof> kept;
  std::vector<Heard> heard;
};

Life run(const Cell& cell) {
  ClockMatrixBench bench{cell.phases,
                         cell.boot_us,
                         {cell.memory_us ? std::optional{wall_from_us(*cell.memory_us)} : std::nullopt, {}, {}}};
  bench.run(CoreBench::plan(cell.cues), cell.cues.front().start_us() + 20 * day);
  return {cell, bench.kept(), bench.heard()};
}

/// So long before the plan was made that its proof may be gone already: whatever the clock says.
bool is_forgotten(const Cell& cell, const v1::Cue& cue) {
  return cue.start_us() + cue.duration_us() < cell.plan_made_us - 9 * day;
}

void expect_left_alone(const v1::Cue& cue, const Life& life) {
  EXPECT_TRUE(account_of(cue, life.kept).empty()) << cue.title();
  for (const auto& one : life.heard) EXPECT_NE(CueKey::of(one.cue), CueKey::of(cue)) << cue.title() << " sounded again";
}

TEST(ClockMatrix, EveryCellComesOutAsTheRulesSay) {
  int cells = 0;
  for (const auto& boot : boots) {
    for (const auto& trust : trusts) {
      for (const auto& [step_name, step_us] : steps) {
        for (const auto& moment : moments) {
          SCOPED_TRACE(fmt::format("boot {}, trust {}, step {}, {}", boot.name, trust.name, step_name, moment.name));
          const Cell cell = cell_of(boot, trust, step_us, moment);
          const Life is = run(cell);
          const Outcome must = expected(cell, cell.boot_us);
          for (std::size_t i = 0; i < cell.cues.size(); ++i) {
            if (is_forgotten(cell, cell.cues[i])) {
              expect_left_alone(cell.cues[i], is);
              continue;
            }
            expect_covered_once(cell.cues[i], is.kept);
            expect_same(cell.cues[i], account_of(cell.cues[i], is.kept), must.accounts[i]);
          }
          expect_in_place(is.heard, must.passages);
          ++cells;
          if (testing::Test::HasFailure()) return;
        }
      }
    }
  }
  EXPECT_EQ(cells, 5 * 6 * 13 * 5);
}

/// The time daemon is back six hours after the cue, and insists for ten minutes at the most.
TEST(ClockMatrix, EveryCueThatComesAfterTheRightClockIsBackSounds) {
  for (const auto& boot : boots) {
    for (const auto& trust : trusts) {
      for (const auto& [step_name, step_us] : steps) {
        for (const auto& moment : moments) {
          SCOPED_TRACE(fmt::format("boot {}, trust {}, step {}, {}", boot.name, trust.name, step_name, moment.name));
          const Life is = run(cell_of(boot, trust, step_us, moment));
          for (const auto& cue : is.cell.cues) {
            if (cue.start_us() < moment.cue_us + 6 * hour + 11 * minute) continue;
            const auto account = account_of(cue, is.kept);
            ASSERT_TRUE(account.size() == 1 && account[0].what == "played")
                << cue.title() << ": " << told(cue, account);
            const auto in_time = [&](const Heard& one) {
              return CueKey::of(one.cue) == CueKey::of(cue) && std::abs(one.at_us - cue.start_us()) <= 1000;
            };
            ASSERT_TRUE(std::any_of(is.heard.begin(), is.heard.end(), in_time)) << cue.title();
          }
        }
      }
    }
  }
}

// ---- the same by hand, so that the rules themselves are judged ------------------------------------------------------

std::string word(const v1::Cue& cue, const std::vector<Span>& account) {
  const std::string text = told(cue, account);
  if (account.size() == 1 && account[0].what == "played") return "plays";
  if (account.size() == 1 && account[0].what == "dark station-off") return "dark";
  if (account.size() == 1 && account[0].what == "clock clock-stepped") return "leapt";
  if (account.size() == 1 && account[0].what == "clock clock-network") return "grade";
  if (account.size() == 1 && account[0].what.rfind("clock", 0) == 0) return "waits";
  if (account.size() == 2 && account[0].what == "clock clock-stepped" && account[1].what == "played") return "joins";
  return text;
}

struct Row {
  const char *boot, *trust, *step, *cue;
  std::vector<std::string> words;  // for the five moments
};

const std::string plays = "plays", joins = "joins", leapt = "leapt", waits = "waits", dark = "dark", grade = "grade";

// x#0 the cue in question, x#1 adjoins; d is 10 min 40 s after it, e (asks for disciplined) 30 min, f 1 h 10 min, h a
// day and 10 min, j 14 days and 10 min; c 30 min before it, when the machine was off. Ten minutes after the step it is
// followed, and six hours later the right clock is back: what comes after that plays, whatever the step had leapt over.
const std::vector<Row> rows = {
    //                                              before  at      inside  after  across midnight
    {"right", "disciplined", "none", "x#0", {plays, plays, plays, plays, plays}},
    {"right", "disciplined", "none", "c#0", {dark, dark, dark, dark, dark}},
    {"right", "disciplined", "+0.4 s", "x#0", {plays, plays, plays, plays, plays}},
    {"right", "disciplined", "-0.4 s", "x#1", {plays, plays, plays, plays, plays}},
    {"right", "disciplined", "+30 s", "x#0", {plays, plays, plays, plays, plays}},
    {"right", "disciplined", "+30 s", "d#0", {plays, plays, joins, plays, plays}},
    {"right", "disciplined", "-30 s", "d#0", {plays, plays, plays, plays, plays}},
    {"right", "disciplined", "+1 h", "x#0", {plays, plays, plays, plays, plays}},
    {"right", "disciplined", "+1 h", "d#0", {leapt, leapt, leapt, plays, leapt}},
    {"right", "disciplined", "+1 h", "e#0", {leapt, leapt, leapt, leapt, leapt}},
    {"right", "disciplined", "+1 h", "f#0", {plays, plays, joins, leapt, plays}},
    {"right", "disciplined", "-1 h", "x#0", {plays, plays, plays, plays, plays}},
    {"right", "disciplined", "-1 h", "c#0", {plays, plays, plays, plays, plays}},
    {"right", "disciplined", "+1 d", "g#0", {plays, plays, plays, plays, plays}},
    {"right", "disciplined", "+1 d", "h#0", {plays, plays, plays, plays, plays}},
    {"right", "disciplined", "-1 d", "h#0", {plays, plays, plays, plays, plays}},
    {"right", "disciplined", "+14 d", "i#0", {plays, plays, plays, plays, plays}},
    {"right", "disciplined", "+14 d", "j#0", {plays, plays, plays, plays, plays}},
    {"right", "disciplined", "-14 d", "j#0", {plays, plays, plays, plays, plays}},
    {"right", "network", "none", "x#0", {plays, plays, plays, plays, plays}},
    {"right", "network", "none", "e#0", {grade, grade, grade, grade, grade}},
    {"right", "none", "none", "x#0", {waits, waits, waits, waits, waits}},
    {"right", "none", "+1 h", "g#0", {plays, plays, plays, plays, plays}},
    {"right", "last-known", "-14 d", "x#0", {waits, waits, waits, waits, waits}},
    {"three minutes back", "disciplined", "none", "x#0", {plays, plays, plays, plays, plays}},
    {"1970", "disciplined", "none", "x#0", {waits, waits, waits, waits, waits}},
    {"1970", "none", "none", "x#0", {waits, waits, waits, waits, waits}},
    {"1970", "disciplined with memory", "none", "g#0", {plays, plays, plays, plays, plays}},
    {"two weeks back", "disciplined", "+14 d", "x#0", {plays, plays, leapt, leapt, plays}},
    {"two weeks back", "disciplined with memory", "none", "g#0", {plays, plays, plays, plays, plays}},
    {"ten years ahead", "disciplined", "none", "x#0", {dark, dark, dark, dark, dark}},
    {"ten years ahead", "disciplined", "none", "g#0", {plays, plays, plays, plays, plays}},
    {"ten years ahead", "none", "none", "g#0", {plays, plays, plays, plays, plays}},
};

template <class Named>
const Named& named(const Named* first, const Named* last, const std::string& name) {
  return *std::find_if(first, last, [&](const Named& one) { return name == one.name; });
}

TEST(ClockMatrix, TheCellsThatMatterByHand) {
  for (const auto& row : rows) {
    const auto& boot = named(std::begin(boots), std::end(boots), row.boot);
    const auto& trust = named(std::begin(trusts), std::end(trusts), row.trust);
    const auto step = std::find_if(std::begin(steps), std::end(steps),
                                   [&](const auto& one) { return one.first == std::string{row.step}; });
    for (std::size_t i = 0; i < std::size(moments); ++i) {
      const Life is = run(cell_of(boot, trust, step->second, moments[i]));
      for (const auto& cue : is.cell.cues) {
        if (cue.title() != row.cue) continue;
        EXPECT_EQ(word(cue, account_of(cue, is.kept)), row.words[i])
            << row.boot << ", " << row.trust << ", " << row.step << ", " << moments[i].name << ", " << row.cue << ": "
            << told(cue, account_of(cue, is.kept));
      }
    }
  }
}

}  // namespace
}  // namespace loa::station::core::matrix
