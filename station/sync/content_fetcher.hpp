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
#include "station/sync/fetcher.hpp"

namespace loa::station::sync {

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

/// Brings missing objects into the store, over HTTP(S) with resume. The program loa-fetch transfers; a thread of its
/// own waits for it, hashes and stores. Only the object that a signed plan names by hash can come in: the server, the
/// network, the disk and loa-fetch are not believed.
class ContentFetcher final : public Fetcher {
 public:
  using Post = std::function<void(std::function<void()>)>;  ///< runs a function on the io thread
  using Done = std::function<void(const Fetched&)>;

  /// @param store_folder  of the station's ObjectStore; the fetcher opens it for itself on its thread
  /// @param post          called from the fetcher's thread, until the destructor returns
  /// @param done          called through post; not after the destructor returned
  ContentFetcher(std::filesystem::path store_folder, FetchSettings settings, Post post, Done done);
  /// Kills a transfer under way and joins the thread.
  ~ContentFetcher() override;
  ContentFetcher(const ContentFetcher&) = delete;
  ContentFetcher& operator=(const ContentFetcher&) = delete;

  void want(const std::string& content_url, std::vector<Want> wants) override;
  void retry_now() override;

  [[nodiscard]] const Pulse& pulse() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace loa::station::sync
