#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>

#include "protocol/message/loa.pb.h"

namespace loa::protocol::message {

/// Fills the tables of a plan's compact form (compact.hpp), each page and each playlist once.
class PageFolder {
 public:
  using Pages = google::protobuf::RepeatedPtrField<v1::Page>;

  /// @param plan  outlives the folder; its tables are empty and nobody else fills them meanwhile
  explicit PageFolder(v1::Plan& plan) : plan_(plan) {}

  /// Finds the playlist with these pages, or adds it. @return its number, from 1
  std::uint32_t number_of(const Pages& pages);
  /// Adds a cue to the plan, its pages folded: thousands of pages are not copied only to be dropped.
  /// @param cue  is afterwards what it was before
  void add(v1::Cue& cue);

 private:
  std::uint32_t index_of(const v1::Page& page);

  v1::Plan& plan_;
  std::unordered_map<std::string, std::uint32_t> pages_, playlists_;
};

}  // namespace loa::protocol::message
