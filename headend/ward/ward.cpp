#include "headend/ward/ward.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "headend/ward/certificate.hpp"
#include "headend/ward/free_port.hpp"
#include "headend/ward/password.hpp"

namespace loa::headend::ward {
namespace {

namespace fs = std::filesystem;
using protocol::crypto::SecretKey;

constexpr std::chrono::days authority_life{30 * 365};
constexpr std::chrono::days server_life{10 * 365};

WallTime today() {
  return std::chrono::time_point_cast<Micros>(std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()));
}

/// Names that every server certificate carries, for the head-end and `loa` on the machine itself.
std::vector<std::string> with_loopback(std::vector<std::string> hosts) {
  for (const char* own : {"localhost", "127.0.0.1", "::1"}) {
    if (std::find(hosts.begin(), hosts.end(), own) == hosts.end()) hosts.emplace_back(own);
  }
  return hosts;
}

Result<void> save_server(const fs::path& folder, const CertificatePair& authority,
                         const std::vector<std::string>& hosts) {
  LOA_TRY_LET(const auto server, issue_server(authority, with_loopback(hosts), {WallTime{}, today() + server_life}));
  LOA_TRY(save_file(folder / "ca/server.key", server.key, 0600));
  return save_file(folder / "ca/server.crt", server.certificate, 0644);
}

Result<void> make_keys(const fs::path& folder) {
  LOA_TRY(make_folders(folder / "keys", 0700));
  LOA_TRY(SecretKey::generate().save(folder / "keys/plan.key"));
  LOA_TRY(SecretKey::generate().save(folder / "keys/emergency.key"));
  LOA_TRY(save_file(folder / "keys/mqtt.password", make_password() + "\n", 0600));
  LOA_TRY(save_file(folder / "keys/api.token", make_password() + "\n", 0600));
  return make_folders(folder / "broker", 0700);
}

Result<void> make_certificates(const fs::path& folder, const Settings& settings) {
  LOA_TRY(make_folders(folder / "ca", 0700));
  LOA_TRY_LET(const auto authority,
              make_authority("Loa " + settings.id + " " + settings.name, {WallTime{}, today() + authority_life}));
  LOA_TRY(save_file(folder / "ca/ca.key", authority.key, 0600));
  LOA_TRY(save_file(folder / "ca/ca.crt", authority.certificate, 0644));
  return save_server(folder, authority, settings.hosts);
}

Result<void> fill(const fs::path& folder, const Settings& settings) {
  LOA_TRY(make_keys(folder));
  LOA_TRY(make_certificates(folder, settings));
  LOA_TRY(make_folders(folder / "objects", 0755));
  return save_file(folder / "ward.toml", format_settings(settings), 0644);
}

Result<void> choose_ports(Settings& settings) {
  for (auto* port : {&settings.mqtt_port, &settings.local_port, &settings.https_port}) {
    if (*port != 0) continue;
    LOA_TRY_LET(*port, free_port({settings.mqtt_port, settings.local_port, settings.https_port}));
  }
  return {};
}

Result<UniqueFd> lock_folder(const fs::path& folder, std::chrono::milliseconds patience) {
  UniqueFd fd{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!fd.valid()) return fail(ErrorCode::io, "cannot open folder {}: {}", folder.string(), errno_text());
  for (std::chrono::milliseconds waited{}; ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0;
       waited += std::chrono::milliseconds{20}) {
    if (errno != EWOULDBLOCK) return fail(ErrorCode::io, "cannot lock {}: {}", folder.string(), errno_text());
    if (waited >= patience) {
      return fail(ErrorCode::busy, "another program is changing {}: wait for it, then try again", folder.string());
    }
    ::poll(nullptr, 0, 20);
  }
  return fd;
}

Result<void> refuse_occupied(const fs::path& folder) {
  std::error_code ignored;
  if (fs::exists(folder / "ward.toml", ignored)) {
    return fail(ErrorCode::exists, "a ward is already in {}: it stays as it is", folder.string());
  }
  if (fs::exists(folder, ignored) && !fs::is_empty(folder, ignored)) {
    return fail(ErrorCode::exists, "{} is not empty: give an empty or a new folder", folder.string());
  }
  return {};
}

/// The empty folder in which a ward is built, locked; what an earlier attempt left in it is gone.
Result<UniqueFd> begin_making(const fs::path& making) {
  LOA_TRY(make_folders(making, 0700));
  LOA_TRY_LET(auto lock, lock_folder(making, {}));
  std::error_code error;
  for (const auto& entry : fs::directory_iterator{making, error}) fs::remove_all(entry.path(), error);
  if (error) return fail(ErrorCode::io, "cannot clean {}: {}", making.string(), error.message());
  return lock;
}

Result<std::string> read_secret(const fs::path& file) {
  LOA_TRY_LET(std::string text, read_file(file, 4096));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  if (text.empty()) return fail(ErrorCode::invalid, "{} is empty: restore it from a backup", file.string());
  return text;
}

}  // namespace

Result<Ward> Ward::create(const fs::path& folder, Settings settings) {
  LOA_TRY(choose_ports(settings));
  LOA_TRY(check(settings));
  LOA_TRY(check_reachable(settings));
  const auto place = fs::absolute(folder).lexically_normal();
  LOA_TRY(refuse_occupied(place));
  LOA_TRY(make_folders(place.parent_path()));
  auto making = place;
  making += ".making";
  LOA_TRY_LET(const UniqueFd lock, begin_making(making));
  LOA_TRY(refuse_occupied(place));
  std::error_code ignored;
  if (auto filled = fill(making, settings); !filled) {
    fs::remove_all(making, ignored);
    return pass(std::move(filled).error(), "the ward was not made");
  }
  if (::rename(making.c_str(), place.c_str()) != 0) {
    const auto reason = errno_text();
    fs::remove_all(making, ignored);
    return fail(ErrorCode::io, "cannot put the new ward at {}: {}", place.string(), reason);
  }
  LOA_TRY(sync_folder(place.parent_path()));
  return Ward{place, std::move(settings)};
}

Result<SecretKey> Ward::plan_key() const { return SecretKey::load(folder_ / "keys/plan.key"); }
Result<SecretKey> Ward::emergency_key() const { return SecretKey::load(folder_ / "keys/emergency.key"); }
Result<std::string> Ward::mqtt_password() const { return read_secret(folder_ / "keys/mqtt.password"); }
Result<std::string> Ward::api_token() const { return read_secret(folder_ / "keys/api.token"); }

std::string Ward::content_url() const {
  return fmt::format("https://{}/content/", host_and_port(settings_.hosts.front(), settings_.https_port));
}

Result<FolderLock> Ward::lock() const {
  LOA_TRY_LET(UniqueFd fd, lock_folder(folder_, std::chrono::seconds{2}));
  return FolderLock{std::move(fd)};
}

Result<void> Ward::renew_server_certificate(std::vector<std::string> hosts) {
  auto renewed = settings_;
  renewed.hosts = std::move(hosts);
  LOA_TRY(check(renewed));
  if (renewed.bind == "0.0.0.0" && !check_reachable(renewed))
    renewed.bind = "::";  // what older programs wrote for "all"
  LOA_TRY(check_reachable(renewed));
  LOA_TRY_LET(const FolderLock held, lock());
  LOA_TRY_LET(auto certificate, read_file(ca_file(), 65'536));
  LOA_TRY_LET(auto key, read_secret(folder_ / "ca/ca.key"));
  LOA_TRY(save_server(folder_, {std::move(certificate), std::move(key)}, renewed.hosts));
  LOA_TRY(save_file(folder_ / "ward.toml", format_settings(renewed), 0644));
  settings_ = std::move(renewed);
  return {};
}

Result<fs::path> find_folder(const fs::path& option) {
  if (!option.empty()) return option;
  if (const char* named = std::getenv("LOA_WARD"); named != nullptr && *named != '\0') return fs::path{named};
  std::vector<fs::path> wards;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator{default_parent, error}) {
    if (fs::exists(entry.path() / "ward.toml", error)) wards.push_back(entry.path());
  }
  if (wards.size() == 1) return wards.front();
  return fail(ErrorCode::missing, "{} below {}: name one with --ward FOLDER or the variable LOA_WARD",
              wards.empty() ? "there is no ward" : "there are several wards", default_parent);
}

}  // namespace loa::headend::ward
