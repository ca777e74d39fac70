#include "station/health/supervisor.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>

#include "protocol/base/log.hpp"
#include "station/health/disk_wait.hpp"

namespace loa::station::health {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds sound_interval{250};
constexpr milliseconds sign_interval{1'000};
constexpr milliseconds sound_timeout{2'000};
// A watcher that comes so late was held up itself, and with it perhaps all others: this look does not count.
constexpr milliseconds overslept{1'000};

}  // namespace

Supervisor::Supervisor(firmware::Watchdog& watchdog, Liveness rooms) : watchdog_(watchdog), rooms_(std::move(rooms)) {
  thread_ = std::thread{[this] { run(); }};
  pthread_setname_np(thread_.native_handle(), "loa-watch");
}

Supervisor::~Supervisor() {
  {
    const std::lock_guard lock{mutex_};
    quit_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Supervisor::set_awake(bool sound, bool sign) {
  const std::lock_guard lock{mutex_};
  if (sound == sound_ && sign == sign_) return;
  const auto before = timeout();
  sound_ = sound;
  sign_ = sign;
  const auto after = timeout();
  if (after && after != before) {
    watchdog_.expect_within(*after);
    fed_ = {};  // the first sign of life of the new measure is due at once
  }
  changed_.notify_one();
}

void Supervisor::tick(MonoTime now) {
  const std::lock_guard lock{mutex_};
  const bool held_up = now > ticked_ + idle_interval + overslept;  // or the first
  ticked_ = now;
  if (!awake() && !held_up) look(now);
}

void Supervisor::run() {
  std::unique_lock lock{mutex_};
  while (!quit_) {
    if (!awake()) {
      changed_.wait(lock);
      continue;
    }
    const auto due = steady_clock::now() + (sound_ ? sound_interval : sign_interval);
    changed_.wait_until(lock, due);
    const auto now = steady_clock::now();
    if (awake() && now < due + overslept) look(now);
  }
}

void Supervisor::look(MonoTime now) {
  const auto verdict = rooms_.judge(now, sound_, waits_for_disk);
  if (verdict.state == Liveness::State::hung) end_process(verdict);
  if (verdict.state != seen_) say(verdict);
  seen_ = verdict.state;
  feed(now);
}

void Supervisor::say(const Liveness::Verdict& verdict) {
  if (verdict.state == Liveness::State::waits) {
    log::warn("disk.slow", {{"room", verdict.room}, {"overdue_ms", verdict.overdue.count()}});
  }
  if (verdict.state == Liveness::State::spared) {
    log::error("room.hung",
               {{"room", verdict.room}, {"overdue_ms", verdict.overdue.count()}, {"restart", "after the sound"}});
  }
}

void Supervisor::feed(MonoTime now) {
  const auto allowed = timeout();
  const auto next_look = awake() ? (sound_ ? sound_interval : sign_interval) : milliseconds{idle_interval};
  if (!allowed || now + next_look < fed_ + *allowed / 2) return;
  watchdog_.feed();
  fed_ = now;
}

std::optional<milliseconds> Supervisor::timeout() const {
  const auto by_manager = watchdog_.timeout();
  return by_manager && sound_ ? std::min(*by_manager, sound_timeout) : by_manager;
}

void Supervisor::end_process(const Liveness::Verdict& verdict) {
  ::signal(SIGALRM, SIG_DFL);
  ::alarm(1);  // standard error may be what the room hangs in
  log::error("room.hung", {{"room", verdict.room}, {"overdue_ms", verdict.overdue.count()}, {"restart", "now"}});
  std::abort();
}

}  // namespace loa::station::health
