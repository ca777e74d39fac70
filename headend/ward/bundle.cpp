#include "headend/ward/bundle.hpp"

#include "headend/ward/password.hpp"
#include "headend/ward/toml_text.hpp"
#include "protocol/base/text.hpp"

namespace loa::headend::ward {
namespace {

namespace fs = std::filesystem;
using protocol::crypto::PublicKey;
using protocol::crypto::SecretKey;

Result<void> check(const StationWish& wish) {
  if (!is_id(wish.id) || wish.id == headend_login || wish.id == "all") {
    return fail(ErrorCode::invalid,
                "\"{}\" cannot name a station: 1 to 32 of a–z, 0–9 and '-', not \"headend\" and not \"all\"", wish.id);
  }
  if (!is_clean_utf8(wish.pcm) || wish.pcm.size() > 200)
    return fail(ErrorCode::invalid, "the PCM name is not plain text");
  if (wish.sign && (wish.sign->width_px < 8 || wish.sign->width_px > 4096 || wish.sign->height_px < 8 ||
                    wish.sign->height_px > 4096)) {
    return fail(ErrorCode::invalid, "a sign of {}x{} pixels is not possible: each side has 8 to 4096",
                wish.sign->width_px, wish.sign->height_px);
  }
  return {};
}

/// The ward's own authority for HTTPS, and that of an outside broker.
Result<std::string> read_authorities(const Ward& ward) {
  LOA_TRY_LET(std::string authorities, read_file(ward.ca_file(), 65'536));
  const auto& outside = ward.settings().outside_broker;
  if (outside && outside->ca_file != ward.ca_file()) {
    LOA_TRY_LET(const std::string theirs, read_file(outside->ca_file, 1 << 20));
    authorities += theirs;
  }
  return authorities;
}

Result<Enrolment> fill(const Ward& ward, const StationWish& wish, const fs::path& folder) {
  LOA_TRY_LET(const SecretKey plan, ward.plan_key());
  LOA_TRY_LET(const SecretKey emergency, ward.emergency_key());
  LOA_TRY_LET(const std::string authority, read_authorities(ward));
  const auto key = SecretKey::generate();
  const auto password = make_password();
  LOA_TRY(key.save(folder / "station.key"));
  LOA_TRY(save_file(folder / "mqtt.password", password + "\n", 0600));
  LOA_TRY(save_file(folder / "ca.crt", authority, 0644));
  const auto text = format_station_settings(ward, wish, plan.public_key(), emergency.public_key());
  LOA_TRY(save_file(folder / "station.toml", text, 0644));
  return Enrolment{key.public_key(), hash_password(password)};
}

std::string format_mqtt(const Ward& ward, const std::string& station) {
  const auto& settings = ward.settings();
  const auto& outside = settings.outside_broker;
  return fmt::format(
      "\n[mqtt]\n"
      "host = {}\n"
      "port = {}\n"
      "username = {}\n"
      "password_file = \"mqtt.password\"\n"
      "ca_file = \"ca.crt\"\n",
      quote(outside ? outside->host : settings.hosts.front()), outside ? outside->port : settings.mqtt_port,
      quote(station));
}

}  // namespace

std::string format_station_settings(const Ward& ward, const StationWish& wish, const PublicKey& plan_key,
                                    const PublicKey& emergency_key) {
  std::string text = fmt::format(
      "# Station {} of ward {}. Paths are relative to this file. Made by `loa station add`.\n"
      "ward = {}\n"
      "station = {}\n"
      "state_folder = \"state\"\n",
      wish.id, ward.settings().id, quote(ward.settings().id), quote(wish.id));
  text += format_mqtt(ward, wish.id);
  text += fmt::format(
      "\n[keys]\n"
      "station = \"station.key\"\n"
      "plan = [\"{0}\"]       # may sign plans and ordinary commands\n"
      "emergency = [\"{1}\"]  # may sign emergencies\n"
      "headend = [\"{0}\"]    # may sign receipts\n",
      plan_key.hex(), emergency_key.hex());
  if (!wish.pcm.empty()) text += fmt::format("\n[audio]\npcm = {}\n", quote(wish.pcm));
  if (wish.sign) {
    text += fmt::format("\n[sign]\ndriver = {}\nwidth = {}\nheight = {}\n", quote(wish.sign_driver),
                        wish.sign->width_px, wish.sign->height_px);
    if (!wish.sign_record.empty()) text += fmt::format("record = {}\n", quote(wish.sign_record.string()));
  }
  return text + fmt::format("\n[clock]\ntrust = {}\n", quote(wish.clock_trust));
}

Result<Enrolment> make_bundle(const Ward& ward, const StationWish& wish, const fs::path& out) {
  LOA_TRY(check(wish));
  const auto place = fs::absolute(out / "").lexically_normal().parent_path();
  std::error_code ignored;
  if (fs::exists(place, ignored)) {
    return fail(ErrorCode::exists, "{} is there already: give a new folder for the bundle", place.string());
  }
  auto making = place;
  making += ".making";
  fs::remove_all(making, ignored);
  LOA_TRY(make_folders(making, 0700));
  auto enrolment = fill(ward, wish, making);
  if (enrolment && ::rename(making.c_str(), place.c_str()) != 0) {
    enrolment = fail(ErrorCode::io, "cannot put the bundle at {}: {}", place.string(), errno_text());
  }
  if (!enrolment) {
    fs::remove_all(making, ignored);
    return enrolment;
  }
  LOA_TRY(sync_folder(place.parent_path()));
  return enrolment;
}

}  // namespace loa::headend::ward
