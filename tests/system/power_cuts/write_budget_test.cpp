#include <gtest/gtest.h>

#include "headend/ledger/ledger.hpp"
#include "headend/store/sqlite/sqlite_store.hpp"
#include "protocol/base/text.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/system/power_cuts/disk/write_count.hpp"
#include "tests/system/power_cuts/office/victim.hpp"
#include "tests/system/power_cuts/office/ward.hpp"

namespace loa::tests {
namespace {

constexpr std::uint64_t budget = 2'000'000;  // bytes a day

/// One day of a station's writing rooms: a plan of thirty days comes, cues go on air and are looked at every five
/// seconds as MarkKeeper does, each proof gets its receipt, one command is obeyed.
class Day {
 public:
  Day() {
    auto station = headend::model::Station{};
    station.id = station.name = station_id;
    station.key = station_key().public_key();
    EXPECT_TRUE(store_.stations().put(station));
  }

  std::map<std::string, WriteCount> run(int cues, int seconds_each) {
    std::filesystem::create_directories(folder_ / "run");
    EXPECT_TRUE(disk_.store(folder_ / "state"));
    auto victim = Victim::start({folder_ / "state", folder_ / "run", folder_ / "tape", "", "", true});
    EXPECT_TRUE(victim);
    hear(*victim);  // its start, and what a first start makes
    victim->tell("plan " + format_hex(seal_of(v1::KIND_PLAN, cues)));
    hear(*victim);
    for (int cue = 1; cue <= cues; ++cue) broadcast(*victim, cue, seconds_each);
    victim->tell("command " + format_hex(seal_of(v1::KIND_COMMAND, cues)));
    hear(*victim);
    victim->kill();
    victim->wait();
    const auto steps = disk_.take(folder_ / "tape");
    EXPECT_TRUE(steps) << steps.error().text;
    return count_writes(*steps);
  }
  [[nodiscard]] std::uint64_t receipts() const { return receipts_; }

 private:
  void broadcast(Victim& victim, int cue, int seconds) {
    victim.tell(fmt::format("begin {}", cue));
    hear(victim);
    for (int played = 0; played < seconds; played += 5) {
      victim.tell("play 5000000");
      hear(victim);
    }
    victim.tell("end");
    hear(victim);
    EXPECT_TRUE(ledger_.commit(first_morning));
    const auto due = ledger_.receipts_due(first_morning);
    ASSERT_TRUE(due) << due.error().text;
    for (const auto& receipt : *due) {
      victim.tell("receipt " + format_hex(receipt.payload));
      hear(victim);
    }
  }
  void hear(Victim& victim) {
    while (const auto word = victim.hear()) {
      if (*word == ".") return;
      ASSERT_FALSE(word->starts_with("failed") || word->starts_with("refused")) << *word;
      if (word->starts_with("receipted")) ++receipts_;
      if (word->starts_with("published ")) {
        ASSERT_TRUE(ledger_.receive(station_id, *parse_hex(word->substr(10)), first_morning));
      }
    }
    FAIL() << "the station has ended";
  }
  static v1::Plan plan(int cues) {
    v1::Plan plan;
    plan.set_station(station_id);
    plan.set_made_us(to_us(first_morning));
    plan.set_horizon_us(to_us(first_morning + std::chrono::hours{24 * 30}));
    plan.set_content_url("https://localhost:8443/content/");
    auto* policy = plan.mutable_policy();
    policy->set_valid_from_us(to_us(first_morning));
    policy->set_valid_until_us(to_us(first_morning + std::chrono::hours{24 * 365}));
    policy->set_utc_offset_s(25'200);
    for (int object = 0; object < 2 * cues; ++object) {
      auto* one = plan.add_objects();
      one->set_sha256(protocol::crypto::sha256(std::to_string(object)).view().data(), 32);
      one->set_bytes(700'000);
      one->set_medium(v1::MEDIUM_AUDIO);
    }
    for (int i = 0; i < 30 * cues; ++i) {
      auto* cue = plan.add_cues();
      cue->set_occurrence("sang/2026-11-21/050000");
      cue->set_segment(static_cast<std::uint32_t>(i));
      cue->set_cue_class(v1::CUE_CLASS_SCHEDULED);
      cue->set_medium(v1::MEDIUM_AUDIO);
      cue->set_category("tin");
      cue->set_start_us(plan.made_us() + i * std::int64_t{700'000'000});
      cue->set_duration_us(600'000'000);
      cue->set_object(plan.objects(i % (2 * cues)).sha256());
      cue->set_title("Bản tin buổi sáng của phường");
    }
    return plan;
  }
  static std::string seal_of(v1::Kind kind, int cues) {
    v1::Command command;
    command.set_id("c-1");
    command.mutable_mute()->set_reason("tang");
    command.mutable_mute()->set_until_us(to_us(first_morning));
    protocol::seal::Address address;
    address.ward = ward_id;
    address.sender = "headend";
    address.audience = "station/" + station_id;
    address.kind = kind;
    address.sequence = 1;
    address.not_before = first_morning - std::chrono::hours{1};
    address.not_after = first_morning + std::chrono::hours{24 * 365};
    const auto body = kind == v1::KIND_PLAN ? plan(cues).SerializeAsString() : command.SerializeAsString();
    return protocol::seal::seal(address, body, office_key());
  }

  TempFolder folder_{"loa-budget"};
  ForgetfulDisk disk_;
  headend::store::sqlite::SqliteStore store_{std::move(*headend::store::sqlite::SqliteStore::open(":memory:"))};
  headend::ledger::Ledger ledger_{ward_id, office_key(), store_};
  std::uint64_t receipts_ = 0;
};

std::uint64_t sum_of(const std::map<std::string, WriteCount>& counts) {
  std::uint64_t sum = 0;
  for (const auto& [room, count] : counts) sum += count.on_card();
  return sum;
}

void print(const std::string& title, const std::map<std::string, WriteCount>& counts) {
  std::printf("%s\n%-14s %12s %12s %12s %12s\n", title.c_str(), "", "written", "pages", "metadata", "on the card");
  for (const auto& [room, count] : counts) {
    std::printf("%-14s %12ju %12ju %12ju %12ju\n", room.c_str(), std::uintmax_t{count.asked},
                std::uintmax_t{count.pages}, std::uintmax_t{count.metadata}, std::uintmax_t{count.on_card()});
  }
  std::printf("%-14s %51ju\n", "a day", std::uintmax_t{sum_of(counts)});
}

TEST(WriteBudget, ADayOfTwentyCuesCostsTheCardAtMostTwoMegabytes) {
  for (const int minutes : {3, 10, 30}) {
    Day day;
    const auto counts = day.run(20, minutes * 60);
    print(fmt::format("20 cues of {} minutes", minutes), counts);
    EXPECT_EQ(day.receipts(), 20U);
    EXPECT_GT(counts.at("journal").asked, 20U * 300) << "the proofs were counted";
    EXPECT_GT(counts.at("marks").pages, 20U * 4096) << "and the marks";
    EXPECT_LE(sum_of(counts), budget);
  }
}

}  // namespace
}  // namespace loa::tests
