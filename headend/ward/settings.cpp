#include <arpa/inet.h>

#include <algorithm>

#include "headend/ward/toml_text.hpp"
#include "headend/ward/ward.hpp"
#include "protocol/base/text.hpp"
#include "protocol/settings/settings.hpp"

namespace loa::headend::ward {
namespace {

using protocol::settings::Section;

constexpr std::int64_t newest_version = 1;
constexpr std::int64_t most_offset_s = 14 * 3600;

bool is_ipv6(std::string_view text) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, std::string{text}.c_str(), &address) == 1;
}

bool is_ipv4(std::string_view text) {
  in_addr address{};
  return ::inet_pton(AF_INET, std::string{text}.c_str(), &address) == 1;
}

bool is_loopback(const std::string& host) { return host == "localhost" || host == "::1" || host.starts_with("127."); }

/// What a certificate and a TOML file can carry: letters, digits, '.', '-', ':' (IPv6).
bool is_host(std::string_view text) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == ':';
  };
  return !text.empty() && text.size() <= 253 && text.front() != '-' && text.front() != '.' &&
         std::all_of(text.begin(), text.end(), good);
}

Result<std::uint16_t> port_of(const Section& section, std::string_view key, std::uint16_t otherwise) {
  LOA_TRY_LET(const std::int64_t port, section.number_or(key, otherwise, 1, 65'535));
  return static_cast<std::uint16_t>(port);
}

Result<std::optional<OutsideBroker>> read_outside(const Section& file, const std::filesystem::path& folder) {
  if (!file.has("outside_broker")) return std::optional<OutsideBroker>{};
  LOA_TRY_LET(const Section section, file.section("outside_broker"));
  OutsideBroker broker;
  LOA_TRY_LET(broker.host, section.text("host"));
  LOA_TRY_LET(broker.port, port_of(section, "port", 8883));
  if (section.has("username")) {
    LOA_TRY_LET(broker.username, section.text("username"));
    LOA_TRY_LET(broker.password_file, section.path("password_file"));
  }
  LOA_TRY_LET(broker.ca_file, section.path_or("ca_file", folder / "ca/ca.crt"));
  LOA_TRY_LET(broker.tls, section.flag_or("tls", true));
  return std::optional{broker};
}

Result<Settings> read_settings(const Section& file, const std::filesystem::path& folder) {
  LOA_TRY_LET(const std::int64_t version, file.number("version", 1, 1'000'000));
  if (version > newest_version) {
    return fail(ErrorCode::unsupported, "{} has version {}; this program knows up to {}: install the newer one",
                (folder / "ward.toml").string(), version, newest_version);
  }
  Settings settings;
  LOA_TRY_LET(settings.id, file.text("id"));
  LOA_TRY_LET(settings.name, file.text("name"));
  LOA_TRY_LET(settings.hosts, file.texts("hosts"));
  LOA_TRY_LET(settings.bind, file.text_or("bind", settings.bind));
  LOA_TRY_LET(settings.mqtt_port, port_of(file, "mqtt_port", settings.mqtt_port));
  LOA_TRY_LET(settings.local_port, port_of(file, "local_port", 1));
  LOA_TRY_LET(settings.https_port, port_of(file, "https_port", settings.https_port));
  LOA_TRY_LET(const std::int64_t offset, file.number_or("utc_offset_s", 25'200, -most_offset_s, most_offset_s));
  settings.utc_offset_s = static_cast<std::int32_t>(offset);
  LOA_TRY_LET(settings.outside_broker, read_outside(file, folder));
  LOA_TRY(file.finish());
  LOA_TRY(check(settings));
  return settings;
}

std::string format_outside(const OutsideBroker& broker) {
  std::string text =
      fmt::format("\n[outside_broker]\nhost = {}\nport = {}\ntls = {}\n", quote(broker.host), broker.port, broker.tls);
  const std::pair<const char*, std::string> optional[] = {{"username", broker.username},
                                                          {"password_file", broker.password_file.string()},
                                                          {"ca_file", broker.ca_file.string()}};
  for (const auto& [key, value] : optional) {
    if (!value.empty()) text += fmt::format("{} = {}\n", key, quote(value));
  }
  return text;
}

}  // namespace

std::string quote(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string bind_for(const std::vector<std::string>& hosts) {
  if (!std::all_of(hosts.begin(), hosts.end(), is_loopback)) return "::";
  if (std::none_of(hosts.begin(), hosts.end(), is_ipv6)) return "127.0.0.1";
  return std::all_of(hosts.begin(), hosts.end(), is_ipv6) ? "::1" : "::";
}

Result<void> check_reachable(const Settings& settings) {
  for (const auto& host : settings.hosts) {
    if (host.find(':') != std::string::npos && !is_ipv6(host)) {
      return fail(ErrorCode::invalid, "\"{}\" is not an IPv6 address: give a host without its port", host);
    }
    if (settings.bind == "::") continue;
    const bool apart = (is_ipv6(host) && is_ipv4(settings.bind)) || (is_ipv4(host) && is_ipv6(settings.bind));
    if (!apart) continue;
    return fail(
        ErrorCode::invalid,
        "the ward listens on {}, where nobody reaches it as {}: let it listen on \"::\", which is every address",
        settings.bind, host);
  }
  return {};
}

std::string host_and_port(const std::string& host, std::uint16_t port) {
  return is_ipv6(host) ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

Result<void> check(const Settings& settings) {
  if (!is_id(settings.id)) {
    return fail(ErrorCode::invalid, "\"{}\" cannot name a ward: 1 to 32 of a–z, 0–9 and '-', not at either end",
                settings.id);
  }
  if (settings.name.empty() || settings.name.size() > 200 || !is_clean_utf8(settings.name) ||
      settings.name.find('\n') != std::string::npos) {
    return fail(ErrorCode::invalid, "the ward's name must be one line of 1 to 200 bytes of UTF-8");
  }
  if (settings.hosts.empty())
    return fail(ErrorCode::invalid, "a ward needs a host name or address that stations reach");
  for (const auto& host : settings.hosts) {
    if (!is_host(host)) return fail(ErrorCode::invalid, "\"{}\" is not a host name or an address", host);
  }
  if (!is_host(settings.bind)) return fail(ErrorCode::invalid, "\"{}\" is not an address to listen on", settings.bind);
  if (settings.mqtt_port == settings.https_port || settings.mqtt_port == settings.local_port ||
      settings.local_port == settings.https_port) {
    return fail(ErrorCode::invalid, "MQTT, local MQTT and HTTPS need three different ports, not {}, {} and {}",
                settings.mqtt_port, settings.local_port, settings.https_port);
  }
  return {};
}

std::string format_settings(const Settings& settings) {
  std::string hosts;
  for (const auto& host : settings.hosts) hosts += (hosts.empty() ? "" : ", ") + quote(host);
  std::string text = fmt::format(
      "# Ward {0}. Made by `loa ward init`; read by loa-headend and loa. Restart loa-headend after a change.\n"
      "version = {1}\n"
      "id = {2}\n"
      "name = {3}\n"
      "hosts = [{4}]  # how stations reach this machine; after a change: loa ward renew\n"
      "bind = {5}  # address that broker and HTTPS listen on; \"::\" = all, IPv6 and IPv4\n"
      "mqtt_port = {6}  # stations\n"
      "local_port = {7}  # broker's loopback listener for loa-headend and loa\n"
      "https_port = {8}  # content and JSON API\n"
      "utc_offset_s = {9}  # local time of the ward\n",
      settings.id, newest_version, quote(settings.id), quote(settings.name), hosts, quote(settings.bind),
      settings.mqtt_port, settings.local_port, settings.https_port, settings.utc_offset_s);
  return settings.outside_broker ? text + format_outside(*settings.outside_broker) : text;
}

Result<Ward> Ward::open(const std::filesystem::path& folder) {
  const auto file = std::filesystem::absolute(folder) / "ward.toml";
  if (!std::filesystem::exists(file)) {
    return fail(ErrorCode::missing, "there is no ward in {}: make one with `loa ward init`", folder.string());
  }
  LOA_TRY_LET(const Section section, Section::load(file));
  LOA_TRY_LET(Settings settings, read_settings(section, file.parent_path()));
  return Ward{file.parent_path().lexically_normal(), std::move(settings)};
}

}  // namespace loa::headend::ward
