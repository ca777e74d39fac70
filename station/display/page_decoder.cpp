#include "station/display/page_decoder.hpp"

#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace loa::station::display {
namespace {

constexpr std::size_t frames_ahead = 4;

/// What two threads share of all views.
struct Desk {
  std::mutex mutex;
  std::condition_variable changed;
};

class DecodedView final : public PageView {
 public:
  DecodedView(std::shared_ptr<Desk> desk, PageWish wish) : desk_(std::move(desk)), wish_(std::move(wish)) {}

  State state() override {
    const std::lock_guard lock{desk_->mutex};
    return state_;
  }
  Error error() override {
    const std::lock_guard lock{desk_->mutex};
    return error_;
  }
  bool moves() override {
    const std::lock_guard lock{desk_->mutex};
    return moves_;
  }
  const TurnFrame* at(Micros into) override {
    const std::lock_guard lock{desk_->mutex};
    wanted_ = into;
    const auto before = frames_.size();
    while (frames_.size() >= 2 && frames_[1].begin <= into) frames_.pop_front();
    if (frames_.size() < before) desk_->changed.notify_one();
    return frames_.empty() || frames_.front().begin > into ? nullptr : &frames_.front();
  }

  // The decoding thread's side.
  [[nodiscard]] bool hungry() const {  // locked
    return state_ != State::failed && !done_ && frames_.size() < frames_ahead;
  }
  /// One step: opens, or decodes a frame. @return whether somebody waits to be told
  bool work(const OpenObject& open) {
    if (!source_) {
      auto opened = open_turn(open, wish_);
      if (!opened) return fail_with(opened.error());
      source_.emplace(std::move(*opened));
    }
    auto frame = source_->next();
    if (!frame) return fail_with(frame.error());
    const std::lock_guard lock{desk_->mutex};
    done_ = source_->done();
    moves_ = source_->moves();
    if (frame->end <= wanted_) return false;  // its time is over already
    frames_.push_back(std::move(*frame));
    return std::exchange(state_, State::ready) != State::ready;
  }

 private:
  bool fail_with(const Error& error) {
    const std::lock_guard lock{desk_->mutex};
    error_ = error;
    state_ = State::failed;
    return true;
  }

  const std::shared_ptr<Desk> desk_;
  const PageWish wish_;
  std::optional<TurnFrames> source_;  // the decoding thread's own
  // Guarded by the desk's mutex.
  State state_ = State::loading;
  Error error_;
  bool moves_ = false, done_ = false;
  Micros wanted_{0};
  std::deque<TurnFrame> frames_;
};

}  // namespace

class PageDecoder::Works {
 public:
  Works(OpenObject open, std::function<void()> ready)
      : open_(std::move(open)), ready_(std::move(ready)), desk_(std::make_shared<Desk>()) {
    thread_ = std::thread{[this] { run(); }};
    pthread_setname_np(thread_.native_handle(), "loa-pages");
  }

  void stop() {
    {
      const std::lock_guard lock{desk_->mutex};
      quit_ = true;
    }
    desk_->changed.notify_one();
    thread_.join();
  }

  std::shared_ptr<PageView> begin(const PageWish& wish) {
    auto view = std::make_shared<DecodedView>(desk_, wish);
    {
      const std::lock_guard lock{desk_->mutex};
      views_.push_back(view);
    }
    desk_->changed.notify_one();
    return view;
  }

 private:
  /// The first view that wants a frame; forgets those that nobody holds. Locked.
  std::shared_ptr<DecodedView> hungry() {
    std::erase_if(views_, [](const auto& view) { return view.expired(); });
    for (const auto& entry : views_) {
      if (auto view = entry.lock(); view && view->hungry()) return view;
    }
    return nullptr;
  }

  void run() {
    while (true) {
      std::shared_ptr<DecodedView> view;
      {
        std::unique_lock lock{desk_->mutex};
        desk_->changed.wait(lock, [&] { return quit_ || (view = hungry()) != nullptr; });
        if (quit_) return;
      }
      if (view->work(open_)) ready_();
    }
  }

  const OpenObject open_;
  const std::function<void()> ready_;
  const std::shared_ptr<Desk> desk_;
  std::vector<std::weak_ptr<DecodedView>> views_;  // as quit_, guarded by the desk's mutex
  bool quit_ = false;
  std::thread thread_;
};

PageDecoder::PageDecoder(OpenObject open, std::function<void()> ready)
    : works_(std::make_shared<Works>(std::move(open), std::move(ready))) {}

PageDecoder::~PageDecoder() { works_->stop(); }

std::shared_ptr<PageView> PageDecoder::begin(const PageWish& wish) { return works_->begin(wish); }

}  // namespace loa::station::display
