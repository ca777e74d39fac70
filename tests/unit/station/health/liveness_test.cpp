#include "station/health/liveness.hpp"

#include <gtest/gtest.h>

namespace loa::station::health {
namespace {

using namespace std::chrono_literals;
using Serves = Liveness::Serves;
using State = Liveness::State;

class LivenessTest : public testing::Test {
 protected:
  LivenessTest() {
    rooms_.add("audio", audio_, Serves::sound);
    rooms_.add("sign", sign_, Serves::other);
  }
  [[nodiscard]] Liveness::Verdict judge(MonoTime now, bool sounding, bool disk = false) {
    return rooms_.judge(now, sounding, [disk] { return disk; });
  }
  Pulse audio_, sign_;
  Liveness rooms_;
  const MonoTime now_{1h};
};

TEST_F(LivenessTest, ARestingRoomNeedsNoSign) {
  EXPECT_EQ(judge(now_, false).state, State::alive);
  audio_.beat(now_);
  EXPECT_EQ(judge(now_ + 1ns, true).state, State::hung);
  audio_.rest();
  EXPECT_EQ(judge(now_ + 24h, true).state, State::alive);
}

TEST_F(LivenessTest, ARoomThatIsAwakeMustReportInBeforeItsPromise) {
  audio_.beat(now_ + 1500ms);
  EXPECT_EQ(judge(now_ + 1499ms, true).state, State::alive);
  const auto late = judge(now_ + 1700ms, true);
  EXPECT_EQ(late.state, State::hung);
  EXPECT_EQ(late.room, "audio");
  EXPECT_EQ(late.overdue, 200ms);
}

TEST_F(LivenessTest, ARoomThatWasCalledAndDoesNotComeIsHung) {
  audio_.call(now_ + 1s);
  EXPECT_EQ(judge(now_ + 2s, false).room, "audio");
  audio_.beat(now_ + 5s);
  audio_.call(now_ + 1s);  // it is at work already: the call shortens no promise
  EXPECT_EQ(judge(now_ + 4s, false).state, State::alive);
}

TEST_F(LivenessTest, SoundIsNotCutForARoomThatDoesNotServeIt) {
  sign_.beat(now_);
  EXPECT_EQ(judge(now_ + 1s, true).state, State::spared);
  EXPECT_EQ(judge(now_ + 1s, true).room, "sign");
  EXPECT_EQ(judge(now_ + 1s, false).state, State::hung) << "nothing sounds: at once";
  EXPECT_EQ(judge(now_ + Liveness::longest_spared, true).state, State::hung) << "not for ever";
  audio_.beat(now_);
  EXPECT_EQ(judge(now_ + 1s, true).room, "audio") << "what must end now is named before what is spared";
}

TEST_F(LivenessTest, NobodyIsHungWhileTheDiskHoldsAThread) {
  audio_.beat(now_);
  for (const bool sounding : {false, true}) {
    EXPECT_EQ(judge(now_ + 2s, sounding, true).state, State::waits);
    EXPECT_EQ(judge(now_ + 2s, sounding, true).room, "audio");
    EXPECT_EQ(judge(now_ + Liveness::longest_disk_wait, sounding, true).state, State::hung) << "not for ever";
  }
}

// A look may find the thread between two waits, or with all that has gathered in the meantime before it.
TEST_F(LivenessTest, ARoomThatTheDiskLetGoHasTimeToCatchUp) {
  audio_.beat(now_);
  EXPECT_EQ(judge(now_ + 1s, true, true).state, State::waits);
  EXPECT_EQ(judge(now_ + 2'499ms, true).state, State::waits);
  EXPECT_EQ(judge(now_ + 2'500ms, true).state, State::hung);
  EXPECT_EQ(judge(now_ + 3s, true, true).state, State::waits);
  audio_.beat(now_ + 5s);
  EXPECT_EQ(judge(now_ + 4s, true).state, State::alive);
  EXPECT_EQ(judge(now_ + 5'001ms, true).state, State::hung) << "another time, another reason";
}

}  // namespace
}  // namespace loa::station::health
