#include "station/daemon/run_mark.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <fstream>

namespace loa::station::daemon {
namespace {

namespace fs = std::filesystem;

/// "<restarts> <boot id>" of an earlier process; 0 and "" when there is none.
std::pair<std::uint32_t, std::string> read_mark(const fs::path& file) {
  const auto text = read_file(file, 256);
  if (!text) return {};
  const auto blank = text->find(' ');
  std::uint32_t restarts = 0;
  const auto parsed = std::from_chars(text->data(), text->data() + text->size(), restarts);
  if (parsed.ec != std::errc{} || blank == std::string::npos) return {};
  return {restarts, text->substr(blank + 1)};
}

}  // namespace

Result<RunMark> RunMark::take(const fs::path& folder, const fs::path& boot_id) {
  std::string boot;
  std::getline(std::ifstream{boot_id}, boot);
  const auto file = folder / "running";
  const auto [before, last_boot] = read_mark(file);
  const std::uint32_t restarts = !boot.empty() && last_boot == boot ? before + 1 : 0;
  const UniqueFd fd{::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
  if (!fd.valid()) return fail(ErrorCode::io, "cannot open {}: {}", file.string(), errno_text());
  const auto text = fmt::format("{:010} {}", restarts, boot);  // in place: always as long as it was
  LOA_TRY(write_all(fd.get(), text, file));
  if (::ftruncate(fd.get(), static_cast<off_t>(text.size())) != 0) {
    return fail(ErrorCode::io, "cannot write {}: {}", file.string(), errno_text());
  }
  return RunMark{file, restarts};
}

RunMark::~RunMark() {
  if (!file_.empty()) ::unlink(file_.c_str());
}

}  // namespace loa::station::daemon
