#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "content/store/object_store.hpp"
#include "protocol/base/pulse.hpp"
#include "protocol/base/time.hpp"

namespace loa::station::sync {

using protocol::crypto::Sha256;

/// An object that the plan names and the store has not.
struct Want {
  Sha256 object;
  std::uint64_t bytes = 0;  ///< size by the plan; a byte more is refused
  WallTime needed;          ///< start of the first cue that plays it: sooner is fetched first
};

/// How the fetcher behaves on the network.
struct FetchSettings {
  std::filesystem::path ca_file;  ///< PEM; the only authority believed. Empty: plain http only
  std::chrono::milliseconds connect_timeout{15'000};
  std::uint32_t low_speed_bytes_s = 500;        ///< slower than this …
  std::chrono::seconds low_speed_time{30};      ///< … for so long: given up and tried again
  std::chrono::milliseconds first_wait{2'000};  ///< after a failure, twice as long each time, ± 25 %
  std::chrono::milliseconds longest_wait{300'000};
  std::uint64_t reserve_bytes = 64 << 20;  ///< so much stays free on the card, for proofs: else nothing is fetched
  std::filesystem::path program;           ///< loa-fetch; empty: beside this program, else in ../libexec/loa from there
  /// A loa-fetch whose file stays as it is for so long hangs, for its own limits are shorter: it is killed (within
  /// twice that time).
  std::chrono::milliseconds silence_limit{90'000};
};

/// What became of one attempt.
struct Fetched {
  Sha256 object;
  /// Success: the object is in the store. A failure is tried again until want() leaves it out. full: there is no room
  /// for it beside the reserve, nothing was transferred.
  Result<void> result;
};

/// Brings missing objects into the store, over HTTP(S) with resume. The program loa-fetch transfers; a thread of its
/// own waits for it, hashes and stores. Only the object that a signed plan names by hash can come in: the server, the
/// network, the disk and loa-fetch are not believed.
class ContentFetcher {
 public:
  using Post = std::function<void(std::function<void()>)>;  ///< runs a function on the io thread
  using Done = std::function<void(const Fetched&)>;

  /// @param store_folder  of the station's ObjectStore; the fetcher opens it for itself on its thread
  /// @param post          called from the fetcher's thread, until the destructor returns
  /// @param done          called through post; not after the destructor returned
  ContentFetcher(std::filesystem::path store_folder, FetchSettings settings, Post post, Done done);
  /// Kills a transfer under way and joins the thread.
  ~ContentFetcher();
  ContentFetcher(const ContentFetcher&) = delete;
  ContentFetcher& operator=(const ContentFetcher&) = delete;

  /// Replaces the list of what is missing. A transfer of something no longer wanted is broken off; its part is kept.
  /// @param content_url  "https://host:port/content/"; the hexadecimal hash is put after it
  void want(const std::string& content_url, std::vector<Want> wants);
  /// Tries at once what is waiting after a failure: the network is back.
  void retry_now();

  [[nodiscard]] const Pulse& pulse() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace loa::station::sync
