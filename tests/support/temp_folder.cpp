#include "tests/support/temp_folder.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <set>
#include <utility>

#include "protocol/base/file.hpp"

namespace loa::tests {

namespace {

[[noreturn]] void give_up(const std::string& what) {
  fmt::print(stderr, "test support: {}: {}\n", what, errno_text());
  std::abort();
}

int bound_port() {
  UniqueFd socket_fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(socket_fd.get(), any, size) != 0) give_up("cannot bind a port of 127.0.0.1");
  if (::getsockname(socket_fd.get(), any, &size) != 0) give_up("cannot read the port bound");
  return ntohs(address.sin_port);
}

}  // namespace

TempFolder::TempFolder(const std::string& name) {
  std::string pattern = (std::filesystem::temp_directory_path() / (name + "-XXXXXX")).string();
  if (::mkdtemp(pattern.data()) == nullptr) give_up("cannot make the folder " + pattern);
  path_ = pattern;
}

TempFolder::~TempFolder() {
  if (path_.empty()) return;
  if (std::getenv("LOA_KEEP_TEMP") != nullptr) {
    fmt::print(stderr, "kept: {}\n", path_.string());
    return;
  }
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

TempFolder::TempFolder(TempFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}

int free_port() {
  static std::set<int> given;
  for (;;) {
    const int port = bound_port();
    if (given.insert(port).second) return port;
  }
}

std::filesystem::path program_folder() { return std::filesystem::canonical("/proc/self/exe").parent_path(); }

std::filesystem::path source_folder() {
  auto folder = program_folder();
  while (!std::filesystem::exists(folder / "CMakePresets.json")) {
    if (folder == folder.parent_path()) give_up("no CMakePresets.json above " + program_folder().string());
    folder = folder.parent_path();
  }
  return folder;
}

}  // namespace loa::tests
