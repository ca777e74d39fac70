#include "tests/system/power_cuts/disk/write_count.hpp"

#include <filesystem>
#include <set>

namespace loa::tests {
namespace {

constexpr std::uint64_t page = 4096;

std::string parent_of(const std::string& path) { return std::filesystem::path{path}.parent_path().string(); }

/// A temporary file is counted with what it becomes.
std::string room_of(const std::string& path) {
  std::string room = path.substr(0, path.find('/'));
  if (room.ends_with(".new")) room.resize(room.size() - 4);
  return room.empty() ? "state folder" : room;
}

struct Dirty {
  std::set<std::uint64_t> pages;
  std::uint64_t size = 0;
  bool inode = false;
};

class Counter {
 public:
  void take(const TapeStep& step) {
    Dirty& file = files_[step.file];
    switch (step.kind) {
      case TapeKind::create:
        file = Dirty{{}, 0, true};
        names_[step.file] = step.path;
        folders_.insert(parent_of(step.path));
        break;
      case TapeKind::write:
      case TapeKind::map_write:
        names_[step.file] = step.path;
        write(file, step);
        break;
      case TapeKind::truncate:
        file.inode = true;
        file.size = step.offset;
        break;
      case TapeKind::rename:
        names_[step.file] = step.second;
        folders_.insert({parent_of(step.path), parent_of(step.second)});
        break;
      case TapeKind::remove:
      case TapeKind::make_folder:
        folders_.insert(parent_of(step.path));
        break;
      case TapeKind::sync:
        flush(room_of(step.path), file);
        break;
      case TapeKind::sync_folder:
        if (folders_.erase(step.path) > 0) counts_[room_of(step.path)].metadata += 2 * page;  // its block, its inode
        break;
      default:
        break;
    }
  }
  std::map<std::string, WriteCount> finish() {
    for (auto& [inode, file] : files_) {
      if (names_.contains(inode)) flush(room_of(names_[inode]), file);
    }
    return counts_;
  }

 private:
  void write(Dirty& file, const TapeStep& step) {
    counts_[room_of(step.path)].asked += step.bytes.size();
    const std::uint64_t end = step.offset + step.bytes.size();
    for (std::uint64_t at = step.offset / page; at * page < end; ++at) file.pages.insert(at);
    file.inode = file.inode || end > file.size;
    file.size = std::max(file.size, end);
  }
  void flush(const std::string& room, Dirty& file) {
    counts_[room].pages += file.pages.size() * page;
    if (file.inode) counts_[room].metadata += page;
    file.pages.clear();
    file.inode = false;
  }

  std::map<std::uint64_t, Dirty> files_;
  std::map<std::uint64_t, std::string> names_;
  std::set<std::string> folders_;
  std::map<std::string, WriteCount> counts_;
};

}  // namespace

std::map<std::string, WriteCount> count_writes(const std::vector<TapeStep>& steps) {
  Counter counter;
  for (const auto& step : steps) counter.take(step);
  return counter.finish();
}

}  // namespace loa::tests
