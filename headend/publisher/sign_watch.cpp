#include "headend/publisher/sign_watch.hpp"

#include <algorithm>

namespace loa::headend::publisher {
namespace {

using State = SignProgress::State;

/// A station promises a status each minute (PROTOCOL.md §10): two of them and some seconds have been missed.
constexpr std::chrono::seconds lately{150};

constexpr std::chrono::seconds office_patience{2};   ///< a head-end that runs issues a plan well within
constexpr std::chrono::seconds station_patience{6};  ///< an order is on the panel within five seconds
constexpr std::chrono::seconds soon{5};

bool heard_lately(const model::StationStatus& status, WallTime now) {
  return status.online && status.status && status.status_received && now - *status.status_received < lately;
}

State state_of(const model::IssuedPlan& plan, const model::StationStatus* status, WallTime now) {
  if (status == nullptr || !heard_lately(*status, now)) return State::unreachable;
  if (status->status->plan_sequence() < plan.sequence) return State::not_taken;
  return status->status->objects_held() < status->status->objects_wanted() ? State::fetching : State::ready;
}

/// When the plans since then first change what is on the sign: where a new cue begins, or one that had begun ends.
Result<std::optional<WallTime>> first_change(store::Store& store, const std::string& station, std::uint64_t since,
                                             const model::IssuedPlan& newest) {
  LOA_TRY_LET(const auto cues, store.promises().in({newest.made - std::chrono::days{1}, newest.horizon}, station));
  std::optional<WallTime> first;
  for (const auto& one : cues) {
    const auto& cue = one.cue;
    if (cue.medium() != v1::MEDIUM_SIGN || one.plan_sequence <= since || one.cancelled) continue;
    const bool begun = cue.start_us() < to_us(newest.made);
    const auto at = wall_from_us(begun ? cue.start_us() + cue.duration_us() : cue.start_us());
    if (at >= newest.made) first = first ? std::min(*first, at) : at;
  }
  return first;
}

const model::StationStatus* find(const std::vector<model::StationStatus>& statuses, const std::string& station) {
  const auto found =
      std::find_if(statuses.begin(), statuses.end(), [&](const auto& one) { return one.station == station; });
  return found == statuses.end() ? nullptr : &*found;
}

}  // namespace

Result<SignWatch> SignWatch::begin(store::Store& store, const std::vector<std::string>& groups) {
  SignWatch watch;
  LOA_TRY_LET(const auto catalogue, store.catalogue());
  for (const auto& station : catalogue.stations) {
    if (!station.sign || !model::reaches(groups, station)) continue;
    LOA_TRY_LET(const auto plan, store.plans().newest(station.id));
    watch.before_[station.id] = plan ? plan->sequence : 0;
  }
  return watch;
}

Result<std::vector<SignProgress>> SignWatch::look(store::Store& store, WallTime now) const {
  LOA_TRY_LET(const auto statuses, store.fleet().statuses());
  std::vector<SignProgress> progress;
  for (const auto& [station, before] : before_) {
    auto& one = progress.emplace_back(SignProgress{station, State::not_issued, {}});
    LOA_TRY_LET(const auto plan, store.plans().newest(station));
    if (!plan || plan->sequence <= before) continue;
    one.state = state_of(*plan, find(statuses, station), now);
    LOA_TRY_LET(one.at, first_change(store, station, before, *plan));
  }
  return progress;
}

Result<bool> SignWatch::is_anybody_there(store::Store& store, WallTime now) const {
  LOA_TRY_LET(const auto statuses, store.fleet().statuses());
  return std::any_of(statuses.begin(), statuses.end(),
                     [&](const auto& status) { return before_.contains(status.station) && heard_lately(status, now); });
}

bool SignWatch::is_worth_waiting(const std::vector<SignProgress>& progress, WallTime now, Micros waited) {
  return std::any_of(progress.begin(), progress.end(), [&](const SignProgress& one) {
    if (one.state == State::not_issued) return waited < office_patience;
    const bool on_its_way = one.state == State::not_taken || one.state == State::fetching;
    return on_its_way && waited < station_patience && one.at && *one.at < now + soon;
  });
}

}  // namespace loa::headend::publisher
