#include "tests/system/station_start/start_bench.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "headend/ward/ward.hpp"
#include "protocol/base/file.hpp"
#include "tests/rehearsal/air_time.hpp"
#include "tests/rehearsal/ward_kit.hpp"
#include "tests/support/wav.hpp"

namespace loa::tests {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

}  // namespace

Result<void> StartBench::prepare() {
  LOA_TRY_LET(auto kit, WardKit::make(folder_ / "ward", {{id, "Cụm loa số 1", "to-1", 0, true, "192x32"},
                                                         {other_id, "Cụm loa số 2", "to-1", 0, true, "192x32"}}));
  const auto noise_file = folder_ / "noise.wav";
  LOA_TRY(Wav::save(noise_file, 48'000, noise(2s, 1)));
  LOA_TRY_LET(const auto content,
              kit->loa({"content", "add", noise_file.string(), "--title", "Ồn", "--category", "am-nhac", "--music"}));
  LOA_TRY(kit->start_headend());
  for (const char* station : {id, other_id}) LOA_TRY(kit->start_station(station));
  const auto at = std::chrono::ceil<std::chrono::seconds>(wall_now() + 5s);
  LOA_TRY_LET(const auto programme, kit->loa({"programme", "add", "on", "--title", "Thử", "--at", local_time(at),
                                              "--from", local_date(at), "--group", "to-1", "--segment", "Ồn"}));
  LOA_TRY_LET(const auto mute, kit->loa({"command", "mute", "--minutes", "1", "--lift", "--station", id}));
  const auto done = [&](const char* station) {
    return !line_with(read_file(kit->log_of(station), 1U << 20U).value_or(""), {"cue.ended"}).empty();
  };
  if (!wait_until(15s, [&] { return done(id) && done(other_id); }))
    return fail(ErrorCode::timeout, "the stations did not play within 15 s");
  for (const char* station : {id, other_id}) kit->stop_station(station);
  home_ = folder_ / "ward" / id;
  other_ = folder_ / "ward" / other_id;
  command_ = kit->command_of(id);
  LOA_TRY_LET(const auto ward, headend::ward::Ward::open(kit->ward()));
  LOA_TRY_LET(plan_key_, ward.plan_key());
  LOA_TRY_LET(const auto sealed, read_file(home_ / "state/plan.sealed", 4U << 20U));
  v1::Envelope envelope;
  if (!envelope.ParseFromString(sealed) || !plan_.ParseFromString(envelope.header()))
    return fail(ErrorCode::invalid, "the plan on disk is no envelope");
  return {};
}

fs::path StartBench::copy() {
  const auto to = folder_ / fmt::format("copy-{}", ++copies_);
  fs::copy(home_, to, fs::copy_options::recursive);
  return to;
}

Result<StartBench::Start> StartBench::start(const fs::path& home, const std::vector<std::string>& words,
                                            const std::string& before) const {
  Command command = *command_;
  command.argv[1] = home / "station.toml";
  command.folder = home;
  command.err = home / "log";
  if (!before.empty()) {
    const std::string script = before + " && exec \"$0\" \"$1\"";
    std::vector<std::string> argv{"unshare", ::geteuid() == 0 ? "-m" : "-rm", "sh", "-c", script};
    argv.insert(argv.end(), command.argv.begin(), command.argv.end());
    command.argv = std::move(argv);
  }
  LOA_TRY_LET(auto process, Process::start(command));
  Start start;
  (void)wait_until(8s, [&] {
    const std::string said = process.err();
    return !process.running() || (!line_with(said, words).empty() && !line_with(said, {"station.ready"}).empty());
  });
  if (!process.running()) start.exit = process.wait(0ms);
  start.said = process.err();
  process.stop();
  return start;
}

std::string StartBench::forge(const Forgery& forgery) const {
  protocol::seal::Address address;
  address.ward = plan_.ward();
  address.sender = plan_.sender();
  address.audience = plan_.audience();
  address.kind = plan_.kind();
  address.sequence = plan_.sequence();
  address.not_before = wall_from_us(plan_.not_before_us());
  address.not_after = wall_from_us(plan_.not_after_us());
  v1::Plan plan;
  plan.ParseFromString(plan_.body());
  if (forgery.address) forgery.address(address);
  if (forgery.plan) forgery.plan(plan);
  return protocol::seal::seal(address, plan.SerializeAsString(), forgery.key.value_or(*plan_key_));
}

std::map<std::string, std::string> contents_of(const fs::path& folder) {
  std::map<std::string, std::string> contents;
  for (const auto& entry : fs::recursive_directory_iterator{folder}) {
    if (!entry.is_regular_file()) continue;
    contents[fs::relative(entry.path(), folder)] = read_file(entry.path(), 64U << 20U).value_or("?");
  }
  return contents;
}

void edit(const fs::path& file, const std::string& what, const std::string& by) {
  auto text = read_file(file, 65'536).value_or("");
  const auto at = text.find(what);
  ASSERT_NE(at, std::string::npos) << file << " has no '" << what << "'";
  ASSERT_TRUE(save_file(file, text.replace(at, what.size(), by), 0600));
}

std::string line_with(const std::string& text, const std::vector<std::string>& words) {
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    const auto has = [&](const std::string& word) { return line.find(word) != std::string::npos; };
    if (std::all_of(words.begin(), words.end(), has)) return line;
  }
  return {};
}

}  // namespace loa::tests
