#include "tools/simfleet/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/simfleet/cue_judge.hpp"

namespace loa::tools::simfleet {
namespace {

using station::CueKey;

/// Whether everything came back, when all is well again.
Result<void> judge_box(Verdict& verdict, SimOffice& office, const Site& site) {
  const auto& box = site.box();
  if (!box.running() || box.proofs_waiting() > 0) {
    ++verdict.not_back;
    verdict.find(fmt::format("{} is not back: {}, {} proofs waiting", site.id(),
                             box.running() ? "runs" : "does not run", box.proofs_waiting()));
  }
  LOA_TRY_LET(const auto newest, office.store().plans().newest(site.id()));
  if (newest && box.running() && box.plan_sequence() != newest->sequence) {
    ++verdict.not_back;
    verdict.find(fmt::format("{} obeys plan {}, the newest is {}", site.id(), box.plan_sequence(), newest->sequence));
  }
  for (const auto& one : site.boxes()) {
    for (const auto& text : one.station->refused()) {
      ++verdict.proofs_lost;
      verdict.find(fmt::format("{}: {}", site.id(), text));
    }
  }
  return {};
}

Result<void> judge_cues(Verdict& verdict, SimOffice& office, const Site& site, const ReportView& view,
                        const History& history, const headend::model::Span& span) {
  LOA_TRY_LET(const auto planned, office.store().promises().in(span, site.id()));
  LOA_TRY_LET(const auto proofs, office.store().proofs().in({span.from, span.to + std::chrono::days{1}}, site.id()));
  std::map<CueKey, CueJudge::Proofs> of_cue;
  for (const auto& proof : proofs) of_cue[CueKey::of(proof.proof)].push_back(&proof);
  CueJudge judge{verdict, site, view, history};
  for (const auto& cue : planned) {
    const bool counts = !cue.cancelled || cue.cue.cue_class() == v1::CUE_CLASS_FILLER;
    if (!counts || wall_from_us(cue.cue.start_us() + cue.cue.duration_us()) > span.to) continue;
    judge.judge(cue, of_cue[CueKey::of(cue.cue)]);
  }
  judge.finish();
  return {};
}

}  // namespace

Result<Verdict> judge(SimOffice& office, const std::vector<std::unique_ptr<Site>>& sites, const History& history,
                      Instant from, Instant to) {
  Verdict verdict;
  verdict.problems = office.problems();
  // Numbers that a card which was put back gives a second time, until a receipt tells it: kept as evidence.
  const bool rolled_back =
      std::any_of(sites.begin(), sites.end(), [](const auto& site) { return site->rolled_back(); });
  if (!rolled_back) verdict.forks = office.committed().forks;
  verdict.proofs_double += office.committed().flawed;
  LOA_TRY_LET(const auto view, ReportView::make(office.store(), from, to, to + day_us));
  for (const auto& site : sites) {
    LOA_TRY(judge_box(verdict, office, *site));
    LOA_TRY(judge_cues(verdict, office, *site, view, history, {wall_from_us(from), wall_from_us(to)}));
  }
  return verdict;
}

}  // namespace loa::tools::simfleet
