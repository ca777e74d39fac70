#include "protocol/link/outgoing.hpp"

#include <algorithm>

namespace loa::protocol::link {
namespace {

std::size_t cost_of(const Outgoing::Item& item) { return item.topic.size() + item.payload->size(); }

}  // namespace

Outgoing::Entry* Outgoing::unsent_retained(const std::string& topic) {
  const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(under_way_);
  const auto found = std::find_if(first, entries_.end(), [&](const Entry& entry) {
    return entry.item.retained && entry.item.qos == Qos::at_least_once && entry.item.topic == topic;
  });
  return found == entries_.end() ? nullptr : &*found;
}

Result<void> Outgoing::add(Item item) {
  const bool replaces = item.retained && item.qos == Qos::at_least_once;
  Entry* old = replaces ? unsent_retained(item.topic) : nullptr;
  const std::size_t freed = old == nullptr ? 0 : cost_of(old->item);
  const std::size_t count = entries_.size() + (old == nullptr ? 1 : 0);
  if (count > max_messages_ || bytes_ - freed + cost_of(item) > max_bytes_) {
    return fail(ErrorCode::full, "cannot queue a message to {}: {} messages of {} bytes wait for the broker",
                item.topic, entries_.size(), bytes_);
  }
  bytes_ = bytes_ - freed + cost_of(item);
  if (old == nullptr) {
    entries_.push_back(Entry{std::move(item), {}, 0, 0});
    return {};
  }
  old->replaced.push_back(old->item.id);
  old->item = std::move(item);
  old->losses = 0;
  return {};
}

std::optional<Outgoing::Item> Outgoing::take() {
  if (under_way_ == entries_.size()) return std::nullopt;
  const Entry& next = entries_[under_way_];
  const bool careful = next.losses > 0 || (under_way_ > 0 && entries_[under_way_ - 1].losses > 0);
  if (under_way_ >= (careful ? 1 : window)) return std::nullopt;
  ++under_way_;
  return next.item;
}

Outgoing::Iterator Outgoing::find_packet(int mid) {
  const auto end = entries_.begin() + static_cast<std::ptrdiff_t>(under_way_);
  const auto found = std::find_if(entries_.begin(), end, [&](const Entry& entry) { return entry.mid == mid; });
  return found == end ? entries_.end() : found;
}

Outgoing::Iterator Outgoing::find_id(MessageId id) {
  return std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.item.id == id; });
}

std::vector<MessageId> Outgoing::remove(Iterator entry) {
  if (entry == entries_.end()) return {};
  auto ids = std::move(entry->replaced);
  ids.push_back(entry->item.id);
  bytes_ -= cost_of(entry->item);
  if (static_cast<std::size_t>(entry - entries_.begin()) < under_way_) --under_way_;
  entries_.erase(entry);
  return ids;
}

void Outgoing::sent(MessageId id, int mid) {
  const auto entry = find_id(id);
  if (entry == entries_.end()) return;
  if (entry->item.qos == Qos::at_most_once) {
    remove(entry);
  } else {
    entry->mid = mid;
  }
}

std::vector<MessageId> Outgoing::acknowledged(int mid) { return remove(find_packet(mid)); }
std::vector<MessageId> Outgoing::give_up(MessageId id) { return remove(find_id(id)); }

std::vector<Outgoing::Failure> Outgoing::connection_lost() {
  std::vector<Failure> failures;
  const bool alone = under_way_ == 1;
  for (std::size_t i = 0; i < under_way_; ++i) {
    Entry& entry = entries_[i];
    entry.mid = 0;
    entry.losses = alone ? entry.losses + 1 : std::max(entry.losses, 1U);
  }
  if (alone && entries_.front().losses >= max_losses) {
    const auto why = fmt::format(
        "the connection broke {} times while this message of {} bytes was under way; the broker may "
        "limit the size of messages",
        max_losses, entries_.front().item.payload->size());
    for (const MessageId id : remove(entries_.begin())) failures.push_back({id, why});
  }
  under_way_ = 0;
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    if (entry->item.qos == Qos::at_most_once) {
      bytes_ -= cost_of(entry->item);
      entry = entries_.erase(entry);
    } else {
      ++entry;
    }
  }
  return failures;
}

}  // namespace loa::protocol::link
