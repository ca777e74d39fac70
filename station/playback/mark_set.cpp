#include "station/playback/mark_set.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/base/file.hpp"

namespace loa::station::playback {

Result<MarkSet> MarkSet::open(const std::filesystem::path& folder) {
  LOA_TRY(make_folders(folder, 0700));
  std::vector<journal::ProgressMark> marks;
  for (std::size_t i = 0; i < count; ++i) {
    LOA_TRY_LET(auto mark, journal::ProgressMark::open(folder / fmt::format("audio-{}.mark", i)));
    marks.push_back(std::move(mark));
  }
  return MarkSet{std::move(marks)};
}

std::vector<v1::Proof> MarkSet::recovered() const {
  std::vector<v1::Proof> parts;
  for (const auto& mark : marks_) {
    if (auto part = mark.recovered()) parts.push_back(std::move(*part));
  }
  std::sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.from_us() < b.from_us(); });
  return parts;
}

void MarkSet::clear_all() {
  for (auto& mark : marks_) mark.clear();
}

void MarkSet::update(std::size_t index, const Voice& voice) {
  const v1::Cue& cue = voice.assignment.cue;
  const auto& measured = voice.measured;
  journal::ProgressMark::Part part;
  std::copy_n(cue.occurrence().data(), std::min(cue.occurrence().size(), sizeof part.occurrence - 1), part.occurrence);
  part.segment = cue.segment();
  part.medium = static_cast<std::uint32_t>(cue.medium());
  part.plan_sequence = voice.assignment.plan_sequence;
  std::copy_n(cue.object().data(), std::min(cue.object().size(), sizeof part.object), part.object);
  part.from_us = voice.planned_us(measured.from);
  part.to_us = voice.planned_us(measured.to);
  part.first_frame = static_cast<std::uint64_t>(measured.from);
  part.frames = static_cast<std::uint64_t>(measured.frames);
  part.gain_cb = voice.assignment.gain_cb;
  part.start_error_us = measured.start_error_us;
  part.underruns = measured.underruns;
  part.device_ppb = measured.device_ppb;
  marks_[index].update(part);
}

void MarkSet::sync() {
  for (auto& mark : marks_) mark.sync();
}

}  // namespace loa::station::playback
