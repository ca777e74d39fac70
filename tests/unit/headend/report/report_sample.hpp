#pragma once
#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

#include "headend/model/fleet.hpp"
#include "headend/model/promise.hpp"
#include "headend/model/proof.hpp"
#include "headend/report/reporter.hpp"
#include "headend/report/words.hpp"
#include "headend/timetable/timetable.hpp"
#include "tests/unit/headend/sample_store.hpp"

/// Promises and proofs that the report's tests share.
namespace loa::headend::report {

using namespace std::chrono_literals;
using model::PlannedCue;
using model::ProofRecord;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

inline const timetable::Zone zone;
inline const auto today = sample::date(2026, 11, 23);
inline const WallTime start = zone.to_utc(today, 5h);
inline const WallTime evening = zone.to_utc(today, 20h);

inline PlannedCue cue(std::uint32_t segment = 0, Micros offset = 0s, Micros length = 10s,
                      const std::string& station = "loa-1") {
  PlannedCue planned;
  planned.station = station;
  planned.occurrence_start = start;
  planned.cue.set_occurrence("sang/2026-11-23/050000");
  planned.cue.set_segment(segment);
  planned.cue.set_cue_class(v1::CUE_CLASS_SCHEDULED);
  planned.cue.set_medium(v1::MEDIUM_AUDIO);
  planned.cue.set_category("tin");
  planned.cue.set_title("Bản tin phường");
  planned.cue.set_start_us(to_us(start + offset));
  planned.cue.set_duration_us(length.count());
  planned.cue.set_object("right");
  return planned;
}

inline ProofRecord proof(const PlannedCue& of, Micros from, Micros to, v1::Bucket bucket = v1::BUCKET_PLAYED,
                         const std::string& reason = "complete") {
  ProofRecord record;
  record.station = of.station;
  auto& made = record.proof;
  made.set_occurrence(of.cue.occurrence());
  made.set_segment(of.cue.segment());
  made.set_medium(of.cue.medium());
  made.set_object(of.cue.object());
  made.set_bucket(bucket);
  made.set_reason(reason);
  made.set_from_us(of.cue.start_us() + from.count());
  made.set_to_us(of.cue.start_us() + to.count());
  record.received = wall_from_us(made.to_us()) + 1s;
  if (bucket == v1::BUCKET_PLAYED) made.set_frames(static_cast<std::uint64_t>((to - from).count()) * 48 / 1000);
  return record;
}

inline void add_gap(ProofRecord& record, Micros at, Micros length) {
  auto* gap = record.proof.add_gaps();
  gap->set_at_us(record.proof.from_us() + at.count());
  gap->set_length_us(length.count());
  record.proof.set_frames(record.proof.frames() - static_cast<std::uint64_t>(length.count()) * 48 / 1000);
}

inline Report make(const std::vector<PlannedCue>& planned, const std::vector<ProofRecord>& proofs,
                   WallTime now = evening, const std::vector<model::ClockFinding>& clock = {}) {
  Reporter reporter{today, today, zone, now};
  reporter.add(planned, proofs, {clock, {}, {}});
  return reporter.finish();
}

inline Micros spent(const Report& report, v1::Bucket bucket) {
  return report.total.empty() ? Micros{0} : report.total[0].account.in(bucket);
}

inline testing::Matcher<const Difference&> is(Micros from, Micros to, v1::Bucket bucket, const char* reason) {
  return Field(&Difference::stretch, AllOf(Field(&Stretch::from, start + from), Field(&Stretch::to, start + to),
                                           Field(&Stretch::bucket, bucket), Field(&Stretch::reason, reason)));
}

inline std::shared_ptr<const model::PromiseFacts> facts(const std::string& name, std::vector<model::Named> groups,
                                                        model::Named column = {"tin", "Bản tin"}) {
  model::PromiseFacts made;
  made.station = name;
  made.groups = std::move(groups);
  made.column = std::move(column);
  return std::make_shared<const model::PromiseFacts>(std::move(made));
}

inline PlannedCue cue_of(const std::string& station, const std::string& name, std::vector<model::Named> groups,
                         std::uint32_t segment = 0, Micros offset = 0s) {
  auto made = cue(segment, offset, 10s, station);
  made.facts = facts(name, std::move(groups));
  return made;
}

}  // namespace loa::headend::report
