#include <gtest/gtest.h>

#include <thread>

#include "tests/rehearsal/air_time.hpp"
#include "tests/rehearsal/ward_kit.hpp"
#include "tests/support/listen.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::tests {
namespace {

using namespace std::chrono_literals;

TEST(Stagger, IsHeardAsFarApartAsTheWardHasSaid) {
  const TempFolder folder{"loa-stagger"};
  StationKit plain{"cum-01", "Cụm 1", "to-1", 60}, staggered{"cum-02", "Cụm 2", "to-1", -60};
  staggered.stagger_ms = 340;
  auto made = WardKit::make(folder.path(), {plain, staggered});
  ASSERT_TRUE(made) << made.error().text;
  auto& kit = **made;
  const auto file = folder.path() / "sound.wav";
  ASSERT_TRUE(Wav::save(file, 48'000, noise(4s, 3)));
  const auto added =
      kit.loa_json({"content", "add", file.string(), "--title", "Tin", "--category", "am-nhac", "--music"});
  ASSERT_TRUE(added) << added.error().text;
  ASSERT_TRUE(kit.start_headend());
  for (const auto& station : kit.stations()) ASSERT_TRUE(kit.start_station(station.id));
  const auto start = std::chrono::ceil<std::chrono::seconds>(wall_now() + 9s);
  ASSERT_TRUE(kit.loa({"programme", "add", "sang", "--title", "Sáng", "--at", local_time(start), "--from",
                       local_date(start), "--to", local_date(start), "--group", "to-1", "--segment", "Tin"}));
  std::this_thread::sleep_for(std::chrono::microseconds{(start + 6s - wall_now()).count()});
  const auto content = listen::decode(kit.object(std::string{added->at("object").as_string()}));
  ASSERT_TRUE(content) << content.error().text;
  for (const auto& station : kit.stations()) {
    const auto takes = Recording::load_folder(kit.recording_of(station.id));
    ASSERT_TRUE(takes) << takes.error().text;
    const auto match = listen::align(*takes, {*content, to_us(start) + station.stagger_ms * 1'000});
    ASSERT_TRUE(match.start_error_us.has_value()) << station.id;
    EXPECT_LT(std::abs(*match.start_error_us), 1'000) << station.id;
    EXPECT_NEAR(match.heard_s, 4.0, 0.02) << station.id;
  }
}

}  // namespace
}  // namespace loa::tests
