#pragma once
#include <map>
#include <optional>
#include <string>

#include "protocol/base/time.hpp"
#include "protocol/message/loa.pb.h"
#include "protocol/message/reason.hpp"

/// The law, once: the node obeys it, and the office runs it over what it means to plan (PROTOCOL.md §5 "Policy", §8a).
namespace loa::protocol::policy {

/// What of each occurrence has been on air, as far as the policy counts it.
struct Session {
  WallTime first_start;  ///< planned start of its earliest cue
  bool aired = false;    ///< some of it was heard, or is being heard
};
using Sessions = std::map<std::string, Session>;  // by occurrence

/// Tells why a policy forbids a cue; absent if the policy allows it. Limits only sound, because no law limits the hours
/// of signs. Windows that adjoin count as one, also 22:00-24:00 and 00:00-02:00 of the next day. A filler has to keep
/// the hours, and counts as no session.
/// @return policy_not_valid, policy_hours, policy_sessions, policy_minutes or policy_days
std::optional<message::Reason> forbidden_by(const v1::Policy& policy, const v1::Cue& cue, const Sessions& sessions);

/// Gives the gain a cue may be played with: its own, or the least cap of the windows it lies in.
int capped_gain_cb(const v1::Policy& policy, const v1::Cue& cue);

/// Gives the gain of an emergency: its own, or the greatest level that the policy allows at any hour.
int emergency_gain_cb(const v1::Policy& policy, const v1::Cue& cue);

}  // namespace loa::protocol::policy
