#include "station/health/disk_wait.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <string_view>

#include "protocol/base/file.hpp"

namespace loa::station::health {
namespace {

/// The state stands behind the thread's name, which is in brackets and may hold brackets too (proc(5)).
bool is_uninterruptible(const std::filesystem::path& stat) {
  const UniqueFd fd{::open(stat.c_str(), O_RDONLY | O_CLOEXEC)};
  char text[128];
  const ssize_t size = fd.valid() ? ::read(fd.get(), text, sizeof text) : 0;
  const std::string_view line{text, size > 0 ? static_cast<std::size_t>(size) : 0};
  const auto name_end = line.rfind(") ");
  return name_end != std::string_view::npos && line.substr(name_end + 2).starts_with('D');
}

}  // namespace

bool waits_for_disk() {
  std::error_code gone;
  for (std::filesystem::directory_iterator task{"/proc/self/task", gone}, end; !gone && task != end;
       task.increment(gone)) {
    if (is_uninterruptible(task->path() / "stat")) return true;
  }
  return false;
}

}  // namespace loa::station::health
