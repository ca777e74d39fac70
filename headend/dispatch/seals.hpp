#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "headend/store/store.hpp"
#include "protocol/crypto/key.hpp"
#include "protocol/message/loa.pb.h"

/// What the head-end says goes out through here: sealed by one rule, addressed, and described for the link.
namespace loa::headend::dispatch {

/// How far a station's clock may be behind the head-end's without a message looking as if it came from the future
/// (PROTOCOL.md §7).
inline constexpr std::chrono::hours clock_slack{1};
/// How long a station may obey a command: it is for now or never.
inline constexpr std::chrono::seconds command_life{30};
/// A receipt stays true; it stands retained for as long as a station may be away.
inline constexpr std::chrono::days receipt_life{3650};

/// A message as it will be published.
struct Sealed {
  std::uint64_t sequence = 0;
  WallTime not_after;
  std::string bytes;  ///< the serialised envelope
};

/// Seals as the head-end, with one of its keys. The one place that decides a message's sender, sequence, slack, life
/// and instant of signing; the sequence is durable before the message exists.
class Seals {
 public:
  /// @param key    the plan key for plans, commands and receipts; the emergency key for emergencies
  /// @param store  outlives the seals
  Seals(std::string ward, protocol::crypto::SecretKey key, store::Store& store);

  /// @param plan  valid until its horizon; its station is the audience
  /// @error of the store · invalid: the store's counter has left what a station takes (PROTOCOL.md §6)
  Result<Sealed> plan(const v1::Plan& plan, WallTime now);
  Result<Sealed> emergency(const v1::Plan& plan, WallTime now);
  Result<Sealed> receipt(const std::string& station, const v1::Receipt& receipt, WallTime now);
  /// @param audience  "station/<id>", "group/<id>" or "all"
  Result<Sealed> command(const std::string& audience, const v1::Command& command, WallTime now);

  [[nodiscard]] const std::string& ward() const { return ward_; }

 private:
  /// What differs from one kind to the next.
  struct Words {
    v1::Kind kind;
    std::string audience;
    std::string counter;  ///< of the store
    WallTime not_after;
    std::string body;
  };
  Result<Sealed> seal(const Words& words, WallTime now);

  std::string ward_;
  protocol::crypto::SecretKey key_;
  store::Store& store_;
};

}  // namespace loa::headend::dispatch
