#pragma once
#include <string_view>

#include "protocol/base/result.hpp"
#include "protocol/base/text.hpp"
#include "protocol/base/time.hpp"

/// The few words in which the checks of this room are written.
namespace loa::protocol::message {

/// Success, or the sentence why not.
template <class... Args>
Result<void> demand(bool right, fmt::format_string<Args...> sentence, Args&&... args) {
  if (right) return {};
  return fail(ErrorCode::invalid, sentence, std::forward<Args>(args)...);
}

template <class Number>
Result<void> demand_range(std::string_view field, Number value, Number least, Number most) {
  return demand(value >= least && value <= most, "{} {} is not from {} to {}", field, value, least, most);
}

inline Result<void> demand_id(std::string_view field, std::string_view value) {
  return demand(is_id(value), "{} is not an id (1 to 32 of a-z, 0-9 and '-')", field);
}

/// Text for people: clean UTF-8, at most that long, may be empty.
inline Result<void> demand_text(std::string_view field, std::string_view value, std::size_t most) {
  LOA_TRY(demand(value.size() <= most, "{} has {} bytes, more than {}", field, value.size(), most));
  return demand(is_clean_utf8(value), "{} is not clean UTF-8", field);
}

inline Result<void> demand_bytes(std::string_view field, std::string_view value, std::size_t count) {
  return demand(value.size() == count, "{} has {} bytes, not {}", field, value.size(), count);
}

inline Result<void> demand_instant(std::string_view field, std::int64_t us, WallTime least, WallTime most) {
  if (us >= to_us(least) && us < to_us(most)) return {};
  return fail(ErrorCode::invalid, "{} {} is not an instant from {} to {}", field, us, format_utc(least),
              format_utc(most));
}

}  // namespace loa::protocol::message
