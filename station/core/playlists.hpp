#pragma once
#include <cstdint>
#include <vector>

#include "protocol/crypto/hash.hpp"
#include "protocol/message/loa.pb.h"

namespace loa::station::core {

/// The playlists of one plan, each of their pages once. The tracks of the plan's cues share one such table and keep it
/// as long as one of them lives: a cue on air outlives the plan that named it.
class Playlists {
 public:
  /// @param plan  checked, its pages folded (protocol/message/compact.hpp)
  explicit Playlists(const v1::Plan& plan);

  /// SHA-256 of every object of a playlist, each once, in its order.
  /// @param number  Cue.playlist_number of that plan, not 0
  [[nodiscard]] const std::vector<protocol::crypto::Sha256>& objects(std::uint32_t number) const;
  /// SHA-256 of every object that a cue of that plan names, each once, in its order; its pages may be its own.
  [[nodiscard]] std::vector<protocol::crypto::Sha256> objects_of(const v1::Cue& cue) const;
  /// Writes the pages of a playlist into a cue, in place of its number.
  void unfold(std::uint32_t number, v1::Cue& cue) const;

 private:
  struct Playlist {
    std::vector<std::uint32_t> pages;  ///< places in pages_
    std::vector<protocol::crypto::Sha256> objects;
  };
  std::vector<v1::Page> pages_;
  std::vector<Playlist> playlists_;
};

}  // namespace loa::station::core
