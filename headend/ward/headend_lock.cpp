#include "headend/ward/headend_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

namespace loa::headend::ward {

Result<UniqueFd> hold_headend_lock(const std::filesystem::path& folder, const std::string& id) {
  const auto file = folder / "headend.lock";
  UniqueFd fd{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (!fd.valid()) return fail(ErrorCode::io, "cannot open {}: {}", file.string(), errno_text());
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
  return fail(ErrorCode::busy, "another loa-headend runs for ward {}: stop it first", id);
}

}  // namespace loa::headend::ward
