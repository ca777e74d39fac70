#include "station/sync/fetch_queue.hpp"

#include <algorithm>

namespace loa::station::sync {

void FetchQueue::replace(const std::vector<Want>& wants) {
  std::map<Sha256, Item> items;
  for (const Want& want : wants) {
    const auto known = items_.find(want.object);
    items[want.object] = {want, known == items_.end() ? Patience{} : known->second.patience};
  }
  items_ = std::move(items);
}

std::optional<Want> FetchQueue::next(MonoTime now) const {
  if (now < server_.until) return std::nullopt;
  const Want* soonest = nullptr;
  for (const auto& [object, item] : items_) {
    if (now < item.patience.until) continue;
    if (soonest == nullptr || item.want.needed < soonest->needed) soonest = &item.want;
  }
  return soonest == nullptr ? std::nullopt : std::optional{*soonest};
}

bool FetchQueue::gives_way(const Sha256& under_way, MonoTime now) const {
  const auto item = items_.find(under_way);
  const auto soonest = next(now);
  return item != items_.end() && soonest && soonest->needed < item->second.want.needed;
}

std::optional<MonoTime> FetchQueue::next_deadline() const {
  std::optional<MonoTime> earliest;
  for (const auto& [object, item] : items_) {
    if (!earliest || item.patience.until < *earliest) earliest = item.patience.until;
  }
  return earliest ? std::optional{std::max(*earliest, server_.until)} : std::nullopt;
}

void FetchQueue::succeeded(const Sha256& object) {
  items_.erase(object);
  server_ = {};
}

void FetchQueue::failed(const Sha256& object, Blame blame, bool progressed, MonoTime now, double dice) {
  if (blame == Blame::server) return put_off(server_, progressed, now, dice);
  server_ = {};
  if (const auto item = items_.find(object); item != items_.end()) {
    put_off(item->second.patience, progressed, now, dice);
  }
}

void FetchQueue::put_off(Patience& patience, bool progressed, MonoTime now, double dice) const {
  patience.failures = progressed ? 1 : std::min(patience.failures + 1, 30);
  const double wanted = static_cast<double>(first_wait_.count()) * static_cast<double>(1LL << (patience.failures - 1));
  const double capped = std::min(wanted, static_cast<double>(longest_wait_.count()));
  patience.until = now + std::chrono::milliseconds{static_cast<std::int64_t>(capped * (0.75 + 0.5 * dice))};
}

void FetchQueue::hurry() {
  server_ = {};
  for (auto& [object, item] : items_) item.patience = {};
}

}  // namespace loa::station::sync
