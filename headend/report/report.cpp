#include "headend/report/report.hpp"

#include <fmt/format.h>

#include <tuple>

#include "protocol/message/playlist.hpp"

namespace loa::headend::report {

namespace message = protocol::message;

namespace {

using store::ClockFinding;
using store::PlannedCue;
using store::ProofRecord;
using Key = std::tuple<std::string, std::string, std::uint32_t>;  // station, occurrence, segment

Key key_of(const PlannedCue& cue) { return {cue.station, cue.cue.occurrence(), cue.cue.segment()}; }
Key key_of(const ProofRecord& record) { return {record.station, record.proof.occurrence(), record.proof.segment()}; }

WallTime end_of(const PlannedCue& cue) { return wall_from_us(cue.cue.start_us() + cue.cue.duration_us()); }

bool contains(const store::Span& span, WallTime instant) { return span.from <= instant && instant < span.to; }

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

/// When the station says that a part was heard, by its own clock.
store::Span said_of(const ProofRecord& record) {
  const Micros late{record.proof.late_us()};
  return {wall_from_us(record.proof.from_us()) + late, wall_from_us(record.proof.to_us()) + late};
}

/// Whether a proof was here before the end of its part.
bool came_before(const ProofRecord& record, WallTime end) { return end - record.received > store::clock_tolerance; }

/// How far ahead the clock was that a part was heard by; absent: it was not found off.
///
/// A right clock would prove the same. It was a right one if the proof was here before the clock was off, or before the
/// wrong one can have got to the part; or if part and proof both came when the clock was right again.
std::optional<Micros> found_ahead(const ProofRecord& record, const std::vector<ClockFinding>& clock) {
  const auto said = said_of(record);
  for (auto found = clock.begin(); found != clock.end(); ++found) {
    const auto next = std::next(found);
    const auto until = next == clock.end() ? WallTime::max() : next->since;
    const store::Span heard{said.from - found->ahead, said.to - found->ahead};
    if (found->ahead == Micros{0} || heard.to <= found->since || until <= heard.from) continue;
    const bool before = record.received < found->since || came_before(record, heard.to);
    const bool after = until <= said.from && next->ahead == Micros{0} && !came_before(record, said.to);
    if (!before && !after) return found->ahead;
  }
  return std::nullopt;
}

/// Why what was played was not heard when its proof says; absent: nothing speaks against it.
std::optional<std::string> wrong_hour(const ProofRecord& record, const std::vector<ClockFinding>& clock) {
  const auto number = record.proof.number();
  if (const auto ahead = found_ahead(record, clock)) {
    const bool early = *ahead > Micros{0};
    return fmt::format("proof {}: by the head-end's clock it was heard {} {} than it says: the station's clock was {}",
                       number, format_duration(std::chrono::floor<std::chrono::seconds>(std::chrono::abs(*ahead))),
                       early ? "earlier" : "later", early ? "ahead" : "behind");
  }
  const auto end = said_of(record).to;
  if (!came_before(record, end)) return std::nullopt;
  return fmt::format(
      "proof {} came {} before its end: the station's clock was ahead of the head-end's, and what was heard was "
      "heard at least so much earlier than planned",
      number, format_duration(std::chrono::floor<std::chrono::seconds>(end - record.received)));
}

template <class Named>
std::vector<Row> rows_of(const std::map<std::pair<v1::Medium, std::string>, Account>& accounts, Named&& name) {
  std::vector<Row> rows;
  for (const auto& [key, account] : accounts) rows.push_back({key.second, name(key.second), key.first, account});
  return rows;
}

/// Of the page's content; of the cue where that is not known any more.
std::string page_category(const store::Catalogue& catalogue, const std::string& object, const v1::Cue& cue) {
  if (cue.pages_size() == 0) return cue.category();
  const auto name = store::Sha256::from_bytes(object);
  const auto* content = name ? catalogue.content(*name) : nullptr;
  return content && !content->category.empty() ? content->category : cue.category();
}

Micros played_of(const std::vector<Stretch>& stretches) {
  Micros sum{0};
  for (const auto& stretch : stretches) {
    if (stretch.bucket == v1::BUCKET_PLAYED) sum += stretch.to - stretch.from;
  }
  return sum;
}

template <class Entry>
std::string name_or_id(const Entry* entry, const std::string& id) {
  return entry ? entry->name : id;
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

store::Span span_of(timetable::LocalDate from, timetable::LocalDate to, timetable::Zone zone) {
  return {zone.to_utc(from, Micros{0}), zone.to_utc(to + std::chrono::days{1}, Micros{0})};
}

Reporter::Reporter(const store::Catalogue& catalogue, timetable::LocalDate from, timetable::LocalDate to,
                   timetable::Zone zone, WallTime now)
    : catalogue_(catalogue), span_(span_of(from, to, zone)) {
  report_.from = from;
  report_.to = to;
  report_.zone = zone;
  report_.made = now;
}

void Reporter::add(const std::vector<PlannedCue>& planned, const std::vector<ProofRecord>& proofs,
                   const std::vector<ClockFinding>& clock) {
  std::map<Key, std::vector<const ProofRecord*>> of_cue;
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
    if (!contains(span_, wall_from_us(cue.cue.start_us()))) continue;
    cue.cue.cue_class() == v1::CUE_CLASS_FILLER ? add_filler(cue, of_cue[key_of(cue)], clock)
                                                : add_cue(cue, of_cue[key_of(cue)], clock);
  }
}

void Reporter::add_cue(const PlannedCue& cue, const std::vector<const ProofRecord*>& proofs,
                       const std::vector<ClockFinding>& clock) {
  if (cue.cancelled) {
    ++report_.cues_cancelled;
    for (const auto* record : proofs) {
      if (record->proof.bucket() != v1::BUCKET_PLAYED) continue;
      report_.anomalies.push_back(not_promised(*record, "cancelled", "the cue had been cancelled"));
    }
  } else if (end_of(cue) > report_.made) {
    ++report_.cues_to_come;
  } else {
    const auto stretches = split(cue, proofs, report_.anomalies);
    look_at_clock(proofs, clock);
    account(cue, stretches);
    if (cue.cue.cue_class() == v1::CUE_CLASS_EMERGENCY) return;
    account_category(cue, stretches);
    if (cue.cue.medium() == v1::MEDIUM_SIGN) account_pages(cue, proofs, played_of(stretches));
  }
}

/// What was heard while its clock was off, or came before it can have been heard: not heard when its proof says.
void Reporter::look_at_clock(const std::vector<const ProofRecord*>& proofs, const std::vector<ClockFinding>& clock) {
  for (const auto* record : proofs) {
    if (record->proof.bucket() != v1::BUCKET_PLAYED) continue;
    if (auto text = wrong_hour(*record, clock)) {
      report_.anomalies.push_back(anomaly_of(*record, "clock", std::move(*text)));
    }
  }
}

/// What was heard in place of missing content; it owes nothing for the rest of its time.
void Reporter::add_filler(const PlannedCue& cue, const std::vector<const ProofRecord*>& proofs,
                          const std::vector<ClockFinding>& clock) {
  look_at_clock(proofs, clock);
  Account account;
  for (const auto& stretch : split(cue, proofs, report_.anomalies)) {
    if (stretch.bucket != v1::BUCKET_PLAYED) continue;
    account.cues = 1;
    account.spent[static_cast<std::size_t>(v1::BUCKET_PLAYED)] += stretch.to - stretch.from;
  }
  if (account.cues > 0) fillers_[{cue.cue.medium(), cue.station}] += account;
}

void Reporter::account(const PlannedCue& planned, const std::vector<Stretch>& stretches) {
  const auto& cue = planned.cue;
  Account account;
  account.cues = 1;
  for (const auto& stretch : stretches) {
    account.spent[static_cast<std::size_t>(stretch.bucket)] += stretch.to - stretch.from;
    if (stretch.bucket == v1::BUCKET_PLAYED) continue;
    report_.differences.push_back(
        {planned.station, cue.occurrence(), cue.segment(), cue.title(), cue.category(), cue.medium(), stretch});
  }
  ++report_.cues_planned;
  ++(account.in(v1::BUCKET_UNKNOWN) == Micros{0} ? report_.cues_accounted : report_.cues_unexplained);
  if (cue.cue_class() == v1::CUE_CLASS_EMERGENCY) {
    emergencies_[{cue.medium(), planned.station}] += account;
    return;
  }
  total_[{cue.medium(), ""}] += account;
  stations_[{cue.medium(), planned.station}] += account;
  const auto* station = catalogue_.station(planned.station);
  if (!station) return;
  for (const auto& group : station->groups) {
    if (group != store::everyone) groups_[{cue.medium(), group}] += account;
  }
}

/// A playlist may mix categories: each microsecond belongs to that of the page whose turn it is.
void Reporter::account_category(const PlannedCue& planned, const std::vector<Stretch>& stretches) {
  const auto& cue = planned.cue;
  std::map<std::string, Account> shares;
  for (const auto& stretch : stretches) {
    for (std::int64_t at = to_us(stretch.from); at < to_us(stretch.to);) {
      const auto turn = message::turn_at(cue, at);
      const auto until = std::min(turn.end_us, to_us(stretch.to));
      auto& share = shares[page_category(catalogue_, message::page_of(cue, turn.page).object(), cue)];
      share.spent[static_cast<std::size_t>(stretch.bucket)] += Micros{until - at};
      at = until;
    }
  }
  for (auto& [category, share] : shares) {
    share.cues = 1;
    categories_[{cue.medium(), category}] += share;
  }
}

PageRow& Reporter::page_row(const std::string& object, const v1::Cue& cue) {
  const auto [entry, fresh] = pages_.try_emplace(object);
  if (!fresh || object.empty()) return entry->second;
  const auto name = store::Sha256::from_bytes(object);
  const auto* content = name ? catalogue_.content(*name) : nullptr;
  entry->second.object = name ? name->hex() : std::string{};
  entry->second.title = content ? content->title : cue.title();
  entry->second.category = page_category(catalogue_, object, cue);
  return entry->second;
}

/// What the proofs count of each page; where they contradict one another, less: never more than was played.
void Reporter::account_pages(const PlannedCue& planned, const std::vector<const ProofRecord*>& proofs, Micros played) {
  const auto& cue = planned.cue;
  for (std::int64_t at = cue.start_us(); at < cue.start_us() + cue.duration_us();) {
    const auto turn = message::turn_at(cue, at);
    page_row(message::page_of(cue, turn.page).object(), cue).planned += Micros{turn.end_us - at};
    at = turn.end_us;
  }
  std::map<std::string, Micros> shown;
  Micros sum{0};
  for (const auto* record : proofs) {
    const auto& proof = record->proof;
    if (proof.bucket() != v1::BUCKET_PLAYED || proof.object() != cue.object()) continue;
    Micros counted{0};
    for (const auto& page : proof.pages()) {
      shown[page.object()] += Micros{page.shown_us()};
      counted += Micros{page.shown_us()};
      page_row(page.object(), cue).frames += page.frames();
    }
    if (proof.pages_size() == 0) {
      counted = Micros{proof.to_us() - proof.from_us()};
      shown[cue.pages_size() == 0 ? cue.object() : std::string{}] += counted;
      if (cue.pages_size() == 0) page_row(cue.object(), cue).frames += proof.frames();
    }
    sum += counted;
  }
  for (const auto& [object, length] : shown) {
    const bool fits = sum <= played;
    page_row(object, cue).shown +=
        fits
            ? length
            : Micros{static_cast<std::int64_t>(static_cast<double>(length.count()) *
                                               static_cast<double>(played.count()) / static_cast<double>(sum.count()))};
  }
}

Report Reporter::finish() {
  for (auto& [object, row] : pages_) report_.pages.push_back(std::move(row));
  report_.total = rows_of(total_, [](const std::string&) { return std::string{}; });
  report_.stations = rows_of(stations_, [&](const auto& id) { return name_or_id(catalogue_.station(id), id); });
  report_.emergencies = rows_of(emergencies_, [&](const auto& id) { return name_or_id(catalogue_.station(id), id); });
  report_.fillers = rows_of(fillers_, [&](const auto& id) { return name_or_id(catalogue_.station(id), id); });
  report_.categories = rows_of(categories_, [&](const auto& id) { return name_or_id(catalogue_.category(id), id); });
  report_.groups = rows_of(groups_, [&](const auto& id) { return name_or_id(catalogue_.group(id), id); });
  return std::move(report_);
}

Result<Report> of_store(store::Store& store, timetable::LocalDate from, timetable::LocalDate to, timetable::Zone zone,
                        WallTime now) {
  if (to < from) {
    return fail(ErrorCode::invalid, "the period would end on {}, before it begins on {}", timetable::format_date(to),
                timetable::format_date(from));
  }
  constexpr std::chrono::days margin{1};  // a cue lasts at most 24 h
  const auto span = span_of(from, to, zone);
  const store::Span planned_span{span.from - margin, span.to}, proof_span{span.from - margin, span.to + margin};
  LOA_TRY_LET(const auto catalogue, store.catalogue());
  LOA_TRY_LET(const auto stations, store.stations_planned(planned_span));
  Reporter reporter{catalogue, from, to, zone, now};
  for (const auto& station : stations) {
    LOA_TRY_LET(const auto planned, store.planned_cues(planned_span, station));
    LOA_TRY_LET(const auto proofs, store.proofs(proof_span, station));
    LOA_TRY_LET(const auto clock, store.clock_findings(station));
    reporter.add(planned, proofs, clock);
  }
  return reporter.finish();
}

}  // namespace loa::headend::report
