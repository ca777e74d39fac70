#include "station/display/sign_show.hpp"

#include <algorithm>

#include "protocol/base/log.hpp"

namespace loa::station::display {
namespace {

// A sign shows whole frames: one that appears with the first or second frame of its time was there from its beginning.
// How late it really was stands in start_error_us.
constexpr int grace_frames = 2;

v1::Proof draft_of(const Assignment& assignment, const char* reason) {
  const v1::Cue& cue = assignment.cue;
  v1::Proof part;
  part.set_occurrence(cue.occurrence());
  part.set_segment(cue.segment());
  part.set_medium(cue.medium());
  part.set_object(cue.object());
  part.set_plan_sequence(assignment.plan_sequence);
  part.set_reason(reason);
  part.set_bucket(v1::BUCKET_UNKNOWN);
  part.set_from_us(to_us(assignment.from));
  part.set_to_us(to_us(assignment.from));
  return part;
}

}  // namespace

SignShow::SignShow(firmware::SignOut& sign, SignSettings settings, journal::MarkSet marks, PresenterEvents events,
                   Load load)
    : sign_(sign),
      settings_(settings),
      marks_(std::move(marks)),
      events_(std::move(events)),
      load_(std::move(load)),
      reopen_wait_(settings.first_reopen),
      frame_(static_cast<std::size_t>(settings.width_px) * static_cast<std::size_t>(settings.height_px) * 3) {}

SignShow::~SignShow() {
  if (open_) sign_.close();
}

void SignShow::arm(const Assignment& assignment) {
  auto picture = load_(assignment.object);
  const auto fits = picture ? check_fit(assignment.cue, *picture, settings_.width_px, settings_.height_px)
                            : Result<void>{pass(picture.error())};
  if (!fits) {
    log::warn("cue.content_damaged", {{"cue", assignment.cue.occurrence()}, {"error", fits.error().text}});
    return events_.ended(draft_of(assignment, "content-damaged"));
  }
  Slide slide;
  slide.assignment = assignment;
  slide.span = span_of(assignment);
  slide.picture = std::move(*picture);
  slides_.push_back(std::move(slide));
}

void SignShow::halt(const CueKey& cue, MonoTime now) {
  const auto slide = std::find_if(slides_.begin(), slides_.end(),
                                  [&](const Slide& one) { return CueKey::of(one.assignment.cue) == cue; });
  if (slide == slides_.end()) return;
  if (shown_ == &*slide) slide->seen_until = std::max(slide->seen_until, std::min(now, slide->span.end));
  end(slide, "halted");
}

void SignShow::settled(const CueKey& cue) {
  const auto entry = ended_marks_.find(cue);
  if (entry == ended_marks_.end()) return;
  marks_.clear(entry->second);
  ended_marks_.erase(entry);
}

void SignShow::look() {
  if (const auto opened = sign_.open(settings_.width_px, settings_.height_px); !opened)
    log::error("sign.unavailable", {{"error", opened.error().text}});
  sign_.close();
}

std::optional<MonoTime> SignShow::step(MonoTime now) {
  expire(now);
  if (!wanted()) {
    if (open_) sign_.close();
    open_ = false;
    return std::nullopt;
  }
  Slide* slide = due(now);
  if (ensure_open(now)) {
    slide != nullptr ? show(*slide, now) : blank(now);
  } else if (slide != nullptr) {
    lose({ErrorCode::io, "it is not there"}, now);
  }
  return next_step(now);
}

// Ends what has had its time.
void SignShow::expire(MonoTime now) {
  for (auto slide = slides_.begin(); slide != slides_.end();) {
    const auto next = std::next(slide);
    if (slide->span.end <= now) {
      if (shown_ == &*slide) slide->seen_until = slide->span.end;
      end(slide, "complete");
    }
    slide = next;
  }
}

// Of those whose time it is: the highest class, then the latest begun.
SignShow::Slide* SignShow::due(MonoTime now) {
  Slide* best = nullptr;
  for (Slide& slide : slides_) {
    if (slide.span.begin > now) continue;
    const auto rank = [](const Slide& one) { return std::pair{one.assignment.cue.cue_class(), one.span.begin}; };
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
    dark_ = false;
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
    if (slide->span.begin <= now) end(slide, "device-lost");
    slide = next;
  }
}

void SignShow::show(Slide& slide, MonoTime now) {
  if (shown_ != &slide) {
    if (shown_ != nullptr) {
      Slide* before = shown_;
      before->seen_until = std::min(now, before->span.end);
      end(std::find_if(slides_.begin(), slides_.end(), [&](const Slide& one) { return &one == before; }), "halted");
    }
    frame_due_ = now;
  }
  if (now >= frame_due_) return present(slide, now);
  slide.seen_until = now;  // it stands there
  if (now >= marked_at_ + settings_.mark_interval) keep_mark(slide);
}

void SignShow::present(Slide& slide, MonoTime at) {
  const MonoTime instant = frame_time(slide.span, settings_.frames_s, frame_number(slide.span, settings_.frames_s, at));
  const auto offset = scroll_px(slide.span, slide.assignment.cue.scroll_px_s(), instant);
  draw(slide.picture, slide.scrolls(), offset, settings_.width_px, frame_);
  const auto visible = sign_.present({settings_.width_px, settings_.height_px, frame_});
  if (!visible) return lose(visible.error(), at);
  shown_ = &slide;
  dark_ = false;
  frame_due_ = next_frame(slide, at);
  note_seen(slide, *visible);
}

void SignShow::note_seen(Slide& slide, MonoTime visible) {
  slide.frames += 1;
  slide.seen_until = std::clamp(visible, slide.span.begin, slide.span.end);
  if (!slide.seen) {
    slide.seen = true;
    slide.mark = take_mark();
    const auto late = visible - slide.span.begin;
    const bool from_begin = late <= std::chrono::nanoseconds{std::chrono::seconds{grace_frames}} / settings_.frames_s;
    slide.from_us = planned_us(slide.assignment, from_begin ? slide.span.begin : slide.seen_until);
    slide.start_error_us = static_cast<int>(std::chrono::round<Micros>(late).count());
    events_.started(CueKey::of(slide.assignment.cue), slide.start_error_us);
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
  marked_at_ = slide.seen_until;
  auto part = journal::begin_part(slide.assignment);
  part.from_us = slide.from_us;
  part.to_us = planned_us(slide.assignment, slide.seen_until);
  part.frames = slide.frames;
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

void SignShow::end(std::list<Slide>::iterator slide, const char* reason) {
  v1::Proof part = draft_of(slide->assignment, reason);
  const std::int64_t to_us = planned_us(slide->assignment, slide->seen_until);
  if (slide->seen && to_us > slide->from_us) {
    part.set_bucket(v1::BUCKET_PLAYED);
    part.set_from_us(slide->from_us);
    part.set_to_us(to_us);
    part.set_frames(slide->frames);
    part.set_start_error_us(slide->start_error_us);
    ended_marks_[CueKey::of(part)] = slide->mark;
  }
  if (shown_ == &*slide) shown_ = nullptr;
  slides_.erase(slide);
  events_.ended(part);
}

// A late step leaves frames of a strip out instead of shifting the rest.
MonoTime SignShow::next_frame(const Slide& slide, MonoTime now) const {
  if (!slide.scrolls()) return now + settings_.refresh;
  return frame_time(slide.span, settings_.frames_s, frame_number(slide.span, settings_.frames_s, now) + 1);
}

std::optional<MonoTime> SignShow::next_step(MonoTime now) {
  std::optional<MonoTime> earliest;
  const auto consider = [&earliest](MonoTime at) { earliest = earliest ? std::min(*earliest, at) : at; };
  if (!open_) consider(std::max(reopen_at_, now));
  for (const Slide& slide : slides_) consider(slide.span.begin > now ? slide.span.begin : slide.span.end);
  if (shown_ != nullptr) consider(shown_->scrolls() ? frame_due_ : std::min(frame_due_, now + settings_.mark_interval));
  return earliest;
}

}  // namespace loa::station::display
