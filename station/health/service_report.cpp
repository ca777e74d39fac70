#include "station/health/service_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "protocol/base/file.hpp"
#include "protocol/base/log.hpp"

namespace loa::station::health {
namespace {

constexpr std::string_view title = "loa service 1\n";
constexpr std::chrono::minutes stale{1};

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

/// "<part>=<ms> <trouble>"
std::optional<std::pair<std::string, ServiceReport::Part>> parse_line(std::string_view line) {
  const auto equals = line.find('=');
  const auto space = line.find(' ');
  if (equals == std::string_view::npos || space == std::string_view::npos || space < equals) return std::nullopt;
  std::int64_t ms = 0;
  const auto number = line.substr(equals + 1, space - equals - 1);
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), ms);
  if (error != std::errc{} || end != number.data() + number.size()) return std::nullopt;
  return std::pair{std::string{line.substr(0, equals)},
                   ServiceReport::Part{MonoTime{std::chrono::milliseconds{ms}}, std::string{line.substr(space + 1)}}};
}

}  // namespace

ServiceReport::ServiceReport(const std::filesystem::path& folder, const std::string& ward, const std::string& station) {
  if (folder.empty()) return;
  file_ = file_of(folder, ward, station);
  std::error_code ignored;
  std::filesystem::remove(file_, ignored);
}

std::filesystem::path ServiceReport::file_of(const std::filesystem::path& folder, const std::string& ward,
                                             const std::string& station) {
  return folder / fmt::format("service.{}.{}", ward, station);
}

void ServiceReport::see(std::string_view part, const std::string& trouble, MonoTime now) {
  if (file_.empty()) return;
  const auto known = parts_.find(part);
  const std::string text = one_line(trouble);
  if (known != parts_.end() && known->second.trouble == text && now < known->second.seen + stale) return;
  parts_.insert_or_assign(std::string{part}, Part{now, text});
  if (const auto saved = save_file(file_, format(parts_), 0600); !saved)
    log::debug("service.unwritten", {{"error", saved.error().text}});
}

std::string ServiceReport::format(const Parts& parts) {
  std::string text{title};
  for (const auto& [name, part] : parts) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(part.seen.time_since_epoch());
    text += fmt::format("{}={} {}\n", name, ms.count(), part.trouble);
  }
  return text;
}

ServiceReport::Parts ServiceReport::parse(std::string_view text) {
  Parts parts;
  if (!text.starts_with(title)) return parts;
  text.remove_prefix(title.size());
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) break;  // torn
    if (auto part = parse_line(text.substr(0, end))) parts.insert_or_assign(part->first, part->second);
    text.remove_prefix(end + 1);
  }
  return parts;
}

}  // namespace loa::station::health
