#pragma once
#include <optional>

#include "protocol/base/result.hpp"
#include "station/intake/shelf.hpp"
#include "station/node/core_feed.hpp"
#include "station/sync/fetcher.hpp"

namespace loa::station::node {

/// Sees to it that content makes room for what must not be lost, and is fetched again when there is room.
class FullCard {
 public:
  /// @param reserve  bytes that content leaves free
  FullCard(intake::Shelf& shelf, sync::Fetcher& fetcher, CoreFeed& feed, std::uint64_t reserve)
      : shelf_(shelf), fetcher_(fetcher), feed_(feed), reserve_(reserve) {}

  /// Writes; where the card is full, again after content has made room.
  template <class Write>
  auto with_room(Write write) {
    auto result = write();
    if (!result && make_room(result.error())) result = write();
    return result;
  }
  /// Frees space for an object that cannot be fetched beside the reserve.
  void make_room_for(const protocol::crypto::Sha256& object, std::uint64_t bytes);
  /// Takes note whether there is room for content. @param error  why there is none; null: there is
  void see_content(const Error* error);
  /// Takes note of the free space, and has content fetched again when the reserve is free again.
  void see_free(std::optional<std::uint64_t> bytes);

 private:
  [[nodiscard]] bool make_room(const Error& error);
  void tell_evicted(const sync::Eviction& eviction);

  intake::Shelf& shelf_;
  sync::Fetcher& fetcher_;
  CoreFeed& feed_;
  const std::uint64_t reserve_;
  std::optional<std::uint64_t> free_bytes_;
  bool content_without_room_ = false;
};

}  // namespace loa::station::node
