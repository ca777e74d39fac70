#include "protocol/base/log.hpp"

#include <unistd.h>

#include <atomic>
#include <ctime>

namespace loa::log {
namespace {

std::atomic<Level> threshold{Level::info};  // the only mutable global: every room logs, nobody reads it back

const char* prefix_of(Level level) {
  switch (level) {
    case Level::debug:
      return "<7>";
    case Level::info:
      return "<6>";
    case Level::warn:
      return "<4>";
    case Level::error:
    case Level::silent:
      return "<3>";
  }
  return "<6>";
}

const char* word_of(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info ";
    case Level::warn:
      return "warn ";
    case Level::error:
    case Level::silent:
      return "ERROR";
  }
  return "info ";
}

std::string terminal_prefix(Level level) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  std::tm local{};
  ::localtime_r(&now.tv_sec, &local);
  return fmt::format("{:02}:{:02}:{:02}.{:03} {} ", local.tm_hour, local.tm_min, local.tm_sec, now.tv_nsec / 1'000'000,
                     word_of(level));
}

bool needs_quotes(std::string_view value) {
  if (value.empty()) return true;
  for (unsigned char c : value) {
    if (c <= ' ' || c == '"' || c == '\\' || c == '=' || c == 0x7f) return true;
  }
  return false;
}

void append_value(std::string& line, std::string_view value) {
  if (!needs_quotes(value)) {
    line += value;
    return;
  }
  line += '"';
  for (char c : value) {
    if (c == '"' || c == '\\') line += '\\';
    line += static_cast<unsigned char>(c) < ' ' || c == 0x7f ? ' ' : c;
  }
  line += '"';
}

}  // namespace

void set_level(Level level) { threshold = level; }

std::string format(std::string_view event, Fields fields) {
  std::string line{event};
  for (const Field& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    append_value(line, field.value);
  }
  return line;
}

void write(Level level, std::string_view event, Fields fields) {
  if (level < threshold.load(std::memory_order_relaxed)) return;
  static const bool terminal = ::isatty(STDERR_FILENO) != 0;
  const std::string line =
      (terminal ? terminal_prefix(level) : std::string{prefix_of(level)}) + format(event, fields) + "\n";
  // One write for one line: lines of several threads never mix. A full pipe loses a log line, never the programme.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace loa::log
