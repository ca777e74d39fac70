// Ours on the bench: a head-end with four stations, each on a virtual card of its own.
#include "tests/bench/players.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::bench {

namespace fs = std::filesystem;

Result<Performance> perform_ours(const fs::path&, const std::vector<std::int16_t>&) {
  for (const char* program : {"loa-station", "loa-headend", "loa"}) {
    if (!fs::exists(tests::program_folder() / program)) {
      return fail(ErrorCode::missing, "{} is not in this build", program);
    }
  }
  return fail(ErrorCode::unsupported, "the bench does not start stations yet");
}

}  // namespace loa::bench
