#include "tools/simfleet/sim_disk.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <set>
#include <utility>

namespace loa::tools::simfleet {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t sector = 512;

SimDisk*& current() {
  static SimDisk* disk = nullptr;
  return disk;
}

std::uint64_t size_of(const fs::path& path) {
  std::error_code none;
  const auto size = fs::file_size(path, none);
  return none ? 0 : size;
}

std::string read_part(const fs::path& path, std::uint64_t offset, std::uint64_t count) {
  std::string bytes(count, '\0');
  if (count == 0) return bytes;
  std::ifstream in(path, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(offset));
  in.read(bytes.data(), static_cast<std::streamsize>(count));
  return bytes;
}

std::string read_all(const fs::path& path) { return read_part(path, 0, size_of(path)); }

void write_all(const fs::path& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << bytes;
}

/// The bytes of a file with one change of it taken back.
void take_back(std::string& bytes, std::uint64_t offset, const std::string& before, std::uint64_t size) {
  if (bytes.size() < offset + before.size()) bytes.resize(offset + before.size(), '\0');
  bytes.replace(offset, before.size(), before);
  bytes.resize(size, '\0');
}

}  // namespace

SimDisk::SimDisk(fs::path folder) : folder_(std::move(folder)) { fs::create_directories(folder_); }
SimDisk::~SimDisk() {
  if (current() == this) use(nullptr);
}

void SimDisk::use(SimDisk* disk) { current() = disk; }
SimDisk* SimDisk::in_use() { return current(); }

std::string SimDisk::read(const std::string& path) const { return read_all(folder_ / path); }

void SimDisk::end_after(std::uint64_t steps, End end) {
  end_at_ = steps_ + steps;
  planned_end_ = end;
}

void SimDisk::end_now(End end) {
  if (ended_ != End::none) return;
  if (last_words_) last_words_();
  ended_ = end;
  marks_at_end_ = read_marks();
}

int SimDisk::step(bool grows, bool syncs) {
  if (ended_ != End::none) return EIO;
  ++steps_;
  if (planned_end_ != End::none && steps_ > end_at_) {
    end_now(planned_end_);
    return EIO;
  }
  if (grows && illness_ == Illness::full) return ENOSPC;
  if (grows && illness_ == Illness::write_errors) return EIO;
  if (syncs && illness_ == Illness::sync_errors) return EIO;
  return 0;
}

void SimDisk::created(const std::string& path) {
  names_.push_back({fs::path{path}.parent_path().string(), path, {}, false, {}});
  data_.erase(path);
}

void SimDisk::before_write(const std::string& path, std::uint64_t offset, std::uint64_t count) {
  const auto size = size_of(folder_ / path);
  const auto covered = std::min(count, size - std::min(offset, size));
  data_[path].push_back({offset, read_part(folder_ / path, offset, covered), size, count});
}

void SimDisk::before_truncate(const std::string& path, std::uint64_t size) {
  const auto before = size_of(folder_ / path);
  const auto kept = std::min(size, before);
  data_[path].push_back({kept, read_part(folder_ / path, kept, before - kept), before, 0});
}

void SimDisk::synced(const std::string& path) { data_.erase(path); }

void SimDisk::folder_synced(const std::string& path) {
  std::erase_if(names_, [&](const NameUndo& undo) { return undo.folder == path; });
}

void SimDisk::before_rename(const std::string& from, const std::string& to) {
  std::error_code none;
  const bool existed = fs::exists(folder_ / to, none);
  names_.push_back({fs::path{to}.parent_path().string(), to, from, existed, existed ? read(to) : std::string{}});
  data_.erase(to);
  if (auto moved = data_.extract(from); !moved.empty()) {
    moved.key() = to;
    data_.insert(std::move(moved));
  }
}

void SimDisk::before_remove(const std::string& path) {
  names_.push_back({fs::path{path}.parent_path().string(), path, {}, true, read(path)});
  data_.erase(path);
}

std::map<std::string, std::string> SimDisk::read_marks() const {
  std::map<std::string, std::string> marks;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder_ / "marks", none)) {
    const auto name = entry.path().filename().string();
    if (name.ends_with(".mark")) marks[name] = read_all(entry.path());
  }
  return marks;
}

void SimDisk::mark_synced(const std::string& path, std::string_view bytes) {
  marks_[fs::path{path}.filename().string()].assign(bytes);
}

void SimDisk::forget_changes() {
  data_.clear();
  names_.clear();
  marks_at_end_.clear();
  marks_ = read_marks();
}

void SimDisk::wipe() {
  SimDisk* const used = std::exchange(current(), nullptr);
  fs::remove_all(folder_);
  fs::create_directories(folder_);
  forget_changes();
  current() = used;
}

void SimDisk::save_image() const {
  SimDisk* const used = std::exchange(current(), nullptr);
  fs::remove_all(image());
  fs::copy(folder_, image(), fs::copy_options::recursive);
  current() = used;
}

void SimDisk::load_image() {
  SimDisk* const used = std::exchange(current(), nullptr);
  if (fs::exists(image())) {
    fs::remove_all(folder_);
    fs::copy(image(), folder_, fs::copy_options::recursive);
    forget_changes();
  }
  current() = used;
}

void SimDisk::restart(Random& random) {
  end_now(End::killed);
  SimDisk* const used = std::exchange(current(), nullptr);  // what happens now no process does
  // What a process that has ended wrote into memory afterwards was never written.
  for (const auto& [name, bytes] : marks_at_end_) write_all(folder_ / "marks" / name, bytes);
  if (ended_ == End::power_cut) {
    take_back_marks(random);
    take_back_data(random);
    take_back_names(random);
    forget_changes();
  }
  current() = used;
  ended_ = planned_end_ = End::none;
}

/// Of each file: nothing of what was not synced survives, or all of it, or all with its last write torn.
void SimDisk::take_back_data(Random& random) {
  for (const auto& [path, undos] : data_) {
    const auto fate = random.between(0, 3);
    if (fate == 0) continue;
    std::string bytes = read(path);
    if (fate == 1) {
      for (auto undo = undos.rbegin(); undo != undos.rend(); ++undo)
        take_back(bytes, undo->offset, undo->bytes, undo->size);
    } else if (!undos.empty() && undos.back().written > 0) {
      const DataUndo& last = undos.back();
      const auto whole = static_cast<std::uint64_t>(random.between(0, static_cast<std::int64_t>(last.written) - 1));
      for (auto at = last.offset + whole; at < std::min<std::uint64_t>(bytes.size(), last.offset + last.written); ++at)
        bytes[at] = fate == 2 ? '\0' : static_cast<char>(random.next());
      if (random.happens(0.5)) bytes.resize(std::min<std::uint64_t>(bytes.size(), last.offset + whole));
    }
    write_all(folder_ / path, bytes);
  }
}

/// In each folder any number of the first changes of names survive; the later ones are taken back, the last one first.
void SimDisk::take_back_names(Random& random) {
  std::map<std::string, bool> lost;
  std::vector<NameUndo> undos;
  for (auto& undo : names_) {
    bool& stopped = lost[undo.folder];
    stopped = stopped || random.happens(0.5);
    if (stopped) undos.push_back(std::move(undo));
  }
  for (auto undo = undos.rbegin(); undo != undos.rend(); ++undo) {
    std::error_code none;
    if (!undo->back_to.empty()) fs::rename(folder_ / undo->path, folder_ / undo->back_to, none);
    if (undo->existed) {
      write_all(folder_ / undo->path, undo->bytes);
    } else {
      fs::remove(folder_ / undo->path, none);
    }
  }
}

/// The kernel may have written any sector of a mark at any time since it was synced, or not.
void SimDisk::take_back_marks(Random& random) {
  for (const auto& [name, before] : marks_) {
    std::string bytes = read_all(folder_ / "marks" / name);
    if (bytes.size() != before.size()) continue;
    for (std::size_t at = 0; at < bytes.size(); at += sector) {
      if (bytes.compare(at, sector, before, at, sector) == 0) continue;
      if (random.happens(0.5)) bytes.replace(at, sector, before, at, sector);
    }
    write_all(folder_ / "marks" / name, bytes);
  }
}

}  // namespace loa::tools::simfleet
