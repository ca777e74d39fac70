#include "protocol/link/backoff.hpp"

#include <algorithm>

namespace loa::protocol::link {

std::chrono::milliseconds Backoff::ceiling() const {
  constexpr unsigned most_doublings = 20;
  return std::min(most_, least_ * (std::int64_t{1} << std::min(failures_, most_doublings)));
}

std::chrono::milliseconds Backoff::next() {
  const auto longest = ceiling();
  ++failures_;
  return std::chrono::milliseconds{std::uniform_int_distribution<std::int64_t>{0, longest.count()}(random_)};
}

}  // namespace loa::protocol::link
