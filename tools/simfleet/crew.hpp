#pragma once
#include <functional>

#include "tools/simfleet/sum.hpp"

namespace loa::tools::simfleet {

/// One run of a crew. @return its Sum; a failed one has printed what it found
using Job = std::function<Result<Sum>(std::uint64_t seed)>;

/// Told after each run what there is so far.
using Told = std::function<void(const Sum& sum)>;

/// Makes runs with the seeds from `first` to `first + runs - 1`, one after the other. @error of a run
Result<Sum> run_alone(std::uint64_t first, std::uint64_t runs, const Job& job, const Told& told);

/// The same in so many processes side by side. The sum is the same for any number of them.
/// @error of a run · io: a process ended before its last run
Result<Sum> run_crew(unsigned jobs, std::uint64_t first, std::uint64_t runs, const Job& job, const Told& told);

}  // namespace loa::tools::simfleet
