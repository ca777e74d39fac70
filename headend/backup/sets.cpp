#include "headend/backup/sets.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>

namespace loa::headend::backup {
namespace {

namespace fs = std::filesystem;

/// A ward has some thousand objects, each a line of 150 bytes.
constexpr std::uint64_t most_manifest_bytes = 64U << 20U;

bool is_set_name(std::string_view name) {
  constexpr std::string_view shape = "00000000T000000Z";
  return name.size() == shape.size() && std::equal(name.begin(), name.end(), shape.begin(), [](char c, char of) {
           return of == '0' ? c >= '0' && c <= '9' : c == of;
         });
}

}  // namespace

std::string name_of_set(WallTime made) {
  std::string name = format_utc(made).substr(0, 19) + "Z";
  std::erase(name, '-');
  std::erase(name, ':');
  return name;
}

std::vector<std::string> sets_in(const fs::path& folder) {
  std::vector<std::string> sets;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator{folder, ignored}) {
    const auto name = entry.path().filename().string();
    if (is_set_name(name)) sets.push_back(name);
  }
  std::sort(sets.begin(), sets.end());
  return sets;
}

Result<Manifest> read_manifest(const fs::path& set) {
  const auto file = set / manifest_name;
  LOA_TRY_LET(const auto text, read_file(file, most_manifest_bytes));
  auto manifest = parse(text);
  if (!manifest) return pass(std::move(manifest).error(), file.string());
  return manifest;
}

fs::path object_file(const fs::path& folder, const Sha256& object) {
  const auto name = object.hex();
  return folder / "objects" / name.substr(0, 2) / name;
}

Result<void> demand_same(const fs::path& file, const Written& found, const Entry& listed) {
  if (found.bytes == listed.bytes && found.sha256 == listed.sha256) return {};
  return fail(ErrorCode::invalid,
              "{} không còn như lúc sao lưu (có {} byte, lúc đó {}): hãy dùng bản sao lưu khác · it is not what was "
              "backed up (it has {} bytes, then {}): use another backup",
              file.string(), found.bytes, listed.bytes, found.bytes, listed.bytes);
}

Result<void> check_set(const fs::path& folder, const std::string& set, const Manifest& manifest,
                       std::set<Sha256>& known, const Moved& moved) {
  for (const auto& file : manifest.files) {
    LOA_TRY_LET(const auto found, hash_file(folder / set / file.path, moved));
    LOA_TRY(demand_same(folder / set / file.path, found, file));
  }
  for (const auto& object : manifest.objects) {
    if (known.contains(object.sha256)) continue;
    const auto path = object_file(folder, object.sha256);
    LOA_TRY_LET(const auto found, hash_file(path, moved));
    LOA_TRY(demand_same(path, found, object));
    known.insert(object.sha256);
  }
  return {};
}

std::uint64_t bytes_of(const Manifest& manifest) {
  std::uint64_t sum = 0;
  for (const auto& file : manifest.files) sum += file.bytes;
  for (const auto& object : manifest.objects) sum += object.bytes;
  return sum;
}

Result<UniqueFd> lock_folder(const fs::path& folder) {
  UniqueFd fd{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!fd.valid()) return fail(ErrorCode::io, "cannot open folder {}: {}", folder.string(), errno_text());
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
  return fail(ErrorCode::busy,
              "một chương trình khác đang dùng {}: hãy đợi · another program is at work in {}: wait for it, then try "
              "again",
              folder.string(), folder.string());
}

}  // namespace loa::headend::backup
