#include <gmock/gmock.h>
#include <signal.h>

#include <boost/json/serialize.hpp>
#include <chrono>

#include "headend/store/sqlite/sqlite_store.hpp"
#include "protocol/base/file.hpp"
#include "station/journal/sealed_proof.hpp"
#include "station/journal/segment.hpp"
#include "tests/rehearsal/air_time.hpp"
#include "tests/rehearsal/ward_kit.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/wav.hpp"

namespace loa::tests {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
namespace journal = station::journal;
using headend::model::ProofRecord;
using headend::store::sqlite::SqliteStore;

/// Of this one the card has dropped what was receipted; the other one is never touched and never restarted.
constexpr const char* forgetful = "cum-01";
constexpr const char* untouched = "cum-02";

class BackupOfAWard : public testing::Test {
 protected:
  void SetUp() override {
    auto made = WardKit::make(folder_.path(), {{forgetful, "Cụm 1", "to-1"}, {untouched, "Cụm 2", "to-1"}});
    ASSERT_TRUE(made) << made.error().text;
    kit_ = std::move(*made);
    ASSERT_TRUE(save_file(folder_ / "passphrase", "bốn từ dễ nhớ lắm\n", 0600));
    ASSERT_TRUE(kit_->start_headend());
    ASSERT_TRUE(Wav::save(folder_ / "noise.wav", 48'000, noise(2s, 1)));
    must({"content", "add", (folder_ / "noise.wav").string(), "--title", "Tiếng ồn", "--category", "am-nhac",
          "--music"});
    for (const char* id : {forgetful, untouched}) ASSERT_TRUE(kit_->start_station(id));
  }
  std::string must(const std::vector<std::string>& words) const {
    const auto said = kit_->loa(words);
    EXPECT_TRUE(said) << said.error().text;
    return said.value_or("");
  }
  void schedule(const std::string& id, WallTime at) const {
    const auto date = local_date(at);
    must({"programme", "add", id, "--title", id, "--at", local_time(at), "--from", date, "--to", date, "--group",
          "to-1", "--segment", "Tiếng ồn"});
  }
  /// What the ledger has of a programme, by one station.
  std::vector<ProofRecord> ledger(const std::string& programme, const std::string& id) const {
    auto store = SqliteStore::open(kit_->ward() / "loa.db");
    EXPECT_TRUE(store) << store.error().text;
    auto all = store->proofs().in({wall_now() - 24h, wall_now() + 24h}, id).value();
    std::erase_if(all, [&](const auto& proof) { return !proof.proof.occurrence().starts_with(programme + "/"); });
    return all;
  }
  bool proved(const std::string& programme) const {
    return !ledger(programme, forgetful).empty() && !ledger(programme, untouched).empty();
  }
  /// Whether the stations know that the office has everything.
  bool receipted() const {
    std::ignore = kit_->loa({"command", "report", "--group", "to-1", "--wait", "1"});  // asked again when one is late
    const auto fleet = kit_->loa_json({"fleet"});
    if (!fleet) return false;
    const auto& all = fleet->as_array();
    return std::all_of(all.begin(), all.end(), [](const auto& one) {
      const auto& status = one.at("status");
      return status.is_object() && status.at("proofs_waiting").template to_number<int>() == 0;
    });
  }
  [[nodiscard]] std::string emergency_of(const std::string& id) const {
    return read_file(kit_->folder() / id / "state/emergency.sealed", 1 << 20).value_or("");
  }
  /// Takes from a stopped station's card every proof up to a number, as its journal does with a segment that is full,
  /// old and receipted.
  void drop_through(const std::string& id, std::uint64_t number) const {
    const auto folder = kit_->folder() / id / "state/journal";
    const auto path = folder / fmt::format("proofs-{:020}", 1);
    const auto bytes = read_file(path, 1 << 20);
    ASSERT_TRUE(bytes) << bytes.error().text;
    auto head = journal::decode_head(*bytes).value();
    std::string kept;
    for (const auto& record : journal::scan_records(*bytes).records) {
      const auto sealed = bytes->substr(record.offset, record.length);
      const auto read = journal::decode_sealed(sealed);
      ASSERT_TRUE(read);
      if (read->proof.number() <= number) head.previous = read->digest;
      if (read->proof.number() > number) kept += journal::encode_record(sealed);
    }
    head.first = number + 1;
    ASSERT_TRUE(save_file(folder / fmt::format("proofs-{:020}", head.first), journal::encode_head(head) + kept, 0600));
    fs::remove(path);
  }
  /// The machine of the office burns down.
  void lose_the_office() const {
    ::kill(-kit_->pid_of_headend(), SIGKILL);
    fs::remove_all(kit_->ward());
  }
  std::optional<std::string> fault(const std::string& code, const std::string& id) const {
    const auto faults = kit_->loa_json({"fault", "list", "--station", id});
    if (!faults) return std::nullopt;
    for (const auto& one : faults->as_array())
      if (one.at("code").as_string() == code) return std::string{one.at("text").as_string()};
    return std::nullopt;
  }
  [[nodiscard]] std::string usb() const { return (folder_ / "usb").string(); }
  [[nodiscard]] std::string passphrase() const { return (folder_ / "passphrase").string(); }

  const TempFolder folder_{"loa-backup"};
  std::unique_ptr<WardKit> kit_;
};

/// What is lost is an emergency: of a programme the card would have to forget nine days.
TEST_F(BackupOfAWard, BringsTheOfficeBackWithoutAVisitAndSaysWhatIsLost) {
  ASSERT_TRUE(wait_until(30s, [&] { return receipted(); })) << "the office has heard of their journals";
  const auto begin = std::chrono::ceil<std::chrono::seconds>(wall_now());
  must({"emergency", "start", "--sound", "Tiếng ồn", "--reason", "Diễn tập", "--group", "to-1", "--in", "10",
        "--repeat", "1"});
  schedule("ba", begin + 16s);
  must({"backup", usb(), "--passphrase-file", passphrase()});
  ASSERT_TRUE(ledger("khan-cap", forgetful).empty()) << "the backup is of before";
  must({"backup", "check", usb()});
  const auto identity = kit_->loa_json({"ward", "show"}).value();
  ASSERT_TRUE(wait_until(60s, [&] { return proved("khan-cap") && proved("ba") && receipted(); }));
  const auto dropped = ledger("khan-cap", forgetful).back().number;
  const auto obeyed = emergency_of(forgetful);
  must({"emergency", "stop", "--group", "to-1"});
  ASSERT_TRUE(wait_until(30s, [&] { return emergency_of(forgetful) != obeyed; }));

  kit_->stop_station(forgetful);
  lose_the_office();
  ASSERT_NO_FATAL_FAILURE(drop_through(forgetful, dropped));
  must({"restore", usb(), "--into", kit_->ward().string(), "--passphrase-file", passphrase()});
  EXPECT_EQ(kit_->loa_json({"ward", "show"}).value(), identity);
  ASSERT_TRUE(ledger("khan-cap", untouched).empty());
  ASSERT_TRUE(kit_->start_headend());
  ASSERT_TRUE(kit_->start_station(forgetful));
  ASSERT_TRUE(wait_until(30s, [&] { return proved("ba"); })) << "what they still hold comes again";
  EXPECT_FALSE(ledger("khan-cap", untouched).empty());
  EXPECT_TRUE(ledger("khan-cap", forgetful).empty());

  const auto later = std::chrono::ceil<std::chrono::seconds>(wall_now() + 6s);
  schedule("bon", later);
  ASSERT_TRUE(wait_until(30s, [&] { return proved("bon"); })) << "and what is heard from now on counts";
  const auto from = local_date(begin), to = local_date(later);
  const auto told = kit_->loa_json({"report", "--from", from, "--to", to}).value_or(nullptr);
  ASSERT_TRUE(told.is_object());
  EXPECT_EQ(told.at("cues_planned").to_number<int>(), 6);
  EXPECT_EQ(told.at("cues_unexplained").to_number<int>(), 1);
  const auto& differences = told.at("differences").as_array();
  ASSERT_EQ(differences.size(), 1U) << boost::json::serialize(told);
  EXPECT_EQ(differences[0].at("station").as_string(), forgetful);
  EXPECT_TRUE(differences[0].at("occurrence").as_string().starts_with("khan-cap/"));
  EXPECT_EQ(differences[0].at("reason").as_string(), "lost-at-office");
  EXPECT_THAT(must({"report", "--from", from, "--to", to}), testing::HasSubstr("mất ở văn phòng"));
  const auto finding = fault("proofs-lost", forgetful);
  ASSERT_TRUE(finding);
  EXPECT_THAT(*finding, testing::HasSubstr(fmt::format("{}–{}", dropped, dropped)));
  EXPECT_FALSE(fault("proofs-lost", untouched));
  EXPECT_FALSE(fault("proof-hole", forgetful));
}

}  // namespace
}  // namespace loa::tests
