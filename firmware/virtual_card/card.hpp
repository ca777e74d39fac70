#pragma once
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "firmware/virtual_card/control_file.hpp"
#include "firmware/virtual_card/dac_clock.hpp"
#include "firmware/virtual_card/recording.hpp"

namespace loa::firmware::virtual_card {

struct CardSettings {
  std::string name = "loa";
  double ppm = 0;
  Wander wander;
  int channels = 0;     ///< 1 or 2: like most cards, just this many; 0: what the application likes
  std::string record;   ///< folder; empty: nothing is recorded
  std::string control;  ///< file; empty: none
};

/// What the card is doing.
enum class CardState { ready, running, dry, gone };

/// Where an ALSA area keeps one channel's samples.
struct ChannelView {
  const std::uint8_t* first = nullptr;
  std::size_t step_bytes = 0;
};

/// A sound card without sound: plays into nothing at the pace of its crystal, and records what it played.
/// Each call brings the position up to date first; between calls a thread of its own does so about every 5 ms, writes
/// the recording, and looks at the control file. Positions count frames from the last prepare().
// wide: the ring and the recording thread share one lock; the recording could be a class of its own
class Card {
 public:
  explicit Card(CardSettings settings);
  ~Card();  ///< stops, writes out what was played
  Card(const Card&) = delete;
  Card& operator=(const Card&) = delete;

  /// Sets the shape of the ring; forgets what was in it.
  void configure(int rate_hz, int channels, std::int64_t buffer_frames);
  void set_avail_min(std::int64_t frames);
  void prepare();
  void start();
  void stop();

  /// Takes frames to be played from position `at` on.
  /// @param views  one for each channel, at the first frame
  CardState write(std::int64_t at, const ChannelView* views, std::int64_t frames);

  /// @param written   how many frames the application has given since prepare()
  /// @param draining  no more will come: running out is the end, not an error
  /// @param played    receives how many have left
  CardState update(std::int64_t written, bool draining, std::int64_t& played);

  /// A timerfd, readable from the instant on that a period is free or the card needs attention.
  [[nodiscard]] int poll_fd() const { return timer_; }
  /// @return whether the application should act now; if not, the descriptor is armed for the instant when it should
  bool is_due(CardState& state);

 private:
  struct Job {  // for the recording thread, in the order they happened
    enum class Kind { begin, samples, note, end } kind;
    TakeFacts facts{};
    std::size_t samples = 0;
    Anchor anchor{};
    const char* why = "";
  };

  void advance(Nanos now);
  void wander(Nanos now);
  void note_anchor();
  void play(std::int64_t frames);
  void end_take(const char* why);
  void obey(const Orders& orders, Nanos now);
  void arm();
  [[nodiscard]] Nanos due_time() const;
  void work();
  void write_out(std::unique_lock<std::mutex>& lock);

  const CardSettings settings_;
  ControlFile control_file_;
  int timer_ = -1;

  std::mutex mutex_;
  std::condition_variable wake_;
  CardState state_ = CardState::ready;
  bool draining_ = false, closing_ = false, pulled_ = false;
  int rate_hz_ = 48'000, channels_ = 1;
  double ppm_ = 0;
  Nanos next_wander_ = 0;
  std::int64_t buffer_frames_ = 0, avail_min_ = 1;
  std::int64_t written_ = 0, played_ = 0;
  DacClock dac_;
  std::vector<std::int16_t> ring_;
  std::vector<std::int16_t> recorded_;  ///< played, not yet in the file
  std::deque<Job> jobs_;

  Recording recording_;  // the thread's own
  std::vector<std::int16_t> writing_;
  std::thread thread_;
};

}  // namespace loa::firmware::virtual_card
