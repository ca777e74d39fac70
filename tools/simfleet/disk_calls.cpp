// The calls that stand before those of the C library. Below the folder of the disk in use each asks the disk first,
// tells it what will be taken back after a power cut, and then does the real thing. Elsewhere they only pass on.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <map>
#include <optional>
#include <string>

#include "tools/simfleet/sim_disk.hpp"

namespace loa::tools::simfleet {
namespace {

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

/// The path relative to the folder of the disk in use; absent when it is elsewhere.
std::optional<std::string> relative(const char* path) {
  const SimDisk* disk = SimDisk::in_use();
  if (disk == nullptr) return std::nullopt;
  const std::string& top = disk->folder().native();
  const std::string_view text{path};
  if (text.size() <= top.size() || text.substr(0, top.size()) != top || text[top.size()] != '/') {
    return text == top ? std::optional{std::string{}} : std::nullopt;
  }
  return std::string{text.substr(top.size() + 1)};
}

struct Opened {
  SimDisk* disk;
  std::string path;
  bool folder;
};

/// Descriptors that are open below a disk's folder.
std::map<int, Opened>& opened() {
  static auto& descriptors = *new std::map<int, Opened>;  // outlives every close
  return descriptors;
}

/// Whether mapped() has ever had an entry: an allocator unmaps before it can give what the map needs.
bool any_mapped = false;

/// Memory that shows a file below a disk's folder, by its begin.
std::map<void*, std::string>& mapped() {
  static auto& memory = *new std::map<void*, std::string>;  // outlives every unmapping
  return memory;
}

/// Absent for descriptors that are not ours, and for everything while no disk is in use.
const Opened* find(int fd) {
  if (SimDisk::in_use() == nullptr) return nullptr;
  const auto entry = opened().find(fd);
  return entry == opened().end() ? nullptr : &entry->second;
}

bool refused(SimDisk& disk, bool grows, bool syncs) {
  const int number = disk.step(grows, syncs);
  if (number != 0) errno = number;
  return number != 0;
}

int open_on_disk(SimDisk& disk, const std::string& path, const char* name, int flags, mode_t mode) {
  static auto* const call = real<int(const char*, int, ...)>("open");
  struct stat info {};
  const bool fresh = (flags & O_CREAT) != 0 && ::stat(name, &info) != 0;
  if (fresh && refused(disk, true, false)) return -1;
  if (disk.ended() != SimDisk::End::none) {
    errno = EIO;
    return -1;
  }
  if (!fresh && (flags & O_TRUNC) != 0) disk.before_truncate(path, 0);
  const int fd = call(name, flags, mode);
  if (fd < 0) return fd;
  if (fresh) disk.created(path);
  opened().insert_or_assign(fd, Opened{&disk, path, (flags & O_DIRECTORY) != 0});
  return fd;
}

int sync_on_disk(const Opened& file) {
  if (refused(*file.disk, false, true)) return -1;
  file.folder ? file.disk->folder_synced(file.path) : file.disk->synced(file.path);
  return 0;
}

}  // namespace
}  // namespace loa::tools::simfleet

using loa::tools::simfleet::SimDisk;
namespace calls = loa::tools::simfleet;

extern "C" {

int open(const char* path, int flags, ...) {
  static auto* const call = calls::real<int(const char*, int, ...)>("open");
  va_list arguments;
  va_start(arguments, flags);
  const auto mode = (flags & O_CREAT) != 0 ? static_cast<mode_t>(va_arg(arguments, unsigned)) : 0;
  va_end(arguments);
  const auto path_on_disk = calls::relative(path);
  if (!path_on_disk) return call(path, flags, mode);
  return calls::open_on_disk(*SimDisk::in_use(), *path_on_disk, path, flags, mode);
}

int close(int fd) {
  static auto* const call = calls::real<int(int)>("close");
  calls::opened().erase(fd);
  return call(fd);
}

ssize_t write(int fd, const void* bytes, size_t count) {
  static auto* const call = calls::real<ssize_t(int, const void*, size_t)>("write");
  const auto* file = calls::find(fd);
  if (file == nullptr) return call(fd, bytes, count);
  const auto offset = static_cast<std::uint64_t>(::lseek(fd, 0, SEEK_CUR));
  if (calls::refused(*file->disk, true, false)) {
    // A power cut or a full disk comes in the middle: some of it is in the file.
    if (count > 1 && file->disk->ended() != SimDisk::End::killed) {
      file->disk->before_write(file->path, offset, count / 2);
      const int number = errno;
      (void)call(fd, bytes, count / 2);
      errno = number;
    }
    return -1;
  }
  file->disk->before_write(file->path, offset, count);
  return call(fd, bytes, count);
}

int ftruncate(int fd, off_t size) noexcept {
  static auto* const call = calls::real<int(int, off_t)>("ftruncate");
  const auto* file = calls::find(fd);
  if (file == nullptr) return call(fd, size);
  if (calls::refused(*file->disk, false, true)) return -1;
  file->disk->before_truncate(file->path, static_cast<std::uint64_t>(size));
  return call(fd, size);
}

int fsync(int fd) {
  static auto* const call = calls::real<int(int)>("fsync");
  const auto* file = calls::find(fd);
  return file == nullptr ? call(fd) : calls::sync_on_disk(*file);
}

int fdatasync(int fd) {
  static auto* const call = calls::real<int(int)>("fdatasync");
  const auto* file = calls::find(fd);
  return file == nullptr ? call(fd) : calls::sync_on_disk(*file);
}

/// Only progress marks are mapped. Straight to the kernel: an allocator maps memory before it can give any.
void* mmap(void* base, size_t length, int protection, int flags, int fd, off_t offset) noexcept {
  auto* const mapped = reinterpret_cast<void*>(::syscall(SYS_mmap, base, length, protection, flags, fd, offset));
  const auto* file = fd >= 0 && mapped != MAP_FAILED ? calls::find(fd) : nullptr;
  if (file != nullptr) {
    calls::any_mapped = true;
    calls::mapped()[mapped] = file->path;
  }
  return mapped;
}

int munmap(void* base, size_t length) noexcept {
  if (calls::any_mapped) calls::mapped().erase(base);
  return static_cast<int>(::syscall(SYS_munmap, base, length));
}

int msync(void* base, size_t length, int flags) {
  static auto* const call = calls::real<int(void*, size_t, int)>("msync");
  SimDisk* disk = SimDisk::in_use();
  const auto file = calls::mapped().find(base);
  if (disk == nullptr || file == calls::mapped().end()) return call(base, length, flags);
  if (calls::refused(*disk, false, true)) return -1;
  disk->mark_synced(file->second, {static_cast<const char*>(base), length});
  return 0;
}

int rename(const char* from, const char* to) noexcept {
  static auto* const call = calls::real<int(const char*, const char*)>("rename");
  const auto old_path = calls::relative(from), new_path = calls::relative(to);
  if (!old_path || !new_path) return call(from, to);
  if (calls::refused(*SimDisk::in_use(), false, false)) return -1;
  SimDisk::in_use()->before_rename(*old_path, *new_path);
  return call(from, to);
}

int unlink(const char* path) noexcept {
  static auto* const call = calls::real<int(const char*)>("unlink");
  const auto path_on_disk = calls::relative(path);
  struct stat info {};
  if (!path_on_disk || ::stat(path, &info) != 0) return call(path);
  if (calls::refused(*SimDisk::in_use(), false, false)) return -1;
  SimDisk::in_use()->before_remove(*path_on_disk);
  return call(path);
}

}  // extern "C"
