#include "station/node/orders.hpp"

#include "protocol/base/log.hpp"

namespace loa::station::node {

// An instant that is lost costs some knowledge after a power cut; the next one comes within the hour.
void Orders::operator()(const core::Remember& order) {
  const auto saved = desk_.card.with_room([&] { return desk_.vault.save_clock(order.memory); });
  if (!saved) log::warn("clock.unremembered", {{"error", saved.error().text}});
}

void Orders::operator()(const core::JournalBegan& order) {
  desk_.words.want_status();
  proofs_.begin(order.instant);
}

void Orders::operator()(const core::Want& order) {
  std::vector<sync::Want> wants;
  for (const auto& object : order.objects) {
    const auto name = protocol::crypto::Sha256::from_bytes(object.sha256());
    // The list is in the order of need; the fetcher orders by instant.
    if (name) wants.push_back({*name, object.bytes(), WallTime{Micros{static_cast<std::int64_t>(wants.size())}}});
  }
  if (wants.empty()) desk_.card.see_content(nullptr);
  fetcher_.want(order.content_url, std::move(wants));
}

void Orders::operator()(const core::Inspect& order) {
  desk_.host.begins_long_work();
  const bool whole = shelf_.verify(order.object);
  log::warn("object.inspected", {{"object", order.object.hex()}, {"whole", whole}});
  if (!whole) return desk_.feed.later(core::ObjectLost{order.object});
  desk_.words.refuse("object",
                     {ErrorCode::invalid,
                      fmt::format("{} is what the plan names, but cannot be presented as its cue wants: replace it in "
                                  "the programme",
                                  order.object.hex())});
  desk_.feed.later(core::ObjectHeld{order.object});
}

}  // namespace loa::station::node
