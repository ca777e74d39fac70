#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "protocol/base/file.hpp"
#include "station/journal/crc32.hpp"
#include "tests/system/station_start/start_bench.hpp"

namespace loa::tests {
namespace {

namespace fs = std::filesystem;

constexpr int needs_a_person = 78;
constexpr int may_heal = 1;

/// What is wrong with the box, and what the station must make of it.
struct Row {
  const char* name;
  std::function<void(const fs::path& home)> spoil;
  std::optional<int> exit_code;    ///< absent: it stays up
  std::vector<std::string> words;  ///< all in one line of its log
  std::string before = {};         ///< a shell command in a mount namespace of its own, in the home folder
};

void write(const fs::path& file, std::string_view bytes) { ASSERT_TRUE(save_file(file, bytes, 0600)); }

void cut(const fs::path& file) { fs::resize_file(file, fs::file_size(file) / 2); }

/// Every segment of the journal becomes one of version 2, whole by its checksum (FORMAT.md).
void make_newer(const fs::path& home) {
  for (const auto& entry : fs::directory_iterator{home / "state/journal"}) {
    if (!entry.path().filename().string().starts_with("proofs-")) continue;
    auto bytes = *read_file(entry.path(), 1U << 20U);
    bytes[8] = 2;
    const std::uint32_t sum = station::journal::crc32(std::string_view{bytes}.substr(0, 156));
    for (std::size_t i = 0; i < 4; ++i) bytes[156 + i] = static_cast<char>(sum >> (8 * i) & 0xffU);
    write(entry.path(), bytes);
  }
}

class StationStart : public testing::Test {
 protected:
  void SetUp() override {
    const auto prepared = bench_.prepare();
    ASSERT_TRUE(prepared) << prepared.error().text;
  }
  std::vector<Row> settings();
  std::vector<Row> state_folder();
  std::vector<Row> plans();
  std::vector<Row> devices();
  void check(const Row& row);
  static void expect_nothing_lost(const std::map<std::string, std::string>& before, const fs::path& state, bool up);

  StartBench bench_;
};

std::vector<Row> StationStart::settings() {
  return {
      {"settings missing", [](auto& home) { fs::remove(home / "station.toml"); }, needs_a_person, {"station.toml"}},
      {"settings broken",
       [](auto& home) { write(home / "station.toml", "ward = \"trung-hoa\nstation ="); },
       needs_a_person,
       {"station.toml", "line 1"}},
      {"unknown key",
       [](auto& home) { edit(home / "station.toml", "[mqtt]", "[mqtt]\nprot = 1\n"); },
       needs_a_person,
       {"station.toml", "prot"}},
      {"key missing", [](auto& home) { fs::remove(home / "station.key"); }, needs_a_person, {"station.key"}},
      {"key damaged", [](auto& home) { write(home / "station.key", "no key"); }, needs_a_person, {"station.key"}},
      {"key open to all",
       [](auto& home) { fs::permissions(home / "station.key", fs::perms::others_read, fs::perm_options::add); },
       needs_a_person,
       {"station.key", "chmod"}},
      {"CA missing", [](auto& home) { fs::remove(home / "ca.crt"); }, {}, {"link.failed", "ca.crt"}},
      {"CA damaged", [](auto& home) { write(home / "ca.crt", "no CA"); }, {}, {"link.disconnected", "ca.crt"}},
  };
}

std::vector<Row> StationStart::state_folder() {
  return {
      {"unwritable state folder",
       [](auto&) {},
       may_heal,
       {"state", "Read-only file system", "write"},
       "mount --bind state state && mount -o remount,bind,ro state"},
      {"state folder of another station",
       [this](auto& home) {
         fs::remove_all(home / "state");
         fs::copy(bench_.other() / "state", home / "state", fs::copy_options::recursive);
       },
       needs_a_person,
       {"belongs to station 'cum-02'", "own folder"}},
      {"state folder of another ward",
       [](auto& home) { edit(home / "station.toml", "\"trung-hoa\"", "\"trung-van\""); },
       needs_a_person,
       {"of ward 'trung-hoa'", "own folder"}},
      {"state folder of an earlier key of this station",
       [](auto& home) {
         fs::remove(home / "station.key");
         ASSERT_TRUE(protocol::crypto::SecretKey::generate().save(home / "station.key"));
       },
       {},
       {"journal.other_key", "earlier key of this station", "*.other-key"}},
      {"newer journal", make_newer, needs_a_person, {"run the newer program", "nothing was changed"}},
      {"command.last damaged",
       [](auto& home) { write(home / "state/command.last", "\xff\n"); },
       {},
       {"vault.damaged", "command.last"}},
      {"mute damaged", [](auto& home) { write(home / "state/mute", "\xff"); }, {}, {"message.refused", "mute"}},
      {"progress marks damaged",
       [](auto& home) { write(home / "state/marks/saved", "torn"); },
       {},
       {"marks.remade", "saved"}},
      {"starts torn", [](auto& home) { write(home / "state/starts", "loa starts 1\ntot"); }, {}, {"station.start"}},
      {"disk full",
       [](auto&) {},
       {},
       {"starts.unwritten", "No space left"},
       "cp -a state full && mount -t tmpfs -o size=1m none state && cp -a full/. state/ && (cat /dev/zero >state/fill; "
       "true) 2>/dev/null"},
      {"disk full and the journal damaged",
       [](auto& home) {
         const auto file = home / "state/journal/proofs-00000000000000000001";
         auto bytes = *read_file(file, 1U << 20U);
         bytes[20] = static_cast<char>(~bytes[20]);
         write(file, bytes);
       },
       {},
       {"object.evicted"},
       "cp -a state full && mount -t tmpfs -o size=1m none state && cp -a full/. state/ && (cat /dev/zero >state/fill; "
       "true) 2>/dev/null"},
      {"disk full from the first day",
       [](auto&) {},
       may_heal,
       {"station.failed", "No space left"},
       "mount -t tmpfs -o size=16k none state && (cat /dev/zero >state/fill; true) 2>/dev/null"},
  };
}

std::vector<Row> StationStart::plans() {
  const auto with_plan = [this](StartBench::Forgery forgery) {
    return [this, forgery](const fs::path& home) { write(home / "state/plan.sealed", bench_.forge(forgery)); };
  };
  return {
      {"plan expired",
       with_plan({.address = {},
                  .plan =
                      [](v1::Plan& plan) {
                        plan.clear_cues();
                        plan.set_made_us(1'767'225'600'000'000);
                        plan.set_horizon_us(1'769'817'600'000'000);
                      }}),
       {},
       {"plan.expired"}},
      {"plan of another station",
       with_plan({.address = [](auto& address) { address.audience = "station/cum-02"; }}),
       {},
       {"message.refused", "plan on disk", "cum-02"}},
      {"plan of another ward",
       with_plan({.address = [](auto& address) { address.ward = "trung-van"; }}),
       {},
       {"message.refused", "plan on disk", "trung-van"}},
      {"plan of another key",
       with_plan({.key = protocol::crypto::SecretKey::generate()}),
       {},
       {"message.refused", "plan on disk", "not signed by a key that is trusted"}},
      {"plan damaged", [](auto& home) { cut(home / "state/plan.sealed"); }, {}, {"message.refused", "plan on disk"}},
  };
}

std::vector<Row> StationStart::devices() {
  return {
      {"wrong PCM name",
       [](auto& home) { edit(home / "station.toml", "pcm = \"cum-01\"", "pcm = \"khong-co\""); },
       {},
       {"audio.unavailable", "khong-co", "aplay -L"}},
      {"no sign",
       [](auto& home) { edit(home / "station.toml", "\"offscreen\"", "\"kmsdrm\""); },
       {},
       {"sign.unavailable", "kmsdrm"}},
      {"nothing wrong", [](auto&) {}, {}, {"station.ready"}},
  };
}

/// What lay there lies there still, or beside its place; proofs are only added to.
void StationStart::expect_nothing_lost(const std::map<std::string, std::string>& before, const fs::path& state,
                                       bool up) {
  const auto after = contents_of(state);
  for (const auto& [name, bytes] : before) {
    const bool ours = name == "starts" || name.starts_with("marks/") || name == "journal/receipted";
    if (up && ours) continue;
    const auto same = after.find(name);
    if (same != after.end() && same->second == bytes) continue;
    const bool grown =
        up && name.starts_with("journal/proofs-") && same != after.end() && same->second.starts_with(bytes);
    const bool aside = std::any_of(after.begin(), after.end(), [&](const auto& file) {
      return file.second == bytes && (file.first == name + ".aside" || file.first == name + ".other-key");
    });
    EXPECT_TRUE(grown || aside) << name << " is lost";
  }
  EXPECT_TRUE(up || after.size() == before.size()) << "nothing was added either";
}

void StationStart::check(const Row& row) {
  SCOPED_TRACE(row.name);
  const auto home = bench_.copy();
  row.spoil(home);
  const auto before = contents_of(home / "state");
  const auto start = bench_.start(home, row.words, row.before);
  ASSERT_TRUE(start) << start.error().text;
  const auto line = line_with(start->said, row.words);
  std::printf("%-32s %-9s %s\n", row.name,
              start->exit ? fmt::format("exit {}", start->exit->status).c_str() : "stays up", line.c_str());
  EXPECT_FALSE(line.empty()) << start->said;
  ASSERT_EQ(start->exit.has_value(), row.exit_code.has_value()) << start->said;
  if (start->exit) {
    EXPECT_EQ(start->exit->status, *row.exit_code);
    EXPECT_FALSE(line_with(line, {"station.failed"}).empty()) << "one sentence, the last";
  }
  if (row.before.empty()) expect_nothing_lost(before, home / "state", !start->exit);
}

TEST_F(StationStart, SaysInOneSentenceWhatIsWrongAndLosesNothing) {
  for (const auto& rows : {settings(), state_folder(), plans(), devices()}) {
    for (const auto& row : rows) check(row);
  }
}

}  // namespace
}  // namespace loa::tests
