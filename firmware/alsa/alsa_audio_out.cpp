#include "firmware/alsa/alsa_audio_out.hpp"

#include <alsa/asoundlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <vector>

namespace loa::firmware {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr unsigned rate_hz = 48'000;
constexpr int max_channels = 32;

/// The last thing alsa-lib had to say on this thread: it names the cause where its error number does not.
thread_local char last_words[160];

void listen_to_alsa(const char*, int, const char*, int, const char* format, ...) {
  va_list args;
  va_start(args, format);
  std::vsnprintf(last_words, sizeof last_words, format, args);
  va_end(args);
}

std::string reason_of(int error) {
  std::string text = snd_strerror(error);
  if (last_words[0] != '\0') text += fmt::format(" ({})", last_words);
  last_words[0] = '\0';
  return text;
}

ErrorCode open_code(int error) {
  switch (error) {
    case -ENOENT:
    case -ENODEV:
    case -ENXIO:
      return ErrorCode::missing;
    case -EBUSY:
    case -EAGAIN:
      return ErrorCode::busy;
    case -EACCES:
    case -EPERM:
      return ErrorCode::refused;
    default:
      return ErrorCode::io;
  }
}

tl::unexpected<Error> open_failure(const std::string& pcm, int error) {
  const char* advice = "";
  switch (open_code(error)) {
    case ErrorCode::missing:
      advice = "; \"aplay -L\" lists the names there are";
      break;
    case ErrorCode::busy:
      advice = "; another program is using it";
      break;
    case ErrorCode::refused:
      advice = "; this user must be in group audio";
      break;
    default:
      break;
  }
  return fail(open_code(error), "cannot open sound device '{}': {}{}", pcm, reason_of(error), advice);
}

MonoTime monotonic_now() { return MonoTime{std::chrono::steady_clock::now().time_since_epoch()}; }

template <class T, int (*allocate)(T**), void (*release)(T*)>
class AlsaObject {
 public:
  AlsaObject() { allocate(&object_); }
  ~AlsaObject() { release(object_); }
  AlsaObject(const AlsaObject&) = delete;
  AlsaObject& operator=(const AlsaObject&) = delete;
  operator T*() const { return object_; }

 private:
  T* object_ = nullptr;
};
using HwParams = AlsaObject<snd_pcm_hw_params_t, snd_pcm_hw_params_malloc, snd_pcm_hw_params_free>;
using SwParams = AlsaObject<snd_pcm_sw_params_t, snd_pcm_sw_params_malloc, snd_pcm_sw_params_free>;
using Status = AlsaObject<snd_pcm_status_t, snd_pcm_status_malloc, snd_pcm_status_free>;

}  // namespace

struct AlsaAudioOut::Device {
  explicit Device(std::string pcm) : name(std::move(pcm)) {}
  ~Device() {
    if (handle == nullptr) return;
    snd_pcm_drop(handle);
    snd_pcm_close(handle);
  }

  Result<void> choose_format(const AlsaSettings& settings);
  Result<void> choose_thresholds();
  Result<void> write_some(const std::int16_t* frames, snd_pcm_uframes_t count);
  Result<void> heal();
  bool note_underrun(int error);
  void read(AudioPosition& position, int& error);
  [[nodiscard]] tl::unexpected<Error> lost(const char* doing, int error) const;
  [[nodiscard]] tl::unexpected<Error> unsupported(const char* what, int error) const;
  const std::int16_t* spread(const std::int16_t* frames, std::size_t count);

  std::string name;
  snd_pcm_t* handle = nullptr;
  unsigned channels = 1;
  snd_pcm_uframes_t period = 0, buffer = 0;
  bool monotonic_stamps = false;
  bool dry = false;  ///< an underrun stopped the device; the next write heals it
  std::int64_t written = 0;
  std::uint32_t underruns = 0;
  std::vector<std::int16_t> wide;  ///< a period, spread over the channels
  Status status;
};

tl::unexpected<Error> AlsaAudioOut::Device::lost(const char* doing, int error) const {
  return fail(ErrorCode::io, "cannot {} sound device '{}': {}; it has to be opened again", doing, name,
              reason_of(error));
}

tl::unexpected<Error> AlsaAudioOut::Device::unsupported(const char* what, int error) const {
  return fail(ErrorCode::unsupported, "sound device '{}' cannot play {}: {}; try 'plughw:…', which converts", name,
              what, reason_of(error));
}

Result<void> AlsaAudioOut::Device::choose_format(const AlsaSettings& settings) {
  const HwParams hw;
  if (const int e = snd_pcm_hw_params_any(handle, hw); e < 0) return unsupported("anything", e);
  snd_pcm_hw_params_set_rate_resample(handle, hw, 0);  // a hidden resampler would blur the position
  int e = snd_pcm_hw_params_set_access(handle, hw, SND_PCM_ACCESS_RW_INTERLEAVED);
  if (e >= 0) e = snd_pcm_hw_params_set_format(handle, hw, SND_PCM_FORMAT_S16);
  if (e < 0) return unsupported("16 bit", e);
  if (e = snd_pcm_hw_params_set_rate(handle, hw, rate_hz, 0); e < 0) return unsupported("48 000 Hz", e);
  if (e = snd_pcm_hw_params_set_channels_first(handle, hw, &channels); e < 0) return unsupported("any channels", e);
  if (channels > max_channels) return unsupported("fewer than 33 channels", -EINVAL);
  period = static_cast<snd_pcm_uframes_t>(settings.period.count()) * rate_hz / 1000;
  buffer = static_cast<snd_pcm_uframes_t>(settings.buffer.count()) * rate_hz / 1000;
  if (e = snd_pcm_hw_params_set_period_size_near(handle, hw, &period, nullptr); e < 0)
    return unsupported("in periods", e);
  if (e = snd_pcm_hw_params_set_buffer_size_near(handle, hw, &buffer); e < 0) return unsupported("buffered", e);
  if (e = snd_pcm_hw_params(handle, hw); e < 0) return unsupported("48 000 Hz 16 bit", e);
  if (snd_pcm_get_params(handle, &buffer, &period) < 0 || period == 0 || buffer < 2 * period) {
    return unsupported("with a buffer of two periods or more", -EINVAL);
  }
  wide.resize(period * channels);
  return {};
}

Result<void> AlsaAudioOut::Device::choose_thresholds() {
  const SwParams sw;
  int e = snd_pcm_sw_params_current(handle, sw);
  if (e >= 0) e = snd_pcm_sw_params_set_start_threshold(handle, sw, buffer / 2);
  if (e >= 0) e = snd_pcm_sw_params_set_stop_threshold(handle, sw, buffer);
  if (e >= 0) e = snd_pcm_sw_params_set_avail_min(handle, sw, period);
  // What was played becomes silence in the ring: a card that nobody feeds, or whose interrupt comes late, has nothing
  // to say twice.
  snd_pcm_uframes_t boundary = 0;
  if (e >= 0) e = snd_pcm_sw_params_get_boundary(sw, &boundary);
  if (e >= 0) e = snd_pcm_sw_params_set_silence_threshold(handle, sw, 0);
  if (e >= 0) e = snd_pcm_sw_params_set_silence_size(handle, sw, boundary);
  if (e >= 0) e = snd_pcm_sw_params_set_tstamp_mode(handle, sw, SND_PCM_TSTAMP_ENABLE);
  if (e < 0) return lost("configure", e);
  monotonic_stamps = snd_pcm_sw_params_set_tstamp_type(handle, sw, SND_PCM_TSTAMP_TYPE_MONOTONIC) >= 0;
  if (e = snd_pcm_sw_params(handle, sw); e < 0) return lost("configure", e);
  return {};
}

/// @return whether the error is an underrun, which is counted once and healed by the next write
bool AlsaAudioOut::Device::note_underrun(int error) {
  if (error != -EPIPE && error != -ESTRPIPE) return false;
  if (!dry) ++underruns;
  dry = true;
  return true;
}

Result<void> AlsaAudioOut::Device::heal() {
  if (!dry) return {};
  if (const int e = snd_pcm_prepare(handle); e < 0) return lost("restart", e);
  dry = false;
  return {};
}

const std::int16_t* AlsaAudioOut::Device::spread(const std::int16_t* frames, std::size_t count) {
  if (channels == 1) return frames;
  for (std::size_t i = 0; i < count; ++i)
    std::fill_n(wide.begin() + static_cast<std::ptrdiff_t>(i * channels), channels, frames[i]);
  return wide.data();
}

/// Writes up to a period, however many attempts that takes.
Result<void> AlsaAudioOut::Device::write_some(const std::int16_t* frames, snd_pcm_uframes_t count) {
  const std::int16_t* data = spread(frames, count);
  for (int attempts = 0; count > 0; ++attempts) {
    LOA_TRY(heal());
    const snd_pcm_sframes_t put = snd_pcm_writei(handle, data, count);
    if (put > 0) {
      written += put;
      count -= static_cast<snd_pcm_uframes_t>(put);
      data += static_cast<std::size_t>(put) * channels;
      continue;
    }
    const int e = put == 0 ? -EAGAIN : static_cast<int>(put);
    if (attempts > 20) return lost("write to", e);
    if (note_underrun(e) || e == -EINTR) continue;
    if (e != -EAGAIN) return lost("write to", e);
    snd_pcm_wait(handle, 100);  // the caller did not wait(); its error, if any, comes with the next attempt
  }
  return {};
}

void AlsaAudioOut::Device::read(AudioPosition& position, int& error) {
  const MonoTime before = monotonic_now();
  error = snd_pcm_status(handle, status);
  const MonoTime after = monotonic_now();
  position.at = before + (after - before) / 2;
  position.uncertainty = (after - before) / 2;
  if (error < 0) return;
  snd_htimestamp_t stamp{};
  snd_pcm_status_get_htstamp(status, &stamp);
  const MonoTime stamped{std::chrono::seconds{stamp.tv_sec} + nanoseconds{stamp.tv_nsec}};
  // A driver that stamps at its interrupts is up to a period behind; anything else is no time stamp.
  const bool usable = monotonic_stamps && stamped <= after && stamped > before - 1s;
  if (usable) position.at = stamped;
  const auto delay = std::clamp<std::int64_t>(snd_pcm_status_get_delay(status), 0, written);
  position.played = written - delay;
}

AlsaAudioOut::AlsaAudioOut(AlsaSettings settings) : settings_(std::move(settings)) {}
AlsaAudioOut::AlsaAudioOut(std::string pcm_name) { settings_.pcm = std::move(pcm_name); }
AlsaAudioOut::~AlsaAudioOut() = default;

Result<AudioShape> AlsaAudioOut::open() {
  close();
  snd_lib_error_set_handler(listen_to_alsa);
  last_words[0] = '\0';
  auto device = std::make_unique<Device>(settings_.pcm);
  const int e = snd_pcm_open(&device->handle, settings_.pcm.c_str(), SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK);
  if (e < 0) {
    device->handle = nullptr;
    auto failure = open_failure(settings_.pcm, e);
    snd_config_update_free_global();  // the next attempt sees a repaired configuration
    return failure;
  }
  LOA_TRY(device->choose_format(settings_));
  LOA_TRY(device->choose_thresholds());
  if (const int p = snd_pcm_prepare(device->handle); p < 0) return device->lost("prepare", p);
  device_ = std::move(device);
  return AudioShape{static_cast<int>(rate_hz), static_cast<std::int64_t>(device_->period),
                    static_cast<std::int64_t>(device_->buffer)};
}

Result<bool> AlsaAudioOut::wait(milliseconds timeout) {
  if (!device_) return fail(ErrorCode::io, "cannot wait for sound device '{}': it is not open", settings_.pcm);
  if (device_->dry) return true;
  // snd_pcm_wait() judges by what alsa-lib saw last: a plugin's underrun or removal since then would go unnoticed.
  if (const auto free = snd_pcm_avail_update(device_->handle); free < 0) {
    if (device_->note_underrun(static_cast<int>(free))) return true;
    return device_->lost("wait for", static_cast<int>(free));
  }
  const MonoTime deadline = monotonic_now() + timeout;
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - monotonic_now());
    const int e = snd_pcm_wait(device_->handle, static_cast<int>(std::max(left, 0ms).count()));
    if (e > 0) return true;
    if (e == 0) return false;
    if (device_->note_underrun(e)) return true;
    if (e != -EINTR) return device_->lost("wait for", e);
  }
}

Result<void> AlsaAudioOut::write(std::span<const std::int16_t> frames) {
  if (!device_) return fail(ErrorCode::io, "cannot write to sound device '{}': it is not open", settings_.pcm);
  while (!frames.empty()) {
    const auto count = std::min<std::size_t>(frames.size(), device_->period);
    LOA_TRY(device_->write_some(frames.data(), count));
    frames = frames.subspan(count);
  }
  return {};
}

Result<AudioPosition> AlsaAudioOut::position() {
  if (!device_) return fail(ErrorCode::io, "cannot ask sound device '{}': it is not open", settings_.pcm);
  AudioPosition best;
  best.uncertainty = nanoseconds::max();
  for (int i = 0; i < 3 && best.uncertainty > 20us; ++i) {
    AudioPosition position;
    int e = 0;
    device_->read(position, e);
    if (e < 0 && !device_->note_underrun(e)) return device_->lost("ask", e);
    const snd_pcm_state_t state = e < 0 ? SND_PCM_STATE_XRUN : snd_pcm_status_get_state(device_->status);
    if (state == SND_PCM_STATE_DISCONNECTED) return device_->lost("ask", -ENODEV);
    if (state == SND_PCM_STATE_XRUN || state == SND_PCM_STATE_SUSPENDED) device_->note_underrun(-EPIPE);
    if (device_->dry) position.played = device_->written;  // it stopped because nothing was left
    if (device_->dry || position.uncertainty < best.uncertainty) best = position;
    if (device_->dry) break;
  }
  best.written = device_->written;
  best.underruns = device_->underruns;
  return best;
}

void AlsaAudioOut::close() {
  if (!device_) return;
  device_.reset();
  snd_config_update_free_global();  // some hundred kilobytes that the next open() reads again
}

}  // namespace loa::firmware
