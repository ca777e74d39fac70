#include "protocol/base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace loa {
namespace {

ErrorCode code_of(int number) {
  switch (number) {
    case ENOENT:
      return ErrorCode::missing;
    case ENOSPC:
    case EDQUOT:
      return ErrorCode::full;
    case EACCES:
    case EPERM:
      return ErrorCode::refused;
    default:
      return ErrorCode::io;
  }
}

tl::unexpected<Error> errno_failure(const char* what, const std::filesystem::path& path) {
  const int number = errno;
  return fail(code_of(number), "cannot {} {}: {}", what, path.string(), errno_text(number));
}

}  // namespace

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

UniqueFd::~UniqueFd() {
  if (fd_ >= 0) ::close(fd_);
}

std::string errno_text() { return errno_text(errno); }

std::string errno_text(int number) {
  char buffer[128];
  return ::strerror_r(number, buffer, sizeof buffer);
}

Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd.valid()) return errno_failure("open", path);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return errno_failure("examine", path);
  if (!S_ISREG(info.st_mode)) return fail(ErrorCode::invalid, "{} is not a regular file", path.string());
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size > max_bytes) {
    return fail(ErrorCode::invalid, "{} has {} bytes, more than the {} allowed", path.string(), size, max_bytes);
  }
  std::string bytes(size, '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::read(fd.get(), bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno_failure("read", path);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

Result<void> write_all(int fd, std::string_view bytes, const std::filesystem::path& name_for_errors) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return errno_failure("write", name_for_errors);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const auto path = folder.empty() ? std::filesystem::path{"."} : folder;
  UniqueFd fd{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!fd.valid()) return errno_failure("open folder", path);
  if (::fsync(fd.get()) != 0) return errno_failure("sync folder", path);
  return {};
}

static Result<void> write_new(const std::filesystem::path& temporary, std::string_view bytes, unsigned mode) {
  ::unlink(temporary.c_str());  // left by a power cut; also, a link somebody put there is not followed
  UniqueFd fd{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)};
  if (!fd.valid()) return errno_failure("create", temporary);
  if (::fchmod(fd.get(), mode) != 0) return errno_failure("set rights of", temporary);
  LOA_TRY(write_all(fd.get(), bytes, temporary));
  if (::fsync(fd.get()) != 0) return errno_failure("sync", temporary);
  return {};
}

Result<void> save_file(const std::filesystem::path& path, std::string_view bytes, unsigned mode) {
  auto temporary = path;
  temporary += ".new";
  auto saved = write_new(temporary, bytes, mode);
  if (saved && ::rename(temporary.c_str(), path.c_str()) != 0) saved = errno_failure("replace", path);
  if (!saved) {
    ::unlink(temporary.c_str());
    return saved;
  }
  return sync_folder(path.parent_path());
}

Result<DiskSpace> disk_space(const std::filesystem::path& folder) {
  struct statvfs disk {};
  if (::statvfs(folder.c_str(), &disk) != 0) return errno_failure("ask for the space of", folder);
  return DiskSpace{std::uint64_t{disk.f_bavail} * disk.f_frsize, (disk.f_flag & ST_RDONLY) != 0};
}

Result<void> make_folders(const std::filesystem::path& folder, unsigned mode) {
  std::error_code ignored;
  if (folder.empty() || std::filesystem::is_directory(folder, ignored)) return {};
  LOA_TRY(make_folders(folder.parent_path(), mode));
  if (::mkdir(folder.c_str(), mode) != 0) {
    const int number = errno;
    if (number == EEXIST && std::filesystem::is_directory(folder, ignored)) return {};
    if (number == EEXIST)
      return fail(ErrorCode::exists, "cannot make folder {}: a file is in its place", folder.string());
    errno = number;
    return errno_failure("make folder", folder);
  }
  return sync_folder(folder.parent_path());
}

}  // namespace loa
