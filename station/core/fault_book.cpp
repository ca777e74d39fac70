#include "station/core/fault_book.hpp"

#include <algorithm>
#include <array>

#include "protocol/base/text.hpp"
#include "protocol/message/check.hpp"

namespace loa::station::core {
namespace {

using namespace std::chrono_literals;

struct Rule {
  std::string_view code;
  Micros hold;            ///< the first one
  bool is_event = false;  ///< it happens; it does not last
};
constexpr std::array rules{Rule{fault_code::content_missing, 10s},
                           Rule{fault_code::content_damaged, 10s},
                           Rule{fault_code::underruns, 10s},
                           Rule{fault_code::device_gone, 10s},
                           Rule{fault_code::clock_untrusted, 30s},
                           Rule{fault_code::amplifier_feedback, 10s},
                           Rule{fault_code::temperature, 60s},
                           Rule{fault_code::undervoltage, 60s},
                           Rule{fault_code::storage, 60s},
                           Rule{fault_code::panel, 10s},
                           Rule{fault_code::software_restart, 10min, true}};
constexpr Micros restored_hold = 2min;

Rule rule_of(std::string_view code) {
  const auto found = std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) { return rule.code == code; });
  return found == rules.end() ? Rule{code, 10s} : *found;
}

/// What everybody can take for a sentence of a fault.
std::string clipped(std::string text) {
  if (text.size() > protocol::message::max_text_bytes) {
    text.resize(protocol::message::max_text_bytes - 3);
    while (!text.empty() && !is_clean_utf8(text)) text.pop_back();
    text += "…";
  }
  return is_clean_utf8(text) ? text : "(unreadable)";
}

std::string joined(const std::map<std::string, std::string>& causes) {
  std::string text;
  for (const auto& [cause, sentence] : causes) text += (text.empty() ? "" : "; ") + sentence;
  return clipped(text);
}

v1::Answer answer(bool accepted, std::string text) {
  v1::Answer answer;
  answer.set_accepted(accepted);
  answer.set_text(clipped(std::move(text)));
  return answer;
}

}  // namespace

Micros FaultBook::first_hold(const std::string& code) const {
  const Rule rule = rule_of(code);
  return rule.is_event ? rule.hold : settings_.hold.value_or(rule.hold);
}

/// The one place where a state changes.
void FaultBook::move(Entry& entry, Event event, const Now& now) {
  const auto next = protocol::fault::after(entry.fault.state(), event);
  if (!next) return;
  const bool news = *next != entry.fault.state() || event == Event::recurred;
  if (*next == v1::FAULT_STATE_NEW) entry.fault.set_since_us(to_us(now.wall));
  if (*next == v1::FAULT_STATE_RESOLVED && news) entry.fault.set_since_us(entry.gone_us);
  if (news) {
    entry.changed = now.mono;
    entry.age = Micros{0};
    entry.age_due = false;
  }
  entry.fault.set_state(*next);
  if (news) changes_.push_back(entry.fault);
}

void FaultBook::restore(const v1::Fault& fault, const Now& now) {
  Entry& entry = entries_[fault.code()];
  entry.fault = fault;
  entry.hold = first_hold(fault.code());
  entry.changed = now.mono;
  entry.age_due = true;
  if (fault.state() == v1::FAULT_STATE_RESOLVED) return age(entry, now);
  entry.passes_at = now.mono + restored_hold;
  entry.gone_us = to_us(now.wall);
}

void FaultBook::see(const Condition& condition, const Now& now) {
  const auto entry = entries_.find(condition.code);
  if (!condition.present) {
    if (entry != entries_.end()) leave(entry->second, condition, now);
  } else if (entry != entries_.end()) {
    appear(entry->second, condition, now);
  } else {
    Entry& fresh = entries_[condition.code];
    fresh.fault.set_code(condition.code);
    fresh.fault.set_state(v1::FAULT_STATE_RESET);
    fresh.hold = first_hold(condition.code);
    appear(fresh, condition, now);
  }
}

void FaultBook::appear(Entry& entry, const Condition& condition, const Now& now) {
  const bool was_there = !entry.causes.empty();
  entry.causes[condition.cause] = condition.text;
  entry.fault.set_text(joined(entry.causes));
  if (was_there) return;
  const auto state = entry.fault.state();
  const bool is_event = rule_of(condition.code).is_event;
  const bool outlived_the_process = entry.passes_at && std::exchange(entry.age_due, false);
  entry.passes_at.reset();
  if (outlived_the_process && !is_event) return;
  entry.fault.set_count(entry.fault.count() + 1);
  if (state == v1::FAULT_STATE_RESOLVED) {
    const bool calm = now.mono - entry.changed + entry.age >= settings_.calm;
    entry.hold = calm ? first_hold(condition.code) : std::min(2 * entry.hold, settings_.longest_hold);
  }
  if (protocol::fault::after(state, Event::appeared)) {
    move(entry, Event::appeared, now);
  } else if (is_event) {
    move(entry, Event::recurred, now);
  }
}

void FaultBook::leave(Entry& entry, const Condition& condition, const Now& now) {
  if (entry.causes.erase(condition.cause) == 0 || !entry.causes.empty()) return;
  entry.passes_at = now.mono + entry.hold;
  entry.gone_us = to_us(now.wall);
}

void FaultBook::tick(const Now& now) {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    if (entry->second.passes_at && now.mono >= *entry->second.passes_at) {
      entry->second.passes_at.reset();
      move(entry->second, Event::passed, now);
    }
    age(entry->second, now);
    entry = entry->second.fault.state() == v1::FAULT_STATE_RESET ? entries_.erase(entry) : std::next(entry);
  }
}

/// Forgets a resolved fault that is old enough. Its age runs by the monotonic clock; the age that a fault restored from
/// disk already had is taken from the wall clock, once that clock is believed.
void FaultBook::age(Entry& entry, const Now& now) {
  if (entry.fault.state() != v1::FAULT_STATE_RESOLVED) return;
  if (entry.age_due && now.grade >= ClockGrade::network) {
    const WallTime since = wall_from_us(entry.fault.since_us());
    if (since >= protocol::message::earliest && since < now.wall) entry.age = now.wall - since;
    entry.changed = now.mono;
    entry.age_due = false;
  }
  if (now.mono - entry.changed + entry.age >= settings_.keep_resolved) move(entry, Event::aged, now);
}

v1::Answer FaultBook::acknowledge(std::string_view code, const Now& now) {
  const auto entry = entries_.find(code);
  if (entry == entries_.end()) return answer(false, fmt::format("there is no fault {} here", code));
  move(entry->second, Event::acknowledged, now);
  const bool passed = entry->second.fault.state() == v1::FAULT_STATE_RESOLVED;
  return answer(true, passed ? "it has passed already" : "acknowledged");
}

v1::Answer FaultBook::reset(std::string_view code, const Now& now) {
  const auto entry = entries_.find(code);
  if (entry == entries_.end()) return answer(true, fmt::format("there is no fault {} here", code));
  if (!entry->second.causes.empty()) {
    return answer(false, fmt::format("{} is still there: {}", code, joined(entry->second.causes)));
  }
  move(entry->second, Event::passed, now);
  move(entry->second, Event::reset, now);
  entries_.erase(entry);
  return answer(true, "reset");
}

std::vector<v1::Fault> FaultBook::take_changes() { return std::exchange(changes_, {}); }

std::vector<v1::Fault> FaultBook::standing() const {
  std::vector<v1::Fault> faults;
  for (const auto& [code, entry] : entries_) faults.push_back(entry.fault);
  return faults;
}

std::optional<MonoTime> FaultBook::due(const Entry& entry) const {
  if (entry.passes_at) return entry.passes_at;
  if (entry.fault.state() != v1::FAULT_STATE_RESOLVED) return std::nullopt;
  return entry.changed + std::max(settings_.keep_resolved - entry.age, Micros{0});
}

std::optional<MonoTime> FaultBook::next_deadline() const {
  std::optional<MonoTime> next;
  for (const auto& [code, entry] : entries_) {
    const auto at = due(entry);
    if (at && (!next || *at < *next)) next = at;
  }
  return next;
}

}  // namespace loa::station::core
