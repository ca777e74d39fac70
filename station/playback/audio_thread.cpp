#include "station/playback/audio_thread.hpp"

#include <pthread.h>
#include <sched.h>

#include <algorithm>

#include "protocol/base/log.hpp"

namespace loa::station::playback {

using protocol::message::Reason;
namespace {

constexpr std::chrono::milliseconds wait_step{100};
constexpr std::chrono::milliseconds period_patience{1'500};  // a period takes 10 ms, a wait for one at most wait_step
constexpr std::chrono::seconds device_patience{5};           // some drivers take seconds to open or close
constexpr std::chrono::seconds trial_patience{60};           // nobody waits for a trial, and a restart would not help

MonoTime within(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

/// What of a voice has been heard so far, for a process that may be killed now.
journal::ProgressMark::Part mark_of(const Voice& voice) {
  const auto& measured = voice.measured;
  auto part = journal::begin_part(voice.assignment);
  part.from_us = voice.planned_us(measured.from);
  part.to_us = voice.planned_us(measured.to);
  part.first_frame = static_cast<std::uint64_t>(measured.from);
  part.frames = static_cast<std::uint64_t>(measured.frames);
  part.start_error_us = measured.start_error_us;
  part.underruns = measured.underruns;
  part.device_ppb = measured.device_ppb;
  return part;
}

}  // namespace

AudioThread::AudioThread(std::unique_ptr<firmware::AudioOut> device, journal::MarkSet& marks,
                         const AudioPlayerSettings& settings)
    : device_(std::move(device)),
      marks_(marks),
      settings_(settings),
      renderer_(Renderer::Events{[this](Voice& voice) {
                                   reports_.push({Report::Kind::started, &voice, voice.measured.start_error_us});
                                 },
                                 [this](Voice& voice) {
                                   if (!voice.assignment.test) marks_.update(voice.mark, mark_of(voice));
                                 },
                                 [this](Voice& voice) {
                                   reports_.push({Report::Kind::ended, &voice, 0});
                                 }}) {
  thread_ = std::thread{[this] { run(); }};
  pthread_setname_np(thread_.native_handle(), "loa-audio");
  const sched_param priority{settings_.realtime_priority};
  if (pthread_setschedparam(thread_.native_handle(), SCHED_FIFO, &priority) != 0) {
    log::info("audio.priority", {{"realtime", false}, {"hint", "grant CAP_SYS_NICE or LimitRTPRIO"}});
  }
}

AudioThread::~AudioThread() {
  quit_ = true;
  set_awake(false);
  thread_.join();
}

void AudioThread::set_awake(bool awake) {
  awake_ = awake;
  pulse_.call(within(period_patience));
  wake_.release();
}

void AudioThread::try_device() {
  looks_ = true;
  pulse_.call(within(trial_patience));
  wake_.release();
}

void AudioThread::rest(std::chrono::milliseconds time) {
  pulse_.beat(within(time + period_patience));
  (void)wake_.try_acquire_for(time);
}

void AudioThread::run() {
  while (!quit_) {
    if (looks_.exchange(false)) look();
    if (!awake_) {
      pulse_.rest();
      wake_.acquire();
      continue;
    }
    play();
    pulse_.beat(within(device_patience));
    device_->close();
    renderer_.abort(std::chrono::steady_clock::now());
  }
}

/// Nothing leaves the device: it is not written to. The technician is still there to hear that the name is wrong.
void AudioThread::look() {
  pulse_.beat(within(trial_patience));
  trouble_.clear();
  if (const auto shape = device_->open(); !shape) {
    trouble_ = shape.error().text;
    log::error("audio.unavailable", {{"error", trouble_}});
  }
  device_->close();
  reports_.push({Report::Kind::tried, nullptr, 0});
}

/// From opening the device to closing it; the only place of this thread that allocates and logs.
void AudioThread::play() {
  pulse_.beat(within(device_patience));
  const auto shape = device_->open();
  if (!shape) {
    log::warn("audio.open_failed", {{"error", shape.error().text}});
    take_orders();
    rest(settings_.reopen_delay);
    return;
  }
  stalled_ = {};
  while (awake_ && !quit_) {
    if (play_period(*shape)) continue;
    log::warn("audio.device_lost", {{"stalled_ms", stalled_.count()}});
    pulse_.beat(within(device_patience));
    device_->close();
    renderer_.abort(std::chrono::steady_clock::now());
    rest(settings_.reopen_delay);
    return;
  }
}

/// @return false when the device is lost
bool AudioThread::play_period(const firmware::AudioShape& shape) {
  pulse_.beat(within(period_patience));
  take_orders();
  const auto room = device_->wait(wait_step);
  if (!room) return false;
  const auto position = device_->position();
  if (!position) return false;
  renderer_.settle(*position);
  if (!*room) {
    stalled_ += wait_step;
    return stalled_ < settings_.stall_limit;
  }
  stalled_ = {};
  const auto frames = std::min<std::size_t>(static_cast<std::size_t>(shape.period_frames), period_.size());
  const std::span<std::int16_t> period{period_.data(), frames};
  renderer_.render(period, position->written);
  return device_->write(period).has_value();
}

void AudioThread::take_orders() {
  Order order{};
  while (orders_.pop(order)) {
    if (order.kind == Order::Kind::halt) {
      renderer_.halt(*order.voice);
    } else if (!renderer_.add(*order.voice)) {
      order.voice->measured.reason = Reason::device_lost;  // more voices than a plan may arm at once
      reports_.push({Report::Kind::ended, order.voice, 0});
    }
  }
}

}  // namespace loa::station::playback
