#include "station/core/track.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "protocol/message/playlist.hpp"

namespace loa::station::core {
namespace {

constexpr std::int64_t again_from_us = 1'000;  // less is the rounding of a part's edges
constexpr std::int64_t longest_again_us = 86'400'000'000;
constexpr std::int64_t correction_us = 5'000'000;  // a clock that is set back by no more was right
constexpr std::int64_t heard_in_time_us =
    30'000'000;  // so much too early counts: the head-end allows it too (PROTOCOL §8)

__extension__ using Wide = __int128;  // microseconds of a day times those of another

std::int64_t frames_in(std::int64_t length_us) { return length_us * 6 / 125; }  // at 48 000 Hz

}  // namespace

Span span_of(std::int64_t from_us, std::int64_t to_us, v1::Bucket bucket) {
  return {from_us, to_us, bucket == v1::BUCKET_PLAYED, false,
          bucket == v1::BUCKET_INTERRUPTED || bucket == v1::BUCKET_SKIPPED_LATE};
}

bool reopen(std::vector<Span>& spans, std::int64_t from_us) {
  std::vector<Span> result;
  bool opened = false;
  for (const Span& span : spans) {
    const bool in_time = (span.heard && span.to_us <= from_us + heard_in_time_us) ||
                         (span.decided && span.from_us <= from_us + correction_us);
    if (span.open || in_time || span.to_us <= from_us) {
      result.push_back(span);
      continue;
    }
    Span closed = span, again = span;
    closed.to_us = again.from_us = std::max(span.from_us, from_us);
    again.open = true;
    if (closed.from_us < closed.to_us) result.push_back(closed);
    result.push_back(again);
    opened = true;
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const Span& one, const Span& other) { return one.from_us < other.from_us; });
  spans = std::move(result);
  return opened;
}

bool stand(std::vector<Span>& spans, std::int64_t to_us) {
  std::vector<Span> result;
  bool stood = false;
  for (const Span& span : spans) {
    if (!span.open || span.from_us >= to_us) {
      result.push_back(span);
      continue;
    }
    Span closed = span, rest = span;
    closed.open = false;
    closed.to_us = rest.from_us = std::min(span.to_us, to_us);
    result.push_back(closed);
    if (rest.from_us < rest.to_us) result.push_back(rest);
    stood = true;
  }
  spans = std::move(result);
  return stood;
}

void replace(std::vector<Span>& spans, const Span& anew) {
  std::vector<Span> result;
  for (const Span& span : spans) {
    if (span.to_us <= anew.from_us || span.from_us >= anew.to_us) {
      result.push_back(span);
      continue;
    }
    Span before = span, behind = span;
    before.to_us = anew.from_us;
    behind.from_us = anew.to_us;
    behind.decided = false;
    for (const Span& left : {before, behind})
      if (left.from_us < left.to_us) result.push_back(left);
  }
  result.push_back(anew);
  spans = std::move(result);
}

v1::Cue Track::whole_cue() const {
  v1::Cue whole = cue;
  if (cue.playlist_number() > 0) playlists->unfold(cue.playlist_number(), whole);
  return whole;
}

std::vector<protocol::crypto::Sha256> Track::objects() const {
  if (cue.playlist_number() > 0) return playlists->objects(cue.playlist_number());
  std::vector<protocol::crypto::Sha256> objects;
  for (const auto& bytes : protocol::message::objects_of(cue))
    objects.push_back(protocol::crypto::Sha256::from_bytes(bytes).value_or(protocol::crypto::Sha256{}));
  return objects;
}

v1::Cue Track::shifted(std::int64_t by_us) const {
  v1::Cue later = cue;
  later.set_start_us(cue.start_us() + by_us);
  return later;
}

void Track::remember(const std::vector<Span>& spans) {
  frontier_us = start_us();
  passed.clear();
  known.clear();
  elsewhere.clear();
  told.clear();
  reopened.clear();
  const auto add = [](std::vector<Span>& to, std::int64_t from_us, std::int64_t to_us) {
    if (from_us < to_us) to.push_back({from_us, to_us});
  };
  for (const Span& span : spans) {
    if (span.open) {
      reopened.push_back(span);
      continue;
    }
    if (span.heard || span.decided) told.push_back(span);
    add(elsewhere, span.from_us, std::min(span.to_us, start_us()));
    add(known, std::max(span.from_us, start_us()), std::min(span.to_us, end_us()));
    add(elsewhere, std::max(span.from_us, end_us()), span.to_us);
  }
  skip_known();
}

std::vector<Span> Track::accounted() const {
  std::vector<Span> spans = elsewhere;
  std::int64_t from_us = start_us();
  for (const Span& gap : passed) {
    if (gap.from_us > from_us) spans.push_back({from_us, gap.from_us});
    from_us = gap.to_us;
  }
  if (frontier_us > from_us) spans.push_back({from_us, frontier_us});
  for (const auto* more : {&known, &told, &reopened}) spans.insert(spans.end(), more->begin(), more->end());
  const auto key = [](const Span& span) {
    return std::tuple{span.from_us, span.to_us, span.open, !span.heard, !span.decided};
  };
  std::sort(spans.begin(), spans.end(), [&](const Span& one, const Span& other) { return key(one) < key(other); });
  const auto same = [](const Span& one, const Span& other) {
    return one.from_us == other.from_us && one.to_us == other.to_us && one.open == other.open;
  };
  spans.erase(std::unique(spans.begin(), spans.end(), same), spans.end());
  return spans;
}

bool Track::reopen(std::int64_t from_us) {
  if (assigned || end_us() <= from_us) return false;
  auto spans = accounted();
  const bool opened = core::reopen(spans, from_us);
  if (opened) remember(spans);
  if (!opened && start_us() < from_us) return false;
  retry_us = patience_us = 0;  // instants of a time that has not come
  block.reset();
  waits.clear();
  if (frontier_us > start_us() || !known.empty()) return opened;
  begun = known_before = false;
  shift_us = 0;
  wants_whole = in_plan && cue.late_policy() == v1::LATE_POLICY_WHOLE;
  return opened;
}

bool Track::stand(std::int64_t to_us) {
  if (reopened.empty()) return false;
  const bool heard = std::any_of(reopened.begin(), reopened.end(),
                                 [&](const Span& span) { return span.heard && span.from_us < to_us; });
  auto spans = accounted();
  if (!core::stand(spans, to_us)) return false;
  remember(spans);
  wants_whole = false;  // some of it has its account
  waits.clear();
  return heard;
}

bool Track::is_anew(std::int64_t from_us, std::int64_t to_us) const {
  return std::any_of(reopened.begin(), reopened.end(),
                     [&](const Span& span) { return span.from_us < to_us && from_us < span.to_us; });
}

/// The part takes the place of what was said of its time before; what was heard of that counts no more.
void Track::say_anew(v1::Proof& part) {
  if (!is_anew(part.from_us(), part.to_us())) return;
  part.set_anew(true);
  std::vector<Span> left;
  std::int64_t before_us = 0;
  for (const Span& span : reopened) {
    const std::int64_t from = std::max(span.from_us, part.from_us()), to = std::min(span.to_us, part.to_us());
    if (from < to && span.heard) before_us += to - from;
    for (const auto& [rest_from, rest_to] :
         {std::pair{span.from_us, std::min(from, span.to_us)}, std::pair{std::max(to, span.from_us), span.to_us}})
      if (rest_from < rest_to) left.push_back({rest_from, rest_to, span.heard, true, span.decided});
  }
  reopened = std::move(left);
  part.set_again_us(std::min(part.again_us() + before_us, longest_again_us));
}

void Track::skip_known() {
  while (!known.empty() && known.front().from_us <= frontier_us) {
    frontier_us = std::max(frontier_us, known.front().to_us);
    known.erase(known.begin());
  }
}

v1::Proof Track::unheard(std::int64_t until_us, const Block& why) {
  v1::Proof part;
  part.set_occurrence(cue.occurrence());
  part.set_segment(cue.segment());
  part.set_medium(cue.medium());
  part.set_object(cue.object());
  part.set_plan_sequence(plan_sequence);
  part.set_bucket(why.bucket);
  part.set_reason(std::string{name_of(why.reason)});
  part.set_from_us(frontier_us);
  part.set_to_us(until_us);
  part.set_again_us(std::exchange(again_us, 0));
  say_anew(part);
  return part;
}

std::vector<v1::Proof> Track::account(std::int64_t to_us, const Block& why) {
  const std::int64_t to = std::min(to_us, end_us());
  if (wants_whole) {
    const std::int64_t noted = waits.empty() ? frontier_us : waits.back().to_us;
    if (to <= noted) return {};
    if (waits.empty() || waits.back().block != why) waits.push_back({to, why});
    waits.back().to_us = to;
    return {};
  }
  std::vector<v1::Proof> parts;
  while (frontier_us < to) {
    const std::int64_t until = known.empty() ? to : std::min(to, known.front().from_us);
    if (why.bucket == v1::BUCKET_UNKNOWN) {
      passed.push_back({frontier_us, until});
    } else {
      if (!is_filler()) parts.push_back(unheard(until, why));
      if (const Span said = span_of(frontier_us, until, why.bucket); said.decided) told.push_back(said);
    }
    frontier_us = until;
    skip_known();
  }
  return parts;
}

std::optional<v1::Proof> Track::take(v1::Proof part) {
  const std::int64_t end = std::min(armed_end_us, end_us());
  const std::int64_t before = std::min(part.to_us(), frontier_us) - part.from_us();
  const std::int64_t beyond = part.to_us() - std::max({part.from_us(), frontier_us, end});
  for (const std::int64_t uncounted : {before, beyond})
    if (uncounted >= again_from_us) again_us += uncounted;
  const std::int64_t from = std::clamp(part.from_us(), std::min(frontier_us, end), end);
  const std::int64_t to = part.reason() == name_of(Reason::complete) ? end : std::clamp(part.to_us(), from, end);
  if (to <= from) return std::nullopt;
  cut(part, from, to);
  part.set_from_us(from);
  part.set_to_us(to);
  part.set_late_us(shift_us);
  part.set_again_us(std::exchange(again_us, 0));
  say_anew(part);
  told.push_back({from, to, true});
  frontier_us = to;
  skip_known();
  return part;
}

void cut(v1::Proof& part, std::int64_t from_us, std::int64_t to_us) {
  const std::int64_t length_us = part.to_us() - part.from_us();
  const std::int64_t from = std::clamp(from_us, part.from_us(), part.to_us());
  const std::int64_t to = std::clamp(to_us, from, part.to_us());
  const std::int64_t cut_us = length_us - (to - from);
  if (cut_us <= 0) return;
  std::int64_t unheard_us = cut_us;
  google::protobuf::RepeatedPtrField<v1::Gap> left;
  for (const auto& gap : part.gaps()) {
    const std::int64_t gap_from = std::max(gap.at_us(), from), gap_to = std::min(gap.at_us() + gap.length_us(), to);
    unheard_us -= gap.length_us() - std::max<std::int64_t>(gap_to - gap_from, 0);
    if (gap_to <= gap_from) continue;
    auto* kept = left.Add();
    kept->set_at_us(gap_from);
    kept->set_length_us(gap_to - gap_from);
  }
  *part.mutable_gaps() = left;
  const auto share = [&](std::int64_t count) {
    return static_cast<std::int64_t>(Wide{count} * (to - from) / length_us);
  };
  if (part.medium() == v1::MEDIUM_AUDIO) {
    part.set_first_frame(part.first_frame() + static_cast<std::uint64_t>(frames_in(from - part.from_us())));
    const auto frames = static_cast<std::int64_t>(part.frames()) - frames_in(unheard_us);
    part.set_frames(static_cast<std::uint64_t>(std::max<std::int64_t>(frames, 0)));
  } else {
    part.set_frames(static_cast<std::uint64_t>(share(static_cast<std::int64_t>(part.frames()))));
  }
  for (auto& page : *part.mutable_pages()) {
    page.set_frames(static_cast<std::uint64_t>(share(static_cast<std::int64_t>(page.frames()))));
    page.set_shown_us(share(page.shown_us()));
  }
  part.set_again_us(part.again_us() + cut_us);
  part.set_from_us(from);
  part.set_to_us(to);
}

v1::Proof unmeasured(const v1::Proof& part) {
  v1::Proof bare;
  bare.set_occurrence(part.occurrence());
  bare.set_segment(part.segment());
  bare.set_medium(part.medium());
  bare.set_object(part.object());
  bare.set_plan_sequence(part.plan_sequence());
  bare.set_bucket(part.bucket());
  bare.set_reason(part.reason());
  bare.set_from_us(part.from_us());
  bare.set_to_us(part.to_us());
  bare.set_clock_grade(part.clock_grade());
  bare.set_clock_error_us(part.clock_error_us());
  return bare;
}

}  // namespace loa::station::core
