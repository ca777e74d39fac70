#pragma once
#include <functional>
#include <map>
#include <string>

#include "station/intake/shelf.hpp"

namespace loa::tools::simfleet {

/// Content on a simulated card: names, and whether what is there decodes. Takes no space on the disk, so that nothing
/// is ever evicted.
class SimShelf final : public station::intake::Shelf {
 public:
  using Objects = std::map<std::string, bool>;  ///< by name: whole

  /// @param gone  whether the process that calls has ended: it changes nothing any more
  explicit SimShelf(std::function<bool()> gone) : gone_(std::move(gone)) {}

  [[nodiscard]] bool has(const Sha256& object) const override;
  [[nodiscard]] std::filesystem::path path_of(const Sha256& object) const override { return object.hex(); }
  bool verify(const Sha256& object) override;
  void keep_only(const std::set<Sha256>& named) override;
  station::sync::Eviction free_for_state(const Needs& /*needs*/, WallTime /*now*/) override { return {}; }
  station::sync::Eviction free_for_object(const Needs& /*needs*/, const Sha256& /*object*/,
                                          std::uint64_t /*bytes*/) override {
    return {};
  }

  /// Puts an object there, whole.
  void put(const Sha256& object) { objects_[std::string{object.view()}] = true; }
  /// Damages one of the objects that are there. @return whether there is any
  bool harm(std::uint64_t which);
  /// Whether an object is there and decodes. @param name  its 32 bytes
  [[nodiscard]] bool decodes(const std::string& name) const;

  [[nodiscard]] const Objects& objects() const { return objects_; }
  void set_objects(Objects objects) { objects_ = std::move(objects); }

 private:
  std::function<bool()> gone_;
  Objects objects_;
};

}  // namespace loa::tools::simfleet
