#include "station/display/sign_player.hpp"

#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "station/display/page_decoder.hpp"

namespace loa::station::display {
namespace {

constexpr std::chrono::seconds patience{5};         // a panel's driver may take seconds to open
constexpr std::chrono::seconds trial_patience{60};  // nobody waits for a trial, and a restart would not help

}  // namespace

/// The thread, and what the io thread hands it.
class SignPlayer::Works : public std::enable_shared_from_this<Works> {
 public:
  using Order = std::function<void(SignShow&, MonoTime now)>;

  Works(Post post, PresenterEvents events) : post_(std::move(post)), events_(std::move(events)) {}

  void start(firmware::SignOut& sign, SignSettings settings, journal::MarkSet marks, OpenObject open) {
    show_.emplace(sign, settings, std::move(marks), forwarded_events(),
                  [this](const PageWish& wish) { return decoder_->begin(wish); });
    decoder_.emplace(std::move(open), [this] { give({}); });
    thread_ = std::thread{[this] { run(); }};
    pthread_setname_np(thread_.native_handle(), "loa-sign");
  }

  void stop() {
    closed_ = true;
    {
      const std::lock_guard lock{mutex_};
      quit_ = true;
    }
    changed_.notify_one();
    thread_.join();
    decoder_.reset();
    show_.reset();
  }

  void give(Order order) {
    {
      const std::lock_guard lock{mutex_};
      orders_.push_back(std::move(order));
      pulse_.call(std::chrono::steady_clock::now() + patience);
    }
    changed_.notify_one();
  }

  void try_device() {
    give([this](SignShow& show, MonoTime now) {
      pulse_.beat(now + trial_patience);
      show.try_device();
    });
  }

  [[nodiscard]] const Pulse& pulse() const { return pulse_; }

 private:
  // Events arise on the player's thread and are told on the io thread, as long as the player lives.
  PresenterEvents forwarded_events() {
    PresenterEvents events;
    events.started = [this](const CueKey& cue, int start_error_us) {
      tell([cue, start_error_us](const PresenterEvents& to) { to.started(cue, start_error_us); });
    };
    events.page_damaged = [this](const std::string& object) {
      tell([object](const PresenterEvents& to) {
        if (to.page_damaged) to.page_damaged(object);
      });
    };
    events.tried = [this](v1::Medium medium, const std::string& trouble) {
      tell([medium, trouble](const PresenterEvents& to) { to.tried(medium, trouble); });
    };
    events.ended = [this](const v1::Proof& part) { tell([part](const PresenterEvents& to) { to.ended(part); }); };
    return events;
  }
  template <class Call>
  void tell(Call call) {
    post_([self = shared_from_this(), call = std::move(call)] {
      if (!self->closed_) call(self->events_);
    });
  }

  void run() {
    std::optional<MonoTime> wake;
    while (true) {
      std::deque<Order> orders;
      {
        std::unique_lock lock{mutex_};
        const auto ready = [this] { return quit_ || !orders_.empty(); };
        if (wake) pulse_.beat(*wake + patience);
        if (!wake && !ready()) pulse_.rest();
        wake ? changed_.wait_until(lock, *wake, ready), void() : changed_.wait(lock, ready);
        if (quit_) break;
        orders.swap(orders_);
      }
      pulse_.beat(std::chrono::steady_clock::now() + patience);
      for (const Order& order : orders) {
        if (order) order(*show_, std::chrono::steady_clock::now());  // none: a page is ready
      }
      wake = show_->step(std::chrono::steady_clock::now());
    }
    show_->close();  // the thread that opened the sign closes it
  }

  Post post_;
  PresenterEvents events_;
  bool closed_ = false;  // on the io thread only
  std::optional<SignShow> show_;
  Pulse pulse_;
  std::optional<PageDecoder> decoder_;
  std::mutex mutex_;  // guards the next two
  bool quit_ = false;
  std::deque<Order> orders_;
  std::condition_variable changed_;
  std::thread thread_;
};

SignPlayer::SignPlayer(firmware::SignOut& sign, SignSettings settings, journal::MarkSet marks, OpenObject open,
                       Post post, PresenterEvents events)
    : works_(std::make_shared<Works>(std::move(post), std::move(events))) {
  works_->start(sign, settings, std::move(marks), std::move(open));
}

SignPlayer::~SignPlayer() { works_->stop(); }

const Pulse& SignPlayer::pulse() const { return works_->pulse(); }

void SignPlayer::arm(const Assignment& assignment) {
  works_->give([assignment](SignShow& show, MonoTime) { show.arm(assignment); });
}

void SignPlayer::halt(const CueKey& cue) {
  works_->give([cue](SignShow& show, MonoTime now) { show.halt(cue, now); });
}

void SignPlayer::shorten(const CueKey& cue, WallTime end) {
  works_->give([cue, end](SignShow& show, MonoTime) { show.shorten(cue, end); });
}

void SignPlayer::look_again(const CueKey& cue) {
  works_->give([cue](SignShow& show, MonoTime) { show.look_again(cue); });
}

void SignPlayer::settled(const CueKey& cue) {
  works_->give([cue](SignShow& show, MonoTime) { show.settled(cue); });
}

void SignPlayer::set_brightness(int percent) {
  works_->give([percent](SignShow& show, MonoTime) { show.set_brightness(percent); });
}

void SignPlayer::try_device() { works_->try_device(); }

void SignPlayer::set_awake(bool awake) {
  works_->give([awake](SignShow& show, MonoTime) { show.set_awake(awake); });
}

}  // namespace loa::station::display
