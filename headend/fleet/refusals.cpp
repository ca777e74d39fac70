#include "headend/fleet/refusals.hpp"

#include <utility>

namespace loa::headend::fleet {

bool Refusals::note(const std::string& source, const std::string& reason) {
  const bool known = sums_.contains(source);
  if (!known && sums_.size() < most_sources && lines_ < most_lines) {
    ++lines_;
    sums_[source] = {source, 0, reason};
    return true;
  }
  const std::string& under = known || sums_.size() < most_sources ? source : others_;
  auto& sum = sums_[under];
  sum.source = under;
  sum.reason = reason;
  ++sum.count;
  return false;
}

std::vector<Refusals::Sum> Refusals::take() {
  std::vector<Sum> taken;
  for (auto& [source, sum] : std::exchange(sums_, {})) {
    if (sum.count > 0) taken.push_back(std::move(sum));
  }
  lines_ = 0;
  return taken;
}

}  // namespace loa::headend::fleet
