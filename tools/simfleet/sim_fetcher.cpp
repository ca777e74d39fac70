#include "tools/simfleet/sim_fetcher.hpp"

namespace loa::tools::simfleet {

void SimFetcher::want(const std::string& /*content_url*/, std::vector<station::sync::Want> wants) {
  wants_ = std::move(wants);
  fetch_soon();
}

void SimFetcher::fetch_soon() {
  if (fetching_ || wants_.empty() || !world_.online()) return;
  fetching_ = true;
  world_.post(world_.random.between(500, 20'000) * millisecond_us, [this] { fetch_first(); });
}

void SimFetcher::fetch_first() {
  fetching_ = false;
  if (wants_.empty() || !world_.online()) return;
  if (world_.random.happens(0.1)) return fetch_soon();  // broken off: again
  const auto object = wants_.front().object;
  wants_.erase(wants_.begin());
  world_.fetched(object);
  fetch_soon();
}

}  // namespace loa::tools::simfleet
