#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "station/sync/fetch_queue.hpp"

namespace loa::station::sync {

/// Owns libcurl: one transfer at a time into a partial file. One thread uses it; only wake() is for others.
class Downloader {
 public:
  explicit Downloader(const FetchSettings& settings);
  ~Downloader();
  Downloader(const Downloader&) = delete;
  Downloader& operator=(const Downloader&) = delete;

  struct Outcome {
    Result<void> result;  ///< success: the file has exactly the bytes wanted; whether the right ones, nobody knows yet
    Blame blame = Blame::server;
    bool progressed = false;
  };

  /// Continues the partial file, from its end if the server can, else from the beginning.
  /// @param bytes      size of the whole object; the file never becomes larger
  /// @param cancelled  asked several times a second, and after each wake()
  Outcome download(const std::string& url, const std::filesystem::path& partial, std::uint64_t bytes,
                   const std::function<bool()>& cancelled);

  /// Returns after the time, or when woken.
  void wait(std::chrono::milliseconds time);
  /// Thread-safe.
  void wake();

 private:
  struct Curl;
  std::unique_ptr<Curl> curl_;
  FetchSettings settings_;
};

}  // namespace loa::station::sync
