#pragma once
#include <atomic>
#include <boost/lockfree/spsc_queue.hpp>
#include <memory>
#include <semaphore>
#include <thread>

#include "firmware/port/audio_out.hpp"
#include "protocol/base/pulse.hpp"
#include "station/journal/mark_set.hpp"
#include "station/playback/audio_player.hpp"
#include "station/playback/renderer.hpp"

namespace loa::station::playback {

/// The thread `loa-audio`: device in hand, it waits, settles, renders, writes, and nothing else. Its owner is the
/// decoder thread, which alone calls the methods.
class AudioThread {
 public:
  AudioThread(std::unique_ptr<firmware::AudioOut> device, journal::MarkSet& marks, const AudioPlayerSettings& settings);
  ~AudioThread();

  struct Order {
    enum class Kind { add, halt } kind;
    Voice* voice;
  };
  struct Report {
    enum class Kind { started, ended, tried } kind;
    Voice* voice;
    int start_error_us;
  };

  /// @return false when the ring is full: try again later
  bool give(const Order& order) { return orders_.push(order); }
  bool take(Report& report) { return reports_.pop(report); }
  void set_awake(bool awake);
  /// Tries the device once it is closed; a report `tried` follows. Not again before that was taken.
  void try_device();
  /// Why the device could not be used; empty: it can. Between a report `tried` and the next try_device().
  [[nodiscard]] const std::string& trouble() const { return trouble_; }
  /// Beats with each period that the device takes, and with each wait for one: a stalled device is no hung thread.
  [[nodiscard]] const Pulse& pulse() const { return pulse_; }

 private:
  void run();
  void look();
  void play();
  bool play_period(const firmware::AudioShape& shape);
  void take_orders();
  void rest(std::chrono::milliseconds time);

  std::unique_ptr<firmware::AudioOut> device_;
  journal::MarkSet& marks_;
  const AudioPlayerSettings settings_;
  Renderer renderer_;
  boost::lockfree::spsc_queue<Order, boost::lockfree::capacity<32>> orders_;
  boost::lockfree::spsc_queue<Report, boost::lockfree::capacity<64>> reports_;
  std::array<std::int16_t, 8192> period_{};
  std::chrono::milliseconds stalled_{0};
  Pulse pulse_;
  std::string trouble_;
  std::atomic<bool> looks_{false};
  std::atomic<bool> awake_{false};
  std::atomic<bool> quit_{false};
  std::counting_semaphore<> wake_{0};
  std::thread thread_;
};

}  // namespace loa::station::playback
