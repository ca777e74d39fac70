#pragma once
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "tests/system/power_cuts/disk/tape.hpp"

/// What the preload library keeps: the tape, the step it is at, and the memory that shows files. Of one source file.
namespace loa::tests {
namespace {

constexpr std::size_t sector = 512;

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// What the watched process must not do, because the tape cannot hold it.
[[noreturn]] void not_simulated(const char* what, const std::string& path) {
  std::fprintf(stderr, "forgetful disk: %s on %s is not simulated\n", what, path.c_str());
  std::abort();
}

struct Watched {
  std::string path;  ///< relative
  std::uint64_t file = 0;
  bool folder = false;
};

struct Mapping {
  Watched watched;
  std::string shadow;  ///< as last seen
};

class Recorder {
 public:
  static Recorder& get() {
    static auto& recorder = *new Recorder;
    return recorder;
  }
  std::unique_lock<std::recursive_mutex> lock() { return std::unique_lock{mutex_}; }

  [[nodiscard]] std::optional<std::string> relative(int folder_fd, const char* path) const {
    if (folder_.empty() || path == nullptr) return std::nullopt;
    std::filesystem::path whole{path};
    if (whole.is_relative()) whole = folder_of(folder_fd) / whole;
    return below(whole.lexically_normal().string());
  }
  [[nodiscard]] std::optional<Watched> find(int fd) const {
    if (folder_.empty() || fd < 0) return std::nullopt;
    struct stat info {};
    if (::fstat(fd, &info) != 0 || !(S_ISREG(info.st_mode) || S_ISDIR(info.st_mode))) return std::nullopt;
    auto path = below(link_of(fd));
    if (!path) return std::nullopt;
    return Watched{*path, info.st_ino, S_ISDIR(info.st_mode)};
  }

  /// Call before the real thing: the cut may come here.
  void before(TapeKind kind, const std::string& path) {
    ++step_;
    if (is_sync(kind)) ++syncs_;
    if (cut_ == "before" && step_ == cut_at_) end(kind, path, false);
    if (cut_ == "before-sync" && is_sync(kind) && syncs_ == cut_at_) end(kind, path, false);
  }
  /// Call after it.
  void after(TapeKind kind, const std::string& path) {
    if (cut_ == "after" && step_ == cut_at_) end(kind, path, true);
    if (cut_ == "after-sync" && is_sync(kind) && syncs_ == cut_at_) end(kind, path, true);
  }
  void note(TapeKind kind, const Watched& on, std::uint64_t offset = 0, std::string_view bytes = {},
            std::string_view second = {}) {
    const TapeHead head{kind,
                        static_cast<std::uint32_t>(on.path.size()),
                        static_cast<std::uint32_t>(second.size()),
                        static_cast<std::uint32_t>(bytes.size()),
                        on.file,
                        offset};
    std::string record{reinterpret_cast<const char*>(&head), sizeof head};
    record.append(on.path).append(second).append(bytes);
    // Straight to the kernel: this library's own write() is not meant.
    if (::syscall(SYS_write, tape_, record.data(), record.size()) != static_cast<long>(record.size())) std::abort();
  }
  [[nodiscard]] bool lies(bool folder) const { return lie_ == "sync" || (folder && lie_ == "folder-sync"); }

  void mapped(void* base, std::size_t length, Watched watched) {
    mappings_[base] = {std::move(watched), std::string{static_cast<const char*>(base), length}};
  }
  void unmap(void* base) {
    if (mappings_.contains(base)) look_at_memory();
    mappings_.erase(base);
  }
  const Mapping* mapping(void* base) const {
    const auto entry = mappings_.find(base);
    return entry == mappings_.end() ? nullptr : &entry->second;
  }
  /// Nobody calls for a store to mapped memory: what has changed since the last look is noted, by sector.
  void look_at_memory() {
    for (auto& [base, mapping] : mappings_) {
      for (std::size_t at = 0; at < mapping.shadow.size(); at += sector) {
        const std::size_t length = std::min(sector, mapping.shadow.size() - at);
        const char* now = static_cast<const char*>(base) + at;
        if (std::memcmp(now, mapping.shadow.data() + at, length) == 0) continue;
        mapping.shadow.replace(at, length, now, length);
        note(TapeKind::map_write, mapping.watched, at, {mapping.shadow.data() + at, length});
      }
    }
  }

 private:
  Recorder()
      : folder_(std::filesystem::path{variable(tape_folder_variable)}.lexically_normal().string()),
        lie_(variable(tape_lie_variable)) {
    if (folder_.empty()) return;
    const std::string cut = variable(tape_cut_variable);
    cut_ = cut.substr(0, cut.find(':'));
    if (cut_ != cut) cut_at_ = std::strtoull(cut.c_str() + cut_.size() + 1, nullptr, 10);
    const auto fd = ::syscall(SYS_openat, AT_FDCWD, variable(tape_file_variable).c_str(),
                              O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    tape_ = static_cast<int>(::syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 500));
    ::syscall(SYS_close, fd);
    if (tape_ < 0) std::abort();
  }

  static bool is_sync(TapeKind kind) { return kind == TapeKind::sync || kind == TapeKind::sync_folder; }
  [[noreturn]] void end(TapeKind kind, const std::string& path, bool after) {
    look_at_memory();
    note(TapeKind::cut, {path, after ? 1U : 0U, false}, static_cast<std::uint64_t>(kind));
    ::syscall(SYS_kill, ::getpid(), SIGKILL);
    while (true) ::pause();
  }
  [[nodiscard]] std::optional<std::string> below(const std::string& path) const {
    if (path == folder_) return "";
    if (path.size() <= folder_.size() || path.compare(0, folder_.size(), folder_) != 0 || path[folder_.size()] != '/')
      return std::nullopt;
    return path.substr(folder_.size() + 1);
  }
  static std::string link_of(int fd) {
    char text[4096];
    const auto name = "/proc/self/fd/" + std::to_string(fd);
    const ssize_t length = ::readlink(name.c_str(), text, sizeof text);
    return length < 0 ? std::string{} : std::string{text, static_cast<std::size_t>(length)};
  }
  static std::filesystem::path folder_of(int fd) {
    if (fd != AT_FDCWD) return link_of(fd);
    char text[4096];
    return ::getcwd(text, sizeof text) == nullptr ? "" : text;
  }

  const std::string folder_;
  const std::string lie_;
  std::string cut_;
  std::uint64_t cut_at_ = 0;
  int tape_ = -1;
  std::recursive_mutex mutex_;
  std::uint64_t step_ = 0;
  std::uint64_t syncs_ = 0;
  std::map<void*, Mapping> mappings_;
};

}  // namespace
}  // namespace loa::tests
