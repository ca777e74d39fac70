#pragma once
#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

namespace loa::tests {

/// What a station's disk may hold of emergencies, by their numbers: one is saved beside the one before, and takes its
/// place when it is settled. What was begun may have happened, what was answered has.
class KeptEmergencies {
 public:
  void saving(std::uint64_t number) {
    auto more = may_be_;
    for (const auto& [settled, next] : may_be_) more.insert({settled, number});
    may_be_ = std::move(more);
  }
  void saved(std::uint64_t number) {
    std::erase_if(may_be_, [&](const Kept& kept) { return kept.second != number; });
  }
  void settling() {
    auto more = may_be_;
    for (const auto& kept : may_be_) more.insert(after_settling(kept));
    may_be_ = std::move(more);
  }
  void settled() {
    std::erase_if(may_be_, [](const Kept& kept) { return kept.second != 0; });
  }
  /// @param numbers  the older one first; the same twice when half of the settling is on the disk
  /// @return whether it may be that a process finds these
  bool found(std::vector<std::uint64_t> numbers) {
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    std::erase_if(may_be_, [&](const Kept& kept) { return list_of(kept) != numbers; });
    return !may_be_.empty();
  }

 private:
  using Kept = std::pair<std::uint64_t, std::uint64_t>;  ///< settled, saved; 0: none
  static Kept after_settling(const Kept& kept) { return kept.second == 0 ? kept : Kept{kept.second, 0}; }
  static std::vector<std::uint64_t> list_of(const Kept& kept) {
    std::vector<std::uint64_t> numbers{kept.first, kept.second};
    std::erase(numbers, 0);
    return numbers;
  }

  std::set<Kept> may_be_{{0, 0}};
};

}  // namespace loa::tests
