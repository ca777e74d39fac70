#pragma once
#include "content/store/object_store.hpp"
#include "station/intake/card_room.hpp"
#include "station/intake/shelf.hpp"

namespace loa::station::intake {

/// The objects on the card.
class CardShelf final : public Shelf {
 public:
  CardShelf(content::store::ObjectStore store, CardRoom room) : store_(std::move(store)), room_(std::move(room)) {}

  [[nodiscard]] bool has(const Sha256& object) const override { return store_.has(object); }
  [[nodiscard]] std::filesystem::path path_of(const Sha256& object) const override { return store_.path_of(object); }
  bool verify(const Sha256& object) override { return store_.verify(object).has_value(); }
  void keep_only(const std::set<Sha256>& named) override;
  sync::Eviction free_for_state(const Needs& needs, WallTime now) override;
  sync::Eviction free_for_object(const Needs& needs, const Sha256& object, std::uint64_t bytes) override;

 private:
  content::store::ObjectStore store_;
  CardRoom room_;
};

}  // namespace loa::station::intake
