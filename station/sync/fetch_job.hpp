#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/result.hpp"
#include "station/sync/fetch_queue.hpp"

namespace loa::station::sync {

/// One transfer, as the program loa-fetch is told of it by its arguments: "name=value" each, nothing secret.
struct FetchJob {
  std::string url;
  std::filesystem::path partial;  ///< continued from its end; never larger than bytes
  std::uint64_t bytes = 0;        ///< size of the whole object
  std::filesystem::path ca_file;  ///< PEM; the only authority believed. Empty: plain http only
  std::chrono::milliseconds connect_timeout{0};
  std::uint32_t low_speed_bytes_s = 0;
  std::chrono::seconds low_speed_time{0};

  [[nodiscard]] std::vector<std::string> to_arguments() const;
  /// @error invalid: which argument is not known, not a number or missing
  static Result<FetchJob> from_arguments(const std::vector<std::string>& arguments);
};

/// How a transfer ended: the one line that loa-fetch writes.
struct FetchEnd {
  Result<void> result;  ///< success: the file has exactly the bytes wanted; whether the right ones, nobody knows yet
  Blame blame = Blame::server;

  /// "ok", or "failed server|object <code> <sentence>".
  [[nodiscard]] std::string to_line() const;
  /// What the program said, which may be anything: it has listened to a server.
  /// @return  for what is no such line: a failure with as much of it as can be shown
  static FetchEnd from_words(std::string_view words);
};

}  // namespace loa::station::sync
