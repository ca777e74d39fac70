#pragma once
#include <string>
#include <vector>

#include "headend/model/terms.hpp"

/// Who there is: stations and the groups that they are addressed by.
namespace loa::headend::model {

/// A neighbourhood group (tổ dân phố) or any other set of stations that is addressed together.
struct Group {
  std::string id;
  std::string name;
  bool operator==(const Group&) const = default;
};

/// A station's gain between two times of day.
struct Volume {
  std::uint32_t from_minute = 0;  ///< of the local day
  std::uint32_t to_minute = 0;    ///< > from_minute, ≤ 1 440
  int gain_cb = 0;                ///< −6000…0
  bool operator==(const Volume&) const = default;
};

struct Station {
  std::string id;
  std::string name;
  std::vector<std::string> groups;  ///< ids, sorted; `everyone` is implied
  bool has_speaker = true;          ///< false: a sign only
  std::optional<Geometry> sign;
  PublicKey key;                   ///< signs its proofs
  std::string mqtt_password_hash;  ///< as the broker's password file holds it; empty with an outside broker
  int gain_cb = 0;                 ///< added to every audio cue, −6000…0
  std::vector<Volume> volumes;     ///< in place of gain_cb at their hours; by from_minute, apart
  Micros stagger{0};               ///< deliberate offset of this station, 0…1 s
  std::string neighbourhood;       ///< where it hangs, for people
  WallTime added;
  bool operator==(const Station&) const = default;
};

/// A station that is no more, and that may not know it yet.
struct RemovedStation {
  std::string id;
  WallTime removed;
  PublicKey key;  ///< its words count until `closed`
  std::string mqtt_password_hash;
  std::uint64_t plan_sequence = 0;  ///< of the plan without cues that it was sent; 0: it needed none
  WallTime until;                   ///< horizon of the plan before: so long it goes on if it never hears of it
  std::optional<WallTime> silent;   ///< when it said that it obeys the plan without cues
  std::optional<WallTime> closed;   ///< when it was done with: silent and its proofs are here, or `until` has come
};

/// Whether something for these groups is for this station.
bool reaches(const std::vector<std::string>& groups, const Station& station);

}  // namespace loa::headend::model
