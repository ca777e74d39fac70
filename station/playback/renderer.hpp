#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <tuple>

#include "firmware/port/audio_out.hpp"
#include "station/playback/device_clock.hpp"
#include "station/playback/voice.hpp"

namespace loa::station::playback {

/// Turns voices into device frames, each content frame at its instant, and counts what the device really took.
///
/// The heart of the audio thread: no lock, no allocation, no system call. Pure: time comes with the position readings.
///
/// A voice that loses the air to another fades out under it within 10 ms, and ends as if it had been halted.
///
/// A voice follows its timetable by resampling against the learned device clock, at most 500 ppm off; only where the
/// device has broken the flow anyway (underrun, stall) it jumps, and books the gap.
class Renderer {
 public:
  static constexpr std::size_t max_voices = 8;

  /// What became of a voice; called from within settle() and abort().
  struct Events {
    std::function<void(Voice&)> started;   ///< its first frame has left the device; measured.start_error_us is set
    std::function<void(Voice&)> progress;  ///< more of it has left the device; measured is up to date
    std::function<void(Voice&)> ended;     ///< nothing more comes; measured is final. The voice is forgotten.
  };
  explicit Renderer(Events events) : events_(std::move(events)) {}

  /// Takes a voice to play at its time. @return false when max_voices are held
  bool add(Voice& voice);
  /// Fades a voice out within 10 ms; one that has not begun ends at once.
  void halt(Voice& voice);

  /// Takes note of where the device is, and books what has been heard since.
  void settle(const firmware::AudioPosition& position);
  /// Fills the frames that will be written next.
  /// @param written  frames written to the device before these
  void render(std::span<std::int16_t> out, std::int64_t written);

  /// Ends every voice that has begun by `now` because of the device; the others stay. The device counts from zero
  /// again.
  void abort(MonoTime now);

  [[nodiscard]] bool idle() const { return count_ == 0; }
  [[nodiscard]] const DeviceClock& clock() const { return clock_; }

 private:
  static constexpr int window_frames = 4096;

  /// A voice as the audio thread knows it.
  struct Active {
    Voice* voice = nullptr;
    std::array<float, window_frames> window{};  // content frames base … base + size - 1
    std::int64_t base = 0;
    int size = 0;
    double at = 0;  // content position of the next device frame
    bool begun = false;
    bool started_told = false;
    bool halting = false;
    int fade_in = 0;  // device frames of fade still to come
    int fade_out = 0;
    bool finished = false;  // nothing more is rendered
    std::int64_t last_span_end = 0;
  };
  /// Device frames that carry, or should have carried, part of a voice.
  struct Span {
    Active* active;
    std::int64_t begin, end;  // device frames
    double from, step;        // content position at begin, and content frames for each device frame
    bool heard;
  };

  [[nodiscard]] Active* choose(MonoTime time);
  [[nodiscard]] static std::tuple<int, bool, MonoTime> rank(const Active& active);
  [[nodiscard]] int frames_until_change(MonoTime time, const Active* chosen, int limit) const;
  void give_way(Active* next);
  void add_leaving(std::span<std::int16_t> out, std::int64_t device_frame);
  void begin(Active& active, MonoTime time);
  void resynchronise(Active& active, double wanted);
  int render_voice(Active& active, std::span<std::int16_t> out, std::int64_t device_frame);
  int render_audible(Active& active, std::span<std::int16_t> out, double step);
  void refill(Active& active, std::int64_t through);
  [[nodiscard]] static float fade(Active& active);
  void book(Active& active, std::int64_t begin, int frames, double from, double step, bool heard);
  void settle_span(Span& span, std::int64_t played);
  void hear(Active& active, const Span& span, std::int64_t frames);
  static void add_gap(Voice& voice, double at, double length);
  static void drop_gaps_before(Voice& voice, double at);
  void finish(Active& active, protocol::message::Reason reason);
  void end_settled(std::int64_t played);
  void release(Active& active);

  Events events_;
  DeviceClock clock_;
  std::array<Active, max_voices> actives_{};
  std::size_t count_ = 0;
  Active* on_air_ = nullptr;
  Active* leaving_ = nullptr;  // fades out under the one on air
  std::array<Span, 256> spans_{};
  std::size_t span_head_ = 0, span_count_ = 0;
  std::uint32_t underruns_ = 0;
  // Where the voice that ended last would have gone on, so that one that adjoins takes over to the sample.
  MonoTime handover_time_;
  double handover_surplus_ = 0;
};

}  // namespace loa::station::playback
