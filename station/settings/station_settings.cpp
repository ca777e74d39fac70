#include "station/settings/station_settings.hpp"

#include <cstdlib>

#include "protocol/base/file.hpp"
#include "protocol/base/text.hpp"
#include "protocol/settings/settings.hpp"

namespace loa::station::settings {
namespace {

using protocol::crypto::PublicKey;
using protocol::settings::Section;

Result<std::string> id_of(const Section& section, std::string_view key) {
  LOA_TRY_LET(auto id, section.text(key));
  if (!is_id(id)) return fail(ErrorCode::invalid, "{}: '{}' is not an id (a-z, 0-9, '-')", section.where(key), id);
  return id;
}

Result<StationSettings::Mqtt> mqtt_of(const Section& section) {
  StationSettings::Mqtt mqtt;
  LOA_TRY_LET(mqtt.host, section.text("host"));
  LOA_TRY_LET(const auto port, section.number("port", 1, 65'535));
  mqtt.port = static_cast<int>(port);
  LOA_TRY_LET(mqtt.username, section.text("username"));
  LOA_TRY_LET(const auto password_file, section.path("password_file"));
  LOA_TRY_LET(mqtt.password, read_file(password_file, 1024));
  while (!mqtt.password.empty() && mqtt.password.back() == '\n') mqtt.password.pop_back();
  LOA_TRY_LET(mqtt.ca_file, section.path("ca_file"));
  return mqtt;
}

Result<StationSettings::Keys> keys_of(const Section& section, std::string_view key) {
  LOA_TRY_LET(const auto texts, section.texts(key));
  StationSettings::Keys keys;
  for (const auto& text : texts) {
    auto parsed = PublicKey::from_hex(text);
    if (!parsed) return pass(std::move(parsed).error(), section.where(key));
    keys.push_back(*parsed);
  }
  if (keys.empty()) return fail(ErrorCode::missing, "{} names no key: nothing could be trusted", section.where(key));
  return keys;
}

Result<StationSettings::Sign> sign_of(const Section& section) {
  StationSettings::Sign sign;
  LOA_TRY_LET(const auto width, section.number("width", 8, 4096));
  LOA_TRY_LET(const auto height, section.number("height", 8, 4096));
  sign.width_px = static_cast<int>(width);
  sign.height_px = static_cast<int>(height);
  LOA_TRY_LET(sign.driver,
              section.word_or("driver", "auto", {"auto", "x11", "wayland", "kmsdrm", "offscreen", "dummy"}));
  if (sign.driver == "auto") sign.driver.clear();
  if (section.has("record")) {
    LOA_TRY_LET(const auto folder, section.path("record"));
    sign.record = folder;
  }
  return sign;
}

Result<StationSettings::Relay> relay_of(const Section& section) {
  StationSettings::Relay relay;
  LOA_TRY_LET(relay.chip, section.text_or("chip", "gpiochip0"));
  LOA_TRY_LET(const auto line, section.number("line", 0, 1023));
  relay.line = static_cast<unsigned>(line);
  LOA_TRY_LET(relay.active_low, section.flag_or("active_low", false));
  if (!section.has("feedback_line")) return relay;
  LOA_TRY_LET(const auto feedback, section.number("feedback_line", 0, 1023));
  if (feedback == line) {
    return fail(ErrorCode::invalid, "{} is the relay's own line: the amplifier needs another to answer on",
                section.where("feedback_line"));
  }
  relay.feedback_line = static_cast<unsigned>(feedback);
  LOA_TRY_LET(relay.feedback_active_low, section.flag_or("feedback_active_low", false));
  LOA_TRY_LET(const auto after_ms, section.number_or("feedback_ms", relay.feedback_after.count(), 10, 10'000));
  relay.feedback_after = std::chrono::milliseconds{after_ms};
  return relay;
}

/// What systemd made for RuntimeDirectory=: the first of a list.
std::filesystem::path runtime_directory() {
  const char* list = std::getenv("RUNTIME_DIRECTORY");
  const std::string_view folders = list == nullptr ? "" : list;
  return std::filesystem::path{folders.substr(0, folders.find(':'))};
}

Result<StationSettings::FaultLimits> fault_limits_of(const Section& section) {
  StationSettings::FaultLimits limits;
  LOA_TRY_LET(const auto too_hot, section.number_or("too_hot_c", limits.too_hot_c, 30, 120));
  limits.too_hot_c = static_cast<int>(too_hot);
  LOA_TRY_LET(const auto free_mb, section.number_or("disk_free_mb", 64, 1, 1 << 20));
  limits.disk_free_bytes = static_cast<std::uint64_t>(free_mb) << 20;
  LOA_TRY_LET(const auto underruns, section.number_or("underruns", limits.underruns, 1, 1'000));
  limits.underruns = static_cast<std::uint32_t>(underruns);
  LOA_TRY_LET(limits.sysfs, section.path_or("sysfs", limits.sysfs));
  if (!section.has("hold_s")) return limits;
  LOA_TRY_LET(const auto hold_s, section.number("hold_s", 0, 86'400));
  limits.hold = std::chrono::seconds{hold_s};
  return limits;
}

Result<void> read_devices(const Section& file, StationSettings& settings) {
  if (file.has("audio")) {
    LOA_TRY_LET(const auto audio, file.section("audio"));
    LOA_TRY_LET(auto pcm, audio.text_or("pcm", "default"));
    settings.audio = StationSettings::Audio{pcm};
  }
  if (file.has("sign")) {
    LOA_TRY_LET(const auto section, file.section("sign"));
    LOA_TRY_LET(settings.sign, sign_of(section));
  }
  if (file.has("relay")) {
    LOA_TRY_LET(const auto section, file.section("relay"));
    LOA_TRY_LET(settings.relay, relay_of(section));
  }
  if (!settings.audio && !settings.sign) {
    return fail(ErrorCode::invalid, "{} has neither [audio] nor [sign]: this station could neither sound nor show",
                file.where(""));
  }
  return {};
}

}  // namespace

Result<StationSettings> StationSettings::load(const std::filesystem::path& path) {
  LOA_TRY_LET(const auto file, Section::load(path));
  StationSettings settings;
  LOA_TRY_LET(settings.ward, id_of(file, "ward"));
  LOA_TRY_LET(settings.station, id_of(file, "station"));
  LOA_TRY_LET(settings.state_folder, file.path("state_folder"));
  settings.runtime_folder = runtime_directory();
  if (file.has("runtime_folder")) {
    LOA_TRY_LET(settings.runtime_folder, file.path("runtime_folder"));
  }
  LOA_TRY_LET(const auto mqtt, file.section("mqtt"));
  LOA_TRY_LET(settings.mqtt, mqtt_of(mqtt));
  LOA_TRY_LET(const auto keys, file.section("keys"));
  LOA_TRY_LET(settings.station_key_file, keys.path("station"));
  LOA_TRY_LET(settings.plan_keys, keys_of(keys, "plan"));
  LOA_TRY_LET(settings.emergency_keys, keys_of(keys, "emergency"));
  LOA_TRY_LET(settings.headend_keys, keys_of(keys, "headend"));
  LOA_TRY(read_devices(file, settings));
  LOA_TRY_LET(const auto faults, file.section_or_empty("faults"));
  LOA_TRY_LET(settings.faults, fault_limits_of(faults));
  LOA_TRY_LET(const auto clock, file.section_or_empty("clock"));
  LOA_TRY_LET(settings.clock_trust,
              clock.word_or("trust", "chrony", {"chrony", "ntp", "assume-network", "assume-disciplined"}));
  LOA_TRY_LET(const auto recovery, file.section_or_empty("recovery"));
  if (recovery.has("safe_after")) {
    LOA_TRY_LET(const auto safe_after, recovery.number("safe_after", 0, 1'000));
    settings.safe_after = static_cast<std::uint64_t>(safe_after);
  }
  LOA_TRY(file.finish());
  return settings;
}

}  // namespace loa::station::settings
