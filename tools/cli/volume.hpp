#pragma once
#include "tools/cli/context.hpp"

namespace loa::tools::cli {

/// `loa station volume`.
void add_volume(CLI::App* station, Context& context);

}  // namespace loa::tools::cli
