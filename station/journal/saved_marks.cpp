#include "station/journal/saved_marks.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>

#include "protocol/base/log.hpp"
#include "station/journal/crc32.hpp"

namespace loa::station::journal {
namespace {

using Part = ProgressMark::Part;

constexpr std::size_t page_bytes = 4096;
constexpr std::string_view magic = "LOAMARKS";
constexpr std::uint32_t version = 1;
constexpr std::int64_t least_unsaved_us = 15'000'000;

struct Head {
  char name[8] = {};
  std::uint32_t version = 0;
  std::uint32_t crc = 0;   // of the whole page with this field 0
  std::uint64_t turn = 0;  // the page of the greater turn is the newer one; 0 = never written
  std::uint64_t count = 0;
};
static_assert(sizeof(Head) == 32);
static_assert(sizeof(Head) + SavedMarks::capacity * sizeof(Part) <= page_bytes);

std::uint32_t sum_of(std::string page) {
  std::memset(page.data() + offsetof(Head, crc), 0, sizeof(Head::crc));
  return crc32(page);
}

std::string page_of(std::uint64_t turn, const std::vector<Part>& parts) {
  std::string page(page_bytes, '\0');
  Head head;
  std::copy(magic.begin(), magic.end(), head.name);
  head.version = version;
  head.turn = turn;
  head.count = parts.size();
  std::memcpy(page.data(), &head, sizeof head);
  if (!parts.empty()) std::memcpy(page.data() + sizeof head, parts.data(), parts.size() * sizeof(Part));
  head.crc = sum_of(page);
  std::memcpy(page.data(), &head, sizeof head);
  return page;
}

struct Page {
  std::uint64_t turn = 0;
  std::vector<Part> parts;
};

std::optional<Page> read_page(const std::string& page) {
  Head head;
  std::memcpy(&head, page.data(), sizeof head);
  const bool ours = std::string_view{head.name, sizeof head.name} == magic && head.version == version &&
                    head.count <= SavedMarks::capacity && head.crc == sum_of(page);
  if (!ours) return std::nullopt;
  Page result{head.turn, std::vector<Part>(head.count)};
  if (head.count > 0) std::memcpy(result.parts.data(), page.data() + sizeof head, head.count * sizeof(Part));
  return result;
}

std::optional<Page> newest_page(const std::string& bytes) {
  if (bytes.size() != 2 * page_bytes) return std::nullopt;
  auto newest = read_page(bytes.substr(0, page_bytes));
  auto other = read_page(bytes.substr(page_bytes));
  return other && (!newest || other->turn > newest->turn) ? other : newest;
}

bool same_part(const Part& one, const Part& other) {
  return std::memcmp(one.occurrence, other.occurrence, sizeof one.occurrence) == 0 && one.segment == other.segment &&
         one.from_us == other.from_us;
}

const Part* find(const std::vector<Part>& parts, const Part& wanted) {
  const auto found = std::find_if(parts.begin(), parts.end(), [&](const Part& one) { return same_part(one, wanted); });
  return found == parts.end() ? nullptr : &*found;
}

}  // namespace

Result<SavedMarks> SavedMarks::open(const std::filesystem::path& file) {
  LOA_TRY(make_folders(file.parent_path(), 0700));
  auto bytes = read_file(file, 2 * page_bytes);
  auto newest = bytes ? newest_page(*bytes) : std::nullopt;
  if (!newest) {
    if (bytes || bytes.error().code != ErrorCode::missing) log::warn("marks.remade", {{"file", file.string()}});
    newest = Page{};
    LOA_TRY(save_file(file, page_of(0, {}) + page_of(0, {}), 0600));
  }
  UniqueFd fd{::open(file.c_str(), O_RDWR | O_CLOEXEC)};
  if (!fd.valid()) return fail(ErrorCode::io, "cannot open the saved marks {}: {}", file.string(), errno_text());
  SavedMarks marks{file, std::move(fd)};
  marks.turn_ = newest->turn;
  marks.parts_ = std::move(newest->parts);
  return marks;
}

Result<void> SavedMarks::save(std::vector<Part> parts) {
  parts.resize(std::min(parts.size(), capacity));
  const std::uint64_t turn = turn_ + 1;
  const std::string page = page_of(turn, parts);
  const auto at = static_cast<off_t>(turn % 2 * page_bytes);
  if (::pwrite(fd_.get(), page.data(), page.size(), at) != static_cast<ssize_t>(page.size()) ||
      ::fdatasync(fd_.get()) != 0) {
    return fail(ErrorCode::io, "cannot save the progress marks in {}: {}", path_.string(), errno_text());
  }
  turn_ = turn;
  parts_ = std::move(parts);
  return {};
}

bool worth_saving(const std::vector<Part>& saved, const std::vector<Part>& on_air) {
  const auto far = [&](const Part& part) {
    const Part* before = find(saved, part);
    const std::int64_t unsaved = part.to_us - (before == nullptr ? part.from_us : before->to_us);
    return unsaved >= std::max(least_unsaved_us, (part.to_us - part.from_us) / 4);
  };
  return std::any_of(on_air.begin(), on_air.end(), far);
}

}  // namespace loa::station::journal
