#include <algorithm>
#include <map>

#include "headend/report/columns.hpp"
#include "headend/report/words.hpp"

namespace loa::headend::report {
namespace {

/// More anomalies of one station and kind than this are one line.
constexpr std::size_t most_single_anomalies = 3;

/// Buckets that occur in a table, without PLAYED.
std::vector<v1::Bucket> buckets_of(const std::vector<Row>& rows) {
  std::vector<v1::Bucket> buckets;
  for (std::size_t i = 0; i < bucket_count; ++i) {
    const auto bucket = static_cast<v1::Bucket>(i);
    const auto occurs = [&](const Row& row) { return row.account.in(bucket) != Micros{0}; };
    if (bucket != v1::BUCKET_PLAYED && std::any_of(rows.begin(), rows.end(), occurs)) buckets.push_back(bucket);
  }
  return buckets;
}

std::vector<Row> of_medium(const std::vector<Row>& rows, v1::Medium medium) {
  std::vector<Row> some;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(some),
               [&](const Row& row) { return row.medium == medium; });
  return some;
}

std::string name_beside_id(const Row& row) { return row.name == row.id ? "" : row.name; }

std::vector<Column<Row>> hours_columns() {
  return {{"Giờ phát sóng KH", "Broadcast planned",
           [](const Row& row) { return row.broadcast ? clock_length(row.broadcast->planned) : "–"; }, true},
          {"Đã phát sóng", "Broadcast actual",
           [](const Row& row) { return row.broadcast ? clock_length(row.broadcast->actual) : "–"; }, true},
          {"Tỷ lệ", "Share",
           [](const Row& row) {
             return row.broadcast ? percent(row.broadcast->actual, row.broadcast->planned) : std::string{"–"};
           },
           true}};
}

/// Makes the columns of time that stations owed and gave: of loudspeakers hours, of signs display time.
std::vector<Column<Row>> station_columns(const std::vector<Row>& rows, v1::Medium medium) {
  const bool sign = medium == v1::MEDIUM_SIGN;
  std::vector<Column<Row>> columns{
      {sign ? "Giờ hiển thị KH" : "Giờ loa KH", sign ? "Display planned" : "Loudspeaker planned",
       [](const Row& row) { return clock_length(row.account.planned()); }, true},
      {sign ? "Đã hiện" : "Loa đã phát", sign ? "Displayed" : "Loudspeaker actual",
       [](const Row& row) { return clock_length(row.account.in(v1::BUCKET_PLAYED)); }, true},
      {"Tỷ lệ", "Share",
       [](const Row& row) { return percent(row.account.in(v1::BUCKET_PLAYED), row.account.planned()); }, true}};
  for (const auto bucket : buckets_of(rows)) {
    columns.push_back({name_of(bucket).vi, name_of(bucket).en,
                       [bucket](const Row& row) { return clock_length(row.account.in(bucket)); }, true});
  }
  return columns;
}

std::string rows_of(const char* vi, const char* en, const std::vector<Row>& rows, v1::Medium medium) {
  std::vector<Column<Row>> columns{
      {vi, en, [](const Row& row) { return row.id; }},
      {"", "", name_beside_id},
      {"Mục", "Cues", [](const Row& row) { return std::to_string(row.account.cues); }, true}};
  const auto add = [&](std::vector<Column<Row>> more) {
    columns.insert(columns.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  };
  if (std::any_of(rows.begin(), rows.end(), [](const Row& row) { return row.broadcast.has_value(); }))
    add(hours_columns());
  add(station_columns(rows, medium));
  return table(columns, rows);
}

std::string tables_of(const Report& report, v1::Medium medium, const char* heading) {
  auto total = of_medium(report.total, medium);
  if (total.empty()) return {};
  total[0].id = "Tổng · Total";
  std::string text = fmt::format("{}\n\n", heading);
  if (medium == v1::MEDIUM_AUDIO) {
    text +=
        "  Giờ phát sóng: mỗi buổi tính một lần. Giờ loa: cộng mọi cụm loa.\n"
        "  Broadcast hours count an occurrence once; loudspeaker-hours count each loudspeaker.\n\n";
  }
  text += rows_of("Tất cả", "All", total, medium);
  text += rows_of("Trạm", "Station", of_medium(report.stations, medium), medium);
  text += rows_of("Chuyên mục", "Column", of_medium(report.categories, medium), medium);
  text += rows_of("Tổ dân phố", "Group", of_medium(report.groups, medium), medium);
  return text;
}

std::string overlap_of_groups(const Report& report) {
  if (report.stations_in_groups == 0) return {};
  return fmt::format(
      "  {0} trạm thuộc nhiều tổ: tính ở mỗi tổ, trong tổng chỉ tính một lần.\n"
      "  {0} stations are in several groups: they count in each of them and once in the total.\n\n",
      report.stations_in_groups);
}

std::string slogans_of(const Report& report) {
  const auto text_of = [](const SloganRow& row) {
    auto text = row.text.empty() ? std::string{"không ghi được trang · page not recorded"} : row.text;
    std::replace(text.begin(), text.end(), '\n', ' ');  // a slogan may have several lines, a row has one
    return text;
  };
  return table<SloganRow>(
      {{"Khẩu hiệu", "Slogan", text_of},
       {"Chuyên mục", "Column", [](const SloganRow& row) { return row.column.name; }},
       {"Kế hoạch", "Planned", [](const SloganRow& row) { return clock_length(row.planned); }, true},
       {"Đã hiện", "Shown", [](const SloganRow& row) { return clock_length(row.shown); }, true},
       {"Tỷ lệ", "Share", [](const SloganRow& row) { return percent(row.shown, row.planned); }, true},
       {"Khung hình", "Frames", [](const SloganRow& row) { return std::to_string(row.frames); }, true}},
      report.slogans);
}

/// Lists what is no programme of the ward (emergencies, fillers), and what was heard twice.
std::string apart_of(const Report& report) {
  std::string text;
  if (!report.emergencies.empty())
    text += "KHẨN CẤP · EMERGENCIES\n\n" + rows_of("Trạm", "Station", report.emergencies, v1::MEDIUM_AUDIO);
  if (!report.fillers.empty())
    text += "LẤP CHỖ TRỐNG · FILLERS\n\n" + rows_of("Trạm", "Station", report.fillers, v1::MEDIUM_AUDIO);
  if (report.again.empty()) return text;
  text += "NGHE HAI LẦN, CHỈ TÍNH MỘT LẦN · HEARD TWICE, COUNTED ONCE\n\n";
  return text +
         table<Again>({{"Trạm", "Station", [](const Again& row) { return row.station; }},
                       {"", "", [](const Again& row) { return row.station_name; }},
                       {"Lần", "Times", [](const Again& row) { return std::to_string(row.proofs); }, true},
                       {"Thời lượng", "Length", [](const Again& row) { return clock_length(row.length); }, true}},
                      report.again);
}

/// "2026-11-22 08:50:34.000–08:50:42.000"
std::string span_text(WallTime from, WallTime to, timetable::Zone zone) {
  return fmt::format("{} {}–{}", timetable::format_date(zone.date_of(from)), timetable::format_local_time(from, zone),
                     timetable::format_local_time(to, zone));
}

/// "03–09/07/2026"
std::string days_text(timetable::LocalDate from, timetable::LocalDate to) {
  const auto first = timetable::format_date_vi(from), last = timetable::format_date_vi(to);
  if (first == last) return first;
  if (first.substr(2) == last.substr(2)) return first.substr(0, 2) + "–" + last;
  return first + "–" + last;
}

/// "Trạm tắt · Node dark: trạm tắt · the station was off"
std::string cause_text(v1::Bucket bucket, const std::string& reason) {
  const auto name = name_of(bucket);
  return fmt::format("{} · {}: {}", name.vi, name.en, reason_text(reason));
}

std::string runs_text(const Report& report) {
  const bool some_emergency =
      std::any_of(report.runs.begin(), report.runs.end(), [](const Run& run) { return run.emergency; });
  std::vector<Column<Run>> columns{
      {"Trạm", "Station", [](const Run& run) { return run.station; }},
      {"", "", [](const Run& run) { return run.station_name == run.station ? "" : run.station_name; }},
      {"Ngày", "Days", [](const Run& run) { return days_text(run.from, run.to); }},
      {"Buổi", "Sessions", [](const Run& run) { return std::to_string(run.sessions); }, true},
      {"Mục", "Cues", [](const Run& run) { return std::to_string(run.cues); }, true},
      {"Thời lượng", "Length", [](const Run& run) { return clock_length(run.length); }, true},
      {"Vì sao", "Why", [](const Run& run) { return cause_text(run.bucket, run.reason); }}};
  if (some_emergency)
    columns.push_back({"", "", [](const Run& run) { return run.emergency ? "khẩn cấp · emergency" : ""; }});
  return table(columns, report.runs);
}

std::string cues_text(const Report& report) {
  const auto zone = report.zone;
  return table<Difference>(
      {{"Trạm", "Station", [](const Difference& one) { return one.station; }},
       {"Mục", "Cue", [](const Difference& one) { return one.title; }},
       {"Khi nào", "When", [zone](const Difference& one) { return span_text(one.stretch.from, one.stretch.to, zone); },
        true},
       {"Thời lượng", "Length", [](const Difference& one) { return clock_length(one.stretch.to - one.stretch.from); },
        true},
       {"Vì sao", "Why", [](const Difference& one) { return cause_text(one.stretch.bucket, one.stretch.reason); }}},
      report.differences);
}

/// Says why there is nothing to compare: an empty period must not read as one without differences.
std::string no_data_of(const Report& report) {
  const auto& zone = report.zone;
  if (!report.first_plan) return "KHÔNG CÓ SỐ LIỆU: chưa có kế hoạch nào · NO DATA: no plan was ever issued\n\n";
  if (span_of(report.from, report.to, zone).to <= *report.first_plan) {
    const auto date = timetable::format_date_vi(zone.date_of(*report.first_plan));
    return fmt::format(
        "KHÔNG CÓ SỐ LIỆU: chưa có kế hoạch nào trước {0} · NO DATA: the ward has no plan before {0}\n\n", date);
  }
  return "KHÔNG CÓ SỐ LIỆU: trong kỳ này không có mục nào phải phát · NO DATA: nothing was due in this period\n\n";
}

/// Says from when on the period is covered, if it begins before the first plan.
std::string beginning_of(const Report& report) {
  const auto& zone = report.zone;
  if (!report.first_plan || report.from >= zone.date_of(*report.first_plan)) return {};
  const auto date = timetable::format_date_vi(zone.date_of(*report.first_plan));
  return fmt::format("Chưa có kế hoạch nào trước {0} · There is no plan before {0}\n\n", date);
}

std::string differences_of(const Report& report, Detail detail) {
  if (report.cues_planned == 0) return no_data_of(report);
  auto text = beginning_of(report);
  if (report.differences.empty()) return text + "KHÔNG CÓ CHÊNH LỆCH · NO DIFFERENCES\n\n";
  text += "CHÊNH LỆCH · DIFFERENCES\n";
  if (detail == Detail::cues) return text + cues_text(report);
  return text + runs_text(report) + "  Từng mục · single cues: loa report --cues\n\n";
}

/// Makes one line for each anomaly; one for all of a station and kind where there are many.
std::vector<Line> anomaly_lines(const Report& report, Detail detail) {
  std::map<std::pair<std::string, std::string>, std::vector<const Anomaly*>> sorts;
  for (const auto& anomaly : report.anomalies) sorts[{anomaly.station, anomaly.kind}].push_back(&anomaly);
  std::vector<Line> lines;
  for (const auto& [sort, members] : sorts) {
    if (detail == Detail::runs && members.size() > most_single_anomalies) {
      const auto [first, last] = std::minmax_element(members.begin(), members.end(),
                                                     [](auto* one, auto* other) { return one->from < other->from; });
      const auto& zone = report.zone;
      lines.push_back({sort.first, fmt::format("{} lần · times", members.size()),
                       days_text(zone.date_of((*first)->from), zone.date_of((*last)->from)), anomaly_label(sort.second),
                       (*first)->text + " …"});
      continue;
    }
    for (const auto* one : members) {
      lines.push_back({one->station, fmt::format("{}#{}", one->occurrence, one->segment),
                       span_text(one->from, one->to, report.zone), anomaly_label(one->kind), one->text});
    }
  }
  return lines;
}

std::string anomalies_of(const Report& report, Detail detail) {
  if (report.anomalies.empty()) return {};
  return "BẤT THƯỜNG · ANOMALIES\n" + aligned(anomaly_lines(report, detail), {false, false, true}) + "\n";
}

std::string notes_of(const Report& report) {
  if (report.notes.empty()) return {};
  return "GHI CHÚ · NOTES\n" +
         table<Note>({{"", "", [](const Note& note) { return note.station; }},
                      {"", "", [](const Note& note) { return std::to_string(note.proofs); }, true},
                      {"", "", [](const Note& note) { return clock_length(note.length); }, true},
                      {"", "", [](const Note& note) { return note_text(note.kind); }}},
                     report.notes, false);
}

std::string figure_text(const std::string& what, std::int64_t figure) {
  const bool time = what.ends_with("_us") || what.starts_with("spent_us.");
  return time ? clock_length(Micros{figure}) : std::to_string(figure);
}

std::string revision_of(const Report& report) {
  if (!report.revision) return "Kỳ chưa kết thúc: số liệu tạm · The period is not over: figures may change\n\n";
  const auto& revision = *report.revision;
  const auto made = timetable::format_local(revision.made, report.zone);
  auto text = revision.kept
                  ? fmt::format("Bản số {0}, lập lần đầu {1} · Revision {0}, first made {1}\n", revision.number, made)
                  : fmt::format("Bản số {0}, chưa lưu · Revision {0}, not kept\n", revision.number);
  if (revision.changes.empty()) return text + "\n";
  text += fmt::format("Khác bản số {0} · Changed from revision {0}:\n", revision.number - 1);
  return text + table<Change>({{"", "", [](const Change& one) { return table_label(one.table); }},
                               {"", "", [](const Change& one) { return one.id; }},
                               {"", "", [](const Change& one) { return one.name; }},
                               {"", "", [](const Change& one) { return figure_label(one.what); }},
                               {"", "", [](const Change& one) { return figure_text(one.what, one.before); }, true},
                               {"", "", [](const Change&) { return "→"; }},
                               {"", "", [](const Change& one) { return figure_text(one.what, one.after); }, true}},
                              revision.changes, false);
}

std::string counts_of(const Report& report) {
  std::string text;
  if (report.cues_as_of_migration > 0) {
    text += fmt::format(
        "{0} mục cũ tính theo danh mục ngày nâng cấp · {0} older cues count by the catalogue of the day of the "
        "upgrade\n",
        report.cues_as_of_migration);
  }
  if (report.cues_to_come + report.cues_cancelled > 0) {
    text += fmt::format("Chưa đến giờ: {}, đã huỷ: {} · To come: {}, cancelled: {}\n", report.cues_to_come,
                        report.cues_cancelled, report.cues_to_come, report.cues_cancelled);
  }
  if (const auto count = report.anomalies.size(); count > 0) {
    text += fmt::format("Bất thường: {} · Anomalies: {}\n", count, count);
  }
  text += fmt::format("Kế hoạch {} mục, đã rõ {}, chưa rõ {}\n", report.cues_planned, report.cues_accounted,
                      report.cues_unexplained);
  return text + fmt::format("{} cues planned, {} accounted for, {} unexplained\n", report.cues_planned,
                            report.cues_accounted, report.cues_unexplained);
}

}  // namespace

std::string format_text(const Report& report, Detail detail) {
  std::string text = fmt::format("BÁO CÁO PHÁT THANH · BROADCAST REPORT\nKỳ · Period: {} – {}   Lập lúc · Made: {}\n",
                                 timetable::format_date_vi(report.from), timetable::format_date_vi(report.to),
                                 timetable::format_local(report.made, report.zone));
  text += revision_of(report);
  text += tables_of(report, v1::MEDIUM_AUDIO, "LOA TRUYỀN THANH · LOUDSPEAKERS");
  text += tables_of(report, v1::MEDIUM_SIGN, "BẢNG LED · SIGNS");
  text += overlap_of_groups(report);
  text += slogans_of(report);
  text += apart_of(report);
  text += differences_of(report, detail);
  text += anomalies_of(report, detail);
  text += notes_of(report);
  return text + counts_of(report);
}

}  // namespace loa::headend::report
