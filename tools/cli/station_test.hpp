#pragma once
#include "tools/cli/context.hpp"

namespace loa::tools::cli {

/// `loa station test`.
void add_station_test(CLI::App* station, Context& context);

}  // namespace loa::tools::cli
