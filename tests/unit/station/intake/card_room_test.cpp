#include "station/intake/card_room.hpp"

#include <gtest/gtest.h>

#include "tests/support/temp_folder.hpp"

namespace loa::station::intake {
namespace {

using namespace std::chrono_literals;
using content::store::ObjectStore;
using content::store::Sha256;

constexpr WallTime now = wall_from_us(1'795'212'000'000'000);
constexpr std::uint64_t everything = UINT64_MAX / 2;  // the reserve of a card that is always full

/// A store with objects in it, on a card without space.
class CardRoomTest : public testing::Test {
 protected:
  Sha256 put(const std::string& bytes) {
    const auto kept = store_.put(bytes);
    EXPECT_TRUE(kept) << kept.error().text;
    return *kept;
  }
  const tests::TempFolder folder_{"loa-card-room"};
  ObjectStore store_ = *ObjectStore::open(folder_ / "content");
  const CardRoom room_{folder_.path(), everything};
};

TEST_F(CardRoomTest, NeverGivesUpWhatIsDueSoonForAProofThatCanWait) {
  const auto on_air = put("on air"), soon = put("due in 31 s"), quarter = put("in 15 min"), later = put("in an hour"),
             nobody = put("of no cue");
  const CardRoom::Needs needs{{on_air, now - 1min}, {soon, now + 31s}, {quarter, now + 15min}, {later, now + 1h}};
  const auto gone = room_.for_state(store_, needs, now);
  EXPECT_EQ(gone.objects.size(), 2U);
  for (const auto& object : {on_air, soon, quarter}) EXPECT_TRUE(store_.has(object));
  EXPECT_FALSE(store_.has(later));
  EXPECT_FALSE(store_.has(nobody));
  EXPECT_TRUE(room_.for_state(store_, needs, now).objects.empty()) << "the proof waits in memory";
}

TEST_F(CardRoomTest, KnowsFromThePlansOnDiskWhatIsNeededBeforeThereIsACore) {
  const auto over = put("over"), playing = put("playing"), far = put("far"), siren = put("siren");
  v1::Plan plan, emergency;
  const auto add = [](v1::Plan& to, const Sha256& object, Micros in, v1::CueClass rank) {
    auto& cue = *to.add_cues();
    cue.set_cue_class(rank);
    cue.set_object(std::string{object.view()});
    cue.set_start_us(to_us(now + in));
    cue.set_duration_us(60'000'000);
  };
  add(plan, over, -1h, v1::CUE_CLASS_SCHEDULED);
  add(plan, playing, -30s, v1::CUE_CLASS_SCHEDULED);
  add(plan, playing, 24h, v1::CUE_CLASS_SCHEDULED);
  add(plan, far, 24h, v1::CUE_CLASS_SCHEDULED);
  add(emergency, siren, 48h, v1::CUE_CLASS_EMERGENCY);
  const auto needs = CardRoom::needs_of({plan, emergency}, now);
  EXPECT_EQ(needs.size(), 3U);
  EXPECT_EQ(needs.at(playing), now - 30s);
  EXPECT_EQ(needs.at(siren), WallTime{});
  const auto gone = room_.for_state(store_, needs, now);
  EXPECT_TRUE(store_.has(playing));
  EXPECT_TRUE(store_.has(siren));
  EXPECT_FALSE(store_.has(over));
  EXPECT_FALSE(store_.has(far));
}

}  // namespace
}  // namespace loa::station::intake
