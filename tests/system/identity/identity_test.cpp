#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <chrono>
#include <fstream>
#include <set>

#include "headend/store/sqlite/sqlite_store.hpp"
#include "protocol/base/file.hpp"
#include "protocol/base/text.hpp"
#include "tests/rehearsal/air_time.hpp"
#include "tests/rehearsal/ward_kit.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/wav.hpp"

namespace loa::tests {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using headend::model::ProofRecord;
using headend::store::sqlite::SqliteStore;

constexpr const char* station = "cum-01";

/// One box, the office, and five seconds of noise to be played.
class Identity : public testing::Test {
 protected:
  void SetUp() override {
    auto made = WardKit::make(folder_.path(), {{station, "Cụm 1", "to-1", 0}});
    ASSERT_TRUE(made) << made.error().text;
    kit_ = std::move(*made);
    ASSERT_TRUE(kit_->start_headend());
    const auto sound = folder_ / "noise.wav";
    ASSERT_TRUE(Wav::save(sound, 48'000, noise(5s, 1)));
    must({"content", "add", sound.string(), "--title", "Tiếng ồn", "--category", "am-nhac", "--music"});
  }

  std::string must(const std::vector<std::string>& words) const {
    const auto said = kit_->loa(words);
    EXPECT_TRUE(said) << said.error().text;
    return said.value_or("");
  }
  void start() {
    ASSERT_TRUE(kit_->start_station(station));
    ASSERT_TRUE(
        wait_until(20s, [this] { return number_of("plan_sequence") > 0 && boot() != "" && boot() != last_boot_; }));
    last_boot_ = boot();
  }
  /// A programme of its own in some seconds. @return its begin
  WallTime schedule(const std::string& id, std::chrono::seconds in) const {
    const auto at = std::chrono::ceil<std::chrono::seconds>(wall_now() + in);
    const auto date = local_date(at);
    must({"programme", "add", id, "--title", id, "--at", local_time(at), "--from", date, "--to", date, "--group",
          "to-1", "--segment", "Tiếng ồn"});
    return at;
  }
  boost::json::value status() const {
    const auto fleet = kit_->loa_json({"fleet"});
    return fleet ? fleet->as_array().at(0).at("status") : boost::json::value{};
  }
  std::int64_t number_of(const char* field) const {
    const auto now = status();
    return now.is_object() ? now.at(field).to_number<std::int64_t>() : 0;
  }
  std::string word_of(const char* field) const {
    const auto now = status();
    return now.is_object() ? std::string{now.at(field).as_string()} : std::string{};
  }
  std::string boot() const { return word_of("boot"); }
  /// What the ledger has of a programme.
  std::vector<ProofRecord> ledger(const std::string& programme) const {
    auto store = SqliteStore::open(kit_->ward() / "loa.db");
    EXPECT_TRUE(store) << store.error().text;
    auto all = store->proofs().in({wall_now() - 24h, wall_now() + 24h}).value();
    std::erase_if(all, [&](const auto& proof) { return !proof.proof.occurrence().starts_with(programme + "/"); });
    return all;
  }
  /// Until it is heard, proved and receipted.
  void play(const std::string& programme) {
    schedule(programme, 4s);
    ASSERT_TRUE(wait_until(25s, [&] { return !ledger(programme).empty(); }));
    ASSERT_EQ(ledger(programme).at(0).proof.bucket(), v1::BUCKET_PLAYED);
    ASSERT_TRUE(wait_until(20s, [&] {
      must({"command", "report", "--station", station, "--wait", "2"});  // its next word by itself is a minute away
      return number_of("proofs_waiting") == 0;
    }));
  }
  boost::json::value report() const {
    const auto day = local_date(wall_now());
    return kit_->loa_json({"report", "--from", day, "--to", day}).value_or(nullptr);
  }
  void expect_all_played(int cues) const {
    const auto told = report();
    ASSERT_TRUE(told.is_object());
    EXPECT_EQ(told.at("cues_planned").to_number<int>(), cues);
    EXPECT_EQ(told.at("cues_unexplained").to_number<int>(), 0);
    EXPECT_TRUE(told.at("differences").as_array().empty()) << boost::json::serialize(told);
  }
  bool fault_stands(const std::string& code) const { return fault(code).has_value(); }
  std::optional<std::string> fault(const std::string& code) const {
    const auto faults = kit_->loa_json({"fault", "list"});
    if (!faults) return std::nullopt;
    for (const auto& fault : faults->as_array()) {
      if (fault.at("code").as_string() == code) return std::string{fault.at("text").as_string()};
    }
    return std::nullopt;
  }
  [[nodiscard]] fs::path state() const { return kit_->folder() / station / "state"; }

  const TempFolder folder_{"loa-identity"};
  std::unique_ptr<WardKit> kit_;
  std::string last_boot_;
};

TEST_F(Identity, ALostStateFolderTurnsNoHeardMinuteIntoDarkness) {
  start();
  ASSERT_FALSE(HasFatalFailure());
  play("sang");
  ASSERT_FALSE(HasFatalFailure());
  expect_all_played(1);
  const auto epoch = word_of("epoch");

  kit_->stop_station(station);
  fs::rename(state(), folder_ / "lost");
  start();
  ASSERT_FALSE(HasFatalFailure());
  EXPECT_NE(word_of("epoch"), epoch);
  EXPECT_NE(word_of("journal_began"), "");
  play("trua");  // whatever it had to say is said and receipted by now
  ASSERT_FALSE(HasFatalFailure());
  EXPECT_EQ(ledger("sang").size(), 1U) << "of what was before it the new journal says nothing";
  expect_all_played(2);
}

TEST_F(Identity, AFolderPutBackToAnOlderCopyBeginsANewEpochAndLosesNothing) {
  start();
  ASSERT_FALSE(HasFatalFailure());
  play("sang");
  kit_->stop_station(station);
  fs::copy(state(), folder_ / "copy", fs::copy_options::recursive);
  start();
  play("trua");
  ASSERT_FALSE(HasFatalFailure());
  const auto epoch = word_of("epoch");

  kit_->stop_station(station);
  fs::remove_all(state());
  fs::rename(folder_ / "copy", state());
  start();
  ASSERT_FALSE(HasFatalFailure());
  EXPECT_TRUE(wait_until(30s, [&] { return word_of("epoch") != epoch; })) << "the receipt knows more than the folder";
  EXPECT_TRUE(fault_stands("storage")) << "and the office is told";
  play("toi");
  ASSERT_FALSE(HasFatalFailure());
  std::set<headend::model::Epoch> epochs;
  for (const auto& proof : ledger("sang")) epochs.insert(proof.epoch);
  EXPECT_EQ(epochs.size(), 2U) << "said again";
  const auto heard = ledger("trua");
  EXPECT_TRUE(std::any_of(heard.begin(), heard.end(), [](const auto& one) {
    return one.proof.bucket() == v1::BUCKET_PLAYED && one.proof.frames() > 0;
  }));
}

/// The second box: a copy of the bundle, with a card and a folder of its own.
class TwoBoxesAtWork : public Identity {
 protected:
  void start_twin() {
    const auto twin = kit_->folder() / "twin";
    fs::copy(kit_->folder() / station, twin, fs::copy_options::recursive);
    fs::remove_all(twin / "state");
    auto cards = read_file(kit_->folder() / "asound.conf", 65'536).value();
    const auto home = (kit_->folder() / station).string();
    for (auto at = cards.find(home); at != std::string::npos; at = cards.find(home)) {
      cards.replace(at, home.size(), twin.string());
    }
    ASSERT_TRUE(save_file(kit_->folder() / "twin.conf", cards));
    auto command = kit_->command_of(station);
    command.argv.back() = (twin / "station.toml").string();
    command.env = {"ALSA_CONFIG_PATH=" + (kit_->folder() / "twin.conf").string()};
    command.folder = twin;
    command.err = kit_->folder() / "twin.log";
    auto started = Process::start(command);
    ASSERT_TRUE(started) << started.error().text;
    twin_ = std::move(*started);
  }
  std::optional<Process> twin_;
};

TEST_F(TwoBoxesAtWork, WithOneBundleAreAFaultThatNamesBothAndOneOfThemCounts) {
  start();
  play("sang");
  ASSERT_FALSE(HasFatalFailure());
  const auto first = boot(), epoch = word_of("epoch");
  start_twin();
  ASSERT_FALSE(HasFatalFailure());
  ASSERT_TRUE(wait_until(90s, [&] { return fault_stands("identity-twice"); }));
  EXPECT_NE(fault("identity-twice")->find(first), std::string::npos) << *fault("identity-twice");
  EXPECT_NE(fault("identity-twice")->find("loa station add"), std::string::npos);

  schedule("trua", 12s);
  EXPECT_TRUE(wait_until(60s, [&] { return !ledger("trua").empty(); }));
  auto store = SqliteStore::open(kit_->ward() / "loa.db");
  ASSERT_TRUE(store);
  EXPECT_TRUE(wait_until(60s, [&] { return store->waiting_proofs().count(station).value() > 0; }))
      << "of the other box";
  const auto conflicts = store->findings().conflicts(station).value();
  ASSERT_EQ(conflicts.size(), 1U);
  EXPECT_EQ(format_hex({reinterpret_cast<const char*>(conflicts[0].counted.data()), 16}), epoch)
      << "the one of which the ledger had proofs first";
  for (const auto& proof : ledger("trua")) EXPECT_EQ(proof.epoch, conflicts[0].counted);
}

}  // namespace
}  // namespace loa::tests
