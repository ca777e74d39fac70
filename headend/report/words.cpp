#include "headend/report/words.hpp"

#include <algorithm>
#include <array>

#include "protocol/message/reason.hpp"

namespace loa::headend::report {
namespace {

using protocol::message::Reason;

struct Entry {
  std::string_view word;
  const char* text;
};

template <std::size_t count>
const char* find(const std::array<Entry, count>& entries, std::string_view word) {
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.word == word; });
  return found == entries.end() ? nullptr : found->text;
}

struct ReasonText {
  Reason reason;
  const char* text;
};

constexpr auto reasons = std::to_array<ReasonText>({
    {Reason::before_journal, "hộp mới hoặc thẻ nhớ mới, chưa chạy lúc đó · the box or its card was not there yet"},
    {Reason::called_off, "đã báo yên · the emergency was called off"},
    {Reason::clock_disciplined, "đồng hồ chưa đủ chuẩn · the clock was not exact enough"},
    {Reason::clock_last_known, "chưa biết giờ sau khi mở máy · the time was not known yet after a start"},
    {Reason::clock_network, "đồng hồ chưa đủ chuẩn · the clock was not exact enough"},
    {Reason::clock_none, "chưa biết giờ sau khi mở máy · the time was not known yet after a start"},
    {Reason::clock_stepped, "đồng hồ nhảy giờ · the clock leapt"},
    {Reason::complete, "trọn vẹn · whole"},
    {Reason::content_damaged, "tệp hỏng, đang tải lại · the file was damaged"},
    {Reason::content_missing, "chưa tải được tệp · the file had not come"},
    {Reason::device_late, "bo âm thanh hoặc bảng phản hồi chậm · sound card or sign was late"},
    {Reason::device_lost, "mất bo âm thanh hoặc bảng · sound card or sign was gone"},
    {Reason::filler_played, "thiếu tệp, đã phát tiếng lấp chỗ · the file had not come, a filler was played"},
    {Reason::frames_missing, "số khung hình ghi nhận ít hơn thời gian · fewer frames than time"},
    {Reason::halted, "dừng giữa chừng · stopped midway"},
    {Reason::late_limit, "muộn quá mức cho phép · later than allowed"},
    {Reason::late_no_room, "muộn, không còn chỗ trước mục sau · late, and no room before what follows"},
    {Reason::late_policy, "muộn, mục này không vào giữa chừng · late, and it is not joined midway"},
    {Reason::lost_at_office, "mất ở văn phòng · lost at the office"},
    {Reason::muted_by_command, "tắt tiếng theo lệnh · muted by order"},
    {Reason::no_proof, "chưa có bằng chứng · no proof has come"},
    {Reason::not_come,
     "đồng hồ trạm chạy trước, lời của trạm không tính · the station's clock was ahead, its word does not count"},
    {Reason::nothing_to_fill, "không có gì phải lấp · there was nothing to fill"},
    {Reason::other_content, "phát nội dung khác · other content was played"},
    {Reason::plan_changed, "kế hoạch thay đổi · the plan was changed"},
    {Reason::plan_expired, "kế hoạch hết hạn · the plan had run out"},
    {Reason::plan_late, "kế hoạch đến muộn · the plan came late"},
    {Reason::policy_days, "quá số ngày phát trong tuần · more days a week than allowed"},
    {Reason::policy_hours, "ngoài khung giờ được phát · outside the lawful hours"},
    {Reason::policy_minutes, "quá số phút một buổi · more minutes a session than allowed"},
    {Reason::policy_not_valid, "quy định không còn hiệu lực · no policy was in force"},
    {Reason::policy_sessions, "quá số buổi trong ngày · more sessions a day than allowed"},
    {Reason::power_lost, "mất điện · power was lost"},
    {Reason::pre_empted, "nhường mục ưu tiên hơn · gave way to something more urgent"},
    {Reason::process_late, "chương trình của trạm bận · the station's program was late"},
    {Reason::process_lost, "chương trình của trạm dừng đột ngột · the station's program was lost"},
    {Reason::restart_no_room, "không còn chỗ để phát lại từ đầu · no room to begin again"},
    {Reason::starting, "trạm đang khởi động · the station was starting"},
    {Reason::station_off, "trạm tắt · the station was off"},
    {Reason::stopped_by_command, "dừng theo lệnh · stopped by order"},
    {Reason::underrun, "hụt âm thanh trong lúc phát · a gap while playing"},
});

constexpr bool each_has_words() {
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    if (reasons[i].reason != static_cast<Reason>(i)) return false;
  }
  return reasons.size() == protocol::message::reason_words.size();
}
static_assert(each_has_words(), "every reason has words for people, in the order of the reasons");

constexpr auto anomalies = std::to_array<Entry>({
    {"cancelled", "Mục đã huỷ · Cancelled"},
    {"clock", "Sai giờ · Wrong hour"},
    {"frames", "Ngắn hơn bằng chứng · Shorter than claimed"},
    {"not-come", "Chưa đến giờ, không tính · Before its time, not counted"},
    {"object", "Khác nội dung · Other content"},
    {"outside", "Ngoài giờ của mục · Outside its time"},
    {"overlap", "Chồng nhau · Overlapping"},
    {"unplanned", "Không có trong kế hoạch · Not planned"},
});

constexpr auto notes = std::to_array<Entry>({
    {"new-journal",
     "nhật ký khác ghi là không phát, tính theo nhật ký biết rõ hơn · another journal says not played, the one that "
     "knows better counts"},
    {"not-come", "ghi trước khi đến giờ, không tính · booked before its time, not counted"},
});

constexpr auto tables = std::to_array<Entry>({
    {"categories", "Chuyên mục · Column"},
    {"emergencies", "Khẩn cấp · Emergency"},
    {"fillers", "Lấp chỗ trống · Filler"},
    {"groups", "Tổ dân phố · Group"},
    {"heard_again", "Nghe hai lần · Heard twice"},
    {"runs", "Chênh lệch · Difference"},
    {"slogans", "Khẩu hiệu · Slogan"},
    {"stations", "Trạm · Station"},
    {"total", "Tổng · Total"},
    {"counts", "Số mục · Counts"},
});

constexpr auto figures = std::to_array<Entry>({
    {"broadcast_actual_us", "giờ phát sóng đã phát · broadcast hours, actual"},
    {"broadcast_planned_us", "giờ phát sóng kế hoạch · broadcast hours, planned"},
    {"cues", "số mục · cues"},
    {"cues_accounted", "mục đã rõ · cues accounted for"},
    {"cues_cancelled", "mục đã huỷ · cues cancelled"},
    {"cues_planned", "mục kế hoạch · cues planned"},
    {"cues_unexplained", "mục chưa rõ · cues unexplained"},
    {"frames", "khung hình · frames"},
    {"length_us", "thời lượng · length"},
    {"planned_us", "kế hoạch · planned"},
    {"sessions", "số buổi · sessions"},
    {"shown_us", "đã hiện · shown"},
});

constexpr std::array<BucketName, 9> buckets{{
    {"Chưa rõ", "Unknown yet", "unknown"},
    {"Đã phát", "Played", "played"},
    {"Bị ngắt", "Interrupted", "interrupted"},
    {"Bị từ chối", "Refused", "refused"},
    {"Tắt tiếng", "Muted", "muted"},
    {"Thiếu nội dung", "Content missing", "content-missing"},
    {"Sai đồng hồ", "Clock untrusted", "clock-untrusted"},
    {"Trạm tắt", "Node dark", "node-dark"},
    {"Bỏ do trễ", "Skipped late", "skipped-late"},
}};

}  // namespace

BucketName name_of(v1::Bucket bucket) {
  const auto index = static_cast<std::size_t>(bucket);
  return buckets.at(index < buckets.size() ? index : 0);
}

std::string reason_text(std::string_view reason) {
  const auto known = protocol::message::reason_of(reason);
  return known ? reasons[static_cast<std::size_t>(*known)].text : std::string{reason};
}

bool is_known_reason(std::string_view reason) { return protocol::message::reason_of(reason).has_value(); }

std::string anomaly_label(std::string_view kind) {
  const auto* text = find(anomalies, kind);
  return text ? text : std::string{kind};
}

std::string note_text(std::string_view kind) {
  const auto* text = find(notes, kind);
  return text ? text : std::string{kind};
}

std::string table_label(std::string_view table) {
  const auto* text = find(tables, table);
  return text ? text : std::string{table};
}

std::string figure_label(std::string_view path) {
  constexpr std::string_view spent = "spent_us.";
  if (path.starts_with(spent)) {
    for (const auto& bucket : buckets) {
      if (path.substr(spent.size()) == bucket.word) return std::string{bucket.vi} + " · " + bucket.en;
    }
  }
  const auto* text = find(figures, path);
  return text ? text : std::string{path};
}

const char* word_of(v1::Medium medium) { return medium == v1::MEDIUM_SIGN ? "sign" : "audio"; }

}  // namespace loa::headend::report
