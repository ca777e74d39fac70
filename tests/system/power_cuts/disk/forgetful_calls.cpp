// A preload library. Its calls stand before those of the C library; each does the real thing and writes it to the tape
// when it concerns the folder watched. At the step it was told the process ends as a power cut ends it. What of the
// tape was not synced is forgotten by ForgetfulDisk, afterwards.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "tests/system/power_cuts/disk/tape_recorder.hpp"

namespace loa::tests {
namespace {

std::uint64_t inode_of(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

/// One change of a file or of names: before, the real thing, the note, after.
template <class Call, class Note>
auto change(TapeKind kind, const std::string& path, Call call, Note note) {
  auto& recorder = Recorder::get();
  const auto lock = recorder.lock();
  recorder.look_at_memory();
  recorder.before(kind, path);
  const auto result = call();
  const int number = errno;
  if (result >= 0) {
    note(recorder, result);
    recorder.after(kind, path);
  }
  errno = number;
  return result;
}

int open_watched(int folder_fd, const char* path, int flags, mode_t mode) {
  static auto* const call = real<int(int, const char*, int, ...)>("openat");
  auto& recorder = Recorder::get();
  const auto relative = recorder.relative(folder_fd, path);
  if (!relative) return call(folder_fd, path, flags, mode);
  struct stat info {};
  const bool fresh = (flags & O_CREAT) != 0 && ::fstatat(folder_fd, path, &info, AT_SYMLINK_NOFOLLOW) != 0;
  const bool emptied = !fresh && (flags & O_TRUNC) != 0;
  if (!fresh && !emptied) return call(folder_fd, path, flags, mode);
  const auto kind = fresh ? TapeKind::create : TapeKind::truncate;
  return change(
      kind, *relative, [&] { return call(folder_fd, path, flags, mode); },
      [&](Recorder& to, int fd) {
        struct stat opened {};
        ::fstat(fd, &opened);
        to.note(kind, {*relative, opened.st_ino, false});
      });
}

template <class Call>
int sync_watched(int fd, Call call) {
  auto& recorder = Recorder::get();
  const auto watched = recorder.find(fd);
  if (!watched) return call(fd);
  const auto lock = recorder.lock();
  recorder.look_at_memory();
  const auto kind = watched->folder ? TapeKind::sync_folder : TapeKind::sync;
  recorder.before(kind, watched->path);
  if (!recorder.lies(watched->folder)) recorder.note(kind, *watched);
  recorder.after(kind, watched->path);
  return 0;  // the disk is simulated: waiting for the real one would prove nothing
}

template <class Call>
ssize_t write_watched(int fd, std::optional<std::uint64_t> offset, std::string_view bytes, Call call) {
  const auto watched = Recorder::get().find(fd);
  if (!watched) return call();
  if (!offset) {
    const bool append = (::fcntl(fd, F_GETFL) & O_APPEND) != 0;
    offset = static_cast<std::uint64_t>(::lseek(fd, 0, append ? SEEK_END : SEEK_CUR));
  }
  return change(TapeKind::write, watched->path, call, [&](Recorder& to, ssize_t put) {
    to.note(TapeKind::write, *watched, *offset, bytes.substr(0, static_cast<std::size_t>(put)));
  });
}

int truncate_watched(int fd, off_t size) {
  static auto* const call = real<int(int, off_t)>("ftruncate");
  const auto watched = Recorder::get().find(fd);
  if (!watched) return call(fd, size);
  return change(
      TapeKind::truncate, watched->path, [&] { return call(fd, size); },
      [&](Recorder& to, int) { to.note(TapeKind::truncate, *watched, static_cast<std::uint64_t>(size)); });
}

int rename_watched(int from_fd, const char* from, int to_fd, const char* to) {
  static auto* const call = real<int(int, const char*, int, const char*)>("renameat");
  auto& recorder = Recorder::get();
  const auto source = recorder.relative(from_fd, from), target = recorder.relative(to_fd, to);
  if (!source && !target) return call(from_fd, from, to_fd, to);
  if (!source || !target) not_simulated("a rename into or out of the folder", from);
  const auto inode = from_fd == AT_FDCWD ? inode_of(from) : 0;
  if (inode == 0) not_simulated("renameat", from);
  return change(
      TapeKind::rename, *target, [&] { return call(from_fd, from, to_fd, to); },
      [&](Recorder& tape, int) {
        tape.note(TapeKind::rename, {*source, inode, false}, 0, {}, *target);
      });
}

int remove_watched(int folder_fd, const char* path, int flags) {
  static auto* const call = real<int(int, const char*, int)>("unlinkat");
  const auto relative = Recorder::get().relative(folder_fd, path);
  struct stat info {};
  if (!relative || ::fstatat(folder_fd, path, &info, AT_SYMLINK_NOFOLLOW) != 0) return call(folder_fd, path, flags);
  return change(
      TapeKind::remove, *relative, [&] { return call(folder_fd, path, flags); },
      [&](Recorder& to, int) {
        to.note(TapeKind::remove, {*relative, info.st_ino, false});
      });
}

int make_folder_watched(const char* path, mode_t mode) {
  static auto* const call = real<int(const char*, mode_t)>("mkdir");
  const auto relative = Recorder::get().relative(AT_FDCWD, path);
  if (!relative) return call(path, mode);
  return change(
      TapeKind::make_folder, *relative, [&] { return call(path, mode); },
      [&](Recorder& to, int) {
        to.note(TapeKind::make_folder, {*relative, 0, true});
      });
}

void* map_watched(void* base, size_t length, int protection, int flags, int fd, off_t offset) {
  static auto* const call = real<void*(void*, size_t, int, int, int, off_t)>("mmap");
  void* mapped = call(base, length, protection, flags, fd, offset);
  const bool writes = (flags & MAP_SHARED) != 0 && (protection & PROT_WRITE) != 0 && mapped != MAP_FAILED;
  if (!writes) return mapped;
  auto& recorder = Recorder::get();
  const auto watched = recorder.find(fd);
  if (!watched) return mapped;
  if (offset != 0) not_simulated("a mapping that does not begin with the file", watched->path);
  const auto lock = recorder.lock();
  recorder.mapped(mapped, length, *watched);
  return mapped;
}

FILE* open_stream(const char* name, const char* path, const char* mode) {
  if (const auto relative = Recorder::get().relative(AT_FDCWD, path);
      relative && std::strpbrk(mode, "wa+") != nullptr) {
    not_simulated("a C stream", path);
  }
  return real<FILE*(const char*, const char*)>(name)(path, mode);
}

mode_t mode_in(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? static_cast<mode_t>(va_arg(arguments, unsigned)) : 0;
}

}  // namespace
}  // namespace loa::tests

namespace calls = loa::tests;

extern "C" {

#define LOA_OPEN(name)                                       \
  int name(const char* path, int flags, ...) {               \
    va_list arguments;                                       \
    va_start(arguments, flags);                              \
    const mode_t mode = calls::mode_in(flags, arguments);    \
    va_end(arguments);                                       \
    return calls::open_watched(AT_FDCWD, path, flags, mode); \
  }
#define LOA_OPENAT(name)                                   \
  int name(int folder, const char* path, int flags, ...) { \
    va_list arguments;                                     \
    va_start(arguments, flags);                            \
    const mode_t mode = calls::mode_in(flags, arguments);  \
    va_end(arguments);                                     \
    return calls::open_watched(folder, path, flags, mode); \
  }
LOA_OPEN(open)
LOA_OPEN(open64)
LOA_OPENAT(openat)
LOA_OPENAT(openat64)

FILE* fopen(const char* path, const char* mode) { return calls::open_stream("fopen", path, mode); }
FILE* fopen64(const char* path, const char* mode) { return calls::open_stream("fopen64", path, mode); }

ssize_t write(int fd, const void* bytes, size_t count) {
  static auto* const call = calls::real<ssize_t(int, const void*, size_t)>("write");
  return calls::write_watched(fd, std::nullopt, {static_cast<const char*>(bytes), count},
                              [&] { return call(fd, bytes, count); });
}
ssize_t pwrite(int fd, const void* bytes, size_t count, off_t offset) {
  static auto* const call = calls::real<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  return calls::write_watched(fd, static_cast<std::uint64_t>(offset), {static_cast<const char*>(bytes), count},
                              [&] { return call(fd, bytes, count, offset); });
}
ssize_t pwrite64(int fd, const void* bytes, size_t count, off_t offset) { return pwrite(fd, bytes, count, offset); }
ssize_t writev(int fd, const struct iovec* parts, int count) {
  static auto* const call = calls::real<ssize_t(int, const struct iovec*, int)>("writev");
  std::string bytes;
  if (calls::Recorder::get().find(fd)) {
    for (int i = 0; i < count; ++i) bytes.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  }
  return calls::write_watched(fd, std::nullopt, bytes, [&] { return call(fd, parts, count); });
}
int ftruncate(int fd, off_t size) noexcept { return calls::truncate_watched(fd, size); }
int ftruncate64(int fd, off_t size) noexcept { return calls::truncate_watched(fd, size); }

int fsync(int fd) {
  return calls::sync_watched(fd, [](int file) { return calls::real<int(int)>("fsync")(file); });
}
int fdatasync(int fd) {
  return calls::sync_watched(fd, [](int file) { return calls::real<int(int)>("fdatasync")(file); });
}
int msync(void* base, size_t length, int flags) {
  static auto* const call = calls::real<int(void*, size_t, int)>("msync");
  auto& recorder = calls::Recorder::get();
  const auto lock = recorder.lock();
  const auto* mapping = recorder.mapping(base);
  if (mapping == nullptr || (flags & MS_SYNC) == 0) return call(base, length, flags);
  recorder.look_at_memory();
  const auto kind = calls::TapeKind::sync;
  recorder.before(kind, mapping->watched.path);
  if (!recorder.lies(false)) recorder.note(kind, mapping->watched);
  recorder.after(kind, mapping->watched.path);
  return 0;
}

int rename(const char* from, const char* to) noexcept { return calls::rename_watched(AT_FDCWD, from, AT_FDCWD, to); }
int renameat(int from_fd, const char* from, int to_fd, const char* to) noexcept {
  return calls::rename_watched(from_fd, from, to_fd, to);
}
int unlink(const char* path) noexcept { return calls::remove_watched(AT_FDCWD, path, 0); }
int rmdir(const char* path) noexcept { return calls::remove_watched(AT_FDCWD, path, AT_REMOVEDIR); }
int unlinkat(int folder, const char* path, int flags) noexcept { return calls::remove_watched(folder, path, flags); }
int remove(const char* path) noexcept {
  struct stat info {};
  const bool folder = ::lstat(path, &info) == 0 && S_ISDIR(info.st_mode);
  return calls::remove_watched(AT_FDCWD, path, folder ? AT_REMOVEDIR : 0);
}
int mkdir(const char* path, mode_t mode) noexcept { return calls::make_folder_watched(path, mode); }

void* mmap(void* base, size_t length, int protection, int flags, int fd, off_t offset) noexcept {
  return calls::map_watched(base, length, protection, flags, fd, offset);
}
void* mmap64(void* base, size_t length, int protection, int flags, int fd, off_t offset) noexcept {
  return calls::map_watched(base, length, protection, flags, fd, offset);
}
int munmap(void* base, size_t length) noexcept {
  static auto* const call = calls::real<int(void*, size_t)>("munmap");
  {
    auto& recorder = calls::Recorder::get();
    const auto lock = recorder.lock();
    recorder.unmap(base);
  }
  return call(base, length);
}

// Not used by the station; if that changes, the tape must learn them.
int link(const char* from, const char* to) noexcept {
  if (calls::Recorder::get().relative(AT_FDCWD, to)) calls::not_simulated("link", to);
  return calls::real<int(const char*, const char*)>("link")(from, to);
}
int fallocate(int fd, int mode, off_t offset, off_t length) {
  if (const auto watched = calls::Recorder::get().find(fd)) calls::not_simulated("fallocate", watched->path);
  return calls::real<int(int, int, off_t, off_t)>("fallocate")(fd, mode, offset, length);
}
int posix_fallocate(int fd, off_t offset, off_t length) {
  if (const auto watched = calls::Recorder::get().find(fd)) calls::not_simulated("posix_fallocate", watched->path);
  return calls::real<int(int, off_t, off_t)>("posix_fallocate")(fd, offset, length);
}
ssize_t copy_file_range(int from, off64_t* from_at, int to, off64_t* to_at, size_t length, unsigned flags) {
  if (const auto watched = calls::Recorder::get().find(to)) calls::not_simulated("copy_file_range", watched->path);
  return calls::real<ssize_t(int, off64_t*, int, off64_t*, size_t, unsigned)>("copy_file_range")(from, from_at, to,
                                                                                                 to_at, length, flags);
}

}  // extern "C"
