#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "headend/store/sqlite/sqlite_store.hpp"
#include "protocol/base/text.hpp"
#include "protocol/crypto/key.hpp"
#include "station/journal/proof_journal.hpp"
#include "tests/support/listen.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/system/station_kill/killed_station.hpp"

namespace loa::tests {
namespace {

namespace fs = std::filesystem;
using headend::model::ProofRecord;
using headend::store::sqlite::SqliteStore;
using listen::Part;

constexpr int kills = 50;
constexpr unsigned seed = 20'261'121;  // plus --gtest_random_seed, for other moments
constexpr double each_kill_s = 0.020;

std::string text_of(const boost::json::value& value) { return std::string{value.as_string()}; }

double seconds_between(WallTime from, WallTime to) { return static_cast<double>((to - from).count()) / 1e6; }

/// What the report says was not played of a cue, in seconds from its beginning; stretches that adjoin are one.
std::vector<Part> reported_gaps(const boost::json::value& report, const NoiseCue& cue) {
  std::vector<Part> gaps;
  const WallTime start = wall_from_us(cue.start_us);
  for (const auto& value : report.at("differences").as_array()) {
    if (value.at("medium").as_string() != "audio") continue;
    if (value.at("segment").to_number<std::uint32_t>() != cue.segment) continue;
    gaps.push_back({seconds_between(start, *parse_utc(text_of(value.at("from")))),
                    seconds_between(start, *parse_utc(text_of(value.at("to"))))});
  }
  std::sort(gaps.begin(), gaps.end(), [](const Part& a, const Part& b) { return a.from_s < b.from_s; });
  std::vector<Part> merged;
  for (const auto& gap : gaps) {
    if (!merged.empty() && gap.from_s <= merged.back().to_s + 1e-6) {
      merged.back().to_s = std::max(merged.back().to_s, gap.to_s);
    } else {
      merged.push_back(gap);
    }
  }
  return merged;
}

/// Sound between two gaps that is shorter than what one kill may cost counts as a part of them: nobody can hear its
/// edges (a process killed in the moment in which it came back).
std::vector<Part> without_slivers(const std::vector<Part>& gaps) {
  std::vector<Part> whole;
  for (const auto& gap : gaps) {
    if (!whole.empty() && gap.from_s <= whole.back().to_s + each_kill_s) {
      whole.back().to_s = gap.to_s;
    } else {
      whole.push_back(gap);
    }
  }
  return whole;
}

double sum_of(const std::vector<Part>& parts) {
  double sum = 0;
  for (const auto& part : parts) sum += part.length_s();
  return sum;
}

/// How far the nearest edge of some gaps is from an instant.
double nearest(const std::vector<Part>& gaps, double Part::*edge, double at_s) {
  double best = 1e9;
  for (const auto& gap : gaps) best = std::abs(gap.*edge - at_s) < std::abs(best) ? gap.*edge - at_s : best;
  return best;
}

/// What fifty kills left behind, looked at from every side.
class StationKill : public testing::Test {
 protected:
  void expect_nothing_receipted_is_lost();
  void expect_nothing_is_double();
  void expect_whole_chain();
  void expect_both_ledgers_agree();
  void expect_report_is_what_was_heard();

  explicit StationKill(KilledStation::End end = KilledStation::End::sigkill) : station_(temp_.path(), end) {}
  void live();

  const TempFolder temp_{"loa-kill"};
  KilledStation station_;
  std::vector<ProofRecord> ledger_;
};

void StationKill::expect_nothing_receipted_is_lost() {
  std::map<KilledStation::ProofKey, std::string> rows;
  for (const auto& row : ledger_) rows[{row.epoch, row.number}] = row.sealed;
  for (const auto& earlier : station_.ledger_at_kill()) {
    for (const auto& row : earlier) {
      EXPECT_EQ(rows.count({row.epoch, row.number}), 1U) << "proof " << row.number << " has gone";
      EXPECT_TRUE((rows[{row.epoch, row.number}] == row.sealed)) << "proof " << row.number << " has changed";
    }
  }
  const auto receipts = station_.receipts();
  EXPECT_GE(receipts.size(), 20U) << "the station was sending all the while";
  for (const auto& receipt : receipts) {
    for (std::uint64_t number = 1; number <= receipt.through; ++number) {
      EXPECT_EQ(rows.count({receipt.epoch, number}), 1U) << "proof " << number << " was receipted and is not there";
    }
    const auto head = std::find_if(ledger_.begin(), ledger_.end(), [&](const ProofRecord& row) {
      return row.epoch == receipt.epoch && row.number == receipt.through;
    });
    ASSERT_NE(head, ledger_.end());
    EXPECT_EQ(head->digest.hex(), protocol::crypto::Sha256::from_bytes(receipt.head)->hex());
  }
  for (const auto& [believed, committed] : station_.through_at_kill()) EXPECT_LE(believed, committed);
}

void StationKill::expect_nothing_is_double() {
  for (const auto& [key, sealed] : station_.sent_proofs()) {
    EXPECT_EQ(sealed.size(), 1U) << "two different proofs of number " << key.second << " were sent";
  }
  std::map<std::pair<std::string, std::uint32_t>, std::vector<const v1::Proof*>> cues;
  for (const auto& row : ledger_) cues[{row.proof.occurrence(), row.proof.segment()}].push_back(&row.proof);
  EXPECT_EQ(cues.size(), 6U) << "five sounds and a slogan";
  for (auto& [cue, parts] : cues) {
    std::sort(parts.begin(), parts.end(), [](auto* a, auto* b) { return a->from_us() < b->from_us(); });
    for (std::size_t i = 1; i < parts.size(); ++i) {
      EXPECT_GE(parts[i]->from_us(), parts[i - 1]->to_us())
          << "parts of " << cue.first << "#" << cue.second << " overlap";
    }
  }
}

void StationKill::expect_whole_chain() {
  auto store = SqliteStore::open(station_.kit().ward() / "loa.db");
  ASSERT_TRUE(store) << store.error().text;
  EXPECT_EQ(*store->waiting_proofs().count_forks(KilledStation::id), 0U);
  EXPECT_EQ(*store->waiting_proofs().count(KilledStation::id), 0U) << "a hole in the chain";
  const auto faults = store->fleet().faults();
  ASSERT_TRUE(faults) << faults.error().text;
  for (const auto& fault : *faults) {
    if (headend::model::is_of_headend(fault.code))
      ADD_FAILURE() << fault.station << " " << fault.code << " " << fault.text;
  }
  protocol::crypto::Sha256 previous;
  for (std::size_t i = 0; i < ledger_.size(); ++i) {
    EXPECT_EQ(ledger_[i].number, i + 1) << "one epoch, no number twice, none left out";
    EXPECT_EQ(ledger_[i].epoch, ledger_.front().epoch);
    EXPECT_EQ(ledger_[i].flaw, "");
    EXPECT_EQ(format_hex(ledger_[i].proof.previous()), previous.hex());
    previous = ledger_[i].digest;
  }
}

void StationKill::expect_both_ledgers_agree() {
  const fs::path home = station_.kit().folder() / KilledStation::id;
  const auto key = protocol::crypto::SecretKey::load(home / "station.key");
  ASSERT_TRUE(key) << key.error().text;
  const auto journal =
      station::journal::ProofJournal::open(home / "state/journal", {"trung-hoa", KilledStation::id}, *key);
  ASSERT_TRUE(journal) << journal.error().text;
  EXPECT_EQ(journal->last(), ledger_.size());
  EXPECT_EQ(journal->through(), ledger_.size());
  EXPECT_EQ(journal->head().hex(), ledger_.back().digest.hex());
}

void StationKill::expect_report_is_what_was_heard() {
  const auto report = station_.report();
  ASSERT_TRUE(report) << report.error().text;
  EXPECT_EQ(report->at("cues_unexplained").to_number<int>(), 0);
  EXPECT_EQ(report->at("cues_accounted").to_number<int>(), report->at("cues_planned").to_number<int>());
  EXPECT_EQ(report->at("cues_to_come").to_number<int>(), 0);
  EXPECT_EQ(report->at("cues_planned").to_number<int>(), 6) << "five sounds and a slogan";
  EXPECT_TRUE(report->at("anomalies").as_array().empty());
  const auto recordings = Recording::load_folder(station_.kit().recording_of(KilledStation::id));
  ASSERT_TRUE(recordings) << recordings.error().text;
  const auto cues = station_.cues();
  ASSERT_TRUE(cues) << cues.error().text;
  ASSERT_EQ(cues->size(), 5U);
  double worst_begin = 0, worst_end = 0, worst_total = 0;
  for (const auto& cue : *cues) {
    const auto content = listen::decode(station_.kit().object(cue.object));
    ASSERT_TRUE(content) << content.error().text;
    const auto match = listen::align(*recordings, {*content, cue.start_us});
    const auto inside = std::count_if(station_.kills_us().begin(), station_.kills_us().end(), [&](std::int64_t at) {
      return at >= cue.start_us && at < cue.start_us + cue.duration_us;
    });
    const auto gaps = reported_gaps(*report, cue);
    const double length = static_cast<double>(cue.duration_us) / 1e6;
    const double reported = length - sum_of(gaps);
    for (const auto& gap : without_slivers(gaps)) {
      if (gap.from_s > 0.001)
        worst_begin = std::max(worst_begin, std::abs(nearest(match.gaps, &Part::from_s, gap.from_s)));
      if (gap.to_s < length - 0.001)
        worst_end = std::max(worst_end, std::abs(nearest(match.gaps, &Part::to_s, gap.to_s)));
    }
    std::printf(
        "segment %u: %2ld kills, heard %7.3f s, reported %7.3f s of %7.3f s (%+.1f ms); %zu gaps, heard %zu; max %.0f "
        "us\n",
        cue.segment, static_cast<long>(inside), match.heard_s, reported, length, (reported - match.heard_s) * 1e3,
        gaps.size(), match.gaps.size(), match.max_offset_us);
    worst_total = std::max(worst_total, std::abs(reported - match.heard_s));
    EXPECT_LE(std::abs(reported - match.heard_s), each_kill_s * static_cast<double>(inside + 1));
    EXPECT_TRUE(match.strays.empty()) << "something was repeated or played elsewhere";
    EXPECT_LE(match.max_offset_us, 1'000) << "it came back in place";
    EXPECT_GT(match.heard_s, 0.2 * length) << "it did play between the kills";
  }
  std::printf(
      "a single kill: the end of sound is proved to %.1f ms, the return of sound to %.1f ms; a cue to %.1f ms\n",
      worst_begin * 1e3, worst_end * 1e3, worst_total * 1e3);
  EXPECT_LE(worst_begin, each_kill_s);
  EXPECT_LE(worst_end, each_kill_s);
}

void StationKill::live() {
  const auto prepared = station_.prepare();
  ASSERT_TRUE(prepared) << prepared.error().text;
  const auto killed = station_.kill_again_and_again(kills, seed + static_cast<unsigned>(GTEST_FLAG_GET(random_seed)));
  ASSERT_TRUE(killed) << killed.error().text;
  const auto waited = station_.wait_for_proofs();
  ASSERT_TRUE(waited) << waited.error().text;
  station_.stop();
  auto ledger = station_.ledger();
  ASSERT_TRUE(ledger) << ledger.error().text;
  ledger_ = *std::move(ledger);
  ASSERT_FALSE(ledger_.empty());
  std::printf("%d kills, %zu proofs, %zu receipts seen\n", kills, ledger_.size(), station_.receipts().size());
}

TEST_F(StationKill, FiftyTimesLosesAndInventsNothing) {
  live();
  if (HasFatalFailure()) return;
  expect_nothing_receipted_is_lost();
  expect_nothing_is_double();
  expect_whole_chain();
  expect_both_ledgers_agree();
  expect_report_is_what_was_heard();
}

// The same with the power: what was not synced is forgotten. It may cost proof of what was heard, and never invents
// any.
class StationPowerCut : public StationKill {
 protected:
  StationPowerCut() : StationKill(KilledStation::End::power_cut) {}
};

TEST_F(StationPowerCut, FiftyTimesLosesNothingReceiptedAndInventsNothing) {
  live();
  if (HasFatalFailure()) return;
  expect_nothing_receipted_is_lost();
  expect_nothing_is_double();
  expect_whole_chain();
  expect_both_ledgers_agree();
}

}  // namespace
}  // namespace loa::tests
