#include "headend/report/reporter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "protocol/message/playlist.hpp"

namespace loa::headend::report {

namespace message = protocol::message;

namespace {

using model::PlannedCue;
using model::ProofRecord;
using Key = std::tuple<std::string, std::string, std::uint32_t>;  // station, occurrence, segment

Key key_of(const PlannedCue& cue) { return {cue.station, cue.cue.occurrence(), cue.cue.segment()}; }
Key key_of(const ProofRecord& record) { return {record.station, record.proof.occurrence(), record.proof.segment()}; }

WallTime start_of(const PlannedCue& cue) { return wall_from_us(cue.cue.start_us()); }
WallTime end_of(const PlannedCue& cue) { return wall_from_us(cue.cue.start_us() + cue.cue.duration_us()); }

bool contains(const model::Span& span, WallTime instant) { return span.from <= instant && instant < span.to; }

Anomaly anomaly_of(const ProofRecord& record, const char* kind, std::string text) {
  const auto& proof = record.proof;
  return {record.station,
          proof.occurrence(),
          proof.segment(),
          kind,
          wall_from_us(proof.from_us()),
          wall_from_us(proof.to_us()),
          std::move(text)};
}

/// What was heard or shown though no plan in force promised it.
Anomaly not_promised(const ProofRecord& record, const char* kind, const char* why) {
  return anomaly_of(record, kind, fmt::format("proof {}: played though {}", record.proof.number(), why));
}

/// Of a promise that carries none: its ids stand for the names.
model::PromiseFacts facts_of(const PlannedCue& cue) {
  if (cue.facts) return *cue.facts;
  model::PromiseFacts facts;
  facts.station = cue.station;
  facts.column = {cue.cue.category(), cue.cue.category()};
  facts.title = cue.cue.title();
  return facts;
}

std::string name_of_station(const PlannedCue& cue) { return cue.facts ? cue.facts->station : cue.station; }

Account account_of(const Settlement& settled) {
  Account account;
  account.cues = 1;
  for (const auto& stretch : settled.stretches) account.add(stretch.bucket, stretch.to - stretch.from);
  return account;
}

template <class Hours>
void put_hours(std::vector<Row>& rows, const Hours& hours) {
  for (auto& row : rows) {
    const auto found = hours.find(row.id);
    if (row.medium == v1::MEDIUM_AUDIO && found != hours.end()) row.broadcast = found->second;
  }
}

}  // namespace

Micros Account::planned() const {
  Micros sum{0};
  for (const auto part : spent) sum += part;
  return sum;
}

Account& Account::operator+=(const Account& other) {
  for (std::size_t i = 0; i < spent.size(); ++i) spent[i] += other.spent[i];
  cues += other.cues;
  return *this;
}

model::Span span_of(timetable::LocalDate from, timetable::LocalDate to, timetable::Zone zone) {
  return {zone.to_utc(from, Micros{0}), zone.to_utc(to + std::chrono::days{1}, Micros{0})};
}

bool is_closed(const Report& report) {
  return report.made >= span_of(report.from, report.to, report.zone).to && report.cues_to_come == 0;
}

void Table::add(v1::Medium medium, const model::Named& named, WallTime promised, const Account& account) {
  auto& line = lines_[{medium, named.id}];
  line.account += account;
  const auto [first, fresh] = line.names.try_emplace(named.name, promised);
  if (!fresh) first->second = std::min(first->second, promised);
}

std::vector<Row> Table::rows() const {
  std::vector<Row> rows;
  for (const auto& [key, line] : lines_) {
    std::vector<std::pair<WallTime, std::string>> names;
    for (const auto& [name, first] : line.names) names.emplace_back(first, name);
    std::sort(names.begin(), names.end());
    std::string all;
    for (const auto& [first, name] : names) all += (all.empty() ? "" : " → ") + name;
    rows.push_back({key.second, all, key.first, line.account, std::nullopt});
  }
  return rows;
}

Reporter::Reporter(timetable::LocalDate from, timetable::LocalDate to, timetable::Zone zone, WallTime now)
    : span_(span_of(from, to, zone)) {
  report_.from = from;
  report_.to = to;
  report_.zone = zone;
  report_.made = now;
}

void Reporter::add(const std::vector<PlannedCue>& planned, const std::vector<ProofRecord>& proofs, const Known& known) {
  std::map<Key, Proofs> of_cue;
  for (const auto& cue : planned) of_cue[key_of(cue)];
  for (const auto& record : proofs) {
    const auto found = of_cue.find(key_of(record));
    if (found != of_cue.end()) {
      found->second.push_back(&record);
    } else if (record.proof.bucket() == v1::BUCKET_PLAYED && contains(span_, wall_from_us(record.proof.from_us()))) {
      report_.anomalies.push_back(not_promised(record, "unplanned", "no plan promised it"));
    }
  }
  for (const auto& cue : planned) {
    if (contains(span_, start_of(cue))) add_cue(cue, of_cue[key_of(cue)], known);
  }
}

void Reporter::add_cue(const PlannedCue& cue, const Proofs& proofs, const Known& known) {
  const bool filler = cue.cue.cue_class() == v1::CUE_CLASS_FILLER;
  if (cue.cancelled && !filler) return add_cancelled(proofs);
  if (end_of(cue) > report_.made && !filler) {
    ++report_.cues_to_come;
    return;
  }
  const auto settled = settle(cue, proofs, known, report_.anomalies);
  look_at(cue, proofs, settled, known);
  if (filler) return add_filler(cue, settled);
  add_differences(cue, settled);
  if (cue.facts && cue.facts->as_of_migration) ++report_.cues_as_of_migration;
  if (cue.cue.cue_class() != v1::CUE_CLASS_EMERGENCY) return add_programme(cue, proofs, settled);
  emergencies_.add(cue.cue.medium(), {cue.station, name_of_station(cue)}, start_of(cue), account_of(settled));
}

void Reporter::add_cancelled(const Proofs& proofs) {
  ++report_.cues_cancelled;
  for (const auto* record : proofs) {
    if (record->proof.bucket() != v1::BUCKET_PLAYED) continue;
    report_.anomalies.push_back(not_promised(*record, "cancelled", "the cue had been cancelled"));
  }
}

/// What speaks against the clock it was heard by, what was heard again, and what is known better.
void Reporter::look_at(const PlannedCue& cue, const Proofs& proofs, const Settlement& settled, const Known& known) {
  std::uint64_t silent_early = 0;
  Micros silent_length{0};
  for (std::size_t i = 0; i < proofs.size(); ++i) {
    const auto& proof = proofs[i]->proof;
    const bool was_played = proof.bucket() == v1::BUCKET_PLAYED;
    if (settled.not_come[i] && !was_played) {
      ++silent_early;
      silent_length += Micros{proof.to_us() - proof.from_us()};
    }
    if (settled.not_come[i]) continue;
    if (auto text = was_played ? wrong_hour(*proofs[i], known) : std::nullopt) {
      report_.anomalies.push_back(anomaly_of(*proofs[i], "clock", std::move(*text)));
    }
    if (proof.again_us() == 0) continue;
    auto& again = again_[{cue.station, cue.cue.medium()}];
    again.station = cue.station;
    again.station_name = name_of_station(cue);
    again.medium = cue.cue.medium();
    ++again.proofs;
    again.length += Micros{proof.again_us()};
  }
  if (silent_early > 0) note(cue, "not-come", silent_early, silent_length);
  if (settled.aside > 0) note(cue, "new-journal", settled.aside, settled.aside_length);
}

void Reporter::note(const PlannedCue& cue, const char* kind, std::uint64_t proofs, Micros length) {
  auto& note = notes_[{cue.station, kind}];
  note.station = cue.station;
  note.station_name = name_of_station(cue);
  note.kind = kind;
  note.proofs += proofs;
  note.length += length;
}

/// What was heard in place of missing content; it owes nothing for the rest of its time.
void Reporter::add_filler(const PlannedCue& cue, const Settlement& settled) {
  Account account;
  for (const auto& stretch : settled.stretches) {
    if (stretch.bucket == v1::BUCKET_PLAYED) account.add(v1::BUCKET_PLAYED, stretch.to - stretch.from);
  }
  if (account.planned() == Micros{0}) return;
  account.cues = 1;
  fillers_.add(cue.cue.medium(), {cue.station, name_of_station(cue)}, start_of(cue), account);
}

void Reporter::add_differences(const PlannedCue& planned, const Settlement& settled) {
  const auto& cue = planned.cue;
  const bool emergency = cue.cue_class() == v1::CUE_CLASS_EMERGENCY;
  bool unknown = false;
  for (const auto& stretch : settled.stretches) {
    unknown = unknown || stretch.bucket == v1::BUCKET_UNKNOWN;
    if (stretch.bucket == v1::BUCKET_PLAYED) continue;
    report_.differences.push_back({planned.station, name_of_station(planned), cue.occurrence(), cue.segment(),
                                   cue.title(), cue.category(), cue.medium(), emergency, stretch});
  }
  ++report_.cues_planned;
  ++(unknown ? report_.cues_unexplained : report_.cues_accounted);
  busy_[{planned.station, cue.medium()}].insert(report_.zone.date_of(start_of(planned)));
}

void Reporter::add_programme(const PlannedCue& planned, const Proofs& proofs, const Settlement& settled) {
  const auto medium = planned.cue.medium();
  const auto facts = facts_of(planned);
  const auto account = account_of(settled);
  const auto at = start_of(planned);
  total_.add(medium, {}, at, account);
  stations_.add(medium, {planned.station, facts.station}, at, account);
  for (const auto& group : facts.groups) groups_.add(medium, group, at, account);
  if (facts.groups.size() > 1) in_groups_.insert(planned.station);
  add_columns(planned, facts, settled);
  if (medium == v1::MEDIUM_SIGN) {
    slogans_.add(planned, proofs, settled);
  } else {
    hours_.add(planned, facts, account.in(v1::BUCKET_PLAYED));
  }
}

/// A playlist may mix columns: each microsecond belongs to that of the slogan whose turn it is.
void Reporter::add_columns(const PlannedCue& planned, const model::PromiseFacts& facts, const Settlement& settled) {
  const auto& cue = planned.cue;
  if (cue.medium() != v1::MEDIUM_SIGN) {
    categories_.add(cue.medium(), facts.column, start_of(planned), account_of(settled));
    return;
  }
  std::map<model::Named, Account> shares;
  for (const auto& stretch : settled.stretches) {
    for (std::int64_t at = to_us(stretch.from); at < to_us(stretch.to);) {
      const auto turn = message::turn_at(cue, at);
      const auto until = std::min(turn.end_us, to_us(stretch.to));
      shares[page_facts(planned, turn.page).column].add(stretch.bucket, Micros{until - at});
      at = until;
    }
  }
  for (auto& [column, share] : shares) {
    share.cues = 1;
    categories_.add(cue.medium(), column, start_of(planned), share);
  }
}

Report Reporter::finish() {
  report_.total = total_.rows();
  report_.stations = stations_.rows();
  report_.emergencies = emergencies_.rows();
  report_.fillers = fillers_.rows();
  report_.categories = categories_.rows();
  report_.groups = groups_.rows();
  put_hours(report_.total, std::map<std::string, Hours>{{"", hours_.total()}});
  put_hours(report_.categories, hours_.by_column());
  put_hours(report_.groups, hours_.by_group());
  report_.slogans = slogans_.rows();
  report_.stations_in_groups = in_groups_.size();
  report_.runs = runs_of(report_.differences, busy_, report_.zone);
  for (auto& [key, again] : again_) report_.again.push_back(std::move(again));
  for (auto& [key, note] : notes_) report_.notes.push_back(std::move(note));
  return std::move(report_);
}

}  // namespace loa::headend::report
