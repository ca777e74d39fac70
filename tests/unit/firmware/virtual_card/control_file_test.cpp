#include "firmware/virtual_card/control_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace loa::firmware::virtual_card {
namespace {

TEST(ControlFile, ReadsWholeLinesOnly) {
  const Orders orders = parse_orders("ppm -60.5\nstall_ms 300\ngone 1\n");
  EXPECT_EQ(orders.ppm, -60.5);
  EXPECT_EQ(orders.stall_ms, 300);
  EXPECT_EQ(orders.gone, true);
  EXPECT_FALSE(parse_orders("stall_ms 3").stall_ms);  // still being written: may become 300
}

TEST(ControlFile, IgnoresWhatItDoesNotUnderstand) {
  for (const char* text : {"", "\n", "stall_ms\n", "stall_ms x\n", "stall_ms 30x\n", "stall_ms 0\n", "stall_ms 1e9\n",
                           "ppm 1001\n", "ppm nan\n", "stallms 3\n", "gone\n"}) {
    const Orders orders = parse_orders(text);
    EXPECT_FALSE(orders.ppm || orders.stall_ms || orders.gone) << text;
  }
}

TEST(ControlFile, ObeysAStallOnceAndAStateAlways) {
  const auto path = std::filesystem::temp_directory_path() / ("loa-control-" + std::to_string(::getpid()));
  std::ofstream{path} << "stall_ms 100\nppm 5\n";
  ControlFile file{path};
  const Orders first = file.first();
  EXPECT_FALSE(first.stall_ms);  // an order of an earlier run
  EXPECT_EQ(first.ppm, 5);
  EXPECT_FALSE(file.changed());
  std::ofstream{path} << "stall_ms 1000\n";
  ASSERT_TRUE(file.changed().value_or(Orders{}).stall_ms);
  EXPECT_FALSE(file.changed());
  std::filesystem::remove(path);
  EXPECT_FALSE(file.changed());
  EXPECT_FALSE(ControlFile{""}.changed());
}

}  // namespace
}  // namespace loa::firmware::virtual_card
