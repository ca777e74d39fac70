#include "firmware/virtual_card/card.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <ctime>
#include <limits>

namespace loa::firmware::virtual_card {
namespace {

using namespace std::chrono_literals;

constexpr auto step = 5ms;           // between two looks at the position
constexpr auto control_pace = 50ms;  // between two looks at the control file
constexpr Nanos never = std::numeric_limits<Nanos>::max();

Nanos clock_ns(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return now.tv_sec * Nanos{1'000'000'000} + now.tv_nsec;
}
Nanos monotonic_ns() { return clock_ns(CLOCK_MONOTONIC); }

/// Wall time minus monotonic time, from the tightest of a few brackets.
Nanos realtime_offset() {
  Nanos best = never, offset = 0;
  for (int i = 0; i < 5; ++i) {
    const Nanos before = monotonic_ns(), wall = clock_ns(CLOCK_REALTIME), after = monotonic_ns();
    if (after - before >= best) continue;
    best = after - before;
    offset = wall - (before + best / 2);
  }
  return offset;
}

/// The application's signal handlers must not run on the card's thread. A card is punctual, so it asks for real time,
/// and does without where that is refused.
std::thread start_thread(void (*run)(Card*), Card* card) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread{run, card};
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  const sched_param low{.sched_priority = 1};
  pthread_setschedparam(thread.native_handle(), SCHED_FIFO, &low);
  return thread;
}

}  // namespace

Card::Card(CardSettings settings)
    : settings_(std::move(settings)), control_file_(settings_.control), ppm_(settings_.ppm) {
  timer_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  obey(control_file_.first(), monotonic_ns());
  thread_ = start_thread([](Card* card) { card->work(); }, this);
}

Card::~Card() {
  stop();
  {
    const std::lock_guard lock{mutex_};
    closing_ = true;
  }
  wake_.notify_all();
  thread_.join();
  if (timer_ >= 0) ::close(timer_);
}

void Card::configure(int rate_hz, int channels, std::int64_t buffer_frames) {
  const std::lock_guard lock{mutex_};
  rate_hz_ = rate_hz;
  channels_ = channels;
  buffer_frames_ = buffer_frames;
  avail_min_ = 1;
  ring_.assign(static_cast<std::size_t>(buffer_frames * channels), 0);
  recorded_.reserve(static_cast<std::size_t>(rate_hz * channels));
  writing_.reserve(static_cast<std::size_t>(rate_hz * channels));
}

void Card::set_avail_min(std::int64_t frames) {
  const std::lock_guard lock{mutex_};
  avail_min_ = std::clamp<std::int64_t>(frames, 1, std::max<std::int64_t>(buffer_frames_, 1));
  arm();
}

void Card::prepare() {
  const std::lock_guard lock{mutex_};
  end_take("stopped");
  state_ = pulled_ ? CardState::gone : CardState::ready;
  written_ = played_ = 0;
  draining_ = false;
  arm();
}

void Card::start() {
  const std::lock_guard lock{mutex_};
  if (state_ != CardState::ready) return;
  const Nanos now = monotonic_ns();
  const bool stalled = dac_.anchor().at > now;  // a stall ordered before the start
  const Nanos begin = stalled ? dac_.anchor().at : now;
  dac_ = DacClock(rate_hz_, ppm_ + settings_.wander.at(begin), begin);
  next_wander_ = (begin / Wander::step + 1) * Wander::step;
  state_ = CardState::running;
  Job job{Job::Kind::begin};
  job.facts = {settings_.name, rate_hz_, channels_, dac_.anchor().ppm, begin + realtime_offset(), begin};
  jobs_.push_back(std::move(job));
  arm();
  wake_.notify_all();
}

void Card::stop() {
  const std::lock_guard lock{mutex_};
  advance(monotonic_ns());
  end_take("stopped");
  if (state_ != CardState::gone) state_ = CardState::ready;
  draining_ = false;
  arm();
  wake_.notify_all();
}

CardState Card::write(std::int64_t at, const ChannelView* views, std::int64_t frames) {
  const std::lock_guard lock{mutex_};
  advance(monotonic_ns());
  if (state_ == CardState::dry || state_ == CardState::gone) return state_;
  for (std::int64_t i = std::max<std::int64_t>(played_ - at, 0); i < frames; ++i) {
    const auto slot = static_cast<std::size_t>((at + i) % buffer_frames_ * channels_);
    for (int c = 0; c < channels_; ++c) {
      const ChannelView& view = views[c];
      std::memcpy(&ring_[slot + static_cast<std::size_t>(c)],
                  view.first + static_cast<std::size_t>(i) * view.step_bytes, 2);
    }
  }
  written_ = at + frames;
  arm();
  return state_;
}

CardState Card::update(std::int64_t written, bool draining, std::int64_t& played) {
  const std::lock_guard lock{mutex_};
  written_ = std::max(written, played_);
  if (draining != draining_) {
    draining_ = draining;
    arm();
  }
  advance(monotonic_ns());
  played = played_;
  return state_;
}

bool Card::is_due(CardState& state) {
  const std::lock_guard lock{mutex_};
  const Nanos now = monotonic_ns();
  advance(now);
  state = state_;
  const bool due = due_time() <= now;
  if (!due) arm();
  return due;
}

/// Changes the error at the instants where it was due to, however late this is called.
void Card::wander(Nanos now) {
  if (settings_.wander.ppm == 0) return;
  for (; next_wander_ <= now; next_wander_ += Wander::step) {
    dac_.set_ppm(ppm_ + settings_.wander.at(next_wander_), next_wander_);
    note_anchor();
  }
}

void Card::note_anchor() {
  Job job{Job::Kind::note};
  job.anchor = dac_.anchor();
  jobs_.push_back(std::move(job));
}

/// Plays what has become due; running out of frames stops the card (unless it is draining).
void Card::advance(Nanos now) {
  if (state_ != CardState::running) return;
  wander(now);
  const std::int64_t target = dac_.frames_at(now);
  play(std::min(target, written_) - played_);
  if (target < written_ || draining_) return;
  state_ = CardState::dry;
  end_take("dry");
  arm();
}

void Card::play(std::int64_t frames) {
  if (frames <= 0) return;
  if (!settings_.record.empty()) {
    for (std::int64_t i = 0; i < frames; ++i) {
      const auto slot = (played_ + i) % buffer_frames_ * channels_;
      recorded_.insert(recorded_.end(), ring_.begin() + slot, ring_.begin() + slot + channels_);
    }
    if (jobs_.empty() || jobs_.back().kind != Job::Kind::samples) jobs_.push_back(Job{Job::Kind::samples});
    jobs_.back().samples += static_cast<std::size_t>(frames * channels_);
  }
  played_ += frames;
}

void Card::end_take(const char* why) {
  Job job{Job::Kind::end};
  job.why = why;
  jobs_.push_back(std::move(job));
}

void Card::obey(const Orders& orders, Nanos now) {
  advance(now);
  if (orders.ppm) {
    ppm_ = *orders.ppm;
    dac_.set_ppm(ppm_ + settings_.wander.at(now), now);
  }
  if (orders.stall_ms) dac_.stall(Nanos{*orders.stall_ms} * 1'000'000, now);
  if (state_ == CardState::running && (orders.ppm || orders.stall_ms)) note_anchor();
  if (orders.gone) pulled_ = *orders.gone;
  if (pulled_ && state_ != CardState::gone) {
    state_ = CardState::gone;
    end_take("gone");
  }
  arm();
}

Nanos Card::due_time() const {
  switch (state_) {
    case CardState::dry:
    case CardState::gone:
      return 0;
    case CardState::ready:
      return buffer_frames_ - written_ >= avail_min_ ? 0 : never;
    case CardState::running:
      break;
  }
  const std::int64_t frame = draining_ ? written_ : written_ + avail_min_ - buffer_frames_;
  return frame <= played_ ? 0 : dac_.time_of(frame);
}

void Card::arm() {
  const Nanos due = due_time();
  itimerspec at{};
  if (due != never) {
    at.it_value.tv_sec = due / 1'000'000'000;
    at.it_value.tv_nsec = std::max<Nanos>(due % 1'000'000'000, 1);  // all zero would disarm
  }
  ::timerfd_settime(timer_, TFD_TIMER_ABSTIME, &at, nullptr);
}

void Card::work() {
  auto next_look = std::chrono::steady_clock::now() + control_pace;
  std::unique_lock lock{mutex_};
  while (!closing_) {
    wake_.wait_for(lock, state_ == CardState::running ? std::chrono::milliseconds{step} : control_pace);
    advance(monotonic_ns());
    if (std::chrono::steady_clock::now() >= next_look) {
      lock.unlock();
      const auto orders = control_file_.changed();
      next_look = std::chrono::steady_clock::now() + control_pace;
      lock.lock();
      if (orders) obey(*orders, monotonic_ns());
    }
    write_out(lock);
  }
  write_out(lock);
}

/// Hands the jobs to the files with the lock released.
void Card::write_out(std::unique_lock<std::mutex>& lock) {
  if (jobs_.empty()) return;
  std::deque<Job> jobs;
  jobs.swap(jobs_);
  writing_.swap(recorded_);
  lock.unlock();
  const std::int16_t* next = writing_.data();
  for (const Job& job : jobs) {
    switch (job.kind) {
      case Job::Kind::begin:
        if (!settings_.record.empty()) recording_.begin(settings_.record, job.facts);
        break;
      case Job::Kind::samples:
        recording_.append(next, job.samples);
        next += job.samples;
        break;
      case Job::Kind::note:
        recording_.note(job.anchor);
        break;
      case Job::Kind::end:
        recording_.end(job.why);
        break;
    }
  }
  writing_.clear();
  lock.lock();
}

}  // namespace loa::firmware::virtual_card
