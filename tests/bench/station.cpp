// Ours on the bench: loa-station processes, each with a signed plan and its content on disk, on virtual cards.
// They need no head-end while they play, so none runs: its broker's address is a closed port.
#include <sched.h>

#include <cstdlib>
#include <fstream>
#include <thread>

#include "content/store/object_store.hpp"
#include "protocol/base/file.hpp"
#include "protocol/crypto/key.hpp"
#include "protocol/seal/seal.hpp"
#include "station/intake/vault.hpp"
#include "tests/bench/ensemble.hpp"
#include "tests/support/listen.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::bench {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using content::store::ObjectStore;
using protocol::crypto::SecretKey;
using tests::Process;

namespace {

constexpr auto lead = 4s;  // from process start to the first sample
constexpr std::int64_t day_us = 86'400'000'000;

v1::Plan empty_plan(const std::string& station, const Programme& programme) {
  const auto start_us = programme.cues.front().start_us;
  v1::Plan plan;
  plan.set_station(station);
  plan.set_made_us(start_us - 60'000'000);
  plan.set_horizon_us(start_us + 30 * day_us);
  plan.set_content_url("https://127.0.0.1:1/content/");
  auto& policy = *plan.mutable_policy();
  policy.set_reference("bench");
  policy.set_valid_from_us(start_us - day_us);
  policy.set_valid_until_us(start_us + 60 * day_us);
  policy.set_utc_offset_s(25'200);
  auto& window = *policy.add_windows();
  window.set_weekdays(127);
  window.set_to_minute(1'440);
  return plan;
}

v1::Plan make_plan(const std::string& station, const Programme& programme) {
  auto plan = empty_plan(station, programme);
  for (const auto& object : programme.objects) {
    const auto hash = protocol::crypto::sha256(object.opus);
    auto& named = *plan.add_objects();
    named.set_sha256(hash.bytes.data(), hash.bytes.size());
    named.set_bytes(object.opus.size());
    named.set_medium(v1::MEDIUM_AUDIO);
  }
  std::uint32_t segment = 0;
  for (const auto& due : programme.cues) {
    const auto object = static_cast<int>(due.object);
    auto& cue = *plan.add_cues();
    cue.set_occurrence("bench/2026-11-21/050000");
    cue.set_segment(segment++);
    cue.set_cue_class(v1::CUE_CLASS_SCHEDULED);
    cue.set_medium(v1::MEDIUM_AUDIO);
    cue.set_category("bench");
    cue.set_start_us(due.start_us);
    cue.set_duration_us(programme.objects[due.object].frames * 1'000'000 / 48'000);
    cue.set_object(plan.objects(object).sha256());
    cue.set_required_grade(v1::CLOCK_GRADE_DISCIPLINED);
  }
  return plan;
}

Result<void> save_settings(const fs::path& folder, const std::string& station, const SecretKey& office) {
  const auto key = office.public_key().hex();
  return save_file(
      folder / "station.toml",
      fmt::format("ward = \"bench\"\nstation = \"{0}\"\nstate_folder = \"state\"\n"
                  "[mqtt]\nhost = \"127.0.0.1\"\nport = {1}\nusername = \"{0}\"\n"
                  "password_file = \"password\"\nca_file = \"ca.pem\"\n"
                  "[keys]\nstation = \"station.key\"\nplan = [\"{2}\"]\nemergency = [\"{2}\"]\n"
                  "headend = [\"{2}\"]\n[audio]\npcm = \"default\"\n[clock]\ntrust = \"assume-disciplined\"\n",
                  station, tests::free_port(), key));
}

Result<void> make_ca(const fs::path& file) {
  LOA_TRY_LET(const auto made, tests::run({.argv = {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                                                    "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj",
                                                    "/CN=bench", "-keyout", "/dev/null", "-out", file}}));
  if (!made.exit.ok()) return fail(ErrorCode::io, "openssl could not make an authority: {}", made.err);
  return {};
}

/// A station's folder as `loa station add` and a first connection would have left it.
Result<void> furnish(const fs::path& folder, const std::string& station, const Programme& programme,
                     const SecretKey& office) {
  LOA_TRY(make_folders(folder / "state"));
  LOA_TRY(SecretKey::generate().save(folder / "station.key"));
  LOA_TRY(save_file(folder / "password", "bench\n", 0600));
  LOA_TRY(make_ca(folder / "ca.pem"));
  LOA_TRY(save_settings(folder, station, office));
  LOA_TRY_LET(auto store, ObjectStore::open(folder / "state" / "content"));
  for (const auto& object : programme.objects) LOA_TRY(store.put(object.opus));
  const auto plan = make_plan(station, programme);
  const protocol::seal::Address address{"bench",
                                        "headend",
                                        "station/" + station,
                                        v1::KIND_PLAN,
                                        1,
                                        wall_from_us(plan.made_us()),
                                        wall_from_us(plan.horizon_us())};
  LOA_TRY_LET(auto vault, station::intake::Vault::open(folder / "state"));
  return vault.save_plan(protocol::seal::seal(address, plan.SerializeAsString(), office));
}

/// From the process's own word that it is ready.
Result<double> ready_ms_of(const Process& station) {
  const auto log = station.err();
  const auto at = log.find("station.ready after_ms=");
  if (at == std::string::npos) return fail(ErrorCode::io, "a station never became ready; it said: {}", log);
  return std::strtod(log.c_str() + at + 23, nullptr);
}

}  // namespace

std::int64_t realtime_us() {
  return std::chrono::floor<Micros>(std::chrono::system_clock::now()).time_since_epoch().count();
}

Result<content::media::Ingested> ingest_sound(const fs::path& folder, const std::vector<std::int16_t>& sound) {
  LOA_TRY(tests::Wav::save(folder / "sound.wav", 48'000, sound));
  return content::media::ingest(folder / "sound.wav", content::media::Kind::speech);
}

Result<std::vector<std::int16_t>> decoded(const fs::path& folder, const content::media::Ingested& object) {
  LOA_TRY(save_file(folder / "sound.opus", object.opus));
  return tests::listen::decode(folder / "sound.opus");
}

Result<std::vector<Player>> start_stations(const fs::path& folder, const Programme& programme,
                                           std::span<const Crystal> crystals) {
  if (!fs::exists(tests::program_folder() / "loa-station")) {
    return fail(ErrorCode::missing, "loa-station is not in this build");
  }
  LOA_TRY(make_folders(folder));
  const auto office = SecretKey::generate();
  std::vector<Player> players;
  for (std::size_t i = 0; i < crystals.size(); ++i) {
    const auto name = "s" + std::to_string(i);
    LOA_TRY_LET(auto card, VirtualCard::make(folder, name, crystals[i]));
    LOA_TRY(furnish(folder / name, name, programme, office));
    LOA_TRY_LET(auto process,
                Process::start({.argv = {tests::program_folder() / "loa-station", folder / name / "station.toml"},
                                .env = {card.env()}}));
    players.push_back({std::move(card), std::move(process)});
  }
  return players;
}

std::string scheduling_of(const Process& process, const std::string& thread) {
  std::error_code gone;
  for (const auto& task : fs::directory_iterator(fmt::format("/proc/{}/task", process.pid()), gone)) {
    std::string name;
    if (!std::getline(std::ifstream(task.path() / "comm"), name) || name != thread) continue;
    const auto id = static_cast<pid_t>(std::strtol(task.path().filename().c_str(), nullptr, 10));
    sched_param param{};
    if (::sched_getparam(id, &param) != 0) break;
    return ::sched_getscheduler(id) == SCHED_FIFO ? fmt::format("SCHED_FIFO {}", param.sched_priority) : "SCHED_OTHER";
  }
  return "unknown";
}

Result<Performance> perform_ours(const fs::path& folder, const std::vector<std::int16_t>& sound) {
  LOA_TRY(make_folders(folder));
  Programme programme;
  LOA_TRY_LET(auto object, ingest_sound(folder, sound));
  programme.objects.push_back(std::move(object));
  const auto start_us = realtime_us() + std::chrono::duration_cast<Micros>(lead).count();
  programme.cues.push_back({start_us, 0});
  std::array<Crystal, card_ppm.size()> crystals{};
  for (std::size_t i = 0; i < crystals.size(); ++i) crystals[i].ppm = card_ppm[i];
  LOA_TRY_LET(auto players, start_stations(folder, programme, crystals));
  std::vector<VirtualCard> cards;
  std::vector<pid_t> pids;
  for (const auto& player : players) {
    cards.push_back(player.card);
    pids.push_back(player.process.pid());
  }
  Performance performance;
  std::this_thread::sleep_for(std::chrono::microseconds{start_us - realtime_us()} + 1s);
  LOA_TRY(watch(pids, static_cast<double>(sound.size()) / 48'000 - 1.5, performance));
  std::this_thread::sleep_for(1500ms);
  for (auto& player : players) {
    player.process.stop();
    LOA_TRY_LET(const double ready, ready_ms_of(player.process));
    performance.ready_ms.push_back(ready);
  }
  LOA_TRY_LET(const auto planned, decoded(folder, programme.objects.front()));
  LOA_TRY(compare_starts(cards, planned, performance));
  return performance;
}

}  // namespace loa::bench
