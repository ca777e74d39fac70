#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace loa::headend::fleet {

/// Sums what was refused, so that whoever sends rubbish cannot fill the disk with lines about it: of each source the
/// first refusal of a minute is worth a line, the others a number at the end of the minute. Pure.
class Refusals {
 public:
  /// Of one source in one minute.
  struct Sum {
    std::string source;
    std::uint64_t count = 0;  ///< without the one that had its own line
    std::string reason;       ///< of the last one
  };

  /// Counts one.
  /// @param source  who and what: "cum-01 fault"
  /// @return whether it is worth a line of its own; at most `most_lines` are in a minute
  bool note(const std::string& source, const std::string& reason);
  /// Call once a minute. @return what was refused without a line, by source; the rest of too many under "others"
  std::vector<Sum> take();

  static constexpr std::size_t most_lines = 20;
  static constexpr std::size_t most_sources = 50;

 private:
  const std::string others_ = "others";
  std::map<std::string, Sum> sums_;
  std::size_t lines_ = 0;
};

}  // namespace loa::headend::fleet
