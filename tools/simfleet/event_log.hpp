#pragma once
#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <string>

#include "protocol/crypto/hash.hpp"
#include "tools/simfleet/timeline.hpp"

namespace loa::tools::simfleet {

/// Everything that happened, line by line, as one digest, as counts by word, and as text where somebody reads it.
class EventLog {
 public:
  /// @param out  receives the lines; nullptr: nobody reads them
  explicit EventLog(std::FILE* out = nullptr) : out_(out) {}

  /// @param what  a stable word, counted
  template <class... Values>
  void note(Instant at, std::string_view who, std::string_view what, fmt::format_string<Values...> text = "",
            Values&&... values) {
    line_.clear();
    fmt::format_to(std::back_inserter(line_), "{} {} {} ", at, who, what);
    fmt::format_to(std::back_inserter(line_), text, std::forward<Values>(values)...);
    line_ += '\n';
    digest_.add(line_);
    ++lines_;
    ++counts_[std::string{what}];
    if (out_ != nullptr) std::fwrite(line_.data(), 1, line_.size(), out_);
  }

  [[nodiscard]] std::uint64_t count(const std::string& what) const {
    const auto entry = counts_.find(what);
    return entry == counts_.end() ? 0 : entry->second;
  }
  [[nodiscard]] const std::map<std::string, std::uint64_t>& counts() const { return counts_; }
  [[nodiscard]] std::uint64_t lines() const { return lines_; }
  /// Call once, at the end.
  std::string digest() { return digest_.finish().hex(); }

 private:
  std::FILE* out_;
  std::string line_;
  protocol::crypto::Sha256Stream digest_;
  std::map<std::string, std::uint64_t> counts_;
  std::uint64_t lines_ = 0;
};

}  // namespace loa::tools::simfleet
