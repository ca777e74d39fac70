#pragma once
#include <map>
#include <optional>
#include <vector>

#include "station/sync/content_fetcher.hpp"

namespace loa::station::sync {

/// Whose fault a failed attempt was.
enum class Blame {
  server,  ///< cannot be reached or believed: nothing else can be had from it now either
  object,  ///< this object is not there or is wrong; others may be fine
};

/// Decides which object is fetched next, and when. Pure.
class FetchQueue {
 public:
  FetchQueue(std::chrono::milliseconds first_wait, std::chrono::milliseconds longest_wait)
      : first_wait_(first_wait), longest_wait_(longest_wait) {}

  /// Replaces the list; what stays keeps its patience.
  void replace(const std::vector<Want>& wants);
  [[nodiscard]] bool holds(const Sha256& object) const { return items_.contains(object); }

  /// The object that is needed soonest among those whose wait is over.
  [[nodiscard]] std::optional<Want> next(MonoTime now) const;
  /// Whether an object that is being fetched is to be broken off, and continued later, because next() has one that is
  /// needed sooner: an emergency's sound or a new page does not wait behind an hour of music.
  [[nodiscard]] bool gives_way(const Sha256& under_way, MonoTime now) const;
  /// When next() will have something, if nothing else happens; absent when the list is empty.
  [[nodiscard]] std::optional<MonoTime> next_deadline() const;

  void succeeded(const Sha256& object);
  /// @param progressed  bytes came: the way works, so patience begins anew
  /// @param dice        0…1, spreads the repetitions of many stations by ± 25 %
  void failed(const Sha256& object, Blame blame, bool progressed, MonoTime now, double dice);
  /// Forgets every wait.
  void hurry();

 private:
  struct Patience {
    int failures = 0;
    MonoTime until{};
  };
  struct Item {
    Want want;
    Patience patience;
  };
  void put_off(Patience& patience, bool progressed, MonoTime now, double dice) const;

  std::chrono::milliseconds first_wait_;
  std::chrono::milliseconds longest_wait_;
  std::map<Sha256, Item> items_;
  Patience server_;
};

}  // namespace loa::station::sync
