#include "headend/publisher/record.hpp"

#include "headend/model/promise_changes.hpp"

namespace loa::headend::publisher {
namespace {

using model::PromiseKind;

Result<void> keep_promises(store::Unit& unit, const model::IssuedPlan& issued,
                           const std::vector<model::PlannedCue>& cues, PromiseKind kind) {
  LOA_TRY_LET(auto standing, unit.promises().standing(issued.station, issued.made, kind));
  model::Begun begun;
  for (const auto& planned : cues) {
    if (!model::may_end_earlier(planned.cue, issued.made, kind)) continue;
    const auto key = model::key_of(planned.cue);
    LOA_TRY_LET(auto promised, unit.promises().one(issued.station, key));
    if (promised) begun.emplace(key, *std::move(promised));
  }
  return unit.promises().keep(issued, kind, model::changes_of(std::move(standing), begun, cues, issued.made, kind));
}

}  // namespace

Result<void> record_plan(store::Store& store, const model::IssuedPlan& issued,
                         const std::vector<model::PlannedCue>& cues) {
  return store.write([&](store::Unit& unit) -> Result<void> {
    LOA_TRY(unit.plans().put(issued));
    return keep_promises(unit, issued, cues, PromiseKind::plan);
  });
}

Result<void> record_emergency(store::Store& store, const model::IssuedEmergency& issued,
                              const std::vector<model::PlannedCue>& cues) {
  return store.write([&](store::Unit& unit) -> Result<void> {
    LOA_TRY(unit.plans().put_emergency(issued));
    return keep_promises(unit, issued.plan, cues, PromiseKind::emergency);
  });
}

Result<std::size_t> record_facts(store::Store& store, const std::string& station, WallTime now,
                                 const std::vector<model::PlannedCue>& cues) {
  std::size_t changed = 0;
  auto done = store.write([&](store::Unit& unit) -> Result<void> {
    LOA_TRY_LET(auto standing, unit.promises().standing(station, now, PromiseKind::plan));
    const auto others = model::other_facts(std::move(standing), cues);
    changed = others.size();
    return unit.promises().put_facts(station, others);
  });
  if (!done) return pass(std::move(done).error());
  return changed;
}

Result<void> drop_station(store::Store& store, const std::string& id, WallTime now) {
  return store.write([&](store::Unit& unit) -> Result<void> {
    LOA_TRY(unit.stations().remove(id));
    return unit.promises().cancel_from(id, now);
  });
}

Result<void> keep_content(store::Store& store, const model::Content& content) {
  return store.write([&](store::Unit& unit) -> Result<void> {
    LOA_TRY_LET(const auto known, unit.library().content(content.object));
    return unit.library().put(model::united(known, content));
  });
}

}  // namespace loa::headend::publisher
