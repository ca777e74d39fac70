#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "headend/report/figures.hpp"
#include "headend/report/words.hpp"

namespace loa::headend::report {
namespace {

using boost::json::array;
using boost::json::object;

object json_of(const Row& row) {
  object buckets;
  for (std::size_t i = 0; i < bucket_count; ++i) {
    buckets[name_of(static_cast<v1::Bucket>(i)).word] = row.account.spent[i].count();
  }
  object made{{"id", row.id},
              {"name", row.name},
              {"medium", word_of(row.medium)},
              {"cues", row.account.cues},
              {"planned_us", row.account.planned().count()},
              {"spent_us", std::move(buckets)}};
  if (row.broadcast) {
    made["broadcast_planned_us"] = row.broadcast->planned.count();
    made["broadcast_actual_us"] = row.broadcast->actual.count();
  }
  return made;
}

object json_of(const SloganRow& row) {
  array objects;
  for (const auto& name : row.objects) objects.push_back(boost::json::string{name});
  return {{"id", row.slogan + (row.column.id.empty() ? "" : "|" + row.column.id)},
          {"slogan", row.slogan},
          {"title", row.text},
          {"category", row.column.id},
          {"category_name", row.column.name},
          {"medium", word_of(v1::MEDIUM_SIGN)},
          {"objects", std::move(objects)},
          {"planned_us", row.planned.count()},
          {"shown_us", row.shown.count()},
          {"frames", row.frames}};
}

object json_of(const Again& row) {
  return {{"id", row.station},
          {"name", row.station_name},
          {"medium", word_of(row.medium)},
          {"proofs", row.proofs},
          {"length_us", row.length.count()}};
}

object json_of(const Run& run) {
  const auto from = timetable::format_date(run.from), to = timetable::format_date(run.to);
  const char* bucket = name_of(run.bucket).word;
  return {{"id", fmt::format("{}|{}|{}|{}|{}", run.station, bucket, run.reason, from, to)},
          {"name", run.station_name},
          {"station", run.station},
          {"medium", word_of(run.medium)},
          {"emergency", run.emergency},
          {"bucket", bucket},
          {"reason", run.reason},
          {"from", from},
          {"to", to},
          {"sessions", run.sessions},
          {"cues", run.cues},
          {"length_us", run.length.count()}};
}

object json_of(const Difference& difference) {
  return {{"station", difference.station},
          {"occurrence", difference.occurrence},
          {"segment", difference.segment},
          {"title", difference.title},
          {"category", difference.category},
          {"medium", word_of(difference.medium)},
          {"from", format_utc(difference.stretch.from)},
          {"to", format_utc(difference.stretch.to)},
          {"length_us", (difference.stretch.to - difference.stretch.from).count()},
          {"bucket", name_of(difference.stretch.bucket).word},
          {"reason", difference.stretch.reason}};
}

object json_of(const Anomaly& anomaly) {
  return {{"station", anomaly.station}, {"occurrence", anomaly.occurrence}, {"segment", anomaly.segment},
          {"kind", anomaly.kind},       {"from", format_utc(anomaly.from)}, {"to", format_utc(anomaly.to)},
          {"text", anomaly.text}};
}

object json_of(const Note& note) {
  return {{"station", note.station},
          {"name", note.station_name},
          {"kind", note.kind},
          {"proofs", note.proofs},
          {"length_us", note.length.count()}};
}

object json_of(const Change& change) {
  return {{"table", change.table}, {"id", change.id},         {"name", change.name},  {"medium", change.medium},
          {"what", change.what},   {"before", change.before}, {"after", change.after}};
}

template <class T>
array list(const std::vector<T>& entries) {
  array made;
  for (const auto& entry : entries) made.push_back(json_of(entry));
  return made;
}

object json_of(const Revision& revision) {
  return {{"number", revision.number},
          {"made", format_utc(revision.made)},
          {"kept", revision.kept},
          {"changes", list(revision.changes)}};
}

}  // namespace

object figures_of(const Report& report) {
  return {{"total", list(report.total)},
          {"stations", list(report.stations)},
          {"categories", list(report.categories)},
          {"groups", list(report.groups)},
          {"slogans", list(report.slogans)},
          {"emergencies", list(report.emergencies)},
          {"fillers", list(report.fillers)},
          {"heard_again", list(report.again)},
          {"runs", list(report.runs)},
          {"cues_planned", report.cues_planned},
          {"cues_accounted", report.cues_accounted},
          {"cues_unexplained", report.cues_unexplained},
          {"cues_cancelled", report.cues_cancelled}};
}

std::string format_json(const Report& report) {
  object made{{"from", timetable::format_date(report.from)},
              {"to", timetable::format_date(report.to)},
              {"made", format_utc(report.made)}};
  if (report.first_plan) made["first_plan"] = format_utc(*report.first_plan);
  if (report.revision) made["revision"] = json_of(*report.revision);
  for (auto& [key, value] : figures_of(report)) made[key] = std::move(value);
  made["stations_in_groups"] = report.stations_in_groups;
  made["differences"] = list(report.differences);
  made["anomalies"] = list(report.anomalies);
  made["notes"] = list(report.notes);
  made["cues_to_come"] = report.cues_to_come;
  made["cues_as_of_migration"] = report.cues_as_of_migration;
  return boost::json::serialize(made);
}

}  // namespace loa::headend::report
