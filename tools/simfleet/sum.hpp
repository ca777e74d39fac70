#pragma once
#include <boost/json/object.hpp>

#include "tools/simfleet/fleet.hpp"

namespace loa::tools::simfleet {

/// The verdicts of many runs, in whatever order they came.
struct Sum {
  Verdict verdict;  ///< without its sentences
  std::map<std::string, std::uint64_t> counts;
  std::uint64_t runs = 0, failed = 0, events = 0;
  std::map<std::uint64_t, std::string> digests;  ///< of the event log of each seed

  void add(std::uint64_t seed, const Outcome& outcome);
  void add(const Sum& other);
  /// Of the only run, or of the runs' digests by seed.
  [[nodiscard]] std::string digest() const;

  /// Everything, for another process or a program.
  [[nodiscard]] boost::json::object json() const;
  /// @error invalid
  static Result<Sum> parse(std::string_view json);
};

}  // namespace loa::tools::simfleet
