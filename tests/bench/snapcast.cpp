// The rival with the same promise: Debian's snapserver and four snapclients (snapcast 0.26).
#include <fcntl.h>
#include <sys/stat.h>

#include <thread>

#include "protocol/base/file.hpp"
#include "tests/bench/ensemble.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::bench {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using tests::Process;

namespace {

Result<Snapserver> start_server(const fs::path& folder) {
  const auto pipe = folder / "sound";
  const int port = tests::free_port();
  if (::mkfifo(pipe.c_str(), 0600) != 0) return fail(ErrorCode::io, "cannot make {}: {}", pipe.string(), errno_text());
  const auto text = fmt::format(
      "[server]\ndatadir = {0}\n[http]\nenabled = false\n[tcp]\nenabled = false\n[stream]\n"
      "bind_to_address = 127.0.0.1\nport = {1}\nsource = pipe://{2}?name=bench\nsampleformat = 48000:16:2\n"
      "codec = pcm\nbuffer = 1000\n[logging]\nsink = stderr\n",
      folder.string(), port, pipe.string());
  LOA_TRY(save_file(folder / "snapserver.conf", text));
  LOA_TRY_LET(auto process, Process::start({.argv = {"snapserver", "-c", folder / "snapserver.conf"}}));
  std::this_thread::sleep_for(500ms);
  if (!process.running()) return fail(ErrorCode::io, "snapserver ended: {}", process.err());
  return Snapserver{std::move(process), port, pipe};
}

Result<Process> start_client(const VirtualCard& card, int port, std::size_t number) {
  const auto id = std::to_string(number + 1);
  return Process::start({.argv = {"snapclient", "-h", "127.0.0.1", "-p", std::to_string(port), "--hostID", "bench" + id,
                                  "-i", id, "-s", "default", "--mixer", "none", "--logsink", "stderr"},
                         .env = {card.env()}});
}

std::string stereo_of(std::span<const std::int16_t> mono) {
  std::string bytes;
  bytes.reserve(mono.size() * 4);
  for (const auto value : mono) {
    for (int channel = 0; channel < 2; ++channel) bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  return bytes;
}

/// From process start until its card ran for the first time.
Result<double> ready_ms_of(const VirtualCard& card, double started_realtime_s) {
  LOA_TRY_LET(const auto takes, card.recordings());
  if (takes.empty()) return fail(ErrorCode::io, "a snapclient never opened its card");
  return 1000 * (static_cast<double>(takes.front().start_realtime_ns) * 1e-9 - started_realtime_s);
}

double realtime_s() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

std::jthread feed(const fs::path& pipe, Source next) {
  return std::jthread([pipe, next = std::move(next)](const std::stop_token& stop) {
    UniqueFd fd(::open(pipe.c_str(), O_WRONLY | O_CLOEXEC));
    for (auto sound = next(); !sound.empty() && !stop.stop_requested(); sound = next()) {
      // A server that ends early closes the pipe; the silence on the cards then says so.
      if (!write_all(fd.get(), stereo_of(sound), pipe)) return;
    }
  });
}

Result<Snapcast> start_snapcast(const fs::path& folder, std::span<const Crystal> crystals) {
  LOA_TRY(make_folders(folder));
  LOA_TRY_LET(auto server, start_server(folder));
  std::vector<Player> clients;
  for (std::size_t i = 0; i < crystals.size(); ++i) {
    LOA_TRY_LET(auto card, VirtualCard::make(folder, "card" + std::to_string(i), crystals[i]));
    LOA_TRY_LET(auto client, start_client(card, server.port, i));
    clients.push_back({std::move(card), std::move(client)});
  }
  return Snapcast{std::move(server), std::move(clients)};
}

Result<Performance> perform_snapcast(const fs::path& folder, const std::vector<std::int16_t>& sound) {
  LOA_TRY(make_folders(folder));
  LOA_TRY_LET(auto server, start_server(folder));
  std::vector<VirtualCard> cards;
  std::vector<Process> clients;
  std::vector<double> started_s;
  std::vector<pid_t> pids;
  for (std::size_t i = 0; i < card_ppm.size(); ++i) {
    LOA_TRY_LET(auto card, VirtualCard::make(folder, "card" + std::to_string(i), {card_ppm[i]}));
    started_s.push_back(realtime_s());
    LOA_TRY_LET(auto client, start_client(card, server.port, i));
    pids.push_back(client.pid());
    cards.push_back(std::move(card));
    clients.push_back(std::move(client));
  }
  Performance performance;
  std::this_thread::sleep_for(2s);
  const double seconds = static_cast<double>(sound.size()) / 48'000;
  {
    const auto feeder = feed(server.pipe, [&sound, fed = false]() mutable {
      return std::exchange(fed, true) ? std::span<const std::int16_t>{} : std::span<const std::int16_t>{sound};
    });
    std::this_thread::sleep_for(1500ms);
    LOA_TRY(watch(pids, seconds - 1.5, performance));
  }
  std::this_thread::sleep_for(1500ms);
  for (auto& client : clients) client.stop();
  for (std::size_t i = 0; i < cards.size(); ++i) {
    LOA_TRY_LET(const double ready, ready_ms_of(cards[i], started_s[i]));
    performance.ready_ms.push_back(ready);
  }
  LOA_TRY(compare_starts(cards, sound, performance));
  return performance;
}

Result<SilentSnapcast> start_silent_snapcast(const fs::path& folder) {
  LOA_TRY(make_folders(folder));
  LOA_TRY_LET(auto server, start_server(folder));
  std::vector<Process> clients;
  for (std::size_t i = 0; i < card_ppm.size(); ++i) {
    LOA_TRY_LET(auto card, VirtualCard::make(folder, "card" + std::to_string(i), {card_ppm[i]}));
    LOA_TRY_LET(auto client, start_client(card, server.port, i));
    clients.push_back(std::move(client));
  }
  return SilentSnapcast{std::move(server.process), std::move(clients)};
}

Result<Performance> perform_ffplay(const fs::path& folder, const std::vector<std::int16_t>& sound) {
  LOA_TRY(make_folders(folder));
  LOA_TRY_LET(const auto card, VirtualCard::make(folder, "ffplay", {}));
  LOA_TRY(tests::Wav::save(folder / "sound.wav", 48'000, sound));
  LOA_TRY_LET(const auto encoded, tests::run({.argv = {"ffmpeg", "-v", "error", "-i", folder / "sound.wav", "-c:a",
                                                       "libopus", "-b:a", "40k", folder / "sound.opus"}},
                                             60s));
  if (!encoded.exit.ok()) return fail(ErrorCode::io, "ffmpeg could not encode: {}", encoded.err);
  LOA_TRY_LET(auto player, Process::start({.argv = {"ffplay", "-v", "error", "-nodisp", folder / "sound.opus"},
                                           .env = {card.env(), "SDL_AUDIODRIVER=alsa"}}));
  Performance performance;
  std::this_thread::sleep_for(1500ms);
  LOA_TRY(watch({player.pid()}, static_cast<double>(sound.size()) / 48'000 - 3, performance));
  player.stop();
  LOA_TRY_LET(const auto takes, card.recordings());
  if (takes.empty()) return fail(ErrorCode::io, "ffplay never opened its card: {}", player.err());
  return performance;
}

}  // namespace loa::bench
