#include "station/journal/mark_keeper.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "protocol/base/file.hpp"
#include "protocol/base/log.hpp"
#include "station/journal/mark_set.hpp"

namespace loa::station::journal {
namespace {

namespace fs = std::filesystem;
using Part = ProgressMark::Part;

constexpr std::chrono::seconds look_interval{5};

std::string boot_id() {
  std::string id = "unknown-boot";
  if (UniqueFd fd{::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)}; fd.valid()) {
    char text[36];
    if (::read(fd.get(), text, sizeof text) == static_cast<ssize_t>(sizeof text)) id.assign(text, sizeof text);
  }
  return id;
}

void remove_earlier_boots(const fs::path& folder, const std::string& prefix, const std::string& name) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const auto other = entry.path().filename().string();
    if (other == name || !other.starts_with(prefix)) continue;
    log::info("marks.stale_removed", {{"folder", entry.path().string()}});
    fs::remove_all(entry.path(), ignored);
  }
}

bool usable(const fs::path& folder) { return make_folders(folder, 0700) && ::access(folder.c_str(), W_OK | X_OK) == 0; }

}  // namespace

MarkFolders MarkFolders::of(const fs::path& state, const fs::path& runtime, const std::string& ward,
                            const std::string& station) {
  const std::string prefix = "marks." + ward + "." + station + ".";
  const std::string name = prefix + boot_id();
  const fs::path saved = state / "marks" / "saved";
  for (const auto& folder : {runtime, state / "marks"}) {
    if (folder.empty()) continue;
    if (!usable(folder / name)) {
      log::warn("marks.folder_unusable", {{"folder", folder.string()}, {"instead", (state / "marks").string()}});
      continue;
    }
    remove_earlier_boots(folder, prefix, name);
    return {folder / name, saved};
  }
  return {state / "marks" / name, saved};
}

Result<bool> MarkKeeper::look(const fs::path& hot, SavedMarks& saved, const std::vector<Part>& pinned) {
  std::vector<Part> on_air = pinned;
  for (const char* presenter : {"audio", "sign"}) {
    for (const auto& file : MarkSet::files(hot, presenter)) {
      const auto part = ProgressMark::look(file);
      if (!part && part.error().code == ErrorCode::missing) continue;
      if (!part) return false;  // being written: what it says now is seen next time
      if (*part) on_air.push_back(**part);
    }
  }
  if (!worth_saving(saved.parts(), on_air)) return false;
  LOA_TRY(saved.save(std::move(on_air)));
  return true;
}

class MarkKeeper::Works {
 public:
  Works(MarkFolders folders, SavedMarks saved, std::vector<Part> pinned)
      : folders_(std::move(folders)), saved_(std::move(saved)), pinned_(std::move(pinned)) {
    thread_ = std::thread{[this] { run(); }};
    pthread_setname_np(thread_.native_handle(), "loa-marks");
  }
  ~Works() {
    {
      const std::lock_guard lock{mutex_};
      quit_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }
  void release() {
    const std::lock_guard lock{mutex_};
    pinned_.clear();
  }

 private:
  void run() {
    std::unique_lock lock{mutex_};
    while (!changed_.wait_for(lock, look_interval, [this] { return quit_; })) {
      const auto pinned = pinned_;
      lock.unlock();
      const auto looked = look(folders_.hot, saved_, pinned);
      if (!looked && well_) log::error("marks.unsaved", {{"error", looked.error().text}});
      well_ = looked.has_value();
      lock.lock();
    }
  }

  const MarkFolders folders_;
  SavedMarks saved_;
  bool well_ = true;
  std::mutex mutex_;  // guards the next two
  std::vector<Part> pinned_;
  bool quit_ = false;
  std::condition_variable changed_;
  std::thread thread_;
};

MarkKeeper::MarkKeeper(MarkFolders folders, SavedMarks saved, std::vector<Part> pinned)
    : works_(std::make_unique<Works>(std::move(folders), std::move(saved), std::move(pinned))) {}
MarkKeeper::~MarkKeeper() = default;
void MarkKeeper::release() { works_->release(); }

}  // namespace loa::station::journal
