#include "station/playback/renderer.hpp"

#include <algorithm>
#include <cmath>

#include "station/playback/interpolator.hpp"

namespace loa::station::playback {

using protocol::message::Reason;
namespace {

using std::chrono::nanoseconds;

constexpr int fade_frames = content_rate_hz / 100;  // 10 ms
constexpr double max_deviation = 500e-6;            // of the playing speed: inaudible
constexpr double correction_frames = 24'000;        // an error is worked off with a time constant of half a second
constexpr double jump_frames = 240;                 // an error above 5 ms is not worked off but jumped over
constexpr nanoseconds adjoining{200'000};           // two cues this close are meant to follow each other gaplessly
constexpr nanoseconds end_tolerance{20'000'000};    // a voice that has run this far past its end is over

std::int16_t to_s16(float value) {
  return static_cast<std::int16_t>(std::lrint(std::clamp(value, -32768.0F, 32767.0F)));
}

/// A device frame falls between two content frames: the part begins with the whole one, but never before what was
/// assigned.
double beginning_of(const Voice& voice, double at) {
  const double assigned = voice.frame_at(voice.assignment.from_mono);
  return std::min(at, std::max(std::floor(at), assigned));
}

float gain_of(int gain_cb) { return static_cast<float>(std::pow(10.0, gain_cb / 2000.0)); }

}  // namespace

bool Renderer::add(Voice& voice) {
  for (Active& active : actives_) {
    if (active.voice != nullptr) continue;
    active = Active{};
    active.voice = &voice;
    active.base = voice.first;
    ++count_;
    return true;
  }
  return false;
}

void Renderer::halt(Voice& voice) {
  for (Active& active : actives_) {
    if (active.voice != &voice || active.finished || active.halting) continue;
    if (!active.begun) {
      finish(active, Reason::halted);
      continue;
    }
    active.halting = true;
    active.fade_out = fade_frames;
  }
}

// ---- rendering --------------------------------------------------------------------------------------------------

void Renderer::render(std::span<std::int16_t> out, std::int64_t written) {
  std::fill(out.begin(), out.end(), std::int16_t{0});
  if (!clock_.running()) return;
  const int total = static_cast<int>(out.size());
  for (int done = 0; done < total;) {
    const MonoTime time = clock_.time_of(static_cast<double>(written + done));
    Active* active = choose(time);
    give_way(active);
    const int span = frames_until_change(time, active, total - done);
    if (active == nullptr) {
      done += span;
      continue;
    }
    if (!active->begun) begin(*active, time);
    const auto part = out.subspan(static_cast<std::size_t>(done), static_cast<std::size_t>(span));
    const int frames = render_voice(*active, part, written + done);
    add_leaving(part.first(static_cast<std::size_t>(frames)), written + done);
    done += frames;
  }
}

void Renderer::give_way(Active* next) {
  if (next == on_air_) return;
  Active* before = std::exchange(on_air_, next);
  if (leaving_ == next) leaving_ = nullptr;
  if (before == nullptr || next == nullptr || before->voice == nullptr || before->finished || !before->begun) return;
  leaving_ = before;
  if (!before->halting) halt(*before->voice);
}

void Renderer::add_leaving(std::span<std::int16_t> out, std::int64_t device_frame) {
  std::array<std::int16_t, fade_frames> tail{};
  for (std::size_t done = 0; leaving_ != nullptr && done < out.size();) {
    const auto room = std::min(out.size() - done, tail.size());
    tail.fill(0);
    const int frames =
        render_voice(*leaving_, std::span{tail}.first(room), device_frame + static_cast<std::int64_t>(done));
    for (int i = 0; i < frames; ++i, ++done)
      out[done] = to_s16(static_cast<float>(out[done]) + static_cast<float>(tail[static_cast<std::size_t>(i)]));
    if (leaving_->finished) leaving_ = nullptr;
  }
}

/// The voice to be heard at an instant: of those whose time it is, the highest class, then the latest start. But one
/// whose last few frames are still due gives way only when they are out, so that the next adjoins to the sample.
Renderer::Active* Renderer::choose(MonoTime time) {
  Active* best = nullptr;
  for (Active& active : actives_) {
    if (active.voice == nullptr || active.finished) continue;
    const Voice& voice = *active.voice;
    const MonoTime end =
        voice.time_of(static_cast<double>(voice.frames)) + (active.begun ? end_tolerance : nanoseconds{0});
    if (time >= end) finish(active, Reason::complete);
    if (active.finished || time < voice.assignment.from_mono) continue;
    if (best == nullptr || rank(active) > rank(*best)) best = &active;
  }
  return best;
}

std::tuple<int, bool, MonoTime> Renderer::rank(const Active& active) {
  const Voice& voice = *active.voice;
  const bool nearly_out = active.begun && static_cast<double>(voice.frames) - active.at < jump_frames;
  return {voice.assignment.cue.cue_class(), nearly_out, voice.assignment.from_mono};
}

int Renderer::frames_until_change(MonoTime time, const Active* chosen, int limit) const {
  double frames = limit;
  for (const Active& active : actives_) {
    if (active.voice == nullptr || active.finished || active.begun || &active == chosen) continue;
    const auto wait = static_cast<double>((active.voice->assignment.from_mono - time).count());
    if (wait > 0) frames = std::min(frames, std::ceil(wait / clock_.frame_ns()));
  }
  return std::clamp(static_cast<int>(frames), 1, limit);
}

void Renderer::begin(Active& active, MonoTime time) {
  const Voice& voice = *active.voice;
  active.begun = true;
  active.at = std::max(0.0, voice.frame_at(time));
  const bool adjoins = std::chrono::abs(handover_time_ - voice.origin) < adjoining;
  if (adjoins && active.at < 2.0) active.at = handover_surplus_;
  if (active.at > fade_frames) active.fade_in = fade_frames;  // joins in the middle
}

int Renderer::render_voice(Active& active, std::span<std::int16_t> out, std::int64_t device_frame) {
  Voice& voice = *active.voice;
  const double wanted = voice.frame_at(clock_.time_of(static_cast<double>(device_frame)));
  double error = wanted - active.at;
  if (error < -jump_frames) {  // the device has leapt ahead: hold until the timetable has caught up
    return std::min(static_cast<int>(out.size()), static_cast<int>(-error));
  }
  if (error > jump_frames) {
    resynchronise(active, wanted);
    error = 0;
  }
  const double natural = clock_.frame_ns() * (content_rate_hz / 1e9);
  const double step = std::clamp(natural + error / correction_frames, 1 - max_deviation, 1 + max_deviation);
  const double left = std::ceil((static_cast<double>(voice.frames) - active.at) / step);
  const int wish = static_cast<int>(std::min(left, static_cast<double>(out.size())));
  if (wish <= 0) {
    finish(active, Reason::complete);
    return 0;
  }
  const auto part =
      out.first(static_cast<std::size_t>(active.halting ? std::min(wish, std::max(active.fade_out, 1)) : wish));
  const double from = active.at;
  const int audible = render_audible(active, part, step);
  const int frames = audible > 0 ? audible : static_cast<int>(part.size());
  if (audible == 0) active.at += step * frames;  // the decoder is behind: time goes on without it
  book(active, device_frame, frames, from, step, audible > 0);
  if (audible == 0 && voice.damaged && voice.pcm.read_available() == 0) {
    finish(active, Reason::content_damaged);
  } else if (active.halting && active.fade_out <= 0) {
    finish(active, Reason::halted);
  } else if (active.at >= static_cast<double>(voice.frames)) {
    handover_time_ = voice.time_of(static_cast<double>(voice.frames));
    handover_surplus_ = active.at - static_cast<double>(voice.frames);
    finish(active, Reason::complete);
  }
  return frames;
}

void Renderer::resynchronise(Active& active, double wanted) {
  const auto end = static_cast<double>(active.voice->frames);
  add_gap(*active.voice, active.at, std::min(wanted, end) - active.at);
  active.at = std::min(wanted, end);
  active.fade_in = fade_frames;
}

/// Renders as many frames as the decoded content allows; 0 if not even one.
int Renderer::render_audible(Active& active, std::span<std::int16_t> out, double step) {
  const auto last = static_cast<std::int64_t>(active.at + step * static_cast<double>(out.size()));
  refill(active, last + Interpolator::after + 1);
  const float gain = gain_of(active.voice->assignment.gain_cb);
  int done = 0;
  for (std::int16_t& sample : out) {
    const auto whole = static_cast<std::int64_t>(active.at);
    const std::int64_t first = whole - Interpolator::before;
    const std::int64_t past = first + Interpolator::taps;
    if (past > active.base + active.size) break;
    std::array<float, Interpolator::taps> edge{};
    const float* taps = nullptr;
    if (first >= active.base) {
      taps = active.window.data() + (first - active.base);
    } else {  // before the first decoded frame there is silence
      for (int i = 0; i < Interpolator::taps; ++i) {
        const std::int64_t index = first + i - active.base;
        if (index >= 0) edge[static_cast<std::size_t>(i)] = active.window[static_cast<std::size_t>(index)];
      }
      taps = edge.data();
    }
    sample = to_s16(Interpolator::at(taps, active.at - static_cast<double>(whole)) * gain * fade(active));
    active.at += step;
    ++done;
  }
  return done;
}

float Renderer::fade(Active& active) {
  float factor = 1;
  if (active.fade_in > 0) factor = 1.0F - static_cast<float>(active.fade_in--) / fade_frames;
  if (active.halting) factor *= static_cast<float>(std::max(0, active.fade_out--)) / fade_frames;
  return factor;
}

/// Moves decoded frames into the window until it reaches `through`, forgetting what lies behind the position. Past the
/// end of the content there is silence.
void Renderer::refill(Active& active, std::int64_t through) {
  Voice& voice = *active.voice;
  const std::int64_t keep_from = static_cast<std::int64_t>(active.at) - Interpolator::before;
  while (active.base + active.size < through) {
    const std::int64_t drop = std::clamp<std::int64_t>(keep_from - active.base, 0, active.size);
    if (drop > 0) {
      std::copy(active.window.begin() + drop, active.window.begin() + active.size, active.window.begin());
      active.base += drop;
      active.size -= static_cast<int>(drop);
    }
    const std::int64_t end = active.base + active.size;
    const auto room = std::min<std::int64_t>(window_frames - active.size, 512);
    if (room == 0) return;
    std::array<std::int16_t, 512> fresh{};
    std::int64_t got = 0;
    if (end >= voice.frames) {
      got = room;  // silence after the end
    } else {
      got = static_cast<std::int64_t>(
          voice.pcm.pop(fresh.data(), static_cast<std::size_t>(std::min(room, voice.frames - end))));
    }
    if (got == 0) return;
    for (std::int64_t i = 0; i < got; ++i) {
      active.window[static_cast<std::size_t>(active.size++)] = fresh[static_cast<std::size_t>(i)];
    }
  }
}

void Renderer::book(Active& active, std::int64_t begin, int frames, double from, double step, bool heard) {
  active.last_span_end = begin + frames;
  if (span_count_ == spans_.size()) return;  // cannot be: a buffer holds far fewer periods
  spans_[(span_head_ + span_count_++) % spans_.size()] = Span{&active, begin, begin + frames, from, step, heard};
}

void Renderer::finish(Active& active, Reason reason) {
  active.finished = true;
  active.voice->measured.reason = reason;
}

// ---- booking what was heard -----------------------------------------------------------------------------------------

void Renderer::settle(const firmware::AudioPosition& position) {
  if (position.underruns != underruns_) {
    clock_.reset();
    for (Active& active : actives_) {
      if (active.begun && !active.finished) active.voice->measured.underruns += position.underruns - underruns_;
    }
    underruns_ = position.underruns;
  }
  clock_.observe(position);
  for (std::size_t i = 0; i < span_count_; ++i) {  // two voices may share a stretch, while one leaves
    Span& span = spans_[(span_head_ + i) % spans_.size()];
    if (span.begin < std::min(span.end, position.played)) settle_span(span, position.played);
  }
  while (span_count_ > 0 && spans_[span_head_].begin >= spans_[span_head_].end) {
    span_head_ = (span_head_ + 1) % spans_.size();
    --span_count_;
  }
  end_settled(position.played);
}

void Renderer::settle_span(Span& span, std::int64_t played) {
  const std::int64_t frames = std::min(span.end, played) - span.begin;
  if (span.heard) {
    hear(*span.active, span, frames);
  } else {
    add_gap(*span.active->voice, span.from, span.step * static_cast<double>(frames));
  }
  span.from += span.step * static_cast<double>(frames);
  span.begin += frames;
}

void Renderer::hear(Active& active, const Span& span, std::int64_t frames) {
  Voice& voice = *active.voice;
  auto& measured = voice.measured;
  if (!measured.heard) {
    measured.heard = true;
    measured.from = measured.to = beginning_of(voice, span.from);
    drop_gaps_before(voice, span.from);  // what was missing before the first sound is not part of it
    const auto error =
        clock_.running() ? clock_.time_of(static_cast<double>(span.begin)) - voice.time_of(span.from) : nanoseconds{0};
    measured.start_error_us = start_error_us(error);
    events_.started(voice);
  }
  measured.frames += span.step * static_cast<double>(frames);
  measured.to = std::min(span.from + span.step * static_cast<double>(frames), static_cast<double>(voice.frames));
  measured.device_ppb = clock_.rate_error_ppb();
  events_.progress(voice);
}

/// In the order of the content: what is jumped over is known when it is rendered, what the decoder did not deliver when
/// its time is over, and by then there may be later gaps.
void Renderer::add_gap(Voice& voice, double at, double length) {
  auto& measured = voice.measured;
  if (length <= 0) return;
  const auto begin = measured.gaps.begin();
  const auto end = begin + static_cast<std::ptrdiff_t>(measured.gap_count);
  const auto later = std::find_if(begin, end, [at](const auto& gap) { return gap.at > at; });
  if (later != begin && std::abs(std::prev(later)->at + std::prev(later)->length - at) < 1.0) {
    std::prev(later)->length += length;
  } else if (later != end && std::abs(at + length - later->at) < 1.0) {
    *later = {at, length + later->length};
  } else if (measured.gap_count == measured.gaps.size()) {
    std::prev(end)->length += length;  // the list is full: the last entry takes the rest
  } else {
    std::move_backward(later, end, end + 1);
    *later = {at, length};
    ++measured.gap_count;
  }
}

void Renderer::drop_gaps_before(Voice& voice, double at) {
  auto& measured = voice.measured;
  const auto end = measured.gaps.begin() + static_cast<std::ptrdiff_t>(measured.gap_count);
  const auto first = std::find_if(measured.gaps.begin(), end, [at](const auto& gap) { return gap.at >= at; });
  measured.gap_count = static_cast<std::size_t>(std::move(first, end, measured.gaps.begin()) - measured.gaps.begin());
}

void Renderer::end_settled(std::int64_t played) {
  for (Active& active : actives_) {
    if (active.voice != nullptr && active.finished && played >= active.last_span_end) release(active);
  }
}

void Renderer::release(Active& active) {
  Voice* voice = std::exchange(active.voice, nullptr);
  if (on_air_ == &active) on_air_ = nullptr;
  if (leaving_ == &active) leaving_ = nullptr;
  --count_;
  events_.ended(*voice);
}

void Renderer::abort(MonoTime now) {
  span_count_ = 0;
  clock_.reset();
  underruns_ = 0;
  for (Active& active : actives_) {
    if (active.voice == nullptr) continue;
    active.last_span_end = 0;
    if (active.begun || active.finished || active.voice->assignment.from_mono <= now) {
      if (!active.finished) active.voice->measured.reason = Reason::device_lost;
      release(active);
    }
  }
}

}  // namespace loa::station::playback
