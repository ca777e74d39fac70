#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "firmware/virtual_card/dac_clock.hpp"

namespace loa::firmware::virtual_card {

/// What one take is called and when it began.
struct TakeFacts {
  std::string name;
  int rate_hz = 48'000;
  int channels = 1;
  double ppm = 0;
  Nanos start_realtime = 0;
  Nanos start_monotonic = 0;
};

/// One take: the frames that left the card from one start to its stop, as `<folder>/<name>-<start wall time ns>.wav`
/// with a `.json` beside it. README.md describes both. The WAV header's sizes are renewed after each append, so the
/// file is whole at every moment, also after SIGKILL; beyond 4 GiB they stay at the greatest and readers go by the
/// file's size. All calls from one thread.
class Recording {
 public:
  Recording() = default;
  ~Recording();
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  /// Creates both files. Says why on standard error when it cannot, and then keeps nothing.
  void begin(const std::string& folder, const TakeFacts& facts);
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  /// Appends interleaved samples.
  void append(const std::int16_t* samples, std::size_t count);
  /// Writes into the sidecar from which frame on the mapping of frames to time is another one.
  void note(const Anchor& anchor);
  /// @param why  "stopped", "dry" (the application was late), "gone"
  void end(const char* why);

 private:
  void save_header();
  void save_sidecar(const char* end);

  int fd_ = -1;
  std::string base_;
  TakeFacts facts_;
  std::uint64_t bytes_ = 0;
  std::vector<Anchor> anchors_;
};

}  // namespace loa::firmware::virtual_card
