#include "station/node/without_cues.hpp"

namespace loa::station::node {

v1::Plan without_cues(v1::Plan& plan) {
  v1::Plan aside;
  const auto swap = [&] {
    aside.mutable_cues()->Swap(plan.mutable_cues());
    aside.mutable_playlists()->Swap(plan.mutable_playlists());
    aside.mutable_pages()->Swap(plan.mutable_pages());
  };
  swap();
  v1::Plan rest = plan;
  swap();
  return rest;
}

}  // namespace loa::station::node
