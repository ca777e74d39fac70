#include "headend/fleet/identities.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "headend/fleet/keep.hpp"
#include "protocol/base/log.hpp"
#include "protocol/base/text.hpp"

namespace loa::headend::fleet {
namespace {

IdentityWatch::Speaker speaker_of(const v1::Status& status, std::uint64_t sequence) {
  return {status.boot(), status.epoch(), sequence, wall_from_us(status.at_us()),
          std::chrono::seconds{std::min<std::uint64_t>(status.uptime_s(), INT32_MAX)}};
}

std::optional<model::Epoch> epoch_of(const std::string& bytes) {
  model::Epoch epoch{};
  if (bytes.size() != epoch.size()) return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), epoch.begin());
  return epoch;
}

std::string name_of(const IdentityWatch::Box& box, timetable::Zone zone) {
  return fmt::format("{} ({})", box.boot, timetable::format_local(box.started, zone));
}

bool same(const model::JournalLife& one, const model::JournalLife& other) {
  return one.epoch == other.epoch && one.began == other.began;
}

}  // namespace

Result<void> Identities::restore(WallTime now) {
  LOA_TRY_LET(const auto conflicts, store_.findings().conflicts());
  for (const auto& conflict : conflicts) {
    if (!conflict.ended) watch_.restore(conflict.station, conflict.since, now);
  }
  return {};
}

Result<void> Identities::hear(const std::string& station, const v1::Status& status, std::uint64_t sequence,
                              WallTime now) {
  const auto verdict = watch_.hear(station, speaker_of(status, sequence), now);
  if (verdict.stranger || verdict.new_boot) greet(station);
  if (verdict.repeated) {
    return fail(ErrorCode::exists, "replayed: a status of {} with sequence {} is not after what was heard", station,
                sequence);
  }
  if (verdict.twice) twice_.insert_or_assign(station, *verdict.twice);
  if (verdict.alone) {
    log::info("identity.alone", {{"station", station}, {"boot", verdict.alone->left.boot}});
    ended_.insert_or_assign(station, verdict.alone->ended);
    written_.erase(station);  // its journal was left out while the other one counted
  }
  hear_journal(station, status);
  return {};
}

/// A status that is too old to be believed may be a new process whose clock lies behind: told the time, it can be
/// heard.
void Identities::greet(const std::string& station) {
  if (std::find(new_boots_.begin(), new_boots_.end(), station) == new_boots_.end()) new_boots_.push_back(station);
}

void Identities::hear_journal(const std::string& station, const v1::Status& status) {
  const auto epoch = epoch_of(status.epoch());
  if (!epoch || status.began_us() == 0) return;
  model::JournalLife journal{station, *epoch, wall_from_us(status.began_us())};
  const auto known = written_.find(station);
  if (known == written_.end() || !same(known->second, journal)) journals_.insert_or_assign(station, std::move(journal));
}

void Identities::forget(const std::string& station) {
  watch_.forget(station);
  twice_.erase(station);
  ended_.insert_or_assign(station, std::nullopt);
  journals_.erase(station);
  written_.erase(station);
  std::erase(new_boots_, station);
}

Result<void> Identities::keep(WallTime now) {
  for (const auto& [station, twice] : twice_) LOA_TRY(keep_twice(station, twice, now));
  for (const auto& [station, ended] : ended_) LOA_TRY(end_conflict(station, ended.value_or(now), now));
  for (const auto& [station, journal] : journals_) LOA_TRY(keep_journal(journal));
  return {};
}

void Identities::kept() {
  twice_.clear();
  ended_.clear();
  for (auto& [station, journal] : std::exchange(journals_, {})) written_.insert_or_assign(station, std::move(journal));
}

Result<void> Identities::keep_twice(const std::string& station, const IdentityWatch::Twice& twice, WallTime now) {
  const auto text = describe(twice, zone_);
  log::error("identity.twice", {{"station", station}, {"reason", text}});
  LOA_TRY(raise_fault(store_, station, model::identity_twice, text, now));
  const auto earlier = epoch_of(twice.earlier.epoch), later = epoch_of(twice.later.epoch);
  if (!earlier || !later) return {};
  LOA_TRY_LET(const auto first, store_.proofs().first_epoch(station, {*earlier, *later}));
  // What the second box says of itself begins with its start, which may lie before its first word; its clock may lie.
  // And its uptime is told in whole seconds, the rest cut off.
  const auto born = twice.later.started - std::chrono::seconds{1};
  auto since = std::clamp(born, twice.since - std::chrono::hours{24}, twice.since);
  LOA_TRY_LET(const auto conflicts, store_.findings().conflicts(station));
  for (const auto& conflict : conflicts) {
    if (!conflict.ended) since = std::min(since, conflict.since);  // one of the boxes was started again
  }
  return store_.findings().put_conflict({station, since, first.value_or(*earlier), std::nullopt});
}

Result<void> Identities::end_conflict(const std::string& station, WallTime ended, WallTime now) {
  LOA_TRY(resolve_fault(store_, station, model::identity_twice, now));
  LOA_TRY_LET(const auto conflicts, store_.findings().conflicts(station));
  for (auto conflict : conflicts) {
    if (conflict.ended) continue;
    conflict.ended = std::max(ended, conflict.since);
    LOA_TRY(store_.findings().put_conflict(conflict));
  }
  return {};
}

/// A second box's journal says nothing of what the first one can still prove.
Result<void> Identities::keep_journal(const model::JournalLife& journal) {
  LOA_TRY_LET(const auto conflicts, store_.findings().conflicts(journal.station));
  const bool waits = std::any_of(conflicts.begin(), conflicts.end(), [&](const auto& conflict) {
    return !conflict.ended && conflict.counted != journal.epoch;
  });
  return waits ? Result<void>{} : store_.findings().put_journal(journal);
}

std::string describe(const IdentityWatch::Twice& twice, timetable::Zone zone) {
  const auto since = timetable::format_local(twice.since, zone);
  const auto one = name_of(twice.earlier, zone), other = name_of(twice.later, zone);
  return fmt::format(
      "hai hộp cùng dùng danh tính của trạm này từ {}: tiến trình {} và {} (giờ khởi động); chỉ tính bằng chứng của "
      "một hộp, của hộp kia để riêng: hãy tắt một hộp, hoặc đăng ký hộp thứ hai thành trạm riêng (`loa station add`) · "
      "two boxes use this station's identity since {}: processes {} and {} (when they started); the proofs of one "
      "count, "
      "the other's are kept aside: switch one off, or add the second as a station of its own",
      since, one, other, since, one, other);
}

}  // namespace loa::headend::fleet
