#pragma once
#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>

/// One line each: a stable `noun.verb`, then fields. error = someone must come, warn = healed itself, info = the life
/// of one announcement, debug = off in the field. Lines go to standard error with the "<n>" priority prefix that
/// systemd-journald reads (sd-daemon(3)); on a terminal, with the local time instead.
namespace loa::log {

enum class Level { debug, info, warn, error, silent };

/// One `key=value` of a log line. Values with blanks or quotes are quoted.
struct Field {
  std::string_view key;
  std::string value;

  template <class T>
  Field(std::string_view field_key, const T& field_value) : key(field_key), value(fmt::format("{}", field_value)) {}
};
using Fields = std::initializer_list<Field>;

/// Lines below this level are dropped; at `silent` all are, for a simulation in which things go wrong on purpose. Set
/// once by main, before other threads start. Default: info.
void set_level(Level level);

void write(Level level, std::string_view event, Fields fields = {});

inline void debug(std::string_view event, Fields fields = {}) { write(Level::debug, event, fields); }
inline void info(std::string_view event, Fields fields = {}) { write(Level::info, event, fields); }
inline void warn(std::string_view event, Fields fields = {}) { write(Level::warn, event, fields); }
inline void error(std::string_view event, Fields fields = {}) { write(Level::error, event, fields); }

/// The line without prefix, for tests: `cue.started cue=a/b reason="no space left"`.
std::string format(std::string_view event, Fields fields);

}  // namespace loa::log
