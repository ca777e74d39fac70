#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "tests/system/headend/ward_at_work.hpp"

namespace loa::tests {
namespace {

using namespace std::chrono_literals;

constexpr const char* long_text =
    "Toàn dân đoàn kết xây dựng đời sống văn hóa ở khu dân cư, giữ gìn ngõ phố xanh sạch đẹp";

/// A ward with two signs of one height and different widths, each in a group of its own.
class ScrollingSlogan : public testing::Test {
 protected:
  ScrollingSlogan() {
    for (const auto& [id, size] : {std::pair{"hep", "128x32"}, {"rong", "192x32"}}) {
      ward_.must({"group", "add", id, "--name", id});
      ward_.must({"station", "add", id, "--name", id, "--group", id, "--no-speaker", "--sign", size, "--out",
                  (ward_ / id).string()});
    }
  }
  /// Pixels a second of the pages that a station was told to show.
  std::vector<std::int64_t> speeds(const std::string& station) {
    const auto shown = ward_.loa({"plan", "show", station, "--json"});
    std::vector<std::int64_t> speeds;
    if (!shown.exit.ok()) return speeds;
    const auto plan = boost::json::parse(shown.out);
    for (const auto& pages : plan.at("playlists").as_array()) {
      for (const auto& page : pages.as_array()) speeds.push_back(page.at("scroll_px_s").to_number<std::int64_t>());
    }
    return speeds;
  }

  WardAtWork ward_;
};

TEST_F(ScrollingSlogan, IsAddedToSignsOfOneHeightAndDifferentWidths) {
  const auto added = ward_.must({"slogan", "add", long_text, "--scroll", "40", "--group", "all"});
  EXPECT_NE(added.find("128x32: chữ chạy"), std::string::npos) << added;
  EXPECT_NE(added.find("192x32: chữ chạy"), std::string::npos) << added;
  const auto office = ward_.open_office();
  EXPECT_TRUE(wait_until(10s, [&] { return speeds("hep") == std::vector<std::int64_t>{40}; }));
  EXPECT_TRUE(wait_until(10s, [&] { return speeds("rong") == std::vector<std::int64_t>{40}; }));
}

TEST_F(ScrollingSlogan, TakesNoPictureFromOneThatSaysTheSameOnAnotherSign) {
  ward_.must({"slogan", "add", long_text, "--scroll", "40", "--group", "hep"});
  ward_.must({"slogan", "add", long_text, "--scroll", "60", "--group", "rong"});
  const auto office = ward_.open_office();
  EXPECT_TRUE(wait_until(10s, [&] { return speeds("hep") == std::vector<std::int64_t>{40}; }));
  EXPECT_TRUE(wait_until(10s, [&] { return speeds("rong") == std::vector<std::int64_t>{60}; }));
}

}  // namespace
}  // namespace loa::tests
