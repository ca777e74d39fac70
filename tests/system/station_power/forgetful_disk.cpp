#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <random>
#include <set>

#include "tests/system/station_power/disk_recorder.hpp"

// From the notes to the disks that a power cut may leave.
namespace loa::tests {
namespace {

using Kind = DiskStep::Kind;
namespace fs = std::filesystem;

bool changes_names(const DiskStep& step) {
  return step.kind == Kind::create || step.kind == Kind::rename || step.kind == Kind::remove ||
         step.kind == Kind::make_folder;
}

bool changes_data(const DiskStep& step) { return step.kind == Kind::write || step.kind == Kind::truncate; }

/// The folder that has to be synced for a change of names to be durable.
std::string folder_of(const DiskStep& step) {
  return fs::path{step.kind == Kind::rename ? step.to : step.path}.parent_path().string();
}

/// The state of a disk: steps applied one after the other.
class Disk {
 public:
  void apply(const DiskStep& step) {
    switch (step.kind) {
      case Kind::create:
        files_[step.path] = step.file;
        break;
      case Kind::make_folder:
        folders_.insert(step.path);
        break;
      case Kind::remove:
        files_.erase(step.path);
        break;
      case Kind::rename:
        files_.erase(step.path);
        files_[step.to] = step.file;
        break;
      case Kind::truncate:
        data_[step.file].resize(step.offset, '\0');
        break;
      case Kind::write:
        put(step.file, step.offset, step.bytes);
        break;
      default:
        break;
    }
  }
  void put(int file, std::uint64_t offset, const std::string& bytes) {
    std::string& data = data_[file];
    if (data.size() < offset + bytes.size()) data.resize(offset + bytes.size(), '\0');
    data.replace(offset, bytes.size(), bytes);
  }
  void store(const fs::path& folder) const {
    fs::remove_all(folder);
    fs::create_directories(folder);
    for (const auto& name : folders_) fs::create_directories(folder / name);
    for (const auto& [name, file] : files_) {
      // A name whose folder was lost is lost with it.
      if (!fs::is_directory((folder / name).parent_path())) continue;
      std::ofstream out(folder / name, std::ios::binary);
      if (const auto data = data_.find(file); data != data_.end()) out << data->second;
    }
  }

 private:
  std::map<std::string, int> files_;
  std::set<std::string> folders_;
  std::map<int, std::string> data_;
};

/// For each step whether a later sync made it durable.
std::vector<bool> synced(const std::vector<DiskStep>& steps, std::size_t count) {
  std::vector<bool> result(count, false);
  for (std::size_t i = 0; i < count; ++i) {
    const DiskStep& sync = steps[i];
    for (std::size_t j = 0; j < i; ++j) {
      if (sync.kind == Kind::sync && changes_data(steps[j]) && steps[j].file == sync.file) result[j] = true;
      if (sync.kind == Kind::sync_folder && changes_names(steps[j]) && folder_of(steps[j]) == sync.path)
        result[j] = true;
    }
  }
  return result;
}

/// For each step whether it is the last write into its file.
std::vector<bool> last_writes(const std::vector<DiskStep>& steps, std::size_t count) {
  std::vector<bool> result(count, false);
  std::set<int> seen;
  for (std::size_t i = count; i-- > 0;) {
    if (steps[i].kind == Kind::write) result[i] = seen.insert(steps[i].file).second;
  }
  return result;
}

void apply_torn(Disk& disk, const DiskStep& step, Survival survival, std::minstd_rand& random) {
  const std::size_t half = step.bytes.size() / 2;
  std::string bytes = step.bytes.substr(0, half);
  if (survival != Survival::last_write_torn) bytes.resize(step.bytes.size(), '\0');
  if (survival == Survival::last_write_noise) {
    std::generate(bytes.begin() + static_cast<std::ptrdiff_t>(half), bytes.end(),
                  [&] { return static_cast<char>(random()); });
  }
  disk.put(step.file, step.offset, bytes);
}

}  // namespace

void build_disk(const std::vector<DiskStep>& steps, std::size_t count, Survival survival, unsigned seed,
                const fs::path& folder) {
  const auto durable = synced(steps, count);
  const auto last = last_writes(steps, count);
  std::minstd_rand random{seed + 1};
  std::set<std::string> stopped;  // random: folders of which no further change of names survives
  Disk disk;
  for (std::size_t i = 0; i < count; ++i) {
    const DiskStep& step = steps[i];
    const bool name = changes_names(step);
    if (durable[i] || survival == Survival::everything) {
      disk.apply(step);
    } else if (survival == Survival::names_only || survival == Survival::data_only) {
      if (name == (survival == Survival::names_only)) disk.apply(step);
    } else if (survival == Survival::random) {
      if (random() % 2 == 0 && name) stopped.insert(folder_of(step));
      if (name ? !stopped.contains(folder_of(step)) : random() % 2 == 0) disk.apply(step);
    } else if (survival != Survival::nothing) {
      last[i] ? apply_torn(disk, step, survival, random) : disk.apply(step);
    }
  }
  disk.store(folder);
}

std::vector<std::string> promises(const std::vector<DiskStep>& steps, std::size_t count) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < count; ++i) {
    if (steps[i].kind == Kind::promise) result.push_back(steps[i].bytes);
  }
  return result;
}

int for_each_power_cut(
    const std::vector<DiskStep>& steps, const fs::path& scratch,
    const std::function<void(const fs::path&, const std::vector<std::string>&, const std::string&)>& check) {
  int disks = 0;
  for (std::size_t count = 0; count <= steps.size(); ++count) {
    for (const Survival survival : every_survival) {
      const unsigned repeats = survival == Survival::random ? 3 : 1;
      for (unsigned seed = 0; seed < repeats; ++seed) {
        build_disk(steps, count, survival, seed + 10 * static_cast<unsigned>(count), scratch);
        check(scratch, promises(steps, count),
              fmt::format("power cut after step {} of {}, survival {}, seed {}", count, steps.size(),
                          static_cast<int>(survival), seed));
        ++disks;
      }
    }
  }
  return disks;
}

}  // namespace loa::tests
