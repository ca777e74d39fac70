#include "headend/api/views.hpp"

#include "headend/timetable/timetable.hpp"
#include "protocol/base/text.hpp"

namespace loa::headend::api {
namespace {

namespace json = boost::json;

json::array texts(const std::vector<std::string>& values) {
  json::array array;
  for (const auto& value : values) array.emplace_back(value);
  return array;
}

json::value geometry(const model::Geometry& size) {
  return json::object{{"width_px", size.width_px}, {"height_px", size.height_px}};
}

void add(json::object& object, const model::Validity& validity) {
  object["from"] = validity.from ? json::value(timetable::format_date(*validity.from)) : json::value();
  object["to"] = validity.to ? json::value(timetable::format_date(*validity.to)) : json::value();
}

const char* name_of(v1::Medium medium) { return medium == v1::MEDIUM_SIGN ? "sign" : "audio"; }

json::object view(const v1::Status& status) {
  json::object object{{"at", format_utc(wall_from_us(status.at_us()))},
                      {"plan_sequence", status.plan_sequence()},
                      {"objects_wanted", status.objects_wanted()},
                      {"objects_held", status.objects_held()},
                      {"disk_free_bytes", status.disk_free_bytes()},
                      {"clock_grade", loa::name_of(static_cast<ClockGrade>(status.clock_grade()))},
                      {"clock_error_us", status.clock_error_us()},
                      {"uptime_s", status.uptime_s()},
                      {"resident_bytes", status.resident_bytes()},
                      {"proofs_waiting", status.proofs_waiting()},
                      {"on_air", status.on_air()},
                      {"on_air_start_error_us", status.on_air_start_error_us()},
                      {"device_ppb", status.device_ppb()},
                      {"software", status.software()},
                      {"refused", status.refused()},
                      {"starts", status.starts()},
                      {"failed_starts", status.failed_starts()},
                      {"safe_minimum", status.safe_minimum()},
                      {"boot", status.boot()},
                      {"epoch", format_hex(status.epoch())},
                      {"understands", texts({status.understands().begin(), status.understands().end()})}};
  object["journal_began"] = status.began_us() == 0 ? "" : format_utc(wall_from_us(status.began_us()));
  if (status.has_temperature_c()) object["temperature_c"] = status.temperature_c();
  if (status.has_undervoltage()) object["undervoltage"] = status.undervoltage();
  return object;
}

}  // namespace

json::object view(const model::Station& station) {
  return {{"id", station.id},
          {"name", station.name},
          {"groups", texts(station.groups)},
          {"speaker", station.has_speaker},
          {"sign", station.sign ? geometry(*station.sign) : json::value()},
          {"gain_cb", station.gain_cb},
          {"stagger_us", station.stagger.count()},
          {"neighbourhood", station.neighbourhood},
          {"public_key", station.key.hex()},
          {"added", format_utc(station.added)}};
}

json::object view(const model::Group& group) { return {{"id", group.id}, {"name", group.name}}; }

json::object view(const model::Category& category) { return {{"id", category.id}, {"name", category.name}}; }

json::object view(const model::Content& content) {
  json::object object{{"object", content.object.hex()},    {"title", content.title},
                      {"medium", name_of(content.medium)}, {"bytes", content.bytes},
                      {"source", content.source},          {"text", content.text},
                      {"category", content.category},      {"added", format_utc(content.added)}};
  if (content.medium == v1::MEDIUM_AUDIO) {
    object["frames"] = content.frames;
    object["duration_us"] = timetable::position_of(content.frames).count();
  }
  if (content.loudness) {
    object["source_lufs"] = content.loudness->source_lufs;
    object["lufs"] = content.loudness->lufs;
    object["true_peak_dbtp"] = content.loudness->true_peak_dbtp;
  }
  if (content.image) {
    json::array signs;
    for (const auto& sign : content.image->signs) signs.push_back(geometry(sign));
    object["geometry"] =
        signs.empty() ? json::value() : signs.front();  // of one sign, as it was before there were several
    object["signs"] = std::move(signs);
    object["width_px"] = content.image->width_px;
  }
  return object;
}

json::object view(const model::Programme& programme) {
  json::array segments;
  for (const auto& segment : programme.segments) {
    segments.push_back({{"object", segment.object.hex()}, {"category", segment.category}});
  }
  json::object object{{"id", programme.id},
                      {"title", programme.title},
                      {"at", timetable::format_time(programme.start)},
                      {"days", timetable::format_weekdays(programme.weekdays)},
                      {"weekdays", programme.weekdays},
                      {"groups", texts(programme.groups)},
                      {"segments", segments},
                      {"pre_empted", programme.preempt_policy == v1::PREEMPT_POLICY_RESTART ? "restart"
                                     : programme.preempt_policy == v1::PREEMPT_POLICY_DROP  ? "drop"
                                                                                            : "resume"}};
  add(object, programme.validity);
  return object;
}

json::object view(const model::Slogan& slogan) {
  json::array images;
  for (const auto& image : slogan.images) {
    images.push_back({{"geometry", geometry(image.geometry)}, {"object", image.object.hex()}});
  }
  json::object object{{"id", slogan.id},
                      {"text", slogan.text},
                      {"category", slogan.category},
                      {"at", timetable::format_time(slogan.from)},
                      {"until", timetable::format_time(slogan.to)},
                      {"days", timetable::format_weekdays(slogan.weekdays)},
                      {"weekdays", slogan.weekdays},
                      {"groups", texts(slogan.groups)},
                      {"scroll_px_s", slogan.scroll_px_s},
                      {"dwell_s", slogan.dwell.count()},
                      {"order", slogan.position},
                      {"images", images}};
  add(object, slogan.validity);
  return object;
}

json::object view(const model::Policy& policy) {
  json::array windows;
  for (const auto& window : policy.windows) {
    windows.push_back({{"days", timetable::format_weekdays(window.weekdays)},
                       {"weekdays", window.weekdays},
                       {"from_minute", window.from_minute},
                       {"to_minute", window.to_minute},
                       {"level_cap_cb", window.level_cap_cb}});
  }
  json::object object{{"id", policy.id},
                      {"reference", policy.reference},
                      {"windows", windows},
                      {"sessions_per_day", policy.sessions_per_day},
                      {"minutes_per_session", policy.minutes_per_session},
                      {"days_per_week", policy.days_per_week}};
  add(object, policy.validity);
  return object;
}

json::object view(const v1::Measured& measured) {
  return {{"medium", name_of(measured.medium())},
          {"reason", measured.reason()},
          {"from", format_utc(wall_from_us(measured.from_us()))},
          {"to", format_utc(wall_from_us(measured.to_us()))},
          {"frames", measured.frames()},
          {"gaps", measured.gaps()},
          {"gaps_us", measured.gaps_us()},
          {"underruns", measured.underruns()},
          {"gain_cb", measured.gain_cb()},
          {"start_error_us", measured.start_error_us()},
          {"device_ppb", measured.device_ppb()}};
}

json::object view(const model::FaultRecord& fault) {
  static constexpr const char* names[] = {"new", "acknowledged", "resolved", "reset"};
  return {{"station", fault.station},
          {"code", fault.code},
          {"state", names[std::min<std::size_t>(static_cast<std::size_t>(fault.state), 3)]},
          {"since", format_utc(fault.since)},
          {"count", fault.count},
          {"text", fault.text}};
}

json::array view(const std::vector<FleetLine>& lines, WallTime now) {
  json::array array;
  for (const auto& line : lines) array.push_back(view(line, now));
  return array;
}

json::object view(const FleetLine& line, WallTime now) {
  json::array faults;
  for (const auto& fault : line.faults) faults.push_back(view(fault));
  return {{"station", line.station.id},
          {"name", line.station.name},
          {"state", state_of(line, now)},
          {"known", line.known},
          {"online", line.online},
          {"plan_issued", line.plan_issued},
          {"status_received", line.status_received ? json::value(format_utc(*line.status_received)) : json::value()},
          {"status", line.status ? json::value(view(*line.status)) : json::value()},
          {"faults", faults}};
}

}  // namespace loa::headend::api
