#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "content/picture/picture.hpp"
#include "content/store/object_store.hpp"
#include "headend/store/sqlite/sqlite_store.hpp"
#include "tests/rehearsal/ward_kit.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/wav.hpp"

namespace loa::tests {
namespace {

using namespace std::chrono_literals;
namespace model = headend::model;
namespace store = headend::store;

constexpr const char* station = "cum-01";
constexpr model::Geometry sign{96, 32};

WallTime wall_now() { return std::chrono::floor<Micros>(std::chrono::system_clock::now()); }

std::string local_time(WallTime instant) { return format_utc(instant + 7h).substr(11, 8); }

/// A ward with one box, horn and sign; the office runs.
class ManySlogans : public testing::Test {
 protected:
  void SetUp() override {
    StationKit box{station, "Cụm 1", "to-1"};
    box.sign = "96x32";
    auto made = WardKit::make(folder_.path(), {box});
    ASSERT_TRUE(made) << made.error().text;
    kit_ = std::move(*made);
    ASSERT_TRUE(kit_->start_headend());
    ASSERT_TRUE(kit_->start_station(station));
    ASSERT_TRUE(wait_until(20s, [this] { return obeys_newest_plan(); })) << "before there is any slogan";
  }

  /// What earlier days have added: pictures of one colour each, one second a turn, without a process for each of them.
  Result<void> add_slogans(int from, int to, model::TimeOfDay at, model::TimeOfDay until) {
    LOA_TRY_LET(auto store, store::sqlite::SqliteStore::open(kit_->ward() / "loa.db"));
    LOA_TRY_LET(auto objects, content::store::ObjectStore::open(kit_->ward()));
    return store.write([&](store::Unit&) -> Result<void> {
      for (int i = from; i < to; ++i) {
        content::picture::Picture picture{96, 32,
                                          std::vector<std::uint8_t>(96U * 32 * 3, static_cast<std::uint8_t>(i))};
        LOA_TRY_LET(const auto png, content::picture::encode_png(picture));
        LOA_TRY_LET(const auto object, objects.put(png));
        model::Content content;
        content.object = object;
        content.title = fmt::format("Khẩu hiệu {}", i);
        content.medium = v1::MEDIUM_SIGN;
        content.bytes = png.size();
        content.source = "text";
        content.image = model::SignImage{sign.width_px, {sign}};
        LOA_TRY(store.library().put(content));
        model::Slogan slogan;
        slogan.id = fmt::format("cu-{}", i);
        slogan.text = content.title;
        slogan.category = "khau-hieu";
        slogan.images = {{sign, object}};
        slogan.from = at;
        slogan.to = until;
        slogan.groups = {model::everyone};
        slogan.dwell = 10s;
        LOA_TRY(store.schedule().put_slogan(slogan));
      }
      return {};
    });
  }

  Result<std::string> add_slogan(const std::string& text, const std::string& at, const std::string& until) const {
    return kit_->loa({"slogan", "add", text, "--group", "all", "--at", at, "--until", until});
  }

  [[nodiscard]] boost::json::value status() const {
    const auto fleet = kit_->loa_json({"fleet"});
    return fleet && !fleet->as_array().empty() ? fleet->as_array()[0].at("status") : boost::json::value{};
  }
  [[nodiscard]] boost::json::value plan() const {
    return kit_->loa_json({"plan", "show", station}).value_or(boost::json::value{});
  }
  [[nodiscard]] bool obeys_newest_plan() const {
    const auto told = plan(), said = status();
    return told.is_object() && said.is_object() &&
           told.at("sequence").to_number<std::uint64_t>() == said.at("plan_sequence").to_number<std::uint64_t>();
  }
  /// Pages of the playlist that has the most.
  [[nodiscard]] std::size_t most_pages() const {
    std::size_t most = 0;
    const auto told = plan();
    for (const auto& pages : told.at("playlists").as_array()) most = std::max(most, pages.as_array().size());
    return most;
  }

  const TempFolder folder_{"loa-many-slogans"};
  std::unique_ptr<WardKit> kit_;
};

TEST_F(ManySlogans, OfAHundredAndThreeTheStationIsToldAllAndTheRadioGoesOut) {
  ASSERT_TRUE(add_slogans(0, 95, 0h, 24h));
  for (const char* text : {"PHÒNG CHÁY", "CHỮA CHÁY", "SẠCH NHÀ", "SẠCH NGÕ"}) {
    const auto morning = add_slogan(text, "00:00", "12:00");
    ASSERT_TRUE(morning) << morning.error().text;
    EXPECT_EQ(morning->find("note"), std::string::npos) << *morning;
    ASSERT_TRUE(add_slogan(std::string{text} + " TỐT", "12:00", "24:00"));
  }
  const auto sound = folder_ / "tin.wav";
  std::vector<std::int16_t> tone(48'000 * 3);
  for (std::size_t i = 0; i < tone.size(); ++i) tone[i] = static_cast<std::int16_t>(i * 97 % 20'000 - 10'000);
  ASSERT_TRUE(Wav::save(sound, 48'000, tone));
  ASSERT_TRUE(kit_->loa({"content", "add", sound.string(), "--title", "Bản tin", "--category", "suc-khoe"}));
  const auto start = std::chrono::ceil<std::chrono::seconds>(wall_now() + 12s);
  ASSERT_TRUE(kit_->loa({"programme", "add", "tin-gap", "--title", "Tin", "--at", local_time(start), "--group", "all",
                         "--segment", "Bản tin"}));

  ASSERT_TRUE(wait_until(15s, [&] { return most_pages() == 99 && obeys_newest_plan(); }))
      << boost::json::serialize(status());
  EXPECT_LE(plan().at("bytes").to_number<std::size_t>(), 256'000U);
  EXPECT_EQ(status().at("refused").as_string(), "");
  const auto faults = kit_->loa_json({"fault", "list"});
  ASSERT_TRUE(faults);
  for (const auto& fault : faults->as_array()) EXPECT_NE(fault.at("code").as_string(), "plan-behind");

  auto ward = store::sqlite::SqliteStore::open(kit_->ward() / "loa.db");
  ASSERT_TRUE(ward);
  const auto is_heard = [&] {
    const auto proofs = ward->proofs().in({start - 1min, start + 1min}).value();
    return std::any_of(proofs.begin(), proofs.end(), [](const model::ProofRecord& record) {
      return record.proof.medium() == v1::MEDIUM_AUDIO && record.proof.bucket() == v1::BUCKET_PLAYED;
    });
  };
  EXPECT_TRUE(wait_until(std::chrono::duration_cast<std::chrono::milliseconds>(start - wall_now()) + 15s, is_heard));
}

TEST_F(ManySlogans, OneThatNoPlanCouldCarryIsRefusedByTheVerb) {
  ASSERT_TRUE(add_slogans(0, 100, 0h, 24h));
  const auto one_more = add_slogan("QUÁ NHIỀU", "08:00", "09:00");
  ASSERT_FALSE(one_more);
  EXPECT_NE(one_more.error().text.find("101"), std::string::npos) << one_more.error().text;
  const auto slogans = kit_->loa_json({"slogan", "list"});
  ASSERT_TRUE(slogans);
  EXPECT_EQ(slogans->as_array().size(), 100U);
}

TEST_F(ManySlogans, ThatWereTooManyBeforeAreAFaultOfTheStationUntilOneIsTakenAway) {
  const auto fault = [&](const char* field) {
    const auto faults = kit_->loa_json({"fault", "list"}).value_or(boost::json::array{});
    for (const auto& one : faults.as_array()) {
      if (one.at("code").as_string() == "plan-behind") return std::string{one.at(field).as_string()};
    }
    return std::string{};
  };
  ASSERT_TRUE(add_slogans(0, 101, 0h, 24h)) << "past the verb";
  EXPECT_TRUE(wait_until(10s, [&] { return fault("state") == "new"; }));
  EXPECT_NE(fault("text").find("101"), std::string::npos) << fault("text");
  ASSERT_TRUE(wait_until(10s, [&] { return obeys_newest_plan(); })) << "it is told what fits";
  ASSERT_TRUE(kit_->loa({"slogan", "remove", "cu-100"}));
  EXPECT_TRUE(wait_until(40s, [&] { return fault("state") == "resolved"; }));
}

}  // namespace
}  // namespace loa::tests
