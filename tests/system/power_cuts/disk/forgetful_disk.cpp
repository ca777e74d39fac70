#include "tests/system/power_cuts/disk/forgetful_disk.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "protocol/base/file.hpp"

namespace loa::tests {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t sector = 512;
constexpr std::uint64_t max_tape = 64 << 20;

std::uint64_t inode_of(const fs::path& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

std::string parent_of(const std::string& path) { return fs::path{path}.parent_path().string(); }

bool is_data(TapeKind kind) {
  return kind == TapeKind::write || kind == TapeKind::map_write || kind == TapeKind::truncate;
}
bool is_name(TapeKind kind) {
  return kind == TapeKind::create || kind == TapeKind::rename || kind == TapeKind::remove ||
         kind == TapeKind::make_folder;
}

std::size_t below(ForgetfulDisk::Random& random, std::size_t limit) { return random() % limit; }

void put(std::string& data, std::uint64_t offset, std::string_view bytes) {
  if (data.size() < offset + bytes.size()) data.resize(offset + bytes.size(), '\0');
  data.replace(offset, bytes.size(), bytes);
}

/// Blocks that were given to a file and never written hold zeros, or what was there before.
void grow(std::string& data, std::uint64_t size, bool noise, ForgetfulDisk::Random& random) {
  while (data.size() < size) data += noise ? static_cast<char>(random()) : '\0';
}

/// A write that reached the disk only in part.
void put_torn(std::string& data, const TapeStep& step, ForgetfulDisk::Random& random) {
  const std::string_view bytes = step.bytes;
  const auto end = step.offset + bytes.size();
  switch (below(random, 5)) {
    case 0:  // short
      return put(data, step.offset, bytes.substr(0, below(random, bytes.size() + 1)));
    case 1:  // whole length, zeros or noise behind its begin
    case 2: {
      put(data, step.offset, bytes.substr(0, below(random, bytes.size() + 1)));
      return grow(data, end, random() % 2 == 0, random);
    }
    case 3:  // the length alone
      return grow(data, end, random() % 2 == 0, random);
    default:  // some of its sectors
      for (std::uint64_t at = step.offset; at < end;) {
        const auto length = std::min<std::uint64_t>(sector - at % sector, end - at);
        if (random() % 2 == 0) put(data, at, bytes.substr(at - step.offset, length));
        at += length;
      }
      return grow(data, end, random() % 2 == 0, random);
  }
}

}  // namespace

struct ForgetfulDisk::Numbered {
  TapeStep step;
  int file = -1;
};

Result<std::vector<TapeStep>> read_tape(const fs::path& tape) {
  LOA_TRY_LET(const std::string bytes, read_file(tape, max_tape));
  std::vector<TapeStep> steps;
  for (std::size_t at = 0; at < bytes.size();) {
    TapeHead head{};
    if (bytes.size() - at < sizeof head) return fail(ErrorCode::invalid, "the tape is cut short");
    std::memcpy(&head, bytes.data() + at, sizeof head);
    at += sizeof head;
    if (bytes.size() - at < std::size_t{head.path} + head.second + head.bytes)
      return fail(ErrorCode::invalid, "the tape is cut short");
    TapeStep step{head.kind, head.file, head.offset, bytes.substr(at, head.path), {}, {}};
    step.second = bytes.substr(at += head.path, head.second);
    step.bytes = bytes.substr(at += head.second, head.bytes);
    at += head.bytes;
    steps.push_back(std::move(step));
  }
  return steps;
}

void ForgetfulDisk::drop(std::string_view prefix) {
  std::erase_if(names_, [&](const auto& entry) { return entry.first.starts_with(prefix); });
}

Result<void> ForgetfulDisk::store(const fs::path& folder) {
  std::error_code failed;
  fs::remove_all(folder, failed);
  fs::create_directories(folder, failed);
  folder_ = folder;
  files_.clear();
  for (const auto& [name, entry] : names_) {  // a folder's name sorts before what is in it
    if (entry.folder) fs::create_directories(folder / name, failed);
  }
  std::map<int, fs::path> laid_out;
  for (const auto& [name, entry] : names_) {
    if (entry.folder) continue;
    if (const auto twin = laid_out.find(entry.file); twin != laid_out.end()) {
      fs::create_hard_link(twin->second, folder / name, failed);
      continue;
    }
    UniqueFd fd{::open((folder / name).c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600)};
    if (!fd.valid()) return fail(ErrorCode::io, "cannot lay out {}: {}", name, errno_text());
    LOA_TRY(write_all(fd.get(), data_[entry.file], name));
    laid_out[entry.file] = folder / name;
    files_[inode_of(folder / name)] = entry.file;
  }
  if (failed) return fail(ErrorCode::io, "cannot lay out {}: {}", folder.string(), failed.message());
  return {};
}

Result<void> ForgetfulDisk::load(const fs::path& folder) {
  std::error_code failed;
  for (const auto& entry : fs::recursive_directory_iterator(folder, failed)) {
    const auto name = fs::relative(entry.path(), folder).string();
    if (entry.is_directory()) {
      names_[name] = {true, -1};
      continue;
    }
    LOA_TRY_LET(data_[next_file_], read_file(entry.path(), max_tape));
    names_[name] = {false, next_file_++};
  }
  if (failed) return fail(ErrorCode::io, "cannot read {}: {}", folder.string(), failed.message());
  return {};
}

/// Gives every file its own number: an inode may be given again.
std::vector<ForgetfulDisk::Numbered> ForgetfulDisk::number(const std::vector<TapeStep>& steps) {
  auto files = files_;
  std::vector<Numbered> numbered;
  for (const auto& step : steps) {
    if (step.kind == TapeKind::create) files[step.file] = next_file_++;
    const auto file = files.find(step.file);
    numbered.push_back({step, file == files.end() ? -1 : file->second});
  }
  return numbered;
}

/// @return whether the step makes sense here
bool ForgetfulDisk::apply(Names& names, std::map<int, std::string>& data, const Numbered& one) {
  const TapeStep& step = one.step;
  switch (step.kind) {
    case TapeKind::create:
      names[step.path] = {false, one.file};
      break;
    case TapeKind::make_folder:
      names[step.path] = {true, -1};
      break;
    case TapeKind::remove:
      names.erase(step.path);
      break;
    case TapeKind::rename:
      names.erase(step.path);
      names[step.second] = {false, one.file};
      break;
    case TapeKind::write:
    case TapeKind::map_write:
      put(data[one.file], step.offset, step.bytes);
      break;
    case TapeKind::truncate:
      data[one.file].resize(step.offset, '\0');
      break;
    default:
      break;
  }
  return one.file >= 0 || step.kind == TapeKind::make_folder || step.kind == TapeKind::sync_folder ||
         step.kind == TapeKind::remove || step.kind == TapeKind::cut;
}

Result<std::vector<TapeStep>> ForgetfulDisk::take(const fs::path& tape) {
  auto read = fs::exists(tape) ? read_tape(tape) : Result<std::vector<TapeStep>>{};
  if (!read) return read;
  Names names = names_;
  auto data = data_;
  for (const auto& one : number(*read)) {
    if (!apply(names, data, one))
      return fail(ErrorCode::invalid, "the tape speaks of an unknown file {}", one.step.path);
  }
  std::size_t there = 0;
  std::error_code ignored;
  for (const auto& file : fs::recursive_directory_iterator(folder_, ignored)) {
    ++there;
    const auto name = fs::relative(file.path(), folder_).string();
    const auto entry = names.find(name);
    if (entry == names.end() || entry->second.folder != file.is_directory())
      return fail(ErrorCode::invalid, "{} is there, and the tape does not tell why", name);
    if (entry->second.folder) continue;
    const auto bytes = read_file(file.path(), max_tape);
    const std::string& told = data[entry->second.file];
    if (bytes && *bytes == told) continue;
    // A process that was killed from outside had no time to look at its mapped memory.
    const bool mapped = bytes && bytes->size() == told.size() && name.find(".mark") != std::string::npos;
    if (!mapped) return fail(ErrorCode::invalid, "{} has other bytes than the tape tells", name);
    for (std::size_t at = 0; at < told.size(); at += sector) {
      if (bytes->compare(at, sector, told, at, sector) == 0) continue;
      read->push_back({TapeKind::map_write, inode_of(file.path()), at, name, {}, bytes->substr(at, sector)});
    }
  }
  if (there != names.size()) return fail(ErrorCode::invalid, "the tape tells of files that are not there");
  return read;
}

namespace {

/// For each step whether it writes data that a later sync covers.
template <class Steps>
std::vector<bool> durable(const Steps& steps) {
  std::vector<bool> result(steps.size(), false);
  std::set<int> files;
  for (std::size_t i = steps.size(); i-- > 0;) {
    if (steps[i].step.kind == TapeKind::sync) files.insert(steps[i].file);
    result[i] = is_data(steps[i].step.kind) && files.contains(steps[i].file);
  }
  return result;
}

template <class Steps>
std::vector<bool> last_writes(const Steps& steps) {
  std::vector<bool> result(steps.size(), false);
  std::set<int> seen;
  for (std::size_t i = steps.size(); i-- > 0;) {
    if (steps[i].step.kind == TapeKind::write || steps[i].step.kind == TapeKind::map_write)
      result[i] = seen.insert(steps[i].file).second;
  }
  return result;
}

}  // namespace

void ForgetfulDisk::power_cut(const std::vector<TapeStep>& steps, Survival survival, Random& random) {
  const auto numbered = number(steps);
  const auto kept = durable(numbered);
  const auto last = last_writes(numbered);
  const std::size_t moment = below(random, numbered.size() + 1);
  Names names = names_;
  auto data = data_;
  // A name is a cell of its folder: of what it said since the folder was synced any one may be on the disk. A rename
  // changes two cells.
  std::map<std::string, std::vector<std::optional<Entry>>> cells;
  const auto say = [&](const std::string& name, std::optional<Entry> entry, bool is_durable) {
    auto& cell = cells[name];
    if (is_durable) cell.clear();
    if (is_durable && entry) names[name] = *entry;
    if (is_durable && !entry) names.erase(name);
    if (!is_durable) cell.push_back(entry);
  };
  std::set<std::string> synced_later;
  std::vector<std::set<std::string>> folders_synced_after(numbered.size());
  for (std::size_t i = numbered.size(); i-- > 0;) {
    folders_synced_after[i] = synced_later;
    if (numbered[i].step.kind == TapeKind::sync_folder) synced_later.insert(numbered[i].step.path);
  }
  for (std::size_t i = 0; i < numbered.size(); ++i) {
    const auto& [step, file] = numbered[i];
    const auto covered = [&](const std::string& name) { return folders_synced_after[i].contains(parent_of(name)); };
    if (is_name(step.kind)) {
      const bool keep = survival == Survival::everything || survival == Survival::names_only ||
                        survival == Survival::last_torn || (survival == Survival::prefix && i < moment);
      const bool drop = !keep && survival != Survival::any;
      const auto change = [&](const std::string& name, std::optional<Entry> entry) {
        if (covered(name) || !drop) say(name, entry, covered(name) || keep);
      };
      if (step.kind == TapeKind::create) change(step.path, Entry{false, file});
      if (step.kind == TapeKind::make_folder) change(step.path, Entry{true, -1});
      if (step.kind == TapeKind::remove) change(step.path, std::nullopt);
      if (step.kind == TapeKind::rename) {
        change(step.path, std::nullopt);
        change(step.second, Entry{false, file});
      }
      continue;
    }
    if (!is_data(step.kind)) continue;
    const bool torn_before = survival == Survival::prefix && i + 1 == moment;
    bool whole = kept[i] || survival == Survival::everything || survival == Survival::data_only;
    bool torn = false;
    if (!whole && survival == Survival::last_torn) last[i] ? torn = true : whole = true;
    if (!whole && survival == Survival::prefix && i < moment) torn_before ? torn = true : whole = true;
    if (!whole && survival == Survival::any) {
      const auto fate = below(random, 3);
      whole = fate == 0;
      torn = fate == 1;
    }
    if (whole) (void)apply(names, data, numbered[i]);
    if (torn && step.kind != TapeKind::truncate) put_torn(data[file], step, random);
  }
  for (const auto& [name, cell] : cells) {
    const auto choice = below(random, cell.size() + 1);
    if (choice == 0) continue;
    if (cell[choice - 1]) {
      names[name] = *cell[choice - 1];
    } else {
      names.erase(name);
    }
  }
  replace(std::move(names), std::move(data));
}

void ForgetfulDisk::replace(Names names, std::map<int, std::string> data) {
  // A name whose folder was lost is lost with it.
  for (auto name = names.begin(); name != names.end();) {
    const auto parent = parent_of(name->first);
    const auto folder = names.find(parent);
    const bool there = parent.empty() || (folder != names.end() && folder->second.folder);
    name = there ? std::next(name) : names.erase(name);
  }
  std::set<int> used;
  for (const auto& [name, entry] : names) used.insert(entry.file);
  for (const int file : used) data.try_emplace(file);
  std::erase_if(data, [&](const auto& entry) { return !used.contains(entry.first); });
  names_ = std::move(names);
  data_ = std::move(data);
}

}  // namespace loa::tests
