#include "station/core/track.hpp"

#include <algorithm>
#include <utility>

namespace loa::station::core {
namespace {

constexpr std::int64_t again_from_us = 1'000;  // less is the rounding of a part's edges

std::int64_t frames_in(std::int64_t length_us) { return length_us * 6 / 125; }  // at 48 000 Hz

}  // namespace

v1::Cue Track::shifted(std::int64_t by_us) const {
  v1::Cue later = cue;
  later.set_start_us(cue.start_us() + by_us);
  return later;
}

void Track::remember(const std::vector<Span>& spans) {
  frontier_us = start_us();
  known.clear();
  elsewhere.clear();
  const auto add = [](std::vector<Span>& to, std::int64_t from_us, std::int64_t to_us) {
    if (from_us < to_us) to.push_back({from_us, to_us});
  };
  for (const Span& span : spans) {
    add(elsewhere, span.from_us, std::min(span.to_us, start_us()));
    add(known, std::max(span.from_us, start_us()), std::min(span.to_us, end_us()));
    add(elsewhere, std::max(span.from_us, end_us()), span.to_us);
  }
  skip_known();
}

std::vector<Span> Track::accounted() const {
  std::vector<Span> spans = elsewhere;
  if (frontier_us > start_us()) spans.push_back({start_us(), frontier_us});
  spans.insert(spans.end(), known.begin(), known.end());
  std::sort(spans.begin(), spans.end(), [](const Span& one, const Span& other) { return one.from_us < other.from_us; });
  return spans;
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
  part.set_reason(why.reason);
  part.set_from_us(frontier_us);
  part.set_to_us(until_us);
  part.set_again_us(std::exchange(again_us, 0));
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
    if (!is_filler()) parts.push_back(unheard(until, why));
    frontier_us = until;
    skip_known();
  }
  return parts;
}

std::optional<v1::Proof> Track::take(v1::Proof part) {
  const std::int64_t again = std::min(part.to_us(), frontier_us) - part.from_us();
  if (again >= again_from_us) again_us += again;
  const std::int64_t end = std::min(armed_end_us, end_us());
  const std::int64_t from = std::clamp(part.from_us(), std::min(frontier_us, end), end);
  const std::int64_t to = part.reason() == "complete" ? end : std::clamp(part.to_us(), from, end);
  if (to <= from) return std::nullopt;
  cut_front(part, from);
  part.set_from_us(from);
  part.set_to_us(to);
  part.set_plan_sequence(plan_sequence);
  part.set_late_us(shift_us);
  part.set_again_us(std::exchange(again_us, 0));
  frontier_us = to;
  skip_known();
  return part;
}

void cut_front(v1::Proof& part, std::int64_t from_us) {
  const std::int64_t cut_us = from_us - part.from_us();
  if (cut_us <= 0) return;
  std::int64_t heard_us = cut_us;
  google::protobuf::RepeatedPtrField<v1::Gap> left;
  for (const auto& gap : part.gaps()) {
    const std::int64_t end = gap.at_us() + gap.length_us();
    if (gap.at_us() < from_us) heard_us -= std::min(end, from_us) - gap.at_us();
    if (end <= from_us) continue;
    auto* kept = left.Add();
    kept->set_at_us(std::max(gap.at_us(), from_us));
    kept->set_length_us(end - kept->at_us());
  }
  *part.mutable_gaps() = left;
  const auto frames = static_cast<std::int64_t>(part.frames());
  if (part.medium() == v1::MEDIUM_AUDIO) {
    part.set_first_frame(part.first_frame() + static_cast<std::uint64_t>(frames_in(cut_us)));
    part.set_frames(static_cast<std::uint64_t>(std::max<std::int64_t>(frames - frames_in(heard_us), 0)));
  } else if (part.to_us() > from_us) {
    part.set_frames(static_cast<std::uint64_t>(frames * (part.to_us() - from_us) / (part.to_us() - part.from_us())));
  }
  part.set_again_us(part.again_us() + cut_us);
  part.set_from_us(from_us);
}

}  // namespace loa::station::core
