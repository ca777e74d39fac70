#include "station/daemon/vitals.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>

#include "protocol/base/file.hpp"

namespace loa::station::daemon {
namespace {

/// Second number of /proc/self/statm: resident pages (proc(5)). 0 when it cannot be read.
std::uint64_t resident_bytes() {
  UniqueFd fd{::open("/proc/self/statm", O_RDONLY | O_CLOEXEC)};
  char text[128];
  const ssize_t size = fd.valid() ? ::read(fd.get(), text, sizeof text) : 0;
  const std::string_view numbers{text, size > 0 ? static_cast<std::size_t>(size) : 0};
  const auto blank = numbers.find(' ');
  if (blank == std::string_view::npos) return 0;
  std::uint64_t pages = 0;
  std::from_chars(numbers.data() + blank + 1, numbers.data() + numbers.size(), pages);
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

void add_vitals(v1::Status& status, const std::filesystem::path& folder) {
  std::error_code error;
  const auto space = std::filesystem::space(folder, error);
  if (!error) status.set_disk_free_bytes(space.available);
  status.set_resident_bytes(resident_bytes());
}

}  // namespace loa::station::daemon
