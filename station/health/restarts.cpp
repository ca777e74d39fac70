#include "station/health/restarts.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "protocol/base/file.hpp"
#include "protocol/base/log.hpp"

namespace loa::station::health {
namespace {

using std::chrono::seconds;

constexpr std::string_view title = "loa starts 2\n";
constexpr std::uint64_t max_file_bytes = 512;
constexpr std::uint64_t max_doublings = 6;  // a minute becomes an hour
constexpr seconds longest_safe{3'600};
constexpr seconds longest_delay{60};
constexpr std::uint64_t life_slack = 60;  // seconds: a clock that was right at the start costs no write

/// "key=value\n" from the front of a text. @return the value, absent when it stands not there
std::optional<std::string_view> take(std::string_view& text, std::string_view key) {
  if (!text.starts_with(key) || text.substr(key.size(), 1) != "=") return std::nullopt;
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto value = text.substr(key.size() + 1, end - key.size() - 1);
  text.remove_prefix(end + 1);
  return value;
}

std::optional<std::uint64_t> number_of(std::optional<std::string_view> text) {
  std::uint64_t number = 0;
  if (!text) return std::nullopt;
  const auto parsed = std::from_chars(text->data(), text->data() + text->size(), number);
  if (parsed.ec != std::errc{} || parsed.ptr != text->data() + text->size()) return std::nullopt;
  return number;
}

/// A clock that was never set, or shows what no protocol has, says nothing. Neither does a file somebody wrote.
std::uint64_t next_life(std::uint64_t before, WallTime wall) {
  constexpr std::uint64_t first = 1'577'836'800, last = 4'102'444'800;  // 2020, 2100
  const auto seconds_now = static_cast<std::uint64_t>(std::max<std::int64_t>(to_us(wall) / 1'000'000, 0));
  const std::uint64_t by_clock = seconds_now >= first && seconds_now < last ? seconds_now : 0;
  return std::max(before < last ? before + 1 : 0, by_clock);
}

seconds doubled(seconds time, std::uint64_t times) { return time * (1 << std::min(times, max_doublings)); }

}  // namespace

StartRecord StartRecord::parse(std::string_view text) {
  if (!text.starts_with(title)) return {};
  text.remove_prefix(title.size());
  const auto total = number_of(take(text, "total"));
  const auto in_row = number_of(take(text, "in_row"));
  const auto at = take(text, "at");
  const auto boot = take(text, "boot");
  const auto life = number_of(take(text, "life"));
  if (!total || !in_row || !at || !boot || !life || *in_row > *total || !text.empty()) return {};
  return {*total, *in_row, std::string{*at}, std::string{*boot}, *life};
}

std::string StartRecord::format() const {
  return fmt::format("{}total={}\nin_row={}\nat={}\nboot={}\nlife={}\n", title, total, in_row, at, boot, life);
}

Restarts::Restarts(std::filesystem::path folder, std::uint64_t safe_after, std::string boot, WallTime wall)
    : file_(std::move(folder) / "starts"), safe_after_(safe_after) {
  if (const auto text = read_file(file_, max_file_bytes)) before_ = StartRecord::parse(*text);
  if (before_.boot != boot) before_.in_row = 0;  // the power went, or the machine: no poison of ours
  now_ = {before_.total + 1, before_.in_row + 1, "opening", std::move(boot), next_life(before_.life, wall)};
  safe_ = safe_after_ > 0 && before_.in_row >= safe_after_;
  if (!safe_) clean_from_ = seconds{0};
  save();
}

bool Restarts::after_a_death() const {
  return before_.total > 0 && before_.at != "stopped" && before_.boot == now_.boot;
}

void Restarts::believe(WallTime wall) {
  if (std::exchange(life_judged_, true)) return;
  const std::uint64_t by_clock = next_life(0, wall);
  if (by_clock <= now_.life + life_slack) return;
  now_.life = by_clock;
  save();
}

seconds Restarts::delay() const {
  if (!safe_ || before_.in_row == safe_after_) return seconds{0};
  return std::min(longest_delay, doubled(seconds{1}, before_.in_row - safe_after_ - 1));
}

seconds Restarts::safe_time() const {
  return std::min(longest_safe, doubled(clean_time, before_.in_row - safe_after_));
}

void Restarts::opened() {
  now_.at = "running";
  save();
}

void Restarts::leave_safe(seconds uptime) {
  safe_ = false;
  clean_from_ = uptime;
}

void Restarts::lasted(seconds uptime) {
  if (!clean_from_ || uptime < *clean_from_ + clean_time) return;
  clean_from_.reset();
  now_.in_row = 0;
  save();
}

void Restarts::stopped() {
  if (now_.in_row > 0) now_.in_row = before_.in_row;
  now_.at = "stopped";
  save();
}

void Restarts::save() {
  if (const auto saved = save_file(file_, now_.format(), 0600); !saved)
    log::warn("starts.unwritten", {{"error", saved.error().text}});
}

std::string boot_id() {
  UniqueFd fd{::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)};
  char text[64];
  const ssize_t size = fd.valid() ? ::read(fd.get(), text, sizeof text) : 0;
  std::string id{text, size > 0 ? static_cast<std::size_t>(size) : 0};
  std::erase(id, '\n');
  return id;
}

}  // namespace loa::station::health
