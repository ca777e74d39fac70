#pragma once
#include <filesystem>
#include <functional>
#include <span>
#include <thread>
#include <vector>

#include "content/media/ingest.hpp"
#include "tests/bench/players.hpp"

/// Players that play a timetable together: our stations a plan of cues, snapclients one stream.
namespace loa::bench {

/// What our stations play: objects, and when each is due.
struct Programme {
  struct Cue {
    std::int64_t start_us = 0;  ///< UTC
    std::size_t object = 0;
  };
  std::vector<content::media::Ingested> objects;
  std::vector<Cue> cues;  ///< by start
};

Result<content::media::Ingested> ingest_sound(const std::filesystem::path& folder,
                                              const std::vector<std::int16_t>& sound);
/// What an object says when it is decoded again.
Result<std::vector<std::int16_t>> decoded(const std::filesystem::path& folder, const content::media::Ingested& object);

/// One loa-station for each crystal, with a signed plan and its content on disk.
/// @error missing: loa-station is not built
Result<std::vector<Player>> start_stations(const std::filesystem::path& folder, const Programme& programme,
                                           std::span<const Crystal> crystals);

/// UTC now, microseconds.
std::int64_t realtime_us();

struct Snapserver {
  tests::Process process;
  int port;
  std::filesystem::path pipe;
};
/// One snapserver, and a snapclient for each crystal.
struct Snapcast {
  Snapserver server;
  std::vector<Player> clients;
};
Result<Snapcast> start_snapcast(const std::filesystem::path& folder, std::span<const Crystal> crystals);

/// The next part of a stream, mono 48 000 Hz; empty at its end.
using Source = std::function<std::span<const std::int16_t>()>;
/// Feeds a server's pipe from a thread of its own: snapserver reads it at the pace of the sound.
std::jthread feed(const std::filesystem::path& pipe, Source next);

/// "SCHED_FIFO 40" or "SCHED_OTHER" of the thread with this name.
std::string scheduling_of(const tests::Process& process, const std::string& thread);

}  // namespace loa::bench
