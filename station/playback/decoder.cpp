#include "station/playback/decoder.hpp"

#include <algorithm>
#include <array>

namespace loa::station::playback {
namespace {

constexpr std::size_t first_fill = 9'600;             // enough to begin with; the rest follows while it plays
constexpr std::chrono::milliseconds head_start{300};  // a device holds 160 ms; the next filling takes its time too
constexpr std::int64_t tolerance_frames = 48;         // a millisecond between a cue's length and its content's

std::int64_t cue_frames(const v1::Cue& cue) { return (cue.duration_us() * content_rate_hz + 500'000) / 1'000'000; }

std::int64_t frames_between(std::int64_t from_us, std::int64_t to_us) {
  return (to_us - from_us) * content_rate_hz / 1'000'000;
}

}  // namespace

Result<Decoder::Source> Decoder::open_source(const Assignment& assignment) {
  if (assignment.test) return TestTone{};
  LOA_TRY_LET(auto reader, content::opus::OpusReader::open(assignment.object));
  return Source{std::move(reader)};
}

std::int64_t Decoder::source_frames() const {
  return std::visit([](const auto& source) { return source.frames(); }, source_);
}

Result<std::unique_ptr<Decoder>> Decoder::open(const Assignment& assignment, MonoTime now, std::size_t mark) {
  LOA_TRY_LET(auto source, open_source(assignment));
  std::unique_ptr<Decoder> decoder{new Decoder{std::move(source)}};
  const std::int64_t wanted = cue_frames(assignment.cue), there = decoder->source_frames();
  if (there + tolerance_frames < wanted) {
    return fail(ErrorCode::invalid, "{} has {} frames, its cue wants {}", assignment.object.string(), there, wanted);
  }
  Voice& voice = decoder->voice_;
  voice.assignment = assignment;
  voice.mark = mark;
  const std::int64_t skipped_us = to_us(assignment.from) - assignment.cue.start_us();
  voice.origin = assignment.from_mono - std::chrono::microseconds{skipped_us};
  voice.frames = std::min(wanted, there);
  const std::int64_t planned = frames_between(0, skipped_us);
  const auto due = static_cast<std::int64_t>(voice.frame_at(now));
  voice.first = std::clamp<std::int64_t>(std::max(planned, due) - 64, 0, voice.frames);
  decoder->end_ = voice.first;
  LOA_TRY(std::visit([&](auto& from) { return from.seek(voice.first); }, decoder->source_));
  return decoder;
}

void Decoder::prepare(const std::function<MonoTime()>& clock) {
  fill(first_fill);
  while (!reaches(clock() + head_start) && fill(1)) {
  }
}

bool Decoder::fill(std::size_t max_frames) {
  std::array<std::int16_t, 4800> block{};
  std::size_t made = 0;
  while (!done_ && made < max_frames && voice_.pcm.write_available() >= block.size()) {
    const auto got = std::visit([&](auto& source) { return source.read(block); }, source_);
    if (!got) voice_.damaged = true;
    done_ = !got || *got == 0;
    if (done_) break;
    voice_.pcm.push(block.data(), *got);
    made += *got;
  }
  end_ += static_cast<std::int64_t>(made);
  return made > 0;
}

}  // namespace loa::station::playback
