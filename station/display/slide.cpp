#include "station/display/slide.hpp"

#include <algorithm>

#include "protocol/base/log.hpp"
#include "protocol/message/check.hpp"

namespace loa::station::display {

namespace message = protocol::message;

namespace {

constexpr std::chrono::seconds prepare_lead{3};  // from the beginning of its decoding to a page's turn

}  // namespace

Slide::Slide(Assignment assignment, SignShape sign, OpenPage open)
    : assignment_(std::move(assignment)),
      span_(span_of(assignment_)),
      sign_(sign),
      open_(std::move(open)),
      told_(message::page_count(assignment_.cue)),
      tallies_(message::page_count(assignment_.cue)) {}

MonoTime Slide::mono_of(std::int64_t us) const { return assignment_.from_mono + (wall_from_us(us) - assignment_.from); }

Slide::Stage Slide::stage(const message::Turn& turn) {
  Stage made{turn, {mono_of(turn.begin_us), mono_of(turn.begin_us), mono_of(turn.end_us)}, turn.page, 0, {}, {}};
  made.view = open(turn.page);
  advance(made);
  return made;
}

std::shared_ptr<PageView> Slide::open(std::size_t index) const {
  const auto page = message::page_of(assignment_.cue, index);
  PageWish wish{assignment_.object, sign_, Micros{page.dwell_us()}, assignment_.test};
  if (index < assignment_.pages.size()) wish.object = assignment_.pages[index];
  wish.shape.strip = page.scroll_px_s() > 0;
  return open_(wish);
}

void Slide::shorten(WallTime end) {
  const auto end_us = std::clamp(to_us(end), assignment_.cue.start_us() + 1,
                                 assignment_.cue.start_us() + assignment_.cue.duration_us());
  assignment_.cue.set_duration_us(end_us - assignment_.cue.start_us());
  span_.end = mono_of(end_us);
  if (next_ && next_->turn.begin_us >= end_us) next_.reset();
  for (auto* stage : {&on_, &next_}) {
    if (!*stage || (*stage)->turn.end_us <= end_us) continue;
    (*stage)->turn.end_us = end_us;
    (*stage)->span.end = span_.end;
  }
}

void Slide::look_again() {
  for (auto* stage : {&on_, &next_}) {
    if (!*stage) continue;
    advance(**stage);
    if ((*stage)->tried > 0) (*stage)->own = open((*stage)->turn.page);
  }
}

/// The turn's own page takes its place back as soon as it is decoded.
void Slide::give_back(Stage& stage) {
  if (stage.own == nullptr || stage.own->state() == PageView::State::loading) return;
  const auto own = std::exchange(stage.own, nullptr);
  if (own->state() == PageView::State::failed) return;
  told_[stage.turn.page] = false;
  stage.page = stage.turn.page;
  stage.tried = 0;
  stage.view = own;
  ++turns_;  // another page to be drawn
}

/// In the place of a page that cannot be shown stands the next one that can.
void Slide::advance(Stage& stage) {
  while (stage.view != nullptr && stage.view->state() == PageView::State::failed) {
    const Error error = stage.view->error();
    if (!told_[stage.page]) {
      told_[stage.page] = true;
      log::warn("page.unfit", {{"cue", assignment_.cue.occurrence()}, {"page", stage.page}, {"error", error.text}});
      if (error.code != ErrorCode::missing) damaged_.push_back(message::page_of(assignment_.cue, stage.page).object());
    }
    stage.view.reset();
    if (++stage.tried >= tallies_.size()) return;
    stage.page = (stage.page + 1) % tallies_.size();
    stage.view = open(stage.page);
  }
}

void Slide::tend(MonoTime now) {
  const MonoTime at = std::max(now, span_.begin);
  const auto turn = message::turn_at(
      assignment_.cue, to_us(assignment_.from) + std::chrono::floor<Micros>(at - assignment_.from_mono).count());
  if (!on_ || on_->turn != turn) {
    on_ = next_ && next_->turn == turn ? std::move(*next_) : stage(turn);
    next_.reset();
    ++turns_;
  }
  give_back(*on_);
  advance(*on_);
  const bool last = on_->span.end >= span_.end;
  if (!last && !next_ && at >= on_->span.end - prepare_lead)
    next_ = stage(message::turn_at(assignment_.cue, turn.end_us));
  if (!next_) return;
  give_back(*next_);
  advance(*next_);
}

MonoTime Slide::prepared_from() const { return span_.begin - prepare_lead; }

MonoTime Slide::next_turn() const {
  if (!on_) return span_.begin - prepare_lead;
  return next_ || on_->span.end >= span_.end ? on_->span.end : on_->span.end - prepare_lead;
}

const TurnFrame* Slide::frame(MonoTime now) {
  if (on_->view == nullptr || on_->view->state() != PageView::State::ready) return nullptr;
  return on_->view->at(std::chrono::floor<Micros>(now - on_->span.origin));
}

std::uint32_t Slide::scroll_px_s() const { return message::page_of(assignment_.cue, on_->page).scroll_px_s(); }

bool Slide::moves() const { return on_ && (scroll_px_s() > 0 || (on_->view != nullptr && on_->view->moves())); }

// ---- measuring ------------------------------------------------------------------------------------------------------

void Slide::stood_until(MonoTime at) {
  const MonoTime until = std::clamp(at, seen_until_, std::max(seen_until_, span_.end));
  if (standing_) tallies_[*standing_].shown += until - seen_until_;
  seen_until_ = until;
}

void Slide::seen(MonoTime visible, std::int64_t number, bool from_begin) {
  if (!seen_) {
    seen_ = true;
    seen_until_ = from_begin ? span_.begin : std::clamp(visible, span_.begin, span_.end);
    standing_ = on_->page;
  } else if (!standing_) {
    add_dark(visible);
  }
  stood_until(visible);
  if (moves() && last_turn_ == turns_)
    missed_ += static_cast<std::uint32_t>(std::max<std::int64_t>(number - last_number_ - 1, 0));
  last_number_ = number;
  last_turn_ = turns_;
  standing_ = on_->page;
  tallies_[on_->page].frames += 1;
  frames_ += 1;
}

/// Too many to be told: the last one takes in what lies between.
void Slide::add_dark(MonoTime until) {
  const MonoTime from = std::exchange(seen_until_, std::clamp(until, seen_until_, std::max(seen_until_, span_.end)));
  if (darks_.size() >= message::max_gaps) {
    darks_.back().to = seen_until_;
  } else if (seen_until_ > from) {
    darks_.push_back({from, seen_until_});
  }
}

void Slide::complete() {
  if (standing_) return stood_until(span_.end);
  if (seen_) add_dark(span_.end);
}

void Slide::darkened(MonoTime at) {
  if (!standing_) return;
  stood_until(at);
  standing_.reset();
}

void Slide::describe(v1::Proof& part) const {
  for (const Dark& dark : darks_) {
    const std::int64_t at_us = planned_us(assignment_, dark.from);
    const std::int64_t length_us = planned_us(assignment_, dark.to) - at_us;
    if (at_us < part.from_us() || length_us <= 0 || at_us + length_us > part.to_us()) continue;
    auto* gap = part.add_gaps();
    gap->set_at_us(at_us);
    gap->set_length_us(length_us);
  }
  if (assignment_.cue.pages_size() == 0) return;
  for (const auto& object : message::objects_of(assignment_.cue)) {
    auto* shown = part.add_pages();
    shown->set_object(object);
    MonoTime::duration sum{0};
    for (std::size_t i = 0; i < tallies_.size(); ++i) {
      if (assignment_.cue.pages(static_cast<int>(i)).object() != object) continue;
      shown->set_frames(shown->frames() + tallies_[i].frames);
      sum += tallies_[i].shown;
    }
    shown->set_shown_us(std::chrono::floor<Micros>(sum).count());
  }
}

}  // namespace loa::station::display
