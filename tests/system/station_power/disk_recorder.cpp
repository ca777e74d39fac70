#include "tests/system/station_power/disk_recorder.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdlib>
#include <map>
#include <optional>

namespace loa::tests {

/// What the calls below know. Only while a recorder lives.
struct DiskNotes {
  DiskRecorder& recorder;
  std::map<int, int> files;            // descriptor → file
  std::map<int, std::string> folders;  // descriptor → folder
  std::map<std::string, int> names;    // relative path → file
  int next_file = 0;

  static DiskNotes*& current() {
    static DiskNotes* notes = nullptr;
    return notes;
  }
  /// The path relative to the folder watched; absent when it is elsewhere.
  static std::optional<std::string> relative(const char* path) {
    if (current() == nullptr) return std::nullopt;
    const std::string top = current()->recorder.folder_.string();
    const std::string text = std::filesystem::path{path}.lexically_normal().string();
    if (text == top || text == top + "/") return "";
    if (text.rfind(top + "/", 0) != 0) return std::nullopt;
    return text.substr(top.size() + 1);
  }
  void note(DiskStep step) { recorder.steps_.push_back(std::move(step)); }

  void opened(int fd, const std::string& path, int flags) {
    if ((flags & O_DIRECTORY) != 0) {
      folders[fd] = path;
      return;
    }
    if ((flags & O_ACCMODE) == O_RDONLY && !names.contains(path)) return;
    const bool known = names.contains(path);
    if (!known) {
      names[path] = next_file++;
      note({DiskStep::Kind::create, names[path], path, {}, 0, {}});
    } else if ((flags & O_TRUNC) != 0) {
      note({DiskStep::Kind::truncate, names[path], path, {}, 0, {}});
    }
    files[fd] = names[path];
  }
  void renamed(const std::string& from, const std::string& to) {
    note({DiskStep::Kind::rename, names[from], from, to, 0, {}});
    names[to] = names[from];
    names.erase(from);
  }
  void removed(const std::string& path) {
    note({DiskStep::Kind::remove, names[path], path, {}, 0, {}});
    names.erase(path);
  }
};

namespace {

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

int open_and_note(const char* path, int flags, mode_t mode) {
  static auto* const call = real<int(const char*, int, ...)>("open");
  const int fd = call(path, flags, mode);
  if (fd >= 0) {
    if (const auto relative = DiskNotes::relative(path)) DiskNotes::current()->opened(fd, *relative, flags);
  }
  return fd;
}

void note_sync(int fd) {
  auto* notes = DiskNotes::current();
  if (notes == nullptr) return;
  if (const auto file = notes->files.find(fd); file != notes->files.end()) {
    notes->note({DiskStep::Kind::sync, file->second, {}, {}, 0, {}});
  } else if (const auto folder = notes->folders.find(fd); folder != notes->folders.end()) {
    notes->note({DiskStep::Kind::sync_folder, -1, folder->second, {}, 0, {}});
  }
}

}  // namespace

DiskRecorder::DiskRecorder(const std::filesystem::path& folder) : folder_(folder.lexically_normal()) {
  DiskNotes::current() = new DiskNotes{*this, {}, {}, {}, 0};
}

DiskRecorder::~DiskRecorder() { delete std::exchange(DiskNotes::current(), nullptr); }

void DiskRecorder::promise(const std::string& text) {
  steps_.push_back({DiskStep::Kind::promise, -1, {}, {}, 0, text});
}

}  // namespace loa::tests

// The calls that stand before those of the C library. Each does the real thing and notes it.
using loa::tests::DiskNotes;
using loa::tests::DiskStep;

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const auto mode = (flags & O_CREAT) != 0 ? static_cast<mode_t>(va_arg(arguments, unsigned)) : 0;
  va_end(arguments);
  return loa::tests::open_and_note(path, flags, mode);
}

int close(int fd) {
  static auto* const call = loa::tests::real<int(int)>("close");
  if (auto* notes = DiskNotes::current()) {
    notes->files.erase(fd);
    notes->folders.erase(fd);
  }
  return call(fd);
}

ssize_t write(int fd, const void* bytes, size_t count) {
  static auto* const call = loa::tests::real<ssize_t(int, const void*, size_t)>("write");
  auto* notes = DiskNotes::current();
  if (notes == nullptr || !notes->files.contains(fd)) return call(fd, bytes, count);
  const auto offset = static_cast<std::uint64_t>(::lseek(fd, 0, SEEK_CUR));
  const ssize_t put = call(fd, bytes, count);
  if (put > 0) {
    std::string data{static_cast<const char*>(bytes), static_cast<std::size_t>(put)};
    notes->note({DiskStep::Kind::write, notes->files[fd], {}, {}, offset, std::move(data)});
  }
  return put;
}

int ftruncate(int fd, off_t size) noexcept {
  static auto* const call = loa::tests::real<int(int, off_t)>("ftruncate");
  const int result = call(fd, size);
  auto* notes = DiskNotes::current();
  if (result == 0 && notes != nullptr && notes->files.contains(fd)) {
    notes->note({DiskStep::Kind::truncate, notes->files[fd], {}, {}, static_cast<std::uint64_t>(size), {}});
  }
  return result;
}

// The disks are simulated: waiting for the real one would prove nothing.
int fsync(int fd) {
  loa::tests::note_sync(fd);
  return 0;
}

int fdatasync(int fd) {
  loa::tests::note_sync(fd);
  return 0;
}

int rename(const char* from, const char* to) noexcept {
  static auto* const call = loa::tests::real<int(const char*, const char*)>("rename");
  const int result = call(from, to);
  const auto from_relative = DiskNotes::relative(from);
  const auto to_relative = DiskNotes::relative(to);
  if (result == 0 && from_relative && to_relative) DiskNotes::current()->renamed(*from_relative, *to_relative);
  return result;
}

int unlink(const char* path) noexcept {
  static auto* const call = loa::tests::real<int(const char*)>("unlink");
  const int result = call(path);
  const auto relative = DiskNotes::relative(path);
  if (result == 0 && relative) DiskNotes::current()->removed(*relative);
  return result;
}

int mkdir(const char* path, mode_t mode) noexcept {
  static auto* const call = loa::tests::real<int(const char*, mode_t)>("mkdir");
  const int result = call(path, mode);
  const auto relative = DiskNotes::relative(path);
  if (result == 0 && relative) DiskNotes::current()->note({DiskStep::Kind::make_folder, -1, *relative, {}, 0, {}});
  return result;
}

}  // extern "C"
