#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace loa::headend::api {

/// Who keeps a place when more clients come than there are places. Pure.
///
/// Somebody who only holds connections takes the place of nobody who asks for something: a newcomer gets the place of
/// the client that has owed its request for longest, and if all are being served, that of a transfer that stands still.
class Admission {
 public:
  using Id = std::uint64_t;
  using Time = std::chrono::steady_clock::time_point;

  /// @param places            of all clients
  /// @param places_of_one     of one address; a mobile network hides 300 boxes behind one
  /// @param stall             a transfer that has moved nothing for so long may have to give way
  Admission(std::size_t places, std::size_t places_of_one, std::chrono::milliseconds stall)
      : places_(places), places_of_one_(places_of_one), stall_(stall) {}

  struct Verdict {
    std::optional<Id> admitted;  ///< the newcomer's name; absent: there is no place
    std::optional<Id> ends;      ///< whose place it has: that one is known no more
  };
  /// @param address  as address_key() gives it
  Verdict arrive(const std::string& address, Time now);
  /// Its request is whole: it is being served from now on. Nothing happens to one that is not known.
  void serve(Id id, Time now);
  /// What is sent to it moves on.
  void progress(Id id, Time now);
  /// It has its answer, and owes the next request from now on.
  void wait(Id id, Time now);
  void leave(Id id) { clients_.erase(id); }

  [[nodiscard]] std::size_t size() const { return clients_.size(); }

 private:
  struct Client {
    std::string address;
    bool served = false;
    Time since;  ///< that it owes its request; of one that is served: that something moved
  };
  [[nodiscard]] std::optional<Id> weakest(const std::string* address, Time now) const;

  std::size_t places_, places_of_one_;
  std::chrono::milliseconds stall_;
  std::map<Id, Client> clients_;
  Id last_ = 0;
};

/// What counts as one address: an IPv4 address, also one mapped into IPv6; of IPv6 the first 64 bits, which one
/// customer has to himself.
/// @param text  as inet_ntop(3) writes it
std::string address_key(const std::string& text);

}  // namespace loa::headend::api
