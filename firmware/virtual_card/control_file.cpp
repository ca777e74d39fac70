#include "firmware/virtual_card/control_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace loa::firmware::virtual_card {
namespace {

/// The number after "key " when the line is exactly that.
std::optional<double> value_of(const char* line, std::size_t length, const char* key) {
  const std::size_t key_length = std::strlen(key);
  if (length <= key_length || std::strncmp(line, key, key_length) != 0 || line[key_length] != ' ') return {};
  char* end = nullptr;
  const double value = std::strtod(line + key_length, &end);
  if (end != line + length || !std::isfinite(value)) return {};
  return value;
}

void obey_line(const char* line, std::size_t length, Orders& orders) {
  if (const auto gone = value_of(line, length, "gone")) orders.gone = *gone != 0;
  if (const auto ppm = value_of(line, length, "ppm"); ppm && std::abs(*ppm) <= 1000) orders.ppm = *ppm;
  if (const auto stall = value_of(line, length, "stall_ms"); stall && *stall >= 1 && *stall <= 600'000) {
    orders.stall_ms = static_cast<int>(*stall);
  }
}

}  // namespace

Orders parse_orders(const char* text) {
  Orders orders;
  while (const char* end = std::strchr(text, '\n')) {  // a line without its newline is still being written
    obey_line(text, static_cast<std::size_t>(end - text), orders);
    text = end + 1;
  }
  return orders;
}

ControlFile::ControlFile(std::string path) : path_(std::move(path)) {}

bool ControlFile::look() {
  struct stat now {};
  if (path_.empty() || ::stat(path_.c_str(), &now) != 0) return false;
  const bool same = now.st_ino == seen_.st_ino && now.st_size == seen_.st_size &&
                    now.st_mtim.tv_sec == seen_.st_mtim.tv_sec && now.st_mtim.tv_nsec == seen_.st_mtim.tv_nsec;
  seen_ = now;
  return !same;
}

Orders ControlFile::load() {
  char text[1024] = {};
  const int fd = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  const ssize_t got = ::read(fd, text, sizeof text - 1);
  ::close(fd);
  return got > 0 ? parse_orders(text) : Orders{};
}

Orders ControlFile::first() {
  if (!look()) return {};
  Orders orders = load();
  orders.stall_ms.reset();
  return orders;
}

std::optional<Orders> ControlFile::changed() {
  if (!look()) return {};
  return load();
}

}  // namespace loa::firmware::virtual_card
