#include "station/playback/audio_player.hpp"

#include <pthread.h>

#include <condition_variable>
#include <map>
#include <mutex>

#include "protocol/base/log.hpp"
#include "station/playback/audio_thread.hpp"
#include "station/playback/decoder.hpp"

namespace loa::station::playback {

using protocol::message::Reason;
namespace {

constexpr std::chrono::milliseconds decode_interval{20};
constexpr std::chrono::seconds patience{2};               // for the disk; the ring holds 1.4 s
constexpr std::size_t later_fill = 24'000;                // for each voice and round
constexpr std::size_t no_mark = journal::MarkSet::count;  // of a test, which leaves none

/// The proof draft of a voice that is over.
v1::Proof part_of(const Voice& voice) {
  const auto& measured = voice.measured;
  const v1::Cue& cue = voice.assignment.cue;
  v1::Proof part;
  part.set_occurrence(cue.occurrence());
  part.set_segment(cue.segment());
  part.set_medium(cue.medium());
  part.set_object(cue.object());
  part.set_plan_sequence(voice.assignment.plan_sequence);
  part.set_reason(std::string{name_of(measured.reason)});
  part.set_bucket(measured.heard ? v1::BUCKET_PLAYED : v1::BUCKET_UNKNOWN);
  part.set_from_us(voice.planned_us(measured.from));
  part.set_to_us(voice.planned_us(measured.to));
  if (!measured.heard) return part;
  part.set_first_frame(static_cast<std::uint64_t>(measured.from + 0.5));
  part.set_frames(static_cast<std::uint64_t>(measured.frames + 0.5));
  part.set_underruns(measured.underruns);
  part.set_gain_cb(voice.assignment.gain_cb);
  part.set_start_error_us(measured.start_error_us);
  part.set_device_ppb(measured.device_ppb);
  for (std::size_t i = 0; i < measured.gap_count; ++i) {
    const auto& measured_gap = measured.gaps[i];
    const std::int64_t from_us = std::max(voice.planned_us(measured_gap.at), part.from_us());
    const std::int64_t to_us = std::min(voice.planned_us(measured_gap.at + measured_gap.length), part.to_us());
    if (to_us <= from_us) continue;  // ahead of where it was lost
    auto* gap = part.add_gaps();
    gap->set_at_us(from_us);
    gap->set_length_us(to_us - from_us);
  }
  return part;
}

v1::Proof nothing_heard(const Assignment& assignment, Reason reason) {
  Voice voice;
  voice.assignment = assignment;
  voice.measured.reason = reason;
  return part_of(voice);
}

}  // namespace

/// The decoder thread, and what the io thread hands it.
// wide: what two threads hand each other, under one lock
class AudioPlayer::Works {
 public:
  Works(std::unique_ptr<firmware::AudioOut> device, journal::MarkSet marks, PresenterEvents events, Post post,
        AudioPlayerSettings settings)
      : events_(std::move(events)),
        post_(std::move(post)),
        settings_(std::move(settings)),
        marks_(std::move(marks)),
        audio_(std::move(device), marks_, settings_) {
    thread_ = std::thread{[this] { run(); }};
    pthread_setname_np(thread_.native_handle(), "loa-decode");
  }

  ~Works() {
    tell([this] { quit_ = true; });
    thread_.join();
  }

  // Called on the io thread. Marks are reused in turn; taking one overwrites it, so a clear that is still owed to it is
  // forgotten.
  void arm(const Assignment& assignment) {
    if (assignment.test) return tell([&] { arriving_.push_back({assignment, no_mark}); });
    const std::size_t mark = next_mark_++ % journal::MarkSet::count;
    std::erase_if(ended_marks_, [mark](const auto& entry) { return entry.second == mark; });
    tell([&] { arriving_.push_back({assignment, mark}); });
  }
  void halt(const CueKey& cue) {
    tell([&] { halting_.push_back(cue); });
  }
  void set_awake(bool awake) {
    tell([&] { awake_ = awake; });
  }
  void try_device() {
    tell([&] { try_ = true; });
  }
  // On the io thread.
  void settled(const CueKey& cue) {
    const auto entry = ended_marks_.find(cue);
    if (entry == ended_marks_.end()) return;
    marks_.clear(entry->second);
    ended_marks_.erase(entry);
  }

  [[nodiscard]] const Pulse& audio_pulse() const { return audio_.pulse(); }
  [[nodiscard]] const Pulse& decoder_pulse() const { return pulse_; }

 private:
  struct Arrival {
    Assignment assignment;
    std::size_t mark;
  };

  template <class Change>
  void tell(Change change) {
    {
      const std::lock_guard lock{mutex_};
      change();
      changed_ = true;
      pulse_.call(std::chrono::steady_clock::now() + patience);
    }
    condition_.notify_one();
  }

  void run() {
    while (take_changes()) {
      for (auto& decoder : decoders_) decoder->fill(later_fill);
      drain_reports();
    }
  }

  /// Waits for something to do. @return false to quit
  bool take_changes() {
    std::vector<Arrival> arriving;
    std::vector<CueKey> halting;
    bool awake = false, tries = false;
    {
      std::unique_lock lock{mutex_};
      const auto ready = [this] { return changed_ || quit_; };
      if (decoders_.empty() && !trying_) {
        if (!ready()) pulse_.rest();
        condition_.wait(lock, ready);
      } else {
        condition_.wait_for(lock, decode_interval, ready);
      }
      pulse_.beat(std::chrono::steady_clock::now() + patience);
      if (quit_) return false;
      changed_ = false;
      arriving.swap(arriving_);
      halting.swap(halting_);
      awake = awake_;
      tries = std::exchange(try_, false);
    }
    if (tries && !std::exchange(trying_, true)) audio_.try_device();
    if (awake != audio_awake_) audio_.set_awake(audio_awake_ = awake);
    for (const auto& arrival : arriving) begin(arrival.assignment, arrival.mark);
    for (const auto& cue : halting) stop(cue);
    return true;
  }

  void begin(const Assignment& assignment, std::size_t mark) {
    auto decoder = Decoder::open(assignment, std::chrono::steady_clock::now(), mark);
    if (!decoder) {
      log::warn("cue.content_damaged", {{"cue", assignment.cue.occurrence()}, {"error", decoder.error().text}});
      tell_ended(nothing_heard(assignment, Reason::content_damaged));
      return;
    }
    (*decoder)->prepare(std::chrono::steady_clock::now);
    if (!audio_.give({AudioThread::Order::Kind::add, &(*decoder)->voice()})) {
      tell_ended(nothing_heard(assignment, Reason::device_lost));
      return;
    }
    decoders_.push_back(std::move(*decoder));
  }

  void stop(const CueKey& cue) {
    for (auto& decoder : decoders_) {
      if (CueKey::of(decoder->voice().assignment.cue) == cue) {
        audio_.give({AudioThread::Order::Kind::halt, &decoder->voice()});
      }
    }
  }

  void drain_reports() {
    AudioThread::Report report{};
    while (audio_.take(report)) {
      if (report.kind == AudioThread::Report::Kind::tried) {
        trying_ = false;
        post_([this, trouble = audio_.trouble()] { events_.tried(v1::MEDIUM_AUDIO, trouble); });
        continue;
      }
      if (report.kind == AudioThread::Report::Kind::started) {
        post_([this, key = CueKey::of(report.voice->assignment.cue), error = report.start_error_us] {
          events_.started(key, error);
        });
        continue;
      }
      tell_ended(part_of(*report.voice), report.voice->mark);
      std::erase_if(decoders_, [&](const auto& decoder) { return &decoder->voice() == report.voice; });
    }
  }

  void tell_ended(v1::Proof part, std::size_t mark = no_mark) {
    post_([this, part = std::move(part), mark] {
      if (mark != no_mark) ended_marks_[CueKey::of(part)] = mark;
      events_.ended(part);
    });
  }

  PresenterEvents events_;
  Post post_;
  AudioPlayerSettings settings_;
  journal::MarkSet marks_;
  AudioThread audio_;

  Pulse pulse_;       // of the decoder thread
  std::mutex mutex_;  // guards the next seven
  std::condition_variable condition_;
  bool changed_ = false;
  bool quit_ = false;
  bool awake_ = false;
  bool try_ = false;
  std::vector<Arrival> arriving_;
  std::vector<CueKey> halting_;

  // Of the decoder thread.
  std::vector<std::unique_ptr<Decoder>> decoders_;
  bool audio_awake_ = false;
  bool trying_ = false;

  // Of the io thread.
  std::size_t next_mark_ = 0;
  std::map<CueKey, std::size_t> ended_marks_;

  std::thread thread_;
};

AudioPlayer::AudioPlayer(std::unique_ptr<Works> works) : works_(std::move(works)) {}
AudioPlayer::~AudioPlayer() = default;

Result<std::unique_ptr<AudioPlayer>> AudioPlayer::create(std::unique_ptr<firmware::AudioOut> device,
                                                         PresenterEvents events, Post post,
                                                         AudioPlayerSettings settings) {
  LOA_TRY_LET(auto marks, journal::MarkSet::open(settings.mark_folder, "audio"));
  auto works = std::make_unique<Works>(std::move(device), std::move(marks), std::move(events), std::move(post),
                                       std::move(settings));
  return std::unique_ptr<AudioPlayer>{new AudioPlayer{std::move(works)}};
}

const Pulse& AudioPlayer::audio_pulse() const { return works_->audio_pulse(); }
const Pulse& AudioPlayer::decoder_pulse() const { return works_->decoder_pulse(); }
void AudioPlayer::arm(const Assignment& assignment) { works_->arm(assignment); }
void AudioPlayer::halt(const CueKey& cue) { works_->halt(cue); }
void AudioPlayer::settled(const CueKey& cue) { works_->settled(cue); }
void AudioPlayer::set_awake(bool awake) { works_->set_awake(awake); }
void AudioPlayer::try_device() { works_->try_device(); }

}  // namespace loa::station::playback
