#pragma once
#include <memory>

#include "station/sync/fetch_job.hpp"

/// The program loa-fetch: one transfer, in a process that may do nothing else.
namespace loa::station::fetch {

/// Owns libcurl: one transfer into a partial file. It is ended by killing the process.
class Downloader {
 public:
  Downloader();
  ~Downloader();
  Downloader(const Downloader&) = delete;
  Downloader& operator=(const Downloader&) = delete;

  /// Continues the partial file, from its end if the server can, else from the beginning.
  sync::FetchEnd download(const sync::FetchJob& job);

 private:
  struct Curl;
  std::unique_ptr<Curl> curl_;
};

}  // namespace loa::station::fetch
