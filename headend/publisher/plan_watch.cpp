#include "headend/publisher/plan_watch.hpp"

#include "headend/fleet/keep.hpp"
#include "protocol/base/log.hpp"
#include "protocol/base/text.hpp"
#include "protocol/message/check.hpp"

namespace loa::headend::publisher {
namespace {

bool is_heard(const PlanStanding& standing, WallTime now) {
  return standing.heard && standing.heard->status && standing.heard->status_received &&
         now - *standing.heard->status_received < status_life;
}

bool obeys_newest(const PlanStanding& standing) {
  return standing.issued && standing.heard->status->plan_sequence() >= standing.issued->sequence;
}

}  // namespace

PlanNews judge(const PlanStanding& standing, WallTime now) {
  if (standing.trouble) return PlanNews::behind;
  if (!standing.issued || !is_heard(standing, now)) return PlanNews::unknown;
  if (obeys_newest(standing)) return PlanNews::caught_up;
  const auto since = std::max(standing.issued->made, standing.heard->online_since);
  return now - since < plan_patience ? PlanNews::unknown : PlanNews::behind;
}

std::string reason_of(const PlanStanding& standing) {
  std::string reason;
  if (standing.trouble) {
    reason = *standing.trouble;
  } else {
    const auto& status = *standing.heard->status;
    const auto& why = status.refused();
    reason = fmt::format("trạm theo kế hoạch {0}, đã gửi {1}{2} · it obeys plan {0}, and was given {1}",
                         status.plan_sequence(), standing.issued->sequence, why.empty() ? "" : ": " + why);
  }
  return fit_text(reason, protocol::message::max_text_bytes);
}

Result<void> PlanWatch::look(const std::map<std::string, std::string>& troubles, WallTime now) {
  LOA_TRY_LET(const auto catalogue, store_.catalogue());
  LOA_TRY_LET(const auto heads, store_.plans().heads());
  LOA_TRY_LET(const auto statuses, store_.fleet().statuses());
  if (!knows_store_) {
    LOA_TRY_LET(const auto faults, store_.fleet().faults());
    for (const auto& fault : faults) {
      if (fault.code == model::plan_behind && fault.state != v1::FAULT_STATE_RESOLVED)
        told_[fault.station] = fault.text;
    }
    knows_store_ = true;
  }
  for (const auto& station : catalogue.stations) {
    PlanStanding standing;
    if (const auto head = heads.find(station.id); head != heads.end()) standing.issued = head->second;
    if (const auto trouble = troubles.find(station.id); trouble != troubles.end()) standing.trouble = trouble->second;
    for (const auto& status : statuses) {
      if (status.station == station.id) standing.heard = status;
    }
    LOA_TRY(look_at(station.id, standing, now));
  }
  return {};
}

Result<void> PlanWatch::look_at(const std::string& station, const PlanStanding& standing, WallTime now) {
  const auto news = judge(standing, now);
  const auto told = told_.find(station);
  if (news == PlanNews::caught_up && told != told_.end()) {
    LOA_TRY(fleet::resolve_fault(store_, station, model::plan_behind, now));
    told_.erase(told);
    log::info("plan.caught_up", {{"station", station}});
  }
  if (news != PlanNews::behind) return {};
  const auto reason = reason_of(standing);
  if (told != told_.end() && told->second == reason) return {};
  LOA_TRY(fleet::raise_fault(store_, station, model::plan_behind, reason, now));
  told_[station] = reason;
  log::warn("plan.behind", {{"station", station}, {"reason", reason}});
  return {};
}

}  // namespace loa::headend::publisher
