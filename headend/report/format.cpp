#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "headend/report/report.hpp"

namespace loa::headend::report {
namespace {

using Line = std::vector<std::string>;

/// Columns that a character takes on a terminal: combining marks take none, all else of our alphabets one.
std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0) == 0x80) continue;
    const bool combining =
        (byte == 0xcc || (byte == 0xcd && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xb0));
    if (!combining) ++width;
  }
  return width;
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string blanks(width - std::min(width, width_of(text)), ' ');
  return right ? blanks + text : text + blanks;
}

/// The first two columns to the left, figures to the right.
/// @param words_from  this column and those after it are words again
std::string aligned(const std::vector<Line>& lines, std::size_t words_from = SIZE_MAX) {
  std::vector<std::size_t> widths;
  for (const auto& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width_of(line[i]));
  }
  std::string text;
  for (const auto& line : lines) {
    std::string row;
    for (std::size_t i = 0; i < line.size(); ++i)
      row += (i == 0 ? "  " : "   ") + padded(line[i], widths[i], i >= 2 && i < words_from);
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
  }
  return text;
}

/// "1:02:03.456"
std::string clock_length(Micros length) {
  const auto ms = std::chrono::round<std::chrono::milliseconds>(length).count();
  return fmt::format("{}:{:02}:{:02}.{:03}", ms / 3600000, ms / 60000 % 60, ms / 1000 % 60, ms % 1000);
}

std::string percent(Micros part, Micros whole) {
  if (whole == Micros{0}) return "–";
  return fmt::format("{:.2f} %", 100.0 * static_cast<double>(part.count()) / static_cast<double>(whole.count()));
}

/// Buckets that occur in a table, played first.
std::vector<v1::Bucket> buckets_of(const std::vector<Row>& rows) {
  std::vector<v1::Bucket> buckets{v1::BUCKET_PLAYED};
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

std::string table(const char* title_vi, const char* title_en, const std::vector<Row>& rows) {
  const auto buckets = buckets_of(rows);
  Line vi{title_vi, "", "Mục", "Kế hoạch"}, en{title_en, "", "Cues", "Planned"};
  for (const auto bucket : buckets) {
    vi.push_back(name_of(bucket).vi);
    en.push_back(name_of(bucket).en);
    if (bucket != v1::BUCKET_PLAYED) continue;
    vi.push_back("Tỷ lệ");
    en.push_back("Share");
  }
  std::vector<Line> lines{vi, en};
  for (const auto& row : rows) {
    const auto& account = row.account;
    Line line{row.id, row.name == row.id ? "" : row.name, std::to_string(account.cues),
              clock_length(account.planned())};
    for (const auto bucket : buckets) {
      line.push_back(clock_length(account.in(bucket)));
      if (bucket == v1::BUCKET_PLAYED) line.push_back(percent(account.in(bucket), account.planned()));
    }
    lines.push_back(std::move(line));
  }
  return aligned(lines) + "\n";
}

std::string tables_of(const Report& report, v1::Medium medium, const char* heading) {
  auto total = of_medium(report.total, medium);
  if (total.empty()) return {};
  total[0].id = "Tổng · Total";
  std::string text = fmt::format("{}\n\n", heading);
  text += table("Tất cả", "All", total);
  text += table("Trạm", "Station", of_medium(report.stations, medium));
  text += table("Chuyên mục", "Category", of_medium(report.categories, medium));
  const auto groups = of_medium(report.groups, medium);
  if (!groups.empty()) text += table("Tổ dân phố", "Group", groups);
  return text;
}

std::string pages_of(const Report& report) {
  if (report.pages.empty()) return {};
  std::vector<Line> lines{{"Khẩu hiệu", "", "Kế hoạch", "Đã hiện", "Tỷ lệ", "Khung hình"},
                          {"Slogan", "", "Planned", "Shown", "Share", "Frames"}};
  for (const auto& row : report.pages) {
    lines.push_back({row.object.empty() ? "không ghi được trang · page not recorded" : row.title, row.category,
                     clock_length(row.planned), clock_length(row.shown), percent(row.shown, row.planned),
                     std::to_string(row.frames)});
  }
  return aligned(lines) + "\n";
}

/// What is no programme of the ward.
std::string apart_of(const Report& report) {
  std::string text;
  if (!report.emergencies.empty()) text += "KHẨN CẤP · EMERGENCIES\n\n" + table("Trạm", "Station", report.emergencies);
  if (!report.fillers.empty()) text += "LẤP CHỖ TRỐNG · FILLERS\n\n" + table("Trạm", "Station", report.fillers);
  return text;
}

/// "2026-11-22 08:50:34.000–08:50:42.000"
std::string span_text(WallTime from, WallTime to, timetable::Zone zone) {
  return fmt::format("{} {}–{}", timetable::format_date(zone.date_of(from)), timetable::format_local_time(from, zone),
                     timetable::format_local_time(to, zone));
}

std::string differences_of(const Report& report) {
  if (report.differences.empty()) return "KHÔNG CÓ CHÊNH LỆCH · NO DIFFERENCES\n\n";
  std::vector<Line> lines;
  for (const auto& difference : report.differences) {
    const auto& stretch = difference.stretch;
    const auto name = name_of(stretch.bucket);
    lines.push_back({difference.station, difference.title, span_text(stretch.from, stretch.to, report.zone),
                     clock_length(stretch.to - stretch.from),
                     fmt::format("{} · {} ({})", name.vi, name.en, stretch.reason)});
  }
  return "CHÊNH LỆCH · DIFFERENCES\n" + aligned(lines, 4) + "\n";
}

std::string label_of(std::string_view kind) {
  static const std::map<std::string_view, const char*> labels{
      {"cancelled", "Mục đã huỷ · Cancelled"},
      {"clock", "Sai giờ · Wrong hour"},
      {"frames", "Ngắn hơn bằng chứng · Shorter than claimed"},
      {"object", "Khác nội dung · Other content"},
      {"outside", "Ngoài giờ của mục · Outside its time"},
      {"overlap", "Chồng nhau · Overlapping"},
      {"unplanned", "Không có trong kế hoạch · Not planned"},
  };
  const auto entry = labels.find(kind);
  return entry == labels.end() ? std::string{kind} : entry->second;
}

std::string anomalies_of(const Report& report) {
  if (report.anomalies.empty()) return {};
  std::vector<Line> lines;
  for (const auto& anomaly : report.anomalies) {
    lines.push_back({anomaly.station, fmt::format("{}#{}", anomaly.occurrence, anomaly.segment),
                     span_text(anomaly.from, anomaly.to, report.zone), label_of(anomaly.kind), anomaly.text});
  }
  return "BẤT THƯỜNG · ANOMALIES\n" + aligned(lines, 3) + "\n";
}

// ---- JSON ------------------------------------------------------------------------------------------------------

using boost::json::array;
using boost::json::object;

const char* word_of(v1::Medium medium) { return medium == v1::MEDIUM_SIGN ? "sign" : "audio"; }

array json_rows(const std::vector<Row>& rows) {
  array list;
  for (const auto& row : rows) {
    object buckets;
    for (std::size_t i = 0; i < bucket_count; ++i) {
      buckets[name_of(static_cast<v1::Bucket>(i)).word] = row.account.spent[i].count();
    }
    list.push_back(object{{"id", row.id},
                          {"name", row.name},
                          {"medium", word_of(row.medium)},
                          {"cues", row.account.cues},
                          {"planned_us", row.account.planned().count()},
                          {"spent_us", std::move(buckets)}});
  }
  return list;
}

array json_pages(const Report& report) {
  array list;
  for (const auto& row : report.pages) {
    list.push_back(object{{"object", row.object},
                          {"title", row.title},
                          {"category", row.category},
                          {"planned_us", row.planned.count()},
                          {"shown_us", row.shown.count()},
                          {"frames", row.frames}});
  }
  return list;
}

array json_differences(const Report& report) {
  array list;
  for (const auto& difference : report.differences) {
    list.push_back(object{{"station", difference.station},
                          {"occurrence", difference.occurrence},
                          {"segment", difference.segment},
                          {"title", difference.title},
                          {"category", difference.category},
                          {"medium", word_of(difference.medium)},
                          {"from", format_utc(difference.stretch.from)},
                          {"to", format_utc(difference.stretch.to)},
                          {"length_us", (difference.stretch.to - difference.stretch.from).count()},
                          {"bucket", name_of(difference.stretch.bucket).word},
                          {"reason", difference.stretch.reason}});
  }
  return list;
}

array json_anomalies(const Report& report) {
  array list;
  for (const auto& anomaly : report.anomalies) {
    list.push_back(object{{"station", anomaly.station},
                          {"occurrence", anomaly.occurrence},
                          {"segment", anomaly.segment},
                          {"kind", anomaly.kind},
                          {"from", format_utc(anomaly.from)},
                          {"to", format_utc(anomaly.to)},
                          {"text", anomaly.text}});
  }
  return list;
}

}  // namespace

BucketName name_of(v1::Bucket bucket) {
  switch (bucket) {
    case v1::BUCKET_PLAYED:
      return {"Đã phát", "Played", "played"};
    case v1::BUCKET_INTERRUPTED:
      return {"Bị ngắt", "Interrupted", "interrupted"};
    case v1::BUCKET_REFUSED:
      return {"Bị từ chối", "Refused", "refused"};
    case v1::BUCKET_MUTED:
      return {"Tắt tiếng", "Muted", "muted"};
    case v1::BUCKET_CONTENT_MISSING:
      return {"Thiếu nội dung", "Content missing", "content-missing"};
    case v1::BUCKET_CLOCK_UNTRUSTED:
      return {"Sai đồng hồ", "Clock untrusted", "clock-untrusted"};
    case v1::BUCKET_NODE_DARK:
      return {"Trạm tắt", "Node dark", "node-dark"};
    case v1::BUCKET_SKIPPED_LATE:
      return {"Bỏ do trễ", "Skipped late", "skipped-late"};
    default:
      return {"Chưa rõ", "Unknown yet", "unknown"};
  }
}

std::string format_text(const Report& report) {
  std::string text = fmt::format("BÁO CÁO PHÁT THANH · BROADCAST REPORT\nKỳ · Period: {} – {}   Lập lúc · Made: {}\n\n",
                                 timetable::format_date_vi(report.from), timetable::format_date_vi(report.to),
                                 timetable::format_local(report.made, report.zone));
  text += tables_of(report, v1::MEDIUM_AUDIO, "LOA TRUYỀN THANH · LOUDSPEAKERS");
  text += tables_of(report, v1::MEDIUM_SIGN, "BẢNG LED · SIGNS");
  text += pages_of(report);
  text += apart_of(report);
  text += differences_of(report);
  text += anomalies_of(report);
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

std::string format_json(const Report& report) {
  return boost::json::serialize(object{{"from", timetable::format_date(report.from)},
                                       {"to", timetable::format_date(report.to)},
                                       {"made", format_utc(report.made)},
                                       {"total", json_rows(report.total)},
                                       {"stations", json_rows(report.stations)},
                                       {"categories", json_rows(report.categories)},
                                       {"groups", json_rows(report.groups)},
                                       {"slogans", json_pages(report)},
                                       {"emergencies", json_rows(report.emergencies)},
                                       {"fillers", json_rows(report.fillers)},
                                       {"differences", json_differences(report)},
                                       {"anomalies", json_anomalies(report)},
                                       {"cues_planned", report.cues_planned},
                                       {"cues_accounted", report.cues_accounted},
                                       {"cues_unexplained", report.cues_unexplained},
                                       {"cues_to_come", report.cues_to_come},
                                       {"cues_cancelled", report.cues_cancelled}});
}

}  // namespace loa::headend::report
