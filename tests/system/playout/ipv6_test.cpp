#include <gtest/gtest.h>

#include <thread>

#include "tests/rehearsal/air_time.hpp"
#include "tests/rehearsal/ward_kit.hpp"
#include "tests/support/listen.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::tests {
namespace {

using namespace std::chrono_literals;

TEST(AWardOnIpv6, ReachesItsStationsWithPlansAndContent) {
  const TempFolder folder{"loa-ipv6"};
  auto made = WardKit::make(folder.path(), {{"cum-01", "Cụm 1", "to-1", 0}}, "::1");
  ASSERT_TRUE(made) << made.error().text;
  auto& kit = **made;
  const auto file = folder.path() / "sound.wav";
  ASSERT_TRUE(Wav::save(file, 48'000, noise(3s, 3)));
  const auto added =
      kit.loa_json({"content", "add", file.string(), "--title", "Tin", "--category", "am-nhac", "--music"});
  ASSERT_TRUE(added) << added.error().text;
  ASSERT_TRUE(kit.start_headend());
  ASSERT_TRUE(kit.start_station("cum-01"));
  const auto start = std::chrono::ceil<std::chrono::seconds>(wall_now() + 9s);
  ASSERT_TRUE(kit.loa({"programme", "add", "sang", "--title", "Sáng", "--at", local_time(start), "--from",
                       local_date(start), "--to", local_date(start), "--group", "to-1", "--segment", "Tin"}));
  std::this_thread::sleep_for(std::chrono::microseconds{(start + 5s - wall_now()).count()});
  const auto content = listen::decode(kit.object(std::string{added->at("object").as_string()}));
  ASSERT_TRUE(content) << content.error().text;
  const auto takes = Recording::load_folder(kit.recording_of("cum-01"));
  ASSERT_TRUE(takes) << takes.error().text;
  EXPECT_NEAR(listen::align(*takes, {*content, to_us(start)}).heard_s, 3.0, 0.02);
}

}  // namespace
}  // namespace loa::tests
