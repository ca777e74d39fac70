#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "headend/store/store.hpp"
#include "protocol/topic/topic.hpp"

namespace loa::headend::daemon {

/// What stations say of themselves (state, status, faults), verified and kept. Proofs are the ledger's.
class Inbox {
 public:
  /// @param store  outlives the inbox
  Inbox(std::string ward, store::Store& store) : ward_(std::move(ward)), store_(store) {}

  /// The stations whose word counts, with their keys: call at the start and when the catalogue changed.
  void know(const std::vector<store::Station>& stations);

  /// Takes one message.
  /// @param from  where it came; leaf state, status or fault
  /// @error missing: no such station · refused: not signed by it, for another ward, or repeated (a status or fault with
  /// a
  ///        sequence that was seen) · invalid: breaks a rule of protocol/message/check · of the store
  Result<void> take(const protocol::topic::Parsed& from, std::string_view payload, WallTime now);

 private:
  Result<void> take_state(const std::string& station, std::string_view payload, WallTime now);
  Result<void> take_status(const std::string& station, std::string_view payload, WallTime now);
  Result<void> take_fault(const std::string& station, std::string_view code, std::string_view payload, WallTime now);
  Result<void> settle_faults(const std::string& station, const std::set<std::string>& standing, WallTime now);
  Result<std::string> open(const std::string& station, v1::Kind kind, const std::string& stream,
                           std::string_view payload);

  std::string ward_;
  store::Store& store_;
  std::map<std::string, protocol::crypto::PublicKey> keys_;
  std::map<std::string, std::uint64_t> seen_;  ///< stream ("<station>/<kind>[/<code>]") → greatest sequence
};

}  // namespace loa::headend::daemon
