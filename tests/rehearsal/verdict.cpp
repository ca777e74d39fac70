#include "tests/rehearsal/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "content/picture/picture.hpp"
#include "protocol/base/file.hpp"

namespace loa::tests {
namespace {

namespace fs = std::filesystem;

using Segment = std::pair<std::string, std::uint32_t>;  // occurrence, number

/// Greatest minus least of some offsets.
double spread(const std::vector<double>& offsets) {
  if (offsets.size() < 2) return 0;
  const auto [least, greatest] = std::minmax_element(offsets.begin(), offsets.end());
  return *greatest - *least;
}

/// How far the report is from what was heard. A pause of the content at the edge of a gap is silence either way: nobody
/// can hear whether it was said.
double report_error_s(const AiredCue& cue, const listen::Match& match) {
  const double surely_s = match.heard_s - match.doubtful_s;
  return std::max({0.0, surely_s - cue.reported_s, cue.reported_s - match.heard_s});
}

void measure_spread(Verdict& verdict) {
  std::map<Segment, std::vector<const listen::Match*>> segments;
  for (const auto& heard : verdict.heard) segments[{heard.cue.occurrence, heard.cue.segment}].push_back(&heard.match);
  for (const auto& [segment, matches] : segments) {
    std::vector<double> starts;
    std::map<std::size_t, std::vector<double>> windows;
    for (const auto* match : matches) {
      if (match->start_error_us) starts.push_back(*match->start_error_us);
      for (std::size_t i = 0; i < match->windows.size(); ++i) {
        if (match->windows[i].heard) windows[i].push_back(match->windows[i].offset_us);
      }
    }
    verdict.worst_start_spread_us = std::max(verdict.worst_start_spread_us, spread(starts));
    for (const auto& [index, offsets] : windows)
      verdict.worst_spread_us = std::max(verdict.worst_spread_us, spread(offsets));
  }
}

Result<content::picture::Picture> picture_of(const fs::path& file) {
  LOA_TRY_LET(const auto bytes, read_file(file, 16U << 20U));
  return content::picture::decode_png(bytes);
}

Result<ShownPage> look(const WardKit& kit, const AiredCue& cue) {
  ShownPage page{cue};
  LOA_TRY_LET(const auto approved, picture_of(kit.object(cue.object)));
  for (const auto& entry : fs::directory_iterator{kit.recording_of(cue.station)}) {
    if (entry.path().extension() != ".png") continue;
    LOA_TRY_LET(const auto shown, picture_of(entry.path()));
    page.exact = page.exact || shown.rgb == approved.rgb;
  }
  return page;
}

}  // namespace

Result<Verdict> judge(const Morning& morning) {
  Verdict verdict;
  const auto& kit = morning.kit();
  LOA_TRY_LET(const auto report, morning.report_json());
  verdict.planned = report.at("cues_planned").to_number<std::uint64_t>();
  verdict.accounted = report.at("cues_accounted").to_number<std::uint64_t>();
  verdict.unexplained = report.at("cues_unexplained").to_number<std::uint64_t>();
  LOA_TRY_LET(const auto aired, morning.aired());
  std::map<std::string, std::vector<Recording>> recordings;
  for (const auto& cue : aired) {
    if (!cue.sound) {
      if (cue.scroll_px_s != 0) continue;
      LOA_TRY_LET(auto page, look(kit, cue));
      verdict.pages.push_back(std::move(page));
      continue;
    }
    if (!recordings.contains(cue.station)) {
      LOA_TRY_LET(recordings[cue.station], Recording::load_folder(kit.recording_of(cue.station)));
    }
    LOA_TRY_LET(const auto content, listen::decode(kit.object(cue.object)));
    auto match = listen::align(recordings[cue.station], {content, cue.start_us});
    verdict.worst_report_error_s = std::max(verdict.worst_report_error_s, report_error_s(cue, match));
    verdict.heard.push_back({cue, std::move(match)});
  }
  measure_spread(verdict);
  return verdict;
}

}  // namespace loa::tests
