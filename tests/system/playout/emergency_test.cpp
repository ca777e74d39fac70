#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <thread>

#include "tests/rehearsal/air_time.hpp"
#include "tests/rehearsal/ward_kit.hpp"
#include "tests/support/listen.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::tests {
namespace {

using namespace std::chrono_literals;

constexpr const char* station = "cum-01";

/// One cluster at work, a programme's sound and a siren's.
class Emergency : public testing::Test {
 protected:
  void SetUp() override {
    auto made = WardKit::make(folder_.path(), {{station, "Cụm 1", "to-1", 40}});
    ASSERT_TRUE(made) << made.error().text;
    kit_ = std::move(*made);
    ASSERT_NO_FATAL_FAILURE(add_sound("Chương trình", 12s, 1, programme_));
    ASSERT_NO_FATAL_FAILURE(add_sound("Còi báo lũ", 2s, 2, siren_));
    ASSERT_TRUE(kit_->start_headend());
    ASSERT_TRUE(kit_->start_station(station));
  }

  void add_sound(const char* title, std::chrono::milliseconds length, unsigned seed, std::string& object) {
    const auto file = folder_.path() / fmt::format("sound-{}.wav", seed);
    ASSERT_TRUE(Wav::save(file, 48'000, noise(length, seed)));
    const auto added =
        kit_->loa_json({"content", "add", file.string(), "--title", title, "--category", "am-nhac", "--music"});
    ASSERT_TRUE(added) << added.error().text;
    object = std::string{added->at("object").as_string()};
  }

  /// A programme of all its content, at a whole second.
  WallTime schedule(std::chrono::seconds ahead) {
    const auto at = std::chrono::ceil<std::chrono::seconds>(wall_now() + ahead);
    const auto added =
        kit_->loa({"programme", "add", "toi", "--title", "Tối", "--at", local_time(at), "--from", local_date(at),
                   "--to", local_date(at), "--group", "to-1", "--segment", "Chương trình"});
    EXPECT_TRUE(added) << added.error().text;
    return at;
  }

  [[nodiscard]] bool wait_for_content() {
    return wait_until(20s, [&] {
      const auto lines = kit_->loa_json({"fleet"});
      if (!lines || lines->as_array().empty()) return false;
      const auto& status = lines->as_array()[0].at("status");
      return status.is_object() && status.at("objects_wanted").to_number<int>() > 0 &&
             status.at("objects_wanted") == status.at("objects_held");
    });
  }

  /// @return when it will be heard first
  WallTime alarm(int repeat, int in_s) {
    const auto ordered = kit_->loa_json({"emergency", "start", "--sound", "Còi báo lũ", "--repeat",
                                         std::to_string(repeat), "--in", std::to_string(in_s), "--reason", "Lũ về"});
    EXPECT_TRUE(ordered) << ordered.error().text;
    if (!ordered) return wall_now();
    return parse_utc(std::string{ordered->at("start").as_string()}).value();
  }

  static void sleep_until(WallTime time) {
    std::this_thread::sleep_for(std::chrono::microseconds{(time - wall_now()).count()});
  }

  listen::Match heard(const std::string& object, WallTime start) {
    const auto takes = Recording::load_folder(kit_->recording_of(station));
    EXPECT_TRUE(takes) << takes.error().text;
    const auto content = listen::decode(kit_->object(object));
    EXPECT_TRUE(content) << content.error().text;
    if (!takes || !content) return {};
    return listen::align(*takes, {*content, to_us(start)});
  }

  /// When the horn made its last sound.
  WallTime last_sound() {
    std::int64_t last_ns = 0;
    const auto takes = Recording::load_folder(kit_->recording_of(station));
    EXPECT_TRUE(takes) << takes.error().text;
    for (const auto& take : takes.value()) {
      for (std::size_t i = 0; i < take.frames.size(); ++i) {
        const auto at =
            take.start_realtime_ns + static_cast<std::int64_t>(static_cast<double>(i) * 1e9 / take.true_rate());
        if (take.frames[i] != 0) last_ns = std::max(last_ns, at);
      }
    }
    return wall_from_us(last_ns / 1'000);
  }

  boost::json::value report(int cues) {
    boost::json::value report;
    EXPECT_TRUE(wait_until(15s, [&] {
      auto now = kit_->loa_json({"report", "--from", local_date(wall_now()), "--to", local_date(wall_now())});
      if (now) report = *std::move(now);
      return now && report.at("cues_accounted").to_number<int>() == cues;
    })) << boost::json::serialize(report);
    return report;
  }

  const TempFolder folder_{"loa-emergency"};
  std::unique_ptr<WardKit> kit_;
  std::string programme_, siren_;
};

TEST_F(Emergency, IsHeardOverAProgrammeThatComesBackInPlace) {
  const auto start = schedule(9s);
  ASSERT_TRUE(wait_for_content());
  sleep_until(start - 2s);
  const auto siren = alarm(2, 6);
  sleep_until(start + 14s);
  const double begin_s = static_cast<double>((siren - start).count()) / 1e6;
  ASSERT_GT(begin_s, 2.0);
  ASSERT_LT(begin_s, 6.0);
  for (const auto offset : {0s, 2s}) EXPECT_NEAR(heard(siren_, siren + offset).heard_s, 2.0, 0.03);
  const auto match = heard(programme_, start);
  std::vector<listen::Part> parts;  // some milliseconds of one noise are like some of another
  std::copy_if(match.heard.begin(), match.heard.end(), std::back_inserter(parts),
               [](const auto& part) { return part.length_s() > 0.05; });
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_NEAR(parts[0].from_s, 0, 0.01);
  EXPECT_NEAR(parts[0].to_s, begin_s, 0.03);
  EXPECT_GT(parts[1].from_s, begin_s + 4 - 0.01);
  EXPECT_LT(parts[1].from_s, begin_s + 4 + 0.8) << "where its neighbours are, soon";
  EXPECT_NEAR(parts[1].to_s, 12, 0.01);
  std::printf("heard to %.3f s, the emergency at %.3f s, back at %.3f s\n", parts[0].to_s, begin_s, parts[1].from_s);
  const auto told = report(3);
  const auto& rows = told.at("emergencies").as_array();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_NEAR(rows[0].at("spent_us").at("played").to_number<double>() / 1e6, 4.0, 0.02);
  const auto& total = told.at("total").as_array();
  ASSERT_EQ(total.size(), 1U);
  EXPECT_NEAR(total[0].at("planned_us").to_number<double>() / 1e6, 12.0, 0.01) << "an emergency is no programme";
  EXPECT_NEAR(total[0].at("spent_us").at("played").to_number<double>() / 1e6, parts[0].length_s() + parts[1].length_s(),
              0.03);
}

TEST_F(Emergency, IsHeardAtAForbiddenHourAndEndsWithinASecondOfBeingCalledOff) {
  const auto hour = std::stoi(local_time(wall_now()).substr(0, 2));
  const auto forbidden = fmt::format("t2-cn {:02}:00-{:02}:00", (hour + 6) % 22, (hour + 6) % 22 + 1);
  const auto set = kit_->loa({"policy", "set", "dien-tap", "--reference", "Diễn tập", "--window", forbidden});
  ASSERT_TRUE(set) << set.error().text;
  const auto start = schedule(9s);
  ASSERT_TRUE(wait_for_content());
  const auto siren = alarm(30, 8);
  sleep_until(std::max(start, siren) + 5s);
  const auto called = wall_now();
  const auto stopped = kit_->loa_json({"emergency", "stop"});
  ASSERT_TRUE(stopped) << stopped.error().text;
  EXPECT_EQ(stopped->at("stations").as_array().size(), 1U);
  sleep_until(called + 4s);
  EXPECT_NEAR(heard(siren_, siren).heard_s, 2.0, 0.03);
  EXPECT_NEAR(heard(siren_, siren + 2s).heard_s, 2.0, 0.03);
  const auto last = last_sound();
  EXPECT_GT(last, called);
  EXPECT_LT(last, called + 1s);
  std::printf("silent %.3f s after the call\n", static_cast<double>((last - called).count()) / 1e6);
  EXPECT_LT(heard(programme_, start).heard_s, 0.1) << "the policy still holds for everything else";
  const auto shown = kit_->loa_json({"emergency", "show"});
  ASSERT_TRUE(shown && shown->as_array().size() == 1U);
  EXPECT_EQ(shown->as_array()[0].at("state").as_string(), "called-off");
}

}  // namespace
}  // namespace loa::tests
