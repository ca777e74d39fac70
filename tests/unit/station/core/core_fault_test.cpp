#include "station/core/part_rule.hpp"
#include "tests/unit/station/core/core_bench.hpp"

namespace loa::station::core {
namespace {

using Bench = CoreBench;

v1::Cue sound(std::uint32_t segment, std::int64_t start_s) {
  return Bench::cue("sang/2026-11-21/070100", segment, start_s, 20);
}
v1::Cue slogan(std::int64_t start_s) {
  auto cue = Bench::cue("chu/2026-11-21/070100", 0, start_s, 20);
  cue.set_medium(v1::MEDIUM_SIGN);
  return cue;
}

/// What the core raised, as "panel NEW".
std::vector<std::string> raised(const Actions& actions) {
  std::vector<std::string> words;
  for (const auto& action : actions) {
    if (const auto* raise = std::get_if<Raise>(&action))
      words.push_back(raise->fault.code() + " " + v1::FaultState_Name(raise->fault.state()).substr(12));
  }
  return words;
}
using Words = std::vector<std::string>;

v1::Proof part(const v1::Cue& cue, double from_s, double to_s) {
  v1::Proof part;
  part.set_occurrence(cue.occurrence());
  part.set_segment(cue.segment());
  part.set_medium(cue.medium());
  part.set_bucket(v1::BUCKET_PLAYED);
  part.set_reason("complete");
  part.set_from_us(Bench::t0 + static_cast<std::int64_t>(from_s * 1e6));
  part.set_to_us(Bench::t0 + static_cast<std::int64_t>(to_s * 1e6));
  part.set_frames(static_cast<std::uint64_t>(to_s - from_s) + 1);
  return part;
}

v1::Command order(bool reset, const std::string& code) {
  v1::Command command;
  command.set_id("c-1");
  if (reset) {
    command.mutable_reset()->set_code(code);
  } else {
    command.mutable_acknowledge()->set_code(code);
  }
  return command;
}

TEST(CoreFault, ADeviceThatFailsIsAFaultUntilItSounds) {
  Bench bench;
  const auto cue = sound(0, 60), later = sound(1, 80);
  bench.give(0, Bench::plan({cue, later}));
  bench.at(57);
  EXPECT_EQ(raised(bench.silent(60, cue, "device-lost")), Words{"device-gone NEW"});
  EXPECT_EQ(raised(bench.at(77)), Words{});
  EXPECT_EQ(raised(bench.at(80, PartStarted{CueKey::of(later), 0})), Words{});
  EXPECT_TRUE(bench.core().broadcasting());
  EXPECT_EQ(bench.core().next_deadline(), MonoTime{std::chrono::seconds{90}}) << "its hold";
  EXPECT_EQ(raised(bench.at(90)), Words{"device-gone RESOLVED"});
}

TEST(CoreFault, ASignThatFailsIsAFaultOfItsOwnUntilItShows) {
  Bench bench;
  bench.give(0, Bench::plan({slogan(60)}));
  bench.at(57);
  EXPECT_EQ(raised(bench.silent(60, slogan(60), "device-lost")), Words{"panel NEW"});
  bench.at(61);
  EXPECT_EQ(raised(bench.at(62, PartStarted{CueKey::of(slogan(60)), 0})), Words{});
  EXPECT_FALSE(bench.core().broadcasting()) << "nothing is heard";
  EXPECT_EQ(raised(bench.at(72)), Words{"panel RESOLVED"});
}

TEST(CoreFault, ASignThatGetsTooFewFramesIsAFault) {
  Bench bench;
  bench.give(0, Bench::plan({slogan(60)}));
  bench.at(57);
  auto shown = part(slogan(60), 60, 80);
  shown.set_frames(5);
  EXPECT_EQ(raised(bench.at(80, PartEnded{shown})), Words{"panel NEW"});
}

TEST(CoreFault, SoundThatBreaksOffOftenIsAFaultUntilACueIsClean) {
  Bench bench;
  const auto cue = sound(0, 60), later = sound(1, 80);
  bench.give(0, Bench::plan({cue, later}));
  bench.at(57);
  auto broken = part(cue, 60, 80);
  broken.set_underruns(3);
  bench.at(77);
  EXPECT_EQ(raised(bench.at(80, PartEnded{broken})), Words{"underruns NEW"});
  bench.at(100, PartEnded{part(later, 80, 100)});
  EXPECT_EQ(raised(bench.at(110)), Words{"underruns RESOLVED"});
}

TEST(CoreFault, DamagedContentIsAFaultUntilItPlays) {
  Bench bench;
  const auto cue = sound(0, 60);
  bench.give(0, Bench::plan({cue}));
  bench.at(57);
  EXPECT_EQ(raised(bench.silent(57, cue, "content-damaged")), (Words{"content-missing NEW", "content-damaged NEW"}));
  bench.at(58, ObjectHeld{*Sha256::from_bytes(Bench::object_name('a'))});
  bench.at(60);
  EXPECT_EQ(raised(bench.at(60.1, PartStarted{CueKey::of(cue), 0})), Words{});
  const auto later = bench.at(71);
  EXPECT_EQ(raised(later), (Words{"content-damaged RESOLVED", "content-missing RESOLVED"}));
}

TEST(CoreFault, ContentThatIsNotHereHalfAnHourBeforeIsAFault) {
  Bench bench;
  bench.at(0, PlanArrived{Bench::plan({sound(0, 3600)}), 1, {}, false});
  EXPECT_EQ(raised(bench.at(1799)), Words{});
  EXPECT_EQ(raised(bench.at(1800)), Words{"content-missing NEW"});
}

TEST(CoreFault, AClockThatIsNotBelievedIsAFaultAndHoldsUpNoOther) {
  Bench bench;
  bench.grade = ClockGrade::none;
  EXPECT_EQ(raised(bench.at(0)), Words{"clock-untrusted NEW"});
  EXPECT_EQ(raised(bench.at(1, Condition{"temperature", "", true, "95 °C"})), Words{"temperature NEW"});
  bench.at(2, Condition{"temperature", "", false, ""});
  EXPECT_EQ(bench.core().next_deadline(), MonoTime{std::chrono::seconds{62}}) << "asks to be woken all the same";
  EXPECT_EQ(raised(bench.at(62)), Words{"temperature RESOLVED"});
  bench.grade = ClockGrade::disciplined;
  bench.at(70);
  EXPECT_EQ(raised(bench.at(100)), Words{"clock-untrusted RESOLVED"});
}

TEST(CoreFault, TheOfficeAcknowledgesAndResets) {
  Bench bench;
  bench.at(0, Condition{"storage", "space", true, "1 MB is free"});
  auto actions = bench.at(1, CommandArrived{order(false, "storage")});
  EXPECT_EQ(raised(actions), Words{"storage ACKNOWLEDGED"});
  ASSERT_NE(Bench::first<Reply>(actions), nullptr);
  EXPECT_TRUE(Bench::first<Reply>(actions)->answer.accepted());
  EXPECT_EQ(Bench::first<Reply>(actions)->answer.command(), "c-1");
  actions = bench.at(2, CommandArrived{order(true, "storage")});
  EXPECT_FALSE(Bench::first<Reply>(actions)->answer.accepted()) << "it is still there";
  bench.at(3, Condition{"storage", "space", false, ""});
  bench.at(63);
  actions = bench.at(64, CommandArrived{order(true, "storage")});
  EXPECT_EQ(raised(actions), Words{"storage RESET"});
  EXPECT_NE(Bench::first<Report>(actions), nullptr) << "the status tells what stands";
  EXPECT_TRUE(bench.core().faults().standing().empty());
}

TEST(CoreFault, AnAcknowledgedFaultOutlivesTheProcess) {
  v1::Fault fault;
  fault.set_code("device-gone");
  fault.set_state(v1::FAULT_STATE_ACKNOWLEDGED);
  fault.set_since_us(Bench::t0);
  fault.set_count(7);
  Bench bench;
  const auto cue = sound(0, 60);
  EXPECT_EQ(raised(bench.at(0, FaultRestored{fault})), Words{});
  bench.give(1, Bench::plan({cue}));
  bench.at(57);
  EXPECT_EQ(raised(bench.silent(60, cue, "device-lost")), Words{}) << "still gone: no news";
  EXPECT_EQ(bench.core().faults().standing()[0].state(), v1::FAULT_STATE_ACKNOWLEDGED);
}

TEST(PartRule, UnderrunsCountByTheCueAndByTheTenMinutes) {
  const auto broken = [](double length_s, std::uint32_t underruns) {
    auto heard = part(sound(0, 0), 0, length_s);
    heard.set_underruns(underruns);
    return runs_dry(heard, 3);
  };
  EXPECT_EQ(broken(30, 3), true);
  EXPECT_EQ(broken(30, 2), std::nullopt);
  EXPECT_EQ(broken(10, 0), false);
  EXPECT_EQ(broken(9, 0), std::nullopt) << "too short to be called clean";
  EXPECT_EQ(broken(3600, 17), std::nullopt);
  EXPECT_EQ(broken(3600, 18), true);
}

TEST(PartRule, ASignNeedsFramesToBeRead) {
  const auto shown = [](double length_s, std::uint64_t frames, bool scrolls) {
    auto part_shown = part(slogan(0), 0, length_s);
    part_shown.set_frames(frames);
    return is_starved(part_shown, scrolls);
  };
  EXPECT_EQ(shown(60, 29, false), true);
  EXPECT_EQ(shown(60, 30, false), false);
  EXPECT_EQ(shown(60, 599, true), true);
  EXPECT_EQ(shown(60, 600, true), false);
  EXPECT_EQ(shown(4, 0, true), std::nullopt);
}

}  // namespace
}  // namespace loa::station::core
