#include "station/journal/mark_set.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/base/file.hpp"

namespace loa::station::journal {

std::vector<std::filesystem::path> MarkSet::files(const std::filesystem::path& folder, std::string_view name) {
  std::vector<std::filesystem::path> paths;
  for (std::size_t i = 0; i < count; ++i) paths.push_back(folder / fmt::format("{}-{}.mark", name, i));
  return paths;
}

Result<MarkSet> MarkSet::open(const std::filesystem::path& folder, std::string_view name) {
  LOA_TRY(make_folders(folder, 0700));
  std::vector<ProgressMark> marks;
  for (const auto& file : files(folder, name)) {
    LOA_TRY_LET(auto mark, ProgressMark::open(file));
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

void MarkSet::sync() {
  for (auto& mark : marks_) mark.sync();
}

bool frees_mark(const v1::Proof& durable, const std::deque<v1::Proof>& waiting) {
  const auto heard = [](const v1::Proof& part) { return part.bucket() == v1::BUCKET_PLAYED; };
  return heard(durable) && std::none_of(waiting.begin(), waiting.end(), [&](const v1::Proof& part) {
           return heard(part) && CueKey::of(part) == CueKey::of(durable);
         });
}

ProgressMark::Part begin_part(const Assignment& assignment) {
  const v1::Cue& cue = assignment.cue;
  ProgressMark::Part part;
  std::copy_n(cue.occurrence().data(), std::min(cue.occurrence().size(), sizeof part.occurrence - 1), part.occurrence);
  part.segment = cue.segment();
  part.medium = static_cast<std::uint32_t>(cue.medium());
  part.plan_sequence = assignment.plan_sequence;
  std::copy_n(cue.object().data(), std::min(cue.object().size(), sizeof part.object), part.object);
  part.gain_cb = assignment.gain_cb;
  part.late_us = assignment.late_us;
  part.clock_grade = static_cast<std::uint32_t>(assignment.clock_grade) | (assignment.anew ? said_anew : 0U);
  return part;
}

}  // namespace loa::station::journal
