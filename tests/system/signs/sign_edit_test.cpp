#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <thread>

#include "tests/rehearsal/air_time.hpp"
#include "tests/rehearsal/panel.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::tests {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds budget{5};  ///< from the order to the panel

const std::vector<StationKit> fleet{
    {.id = "bang-01", .name = "Bảng cổng chợ", .group = "to-1", .speaker = false, .sign = "192x32"},
    {.id = "bang-02", .name = "Bảng trường học", .group = "to-1", .speaker = false, .sign = "192x32"},
    {.id = "bang-03", .name = "Màn hình quảng trường", .group = "to-2", .speaker = false, .sign = "256x64"},
};

/// A head-end, a broker and three signs that are up and hold their first plan.
class SignEdits : public testing::Test {
 protected:
  void SetUp() override {
    auto made = WardKit::make(folder_.path(), fleet);
    ASSERT_TRUE(made) << made.error().text;
    kit_ = std::move(*made);
    ASSERT_TRUE(kit_->start_headend());
    for (const auto& station : fleet) ASSERT_TRUE(kit_->start_station(station.id));
    ASSERT_TRUE(wait_until(30s, [&] { return all_online(); })) << "see " << folder_.path();
  }

  [[nodiscard]] bool all_online() const {
    const auto lines = kit_->loa_json({"fleet"});
    if (!lines) return false;
    const auto& all = lines->as_array();
    return all.size() == fleet.size() && std::all_of(all.begin(), all.end(), [](const auto& line) {
             return line.at("online").as_bool() && line.at("status").is_object() &&
                    line.at("status").at("plan_sequence").template to_number<std::int64_t>() > 0;
           });
  }

  std::string loa(const std::vector<std::string>& words) {
    const auto done = kit_->loa(words);
    EXPECT_TRUE(done) << done.error().text;
    return done.value_or("");
  }
  std::string add(const std::string& id, const std::string& text, const std::string& group = "all") {
    ordered_ = wall_now();
    return loa({"slogan", "add", text, "--id", id, "--group", group, "--dwell", "10"});
  }
  std::string remove(const std::string& id) {
    ordered_ = wall_now();
    return loa({"slogan", "remove", id});
  }

  /// How long after the order the panel of each station showed a page; fails where that was too long.
  void expect_shown(const std::string& slogan) {
    for (const auto& station : fleet) {
      const Panel panel{*kit_, station.id};
      const auto page = page_of(*kit_, slogan, station.sign);
      wait_until(2 * budget, [&] { return panel.shown_since(page, ordered_).has_value(); });
      const auto at = panel.shown_since(page, ordered_);
      ASSERT_TRUE(at) << station.id << " never showed " << slogan;
      std::printf("%s %s %.2f s\n", station.id.c_str(), slogan.c_str(), seconds_since(*at));
      EXPECT_LE(*at - ordered_, budget) << station.id << " showed " << slogan << " late";
    }
  }
  double seconds_since(WallTime at) const { return static_cast<double>((at - ordered_).count()) / 1e6; }

  TempFolder folder_{"loa-signs"};
  std::unique_ptr<WardKit> kit_;
  WallTime ordered_;
};

TEST_F(SignEdits, AreOnEveryPanelWithinFiveSecondsAndTheReportStaysExact) {
  EXPECT_NE(add("mot", "Phòng cháy hơn chữa cháy").find("sign changes at"), std::string::npos);
  expect_shown("mot");
  const auto begun = wall_now();
  for (const auto& [id, text] : std::vector<std::pair<std::string, std::string>>{
           {"hai", "Giữ gìn vệ sinh chung"}, {"ba", "Đã uống rượu bia không lái xe"}, {"bon", "Nước sạch"}}) {
    add(id, text);
    expect_shown(id);
  }
  std::map<std::string, std::string> removed;
  for (const auto& station : fleet) removed[station.id] = page_of(*kit_, "bon", station.sign);
  EXPECT_NE(remove("bon").find("sign changes at"), std::string::npos);
  std::this_thread::sleep_until(std::chrono::system_clock::time_point{ordered_.time_since_epoch() + budget});
  for (const auto& station : fleet) EXPECT_FALSE(Panel(*kit_, station.id).stands(removed[station.id])) << station.id;
  const auto gone = wall_now();
  remove("hai");
  remove("ba");
  remove("mot");
  const auto dark_from = ordered_;
  EXPECT_TRUE(wait_until(budget, [&] {
    return std::all_of(fleet.begin(), fleet.end(), [&](const auto& one) { return Panel(*kit_, one.id).is_dark(); });
  })) << "the last slogan was removed";
  for (const auto& station : fleet) {
    const Panel panel{*kit_, station.id};
    EXPECT_FALSE(panel.shown_since(removed[station.id], gone)) << station.id << " showed what had been removed";
    EXPECT_EQ(panel.dark_frames(begun, dark_from), 0) << station.id << " went dark for an edit";
  }

  const auto report = [&] { return kit_->loa_json({"report", "--from", local_date(begun), "--to", local_date(gone)}); };
  const auto number = [](const boost::json::value& from, const char* key) {
    return from.at(key).to_number<std::int64_t>();
  };
  EXPECT_TRUE(wait_until(30s, [&] {
    const auto made = report();
    return made && number(*made, "cues_to_come") == 0 && number(*made, "cues_unexplained") == 0;
  })) << "every cue that was promised has its proof";
  const auto made = report();
  ASSERT_TRUE(made) << made.error().text;
  EXPECT_TRUE(made->at("anomalies").as_array().empty()) << boost::json::serialize(made->at("anomalies"));
  EXPECT_GE(number(*made, "cues_planned"), 3 * 5) << "one cue for each edit and sign";
  std::int64_t missed_us = 0;
  for (const auto& difference : made->at("differences").as_array()) missed_us += number(difference, "length_us");
  EXPECT_LE(missed_us, 3 * 500'000) << boost::json::serialize(made->at("differences"));
}

TEST_F(SignEdits, OfWhatIsOutOfReachTheVerbSaysSo) {
  kit_->stop_station("bang-03");
  ASSERT_TRUE(wait_until(30s, [&] { return !all_online(); }));
  const auto said = add("mot", "Phòng cháy hơn chữa cháy");
  EXPECT_NE(said.find("sign changes at"), std::string::npos) << said;
  EXPECT_NE(said.find("out of reach: shown when fetched: bang-03"), std::string::npos) << said;
}

}  // namespace
}  // namespace loa::tests
