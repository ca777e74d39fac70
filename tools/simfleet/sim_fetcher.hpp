#pragma once
#include <functional>

#include "station/sync/fetcher.hpp"
#include "tools/simfleet/random.hpp"
#include "tools/simfleet/timeline.hpp"

namespace loa::tools::simfleet {

/// Brings one object after the other as long as there is a link, each after some seconds; one in ten breaks off.
class SimFetcher final : public station::sync::Fetcher {
 public:
  struct World {
    Random& random;
    std::function<bool()> online;
    /// Runs an action later in this process, unless the process has ended by then.
    std::function<void(std::int64_t delay_us, std::function<void()>)> post;
    std::function<void(const station::sync::Sha256&)> fetched;  ///< told once an object has come
  };

  explicit SimFetcher(World world) : world_(std::move(world)) {}

  void want(const std::string& content_url, std::vector<station::sync::Want> wants) override;
  void retry_now() override { fetch_soon(); }

 private:
  void fetch_soon();
  void fetch_first();

  World world_;
  std::vector<station::sync::Want> wants_;
  bool fetching_ = false;
};

}  // namespace loa::tools::simfleet
