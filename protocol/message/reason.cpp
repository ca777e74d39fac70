#include "protocol/message/reason.hpp"

#include <algorithm>

namespace loa::protocol::message {

std::optional<Reason> reason_of(std::string_view word) {
  const auto found = std::find(reason_words.begin(), reason_words.end(), word);
  if (found == reason_words.end()) return std::nullopt;
  return static_cast<Reason>(found - reason_words.begin());
}

Reason reason_of(ClockGrade grade) {
  switch (grade) {
    case ClockGrade::none:
      return Reason::clock_none;
    case ClockGrade::last_known:
      return Reason::clock_last_known;
    case ClockGrade::network:
      return Reason::clock_network;
    case ClockGrade::disciplined:
      break;
  }
  return Reason::clock_disciplined;
}

}  // namespace loa::protocol::message
