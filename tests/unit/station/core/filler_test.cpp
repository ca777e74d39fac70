#include "tests/unit/station/core/core_bench.hpp"

namespace loa::station::core {
namespace {

using Bench = CoreBench;

/// A bulletin of 20 s whose content is not there, and 12 s of music under it.
class Filler : public testing::Test {
 protected:
  Filler() {
    bulletin_.set_object(Bench::object_name('b'));
    filler_.set_cue_class(v1::CUE_CLASS_FILLER);
    filler_.set_object(Bench::object_name('f'));
  }
  Actions give(const std::set<char>& held, const std::function<void(v1::Plan&)>& alter = {}) {
    auto plan = Bench::plan({filler_, bulletin_});
    if (alter) alter(plan);
    PlanArrived event{plan, 1, {}, false};
    for (const char letter : held) event.held.insert(*Sha256::from_bytes(Bench::object_name(letter)));
    return bench_.at(0, event);
  }
  static std::string armed(const Actions& actions) {
    std::string names;
    for (const auto& action : actions) {
      if (const auto* arm = std::get_if<Arm>(&action)) names += arm->assignment.cue.occurrence().substr(0, 3) + " ";
    }
    return names;
  }

  v1::Cue bulletin_ = Bench::cue("tin/2026-11-21/070100", 0, 60, 20);
  v1::Cue filler_ = Bench::cue("lap-cho-trong/2026-11-21/070100", 0, 60, 12);
  Bench bench_;
};

TEST_F(Filler, IsSilentWhenNothingIsMissing) {
  give({'b', 'f'});
  EXPECT_EQ(armed(bench_.at(57)), "tin ");
  bench_.heard(80.1, bulletin_, 60, 80, "complete");
  bench_.at(200);
  EXPECT_EQ(bench_.account(bulletin_), "played 0.0-20.0 complete");
  EXPECT_EQ(bench_.account(filler_), "") << "it owes nothing for its silence";
}

TEST_F(Filler, StandsInForMissingContentAndTheProofSaysSo) {
  give({'f'});
  EXPECT_EQ(armed(bench_.at(57)), "lap ");
  bench_.heard(72.1, filler_, 60, 72, "complete");
  bench_.at(80);
  EXPECT_EQ(bench_.account(filler_), "played 0.0-12.0 complete");
  EXPECT_EQ(bench_.account(bulletin_), "missing 0.0-12.1 filler-played | missing 12.1-20.0 content-missing");
}

TEST_F(Filler, GivesWayWhenTheContentComes) {
  give({'f'});
  bench_.at(57);
  const auto actions = bench_.at(65, ObjectHeld{*Sha256::from_bytes(bulletin_.object())});
  EXPECT_EQ(armed(actions), "tin ");
  const auto* halt = Bench::first<Halt>(actions);
  ASSERT_NE(halt, nullptr);
  EXPECT_EQ(halt->cue, CueKey::of(filler_));
  bench_.heard(65.02, filler_, 60, 65, "halted");
  bench_.heard(80.1, bulletin_, 65.2, 80, "complete");
  bench_.at(200);
  EXPECT_EQ(bench_.account(bulletin_), "missing 0.0-5.2 filler-played | played 5.2-20.0 complete");
  EXPECT_EQ(bench_.account(filler_), "played 0.0-5.0 halted");
}

TEST_F(Filler, StandsInForDamagedContent) {
  give({'b', 'f'});
  EXPECT_EQ(armed(bench_.at(57)), "tin ");
  EXPECT_EQ(armed(bench_.silent(57.1, bulletin_, "content-damaged")), "lap ");
}

TEST_F(Filler, NeverSoundsInPlaceOfWhatIsForbiddenMutedOrStopped) {
  const auto refuse = [](v1::Plan& plan) { plan.mutable_policy()->clear_windows(); };
  give({'f'}, refuse);
  EXPECT_EQ(armed(bench_.at(57)), "");
  bench_ = Bench{};
  v1::Command command;
  command.set_id("c1");
  command.mutable_mute()->set_until_us(Bench::t0 + 1000 * Bench::second);
  bench_.at(0, CommandArrived{command});
  give({'f'});
  EXPECT_EQ(armed(bench_.at(57)), "");
  bench_ = Bench{};
  bench_.at(0, StopsRestored{{bulletin_.occurrence()}});
  give({'f'});
  EXPECT_EQ(armed(bench_.at(57)), "");
}

TEST_F(Filler, AStopUnderItEndsTheProgramme) {
  give({'f'});
  bench_.at(57);
  bench_.at(60);
  v1::Command command;
  command.set_id("c1");
  command.mutable_stop()->set_reason("funeral");
  ASSERT_NE(Bench::first<Halt>(bench_.at(64, CommandArrived{command})), nullptr);
  bench_.heard(64.02, filler_, 60, 64, "halted");
  EXPECT_EQ(armed(bench_.at(66, ObjectHeld{*Sha256::from_bytes(bulletin_.object())})), "");
}

TEST_F(Filler, IsNoSessionOfThePolicy) {
  auto noon = Bench::cue("trua/2026-11-21/070200", 0, 120, 10);
  noon.set_object(Bench::object_name('n'));
  const auto one_session = [&](v1::Plan& plan) {
    plan.mutable_policy()->set_sessions_per_day(1);
    *plan.add_cues() = noon;
    plan.add_objects()->set_sha256(noon.object());
  };
  give({'f', 'n'}, one_session);
  bench_.at(57);
  bench_.at(60.1, PartStarted{CueKey::of(filler_), 0});
  bench_.heard(72.1, filler_, 60, 72, "complete");
  EXPECT_EQ(armed(bench_.at(117)), "tru ") << "the bulletin was not heard: this is the first";
}

}  // namespace
}  // namespace loa::station::core
