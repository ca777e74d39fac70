// Ours on the bench: four loa-station processes, each with a signed plan and its content on disk, on virtual cards.
// They need no head-end while they play, so none runs: its broker's address is a closed port.
#include <thread>

#include "content/media/ingest.hpp"
#include "content/store/object_store.hpp"
#include "protocol/base/file.hpp"
#include "protocol/crypto/key.hpp"
#include "protocol/seal/seal.hpp"
#include "station/daemon/vault.hpp"
#include "tests/bench/players.hpp"
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

struct Material {
  content::media::Ingested object;
  std::int64_t start_us = 0;
};

Result<content::media::Ingested> ingest_sound(const fs::path& folder, const std::vector<std::int16_t>& sound) {
  LOA_TRY(tests::Wav::save(folder / "sound.wav", 48'000, sound));
  return content::media::ingest(folder / "sound.wav", content::media::Kind::speech);
}

v1::Plan make_plan(const std::string& station, const Material& material, const content::store::Sha256& object) {
  v1::Plan plan;
  plan.set_station(station);
  plan.set_made_us(material.start_us - 60'000'000);
  plan.set_horizon_us(material.start_us + 30 * day_us);
  plan.set_content_url("https://127.0.0.1:1/content/");
  auto& policy = *plan.mutable_policy();
  policy.set_reference("bench");
  policy.set_valid_from_us(material.start_us - day_us);
  policy.set_valid_until_us(material.start_us + 60 * day_us);
  policy.set_utc_offset_s(25'200);
  auto& window = *policy.add_windows();
  window.set_weekdays(127);
  window.set_to_minute(1'440);
  auto& named = *plan.add_objects();
  named.set_sha256(object.bytes.data(), object.bytes.size());
  named.set_bytes(material.object.opus.size());
  named.set_medium(v1::MEDIUM_AUDIO);
  auto& cue = *plan.add_cues();
  cue.set_occurrence("bench/2026-11-21/050000");
  cue.set_cue_class(v1::CUE_CLASS_SCHEDULED);
  cue.set_medium(v1::MEDIUM_AUDIO);
  cue.set_category("bench");
  cue.set_start_us(material.start_us);
  cue.set_duration_us(material.object.frames * 1'000'000 / 48'000);
  cue.set_object(named.sha256());
  cue.set_required_grade(v1::CLOCK_GRADE_DISCIPLINED);
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
Result<void> furnish(const fs::path& folder, const std::string& station, const Material& material,
                     const SecretKey& office) {
  LOA_TRY(make_folders(folder / "state"));
  LOA_TRY(SecretKey::generate().save(folder / "station.key"));
  LOA_TRY(save_file(folder / "password", "bench\n", 0600));
  LOA_TRY(make_ca(folder / "ca.pem"));
  LOA_TRY(save_settings(folder, station, office));
  LOA_TRY_LET(auto store, ObjectStore::open(folder / "state" / "content"));
  LOA_TRY_LET(const auto object, store.put(material.object.opus));
  const auto plan = make_plan(station, material, object);
  const protocol::seal::Address address{"bench",
                                        "headend",
                                        "station/" + station,
                                        v1::KIND_PLAN,
                                        1,
                                        wall_from_us(plan.made_us()),
                                        wall_from_us(plan.horizon_us())};
  LOA_TRY_LET(auto vault, station::daemon::Vault::open(folder / "state"));
  return vault.save_plan(protocol::seal::seal(address, plan.SerializeAsString(), office));
}

/// From the process's own word that it is ready.
Result<double> ready_ms_of(const Process& station) {
  const auto log = station.err();
  const auto at = log.find("station.ready after_ms=");
  if (at == std::string::npos) return fail(ErrorCode::io, "a station never became ready; it said: {}", log);
  return std::strtod(log.c_str() + at + 23, nullptr);
}

std::int64_t realtime_us() {
  return std::chrono::floor<Micros>(std::chrono::system_clock::now()).time_since_epoch().count();
}

struct Player {
  VirtualCard card;
  Process process;
};

Result<Player> start_station(const fs::path& folder, std::size_t number, const Material& material,
                             const SecretKey& office) {
  const auto name = "s" + std::to_string(number);
  LOA_TRY_LET(auto card, VirtualCard::make(folder, name, card_ppm[number]));
  LOA_TRY(furnish(folder / name, name, material, office));
  LOA_TRY_LET(auto process,
              Process::start({.argv = {tests::program_folder() / "loa-station", folder / name / "station.toml"},
                              .env = {card.env()}}));
  return Player{std::move(card), std::move(process)};
}

}  // namespace

Result<Performance> perform_ours(const fs::path& folder, const std::vector<std::int16_t>& sound) {
  if (!fs::exists(tests::program_folder() / "loa-station")) {
    return fail(ErrorCode::missing, "loa-station is not in this build");
  }
  LOA_TRY(make_folders(folder));
  const auto office = SecretKey::generate();
  Material material;
  LOA_TRY_LET(material.object, ingest_sound(folder, sound));
  material.start_us = realtime_us() + std::chrono::duration_cast<Micros>(lead).count();
  std::vector<VirtualCard> cards;
  std::vector<Process> stations;
  std::vector<pid_t> pids;
  for (std::size_t i = 0; i < card_ppm.size(); ++i) {
    LOA_TRY_LET(auto player, start_station(folder, i, material, office));
    pids.push_back(player.process.pid());
    cards.push_back(std::move(player.card));
    stations.push_back(std::move(player.process));
  }
  Performance performance;
  std::this_thread::sleep_for(std::chrono::microseconds{material.start_us - realtime_us()} + 1s);
  LOA_TRY(watch(pids, static_cast<double>(sound.size()) / 48'000 - 1.5, performance));
  std::this_thread::sleep_for(1500ms);
  for (auto& station : stations) {
    station.stop();
    LOA_TRY_LET(const double ready, ready_ms_of(station));
    performance.ready_ms.push_back(ready);
  }
  LOA_TRY(save_file(folder / "sound.opus", material.object.opus));
  LOA_TRY_LET(const auto planned, tests::listen::decode(folder / "sound.opus"));
  LOA_TRY(compare_starts(cards, planned, performance));
  return performance;
}

}  // namespace loa::bench
