#include "station/display/sign_show.hpp"

#include <algorithm>

#include "protocol/base/log.hpp"

namespace loa::station::display {

using protocol::message::Reason;
namespace {

// A sign shows whole frames: one that appears this soon was there from its beginning. How late it really was stands in
// start_error_us.
constexpr Micros grace{66'667};

v1::Proof draft_of(const Assignment& assignment, Reason reason) {
  const v1::Cue& cue = assignment.cue;
  v1::Proof part;
  part.set_occurrence(cue.occurrence());
  part.set_segment(cue.segment());
  part.set_medium(cue.medium());
  part.set_object(cue.object());
  part.set_plan_sequence(assignment.plan_sequence);
  part.set_reason(std::string{name_of(reason)});
  part.set_bucket(v1::BUCKET_UNKNOWN);
  part.set_from_us(to_us(assignment.from));
  part.set_to_us(to_us(assignment.from));
  return part;
}

}  // namespace

SignShow::SignShow(firmware::SignOut& sign, SignSettings settings, journal::MarkSet marks, PresenterEvents events,
                   OpenPage open)
    : sign_(sign),
      settings_(settings),
      marks_(std::move(marks)),
      events_(std::move(events)),
      open_page_(std::move(open)),
      reopen_wait_(settings.first_reopen),
      frame_(static_cast<std::size_t>(settings.width_px) * static_cast<std::size_t>(settings.height_px) * 3) {}

SignShow::~SignShow() { close(); }

void SignShow::close() {
  if (std::exchange(open_, false)) sign_.close();
}

void SignShow::arm(const Assignment& assignment) {
  slides_.emplace_back(assignment, SignShape{settings_.width_px, settings_.height_px}, open_page_);
}

std::list<Slide>::iterator SignShow::find(const CueKey& cue) {
  return std::find_if(slides_.begin(), slides_.end(),
                      [&](const Slide& one) { return CueKey::of(one.assignment().cue) == cue; });
}

void SignShow::shorten(const CueKey& cue, WallTime end) {
  if (const auto slide = find(cue); slide != slides_.end()) slide->shorten(end);
}

void SignShow::look_again(const CueKey& cue) {
  if (const auto slide = find(cue); slide != slides_.end()) slide->look_again();
}

void SignShow::halt(const CueKey& cue, MonoTime now) {
  const auto slide = find(cue);
  if (slide == slides_.end()) return;
  if (shown_ == &*slide) slide->stood_until(now);
  end(slide, Reason::halted);
}

void SignShow::settled(const CueKey& cue) {
  const auto entry = ended_marks_.find(cue);
  if (entry == ended_marks_.end()) return;
  marks_.clear(entry->second);
  ended_marks_.erase(entry);
}

void SignShow::try_device() {
  if (wanted() || open_) {  // it is in use: what it shows tells more
    try_waits_ = true;
    return;
  }
  try_waits_ = false;
  std::string trouble;
  if (const auto opened = sign_.open(settings_.width_px, settings_.height_px); !opened) {
    trouble = opened.error().text;
    log::error("sign.unavailable", {{"error", trouble}});
  }
  sign_.close();
  events_.tried(v1::MEDIUM_SIGN, trouble);
}

std::optional<MonoTime> SignShow::step(MonoTime now) {
  expire(now);
  prepare(now);
  if (!wanted()) {
    if (open_) sign_.close();
    open_ = false;
    if (try_waits_) try_device();
    return std::nullopt;
  }
  Slide* slide = due(now);
  waiting_ = false;
  if (ensure_open(now)) {
    dim(now);
    slide != nullptr ? show(*slide, now) : blank(now);
  } else if (slide != nullptr) {
    lose({ErrorCode::io, "it is not there"}, now);
  }
  return next_step(now);
}

void SignShow::set_brightness(int percent) { percent_ = percent; }

// Ends what has had its time.
void SignShow::expire(MonoTime now) {
  for (auto slide = slides_.begin(); slide != slides_.end();) {
    const auto next = std::next(slide);
    if (slide->span().end <= now) {
      if (shown_ == &*slide) slide->complete();
      end(slide, Reason::complete);
    }
    slide = next;
  }
}

// Turns the pages of what is on or soon to be, and ends what has none that can be shown.
void SignShow::prepare(MonoTime now) {
  for (auto slide = slides_.begin(); slide != slides_.end();) {
    const auto next = std::next(slide);
    if (now >= slide->prepared_from()) slide->tend(now);
    for (const auto& object : slide->take_damaged()) {
      if (events_.page_damaged) events_.page_damaged(object);
    }
    if (slide->hopeless()) {
      if (shown_ == &*slide) slide->stood_until(now);
      end(slide, Reason::content_damaged);
    }
    slide = next;
  }
}

// Of those whose time it is: the highest class, then the latest begun.
Slide* SignShow::due(MonoTime now) {
  Slide* best = nullptr;
  for (Slide& slide : slides_) {
    if (slide.span().begin > now) continue;
    const auto rank = [](const Slide& one) { return std::pair{one.assignment().cue.cue_class(), one.span().begin}; };
    if (best == nullptr || rank(slide) >= rank(*best)) best = &slide;
  }
  return best;
}

bool SignShow::ensure_open(MonoTime now) {
  if (open_) return true;
  if (now < reopen_at_) return false;
  const auto opened = sign_.open(settings_.width_px, settings_.height_px);
  if (opened) {
    open_ = true;
    frames_s_ = frame_rate(*opened, settings_.most_frames_s);
    dark_ = false;
    dimmed_ = 0;  // unknown
    reopen_wait_ = settings_.first_reopen;
    return true;
  }
  log::warn("sign.open_failed", {{"reason", opened.error().text}, {"again_in_ms", reopen_wait_.count()}});
  reopen_at_ = now + reopen_wait_;
  reopen_wait_ = std::min(reopen_wait_ * 2, settings_.longest_reopen);
  return false;
}

// The sign is gone: what should be on it now ends here with what was seen of it.
void SignShow::lose(const Error& error, MonoTime now) {
  if (open_) {
    log::warn("sign.lost", {{"reason", error.text}});
    sign_.close();
    open_ = false;
    reopen_at_ = now + reopen_wait_;
  }
  for (auto slide = slides_.begin(); slide != slides_.end();) {
    const auto next = std::next(slide);
    if (slide->span().begin <= now) end(slide, Reason::device_lost);
    slide = next;
  }
}

void SignShow::dim(MonoTime now) {
  if (dimmed_ == percent_) return;
  if (const auto set = sign_.set_brightness(percent_); !set)
    log::warn("sign.not_dimmed", {{"reason", set.error().text}});
  dimmed_ = percent_;  // one that cannot is not asked every frame
  frame_due_ = now;
}

/// Another has the sign now.
void SignShow::stop_showing(MonoTime now) {
  Slide* before = std::exchange(shown_, nullptr);
  if (before == nullptr) return;
  before->stood_until(now);
  end(std::find_if(slides_.begin(), slides_.end(), [&](const Slide& one) { return &one == before; }), Reason::halted);
}

void SignShow::show(Slide& slide, MonoTime now) {
  if (shown_ != &slide || shown_turn_ != slide.turns()) {
    if (shown_ != &slide) stop_showing(now);
    frame_due_ = now;
  }
  const TurnFrame* frame = slide.frame(now);
  if (frame == nullptr) {  // dark rather than what had its turn before
    waiting_ = true;
    if (slide.was_seen() && !dark_) slide.darkened(now);
    return blank(now);
  }
  if (now >= frame_due_) return present(slide, *frame, now);
  slide.stood_until(now);
  if (now >= marked_at_ + settings_.mark_interval) keep_mark(slide);
}

void SignShow::present(Slide& slide, const TurnFrame& frame, MonoTime at) {
  const bool scrolls = slide.scroll_px_s() > 0;
  const auto number = frame_number(slide.turn(), frames_s_, at);
  const auto offset = scroll_px(slide.turn(), slide.scroll_px_s(), frame_time(slide.turn(), frames_s_, number));
  draw(frame.picture, scrolls, offset, settings_.width_px, frame_);
  const auto visible = sign_.present({settings_.width_px, settings_.height_px, frame_});
  if (!visible) return lose(visible.error(), at);
  shown_ = &slide;
  shown_turn_ = slide.turns();
  dark_ = false;
  frame_due_ = next_frame(slide, frame, at);
  note_seen(slide, *visible, scrolls ? number : static_cast<std::int64_t>(frame.number));
}

void SignShow::note_seen(Slide& slide, MonoTime visible, std::int64_t number) {
  const bool first = !slide.was_seen();
  const auto late = visible - slide.span().begin;
  const bool from_begin = late <= grace;
  slide.seen(visible, number, from_begin);
  if (first) {
    if (!slide.assignment().test) slide.mark = take_mark();
    slide.from_us = planned_us(slide.assignment(), from_begin ? slide.span().begin : slide.seen_until());
    slide.start_error_us = start_error_us(late);
    events_.started(CueKey::of(slide.assignment().cue), slide.start_error_us);
  }
  keep_mark(slide);
}

// The marks take turns. One that comes round again belongs to its old cue no longer, settled or not.
std::size_t SignShow::take_mark() {
  const std::size_t mark = std::exchange(next_mark_, (next_mark_ + 1) % journal::MarkSet::count);
  std::erase_if(ended_marks_, [mark](const auto& entry) { return entry.second == mark; });
  return mark;
}

void SignShow::keep_mark(Slide& slide) {
  marked_at_ = slide.seen_until();
  if (slide.assignment().test) return;
  auto part = journal::begin_part(slide.assignment());
  part.from_us = slide.from_us;
  part.to_us = planned_us(slide.assignment(), slide.seen_until());
  part.frames = slide.frames();
  part.underruns = slide.missed();
  part.start_error_us = slide.start_error_us;
  marks_.update(slide.mark, part);
}

void SignShow::blank(MonoTime now) {
  if (dark_) return;
  std::fill(frame_.begin(), frame_.end(), std::uint8_t{0});
  const auto visible = sign_.present({settings_.width_px, settings_.height_px, frame_});
  if (!visible) return lose(visible.error(), now);
  dark_ = true;
}

void SignShow::end(std::list<Slide>::iterator slide, Reason reason) {
  v1::Proof part = draft_of(slide->assignment(), reason);
  const std::int64_t to_us = planned_us(slide->assignment(), slide->seen_until());
  if (slide->was_seen() && to_us > slide->from_us) {
    part.set_bucket(v1::BUCKET_PLAYED);
    part.set_from_us(slide->from_us);
    part.set_to_us(to_us);
    part.set_frames(slide->frames());
    part.set_underruns(slide->missed());
    part.set_start_error_us(slide->start_error_us);
    slide->describe(part);
    if (!slide->assignment().test) ended_marks_[CueKey::of(part)] = slide->mark;
  }
  if (shown_ == &*slide) shown_ = nullptr;
  slides_.erase(slide);
  events_.ended(part);
}

// A late step leaves frames of what moves out instead of shifting the rest.
MonoTime SignShow::next_frame(const Slide& slide, const TurnFrame& frame, MonoTime now) const {
  if (slide.scroll_px_s() > 0) {
    return frame_time(slide.turn(), frames_s_, frame_number(slide.turn(), frames_s_, now) + 1);
  }
  const MonoTime refreshed = now + settings_.refresh;
  if (frame.end == Micros::max()) return refreshed;
  const MonoTime following = slide.turn().origin + frame.end;
  // A decoder that is behind is asked again with the next frame's time of a strip.
  return following > now ? std::min(following, refreshed)
                         : frame_time(slide.turn(), frames_s_, frame_number(slide.turn(), frames_s_, now) + 1);
}

std::optional<MonoTime> SignShow::next_step(MonoTime now) {
  std::optional<MonoTime> earliest;
  const auto consider = [&earliest](MonoTime at) { earliest = earliest ? std::min(*earliest, at) : at; };
  if (!open_) consider(std::max(reopen_at_, now));
  for (const Slide& slide : slides_) {
    consider(slide.span().begin > now ? slide.span().begin : slide.span().end);
    consider(std::max(slide.next_turn(), now));
  }
  if (waiting_) consider(now + std::chrono::nanoseconds{std::chrono::seconds{1}} / frames_s_);
  if (shown_ != nullptr && !dark_) {
    consider(shown_->moves() ? frame_due_ : std::min(frame_due_, now + settings_.mark_interval));
  }
  return earliest;
}

}  // namespace loa::station::display
