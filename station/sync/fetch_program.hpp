#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "protocol/base/file.hpp"
#include "station/sync/fetch_queue.hpp"

namespace loa::station::sync {

/// Runs the program loa-fetch: one process for each transfer, so that what talks to a stranger's server neither lives
/// in the station's memory nor can do more than write one partial file. It gets arguments and a pipe for its verdict:
/// no other descriptor, no environment. One thread uses this; only wake() is for others.
class FetchProgram {
 public:
  explicit FetchProgram(FetchSettings settings);

  struct Outcome {
    Result<void> result;  ///< success: the program says that the file is complete
    Blame blame = Blame::server;
    bool progressed = false;  ///< the partial file has grown
  };

  /// Continues the partial file, from its end if the server can, else from the beginning.
  /// @param bytes      size of the whole object; the file never becomes larger
  /// @param cancelled  asked after each wake(); then the process is killed, its part is kept
  Outcome fetch(const std::string& url, const std::filesystem::path& partial, std::uint64_t bytes,
                const std::function<bool()>& cancelled) const;

  /// Returns after the time, or when woken.
  /// @param time  negative: only when woken
  void wait(std::chrono::milliseconds time) const;
  /// Thread-safe.
  void wake() const;

 private:
  FetchSettings settings_;
  UniqueFd wake_;  // eventfd
};

}  // namespace loa::station::sync
