// The ALSA side of the virtual card: an external I/O plugin (alsa-lib, pcm_ioplug.h). Loaded by alsa-lib into whatever
// program opens a PCM of type "loa"; README.md of the house shows the configuration.
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <memory>
#include <new>
#include <optional>

#include "firmware/virtual_card/card.hpp"

namespace {

using namespace loa::firmware::virtual_card;

struct Plugin {
  explicit Plugin(CardSettings settings) : card(std::move(settings)) {}
  ~Plugin() {
    if (lock >= 0) ::close(lock);
  }

  snd_pcm_ioplug_t io{};
  int lock = -1;
  Card card;
};

Plugin& plugin_of(snd_pcm_ioplug_t* io) { return *static_cast<Plugin*>(io->private_data); }

int on_start(snd_pcm_ioplug_t* io) {
  plugin_of(io).card.start();
  return 0;
}

int on_stop(snd_pcm_ioplug_t* io) {
  plugin_of(io).card.stop();
  return 0;
}

int on_prepare(snd_pcm_ioplug_t* io) {
  Plugin& plugin = plugin_of(io);
  plugin.card.prepare();
  std::int64_t played = 0;
  return plugin.card.update(0, false, played) == CardState::gone ? -ENODEV : 0;
}

/// Absolute position since prepare (SND_PCM_IOPLUG_FLAG_BOUNDARY_WA); negative for an underrun.
snd_pcm_sframes_t on_pointer(snd_pcm_ioplug_t* io) {
  std::int64_t played = 0;
  const bool draining = io->state == SND_PCM_STATE_DRAINING;
  const CardState state = plugin_of(io).card.update(static_cast<std::int64_t>(io->appl_ptr), draining, played);
  if (state == CardState::dry) return -EPIPE;
  if (state == CardState::gone) snd_pcm_ioplug_set_state(io, SND_PCM_STATE_DISCONNECTED);
  return played;
}

snd_pcm_sframes_t on_transfer(snd_pcm_ioplug_t* io, const snd_pcm_channel_area_t* areas, snd_pcm_uframes_t offset,
                              snd_pcm_uframes_t size) {
  ChannelView views[2];
  for (unsigned c = 0; c < io->channels; ++c) {
    const auto* base = static_cast<const std::uint8_t*>(areas[c].addr);
    views[c] = {base + (areas[c].first + offset * areas[c].step) / 8, areas[c].step / 8};
  }
  const auto at = static_cast<std::int64_t>(io->appl_ptr), frames = static_cast<std::int64_t>(size);
  switch (plugin_of(io).card.write(at, views, frames)) {
    case CardState::dry:
      return -EPIPE;
    case CardState::gone:
      snd_pcm_ioplug_set_state(io, SND_PCM_STATE_DISCONNECTED);
      return -ENODEV;
    case CardState::ready:
    case CardState::running:
      break;
  }
  return static_cast<snd_pcm_sframes_t>(size);
}

int on_hw_params(snd_pcm_ioplug_t* io, snd_pcm_hw_params_t*) {
  plugin_of(io).card.configure(static_cast<int>(io->rate), static_cast<int>(io->channels),
                               static_cast<std::int64_t>(io->buffer_size));
  return 0;
}

int on_sw_params(snd_pcm_ioplug_t* io, snd_pcm_sw_params_t* params) {
  snd_pcm_uframes_t avail_min = 1;
  snd_pcm_sw_params_get_avail_min(params, &avail_min);
  plugin_of(io).card.set_avail_min(static_cast<std::int64_t>(avail_min));
  return 0;
}

int on_poll_revents(snd_pcm_ioplug_t* io, pollfd*, unsigned, unsigned short* revents) {
  CardState state{};
  *revents = plugin_of(io).card.is_due(state) ? POLLOUT : 0;
  if (state == CardState::dry && io->state == SND_PCM_STATE_RUNNING) snd_pcm_ioplug_set_state(io, SND_PCM_STATE_XRUN);
  if (state == CardState::gone) snd_pcm_ioplug_set_state(io, SND_PCM_STATE_DISCONNECTED);
  if (state == CardState::dry || state == CardState::gone) *revents |= POLLERR;
  return 0;
}

int on_close(snd_pcm_ioplug_t* io) {
  delete &plugin_of(io);
  return 0;
}

constexpr snd_pcm_ioplug_callback_t make_callbacks() {
  snd_pcm_ioplug_callback_t c{};
  c.start = on_start;
  c.stop = on_stop;
  c.pointer = on_pointer;
  c.transfer = on_transfer;
  c.close = on_close;
  c.hw_params = on_hw_params;
  c.sw_params = on_sw_params;
  c.prepare = on_prepare;
  c.poll_revents = on_poll_revents;
  return c;
}
constexpr snd_pcm_ioplug_callback_t callbacks = make_callbacks();

/// One field of the PCM's definition; false when it is not one of ours or has the wrong type.
bool read_field(snd_config_t* field, const char* id, CardSettings& settings) {
  const char* text = nullptr;
  const bool is_text = snd_config_get_string(field, &text) == 0;
  if (std::strcmp(id, "ppm") == 0) {
    return snd_config_get_ireal(field, &settings.ppm) == 0 && std::abs(settings.ppm) <= 1000;
  }
  if (std::strcmp(id, "wander_ppm") == 0) {
    return snd_config_get_ireal(field, &settings.wander.ppm) == 0 && std::abs(settings.wander.ppm) <= 1000;
  }
  if (std::strcmp(id, "wander_s") == 0) {
    return snd_config_get_ireal(field, &settings.wander.period_s) == 0 && settings.wander.period_s >= 4;
  }
  if (std::strcmp(id, "wander_phase") == 0) {
    return snd_config_get_ireal(field, &settings.wander.phase) == 0 && std::abs(settings.wander.phase) <= 1;
  }
  if (std::strcmp(id, "channels") == 0) {
    long channels = 0;
    const bool good = snd_config_get_integer(field, &channels) == 0 && (channels == 1 || channels == 2);
    settings.channels = static_cast<int>(channels);
    return good;
  }
  if (std::strcmp(id, "name") == 0 && is_text)
    settings.name = text;
  else if (std::strcmp(id, "record") == 0 && is_text)
    settings.record = text;
  else if (std::strcmp(id, "control") == 0 && is_text)
    settings.control = text;
  else
    return false;
  return true;
}

bool is_plain_name(const std::string& name) {
  return !name.empty() && name.size() <= 64 && name[0] != '.' && name.find_first_of("/\"\\\n") == std::string::npos;
}

std::optional<CardSettings> read_settings(snd_config_t* conf, const char* pcm) {
  CardSettings settings;
  snd_config_iterator_t i, next;
  snd_config_for_each(i, next, conf) {
    snd_config_t* field = snd_config_iterator_entry(i);
    const char* id = nullptr;
    if (snd_config_get_id(field, &id) < 0) continue;
    if (std::strcmp(id, "type") == 0 || std::strcmp(id, "comment") == 0 || std::strcmp(id, "hint") == 0) continue;
    if (read_field(field, id, settings)) continue;
    SNDERR(
        "virtual card %s: field %s is unknown or out of range (name, ppm -1000..1000, wander_ppm, wander_s 4.., "
        "wander_phase -1..1, channels 1|2, record, control)",
        pcm, id);
    return {};
  }
  if (is_plain_name(settings.name)) return settings;
  SNDERR("virtual card %s: name must be 1..64 characters without / \" or \\", pcm);
  return {};
}

/// A real card has one user at a time: so has a recording folder's card of one name.
/// @return a descriptor that holds the lock, or a negative error number
int take_lock(const CardSettings& settings) {
  const std::string path = settings.record + "/." + settings.name + ".lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) {
    const int number = errno;
    SNDERR("virtual card %s: cannot record into %s: %s", settings.name.c_str(), settings.record.c_str(),
           std::strerror(number));
    return -number;
  }
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
  ::close(fd);
  return -EBUSY;
}

int limit(snd_pcm_ioplug_t* io, int channels) {
  const unsigned access[] = {SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_ACCESS_RW_NONINTERLEAVED,
                             SND_PCM_ACCESS_MMAP_INTERLEAVED, SND_PCM_ACCESS_MMAP_NONINTERLEAVED};
  const unsigned formats[] = {SND_PCM_FORMAT_S16_LE};
  const unsigned rates[] = {44'100, 48'000};
  const unsigned least = channels == 2 ? 2 : 1, most = channels == 1 ? 1 : 2;
  int error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 4, access);
  if (error >= 0) error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_FORMAT, 1, formats);
  if (error >= 0) error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_RATE, 2, rates);
  if (error >= 0) error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_CHANNELS, least, most);
  // 5 ms of mono to 500 ms of stereo; up to 2 s of stereo in the buffer.
  if (error >= 0) error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 480, 96'000);
  if (error >= 0) error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_BUFFER_BYTES, 960, 384'000);
  if (error >= 0) error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIODS, 2, 128);
  return error;
}

int open_plugin(snd_pcm_t** pcm, const char* name, CardSettings settings, int lock, int mode) {
  const int channels = settings.channels;
  auto plugin = std::make_unique<Plugin>(std::move(settings));
  plugin->lock = lock;
  std::int64_t played = 0;
  if (plugin->card.update(0, false, played) == CardState::gone) return -ENODEV;
  snd_pcm_ioplug_t& io = plugin->io;
  io.version = SND_PCM_IOPLUG_VERSION;
  io.name = "loa virtual card";
  io.flags = SND_PCM_IOPLUG_FLAG_MONOTONIC | SND_PCM_IOPLUG_FLAG_BOUNDARY_WA;
  io.poll_fd = plugin->card.poll_fd();
  io.poll_events = POLLIN;  // what a timerfd gives; on_poll_revents turns it into POLLOUT
  io.callback = &callbacks;
  io.private_data = plugin.get();
  if (const int error = snd_pcm_ioplug_create(&io, name, SND_PCM_STREAM_PLAYBACK, mode); error < 0) return error;
  const int error = limit(&io, channels);
  Plugin* owned = plugin.release();  // on_close deletes it from here on
  if (error < 0)
    snd_pcm_ioplug_delete(&owned->io);
  else
    *pcm = owned->io.pcm;
  return error;
}

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

SND_PCM_PLUGIN_DEFINE_FUNC(loa) {
  static_cast<void>(root);
  if (stream != SND_PCM_STREAM_PLAYBACK) return -EINVAL;
  try {  // out of memory or threads must not end the foreign program
    auto settings = read_settings(conf, name);
    if (!settings) return -EINVAL;
    const int lock = settings->record.empty() ? -1 : take_lock(*settings);
    if (lock < 0 && !settings->record.empty()) return lock;
    return open_plugin(pcmp, name, std::move(*settings), lock, mode);
  } catch (...) {
    return -ENOMEM;
  }
}

#pragma GCC diagnostic ignored "-Wpedantic"  // alsa-lib's macro ends in two semicolons
SND_PCM_PLUGIN_SYMBOL(loa)
}
#pragma GCC visibility pop
