#include <fcntl.h>
#include <gtest/gtest.h>

#include <set>

#include "content/store/object_store.hpp"
#include "protocol/base/file.hpp"
#include "protocol/base/log.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/system/station_power/disk_recorder.hpp"
#include "tests/system/station_power/expect_exact.hpp"

namespace loa::tests {
namespace {

using content::store::ObjectStore;
using protocol::crypto::Sha256;
using station::journal::ProofJournal;

class PowerCut : public ::testing::Test {
 protected:
  PowerCut() { log::set_level(log::Level::error); }
  [[nodiscard]] std::filesystem::path folder() const { return folder_ / "worked-on"; }
  [[nodiscard]] std::filesystem::path disk() const { return folder_ / "after"; }

 private:
  TempFolder folder_{"loa-power"};
};

// ---- the harness itself: it must see what is wrong ----------------------------------------------------------------

TEST_F(PowerCut, IsNoticedByAWriterThatForgetsToSync) {
  std::filesystem::create_directory(folder());
  DiskRecorder recorder{folder()};
  {
    UniqueFd fd{::open((folder() / "a.new").c_str(), O_WRONLY | O_CREAT, 0644)};
    ASSERT_TRUE(write_all(fd.get(), "whole content", "a.new"));
  }
  ASSERT_EQ(::rename((folder() / "a.new").c_str(), (folder() / "a").c_str()), 0);
  recorder.promise("stored");
  std::set<std::string> found;
  for_each_power_cut(recorder.steps(), disk(), [&](const auto& on, const auto& promised, const auto&) {
    const auto bytes = read_file(on / "a", 100);
    if (!promised.empty()) found.insert(bytes ? *bytes : "gone");
  });
  EXPECT_TRUE(found.contains("gone"));
  EXPECT_TRUE(found.contains(""));
  EXPECT_TRUE(found.contains("whole "));
  EXPECT_TRUE(found.contains("whole content"));
}

TEST_F(PowerCut, LeavesTheOldOrTheNewFileWhereverItHits) {
  std::filesystem::create_directory(folder());
  DiskRecorder recorder{folder()};
  ASSERT_TRUE(save_file(folder() / "a", "old"));
  recorder.promise("old");
  ASSERT_TRUE(save_file(folder() / "a", "new and longer"));
  recorder.promise("new and longer");
  for_each_power_cut(recorder.steps(), disk(), [&](const auto& on, const auto& promised, const auto& where) {
    const auto bytes = read_file(on / "a", 100);
    if (promised.size() == 2) {
      EXPECT_EQ(*bytes, "new and longer") << where;
    }
    if (promised.size() == 1) {
      EXPECT_TRUE(*bytes == "old" || *bytes == "new and longer") << where;
    }
    if (promised.empty() && bytes) {
      EXPECT_EQ(*bytes, "old") << where;
    }
  });
}

// ---- the journal --------------------------------------------------------------------------------------------------

void append(ProofJournal& journal, int count, DiskRecorder& recorder) {
  for (int i = 0; i < count; ++i) {
    const std::uint64_t number = journal.last() + 1;
    const auto sealed = journal.append(proof_draft(number), moment(number));
    ASSERT_TRUE(sealed) << sealed.error().text;
    recorder.promise(fmt::format("proof {} {}", number, digest_of(*sealed).hex()));
  }
}

void take_receipt(ProofJournal& journal, DiskRecorder& recorder) {
  journal.remember_since(moment(journal.last()) - std::chrono::hours{72});
  const auto taken = journal.receipted(receipt_of(journal));
  ASSERT_TRUE(taken) << taken.error().text;
  recorder.promise(fmt::format("receipt {}", journal.through()));
}

/// A life of a journal: begun, written over several segments, receipted, pruned, torn open again and again.
void live(const std::filesystem::path& folder, DiskRecorder& recorder) {
  {
    auto journal = ProofJournal::open(folder, identity, station_key(), small_segments);
    ASSERT_TRUE(journal) << journal.error().text;
    append(*journal, 5, recorder);
    take_receipt(*journal, recorder);
    append(*journal, 6, recorder);
  }
  auto journal = ProofJournal::open(folder, identity, station_key(), small_segments);
  ASSERT_TRUE(journal) << journal.error().text;
  take_receipt(*journal, recorder);
  append(*journal, 7, recorder);
  take_receipt(*journal, recorder);
  append(*journal, 2, recorder);
}

Acknowledged acknowledged_by(const std::vector<std::string>& promised) {
  Acknowledged result;
  for (const auto& line : promised) result.take(line);
  return result;
}

void expect_recent_accounted(const ProofJournal& journal, const Acknowledged& acknowledged) {
  const auto accounted = journal.accounted(moment(acknowledged.last()) - std::chrono::hours{48});
  ASSERT_TRUE(accounted) << accounted.error().text;
  std::set<std::uint32_t> segments;
  for (const auto& part : *accounted) EXPECT_TRUE(segments.insert(part.cue.segment).second) << "double";
  for (const auto& [number, digest] : acknowledged.digests) {
    if (number + 4 < acknowledged.last()) continue;
    EXPECT_TRUE(segments.contains(static_cast<std::uint32_t>(number))) << "forgot what was on air: " << number;
  }
}

TEST_F(PowerCut, AnywhereLosesNoProofThatWasAcknowledged) {
  DiskRecorder recorder{folder()};
  live(folder(), recorder);
  const auto steps = recorder.steps();
  const int disks = for_each_power_cut(steps, disk(), [&](const auto& on, const auto& promised, const auto& where) {
    auto known = acknowledged_by(promised);
    {
      auto journal = ProofJournal::open(on, identity, station_key(), small_segments);
      ASSERT_TRUE(journal) << where << ": " << journal.error().text;
      expect_exact(*journal, known, where);
      expect_recent_accounted(*journal, known);
      const std::uint64_t next = journal->last() + 1;
      const auto sealed = journal->append(proof_draft(next), moment(next));
      ASSERT_TRUE(sealed) << where << ": " << sealed.error().text;
      known.digests[next] = digest_of(*sealed).hex();
    }
    const auto again = ProofJournal::open(on, identity, station_key(), small_segments);
    ASSERT_TRUE(again) << where << ": " << again.error().text;
    expect_exact(*again, known, where + ", gone on");
    EXPECT_EQ(again->recovery().torn_bytes, 0u) << where << ": the torn tail was cut for good";
  });
  RecordProperty("disks", disks);
  EXPECT_GT(disks, 1000);
}

TEST_F(PowerCut, WhileRecoveringFromAPowerCutLosesNothingEither) {
  std::vector<DiskStep> steps;
  {
    DiskRecorder recorder{folder()};
    auto journal = ProofJournal::open(folder(), identity, station_key(), small_segments);
    ASSERT_TRUE(journal);
    append(*journal, 5, recorder);
    steps = recorder.steps();
  }
  const auto known = acknowledged_by(promises(steps, steps.size()));
  const std::string tail = "\x30\x01\x00\x00 a record that was being written";
  for (const auto& file : std::filesystem::directory_iterator(folder())) {
    if (file.path().filename() != "proofs-00000000000000000004") continue;
    const std::string torn = *read_file(file.path(), 1 << 20) + tail;
    ASSERT_TRUE(save_file(file.path(), torn));
  }
  // The recovery's only step that changes the disk is the cut of the tail: done, or not.
  for (int round = 0; round < 2; ++round) {
    const auto journal = ProofJournal::open(folder(), identity, station_key(), small_segments);
    ASSERT_TRUE(journal) << journal.error().text;
    expect_exact(*journal, known, fmt::format("round {}", round));
    EXPECT_EQ(journal->recovery().torn_bytes, round == 0 ? tail.size() : 0u);
  }
}

// ---- the object store ---------------------------------------------------------------------------------------------

void store_some(const std::filesystem::path& folder, DiskRecorder& recorder) {
  auto store = ObjectStore::open(folder);
  ASSERT_TRUE(store) << store.error().text;
  for (const char* bytes : {"opening tune", "bulletin", "opening tune", "closing"}) {
    const auto object = store->put(bytes);
    ASSERT_TRUE(object) << object.error().text;
    recorder.promise("stored " + object->hex());
  }
  const std::string fetched(70'000, 'f');
  const auto object = protocol::crypto::sha256(fetched);
  for (const auto& piece : {fetched.substr(0, 30'000), fetched.substr(30'000)}) {
    UniqueFd fd{::open(store->partial_path_of(object).c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600)};
    ::lseek(fd.get(), 0, SEEK_END);
    ASSERT_TRUE(write_all(fd.get(), piece, "partial"));
  }
  ASSERT_TRUE(store->adopt_partial(object));
  recorder.promise("stored " + object.hex());
  const auto gone = protocol::crypto::sha256("bulletin");
  recorder.promise("removed " + gone.hex());  // from here on it may be there or not
  ASSERT_TRUE(store->remove(gone));
}

TEST_F(PowerCut, AnywhereLeavesOnlyWholeObjectsAndEveryOneThatWasAcknowledged) {
  DiskRecorder recorder{folder()};
  store_some(folder(), recorder);
  const int disks =
      for_each_power_cut(recorder.steps(), disk(), [&](const auto& on, const auto& promised, const auto& where) {
        auto store = ObjectStore::open(on);
        ASSERT_TRUE(store) << where << ": " << store.error().text;
        for (const Sha256& object : store->list())
          EXPECT_TRUE(store->verify(object)) << where << ": not whole " << object.hex();
        std::set<std::string> stored;
        for (const auto& line : promised) {
          const std::string object = line.substr(line.find(' ') + 1);
          line[0] == 's' ? static_cast<void>(stored.insert(object)) : static_cast<void>(stored.erase(object));
        }
        for (const auto& object : stored)
          EXPECT_TRUE(store->has(*Sha256::from_hex(object))) << where << ": lost " << object;
      });
  RecordProperty("disks", disks);
  EXPECT_GT(disks, 300);
}

}  // namespace
}  // namespace loa::tests
