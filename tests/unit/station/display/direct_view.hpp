#pragma once
#include <deque>

#include "station/display/page_view.hpp"

namespace loa::station::display {

/// Decodes when it is asked, on the caller's thread: what PageDecoder does ahead on its own.
class DirectView final : public PageView {
 public:
  DirectView(const OpenObject& open, const PageWish& wish) {
    auto opened = open(wish.object.string(), wish.shape);
    if (!opened) {
      error_ = opened.error();
      state_ = State::failed;
      return;
    }
    frames_.emplace(std::move(*opened), wish.dwell);
    decode();
  }
  State state() override { return state_; }
  Error error() override { return error_; }
  bool moves() override { return frames_ && frames_->moves(); }
  const TurnFrame* at(Micros into) override {
    while (frames_ && !frames_->done() && ahead_.back().begin <= into) decode();
    while (ahead_.size() >= 2 && ahead_[1].begin <= into) ahead_.pop_front();
    return &ahead_.front();
  }

 private:
  void decode() { ahead_.push_back(std::move(*frames_->next())); }

  State state_ = State::ready;
  Error error_;
  std::optional<TurnFrames> frames_;
  std::deque<TurnFrame> ahead_;
};

/// An object of frames that are known.
class ListReader final : public content::picture::FrameReader {
 public:
  explicit ListReader(std::vector<content::picture::Frame> frames) : frames_(std::move(frames)) {}
  [[nodiscard]] std::chrono::milliseconds length() const override { return frames_.back().end; }
  Result<content::picture::Frame> next() override { return frames_[next_++ % frames_.size()]; }

 private:
  std::vector<content::picture::Frame> frames_;
  std::size_t next_ = 0;
};

}  // namespace loa::station::display
