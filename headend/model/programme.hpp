#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "headend/model/terms.hpp"
#include "protocol/message/loa.pb.h"

/// What is wanted, when and where: programmes, slogans, brightness, and the policy that they must keep to.
namespace loa::headend::model {

struct Segment {
  Sha256 object;
  std::string category;  ///< id
  bool operator==(const Segment&) const = default;
};

/// A programme: segments in order, at one time of day, on some weekdays, to some groups.
struct Programme {
  std::string id;
  std::string title;
  std::vector<Segment> segments;
  TimeOfDay start{0};
  Weekdays weekdays = every_day;
  std::vector<std::string> groups;  ///< ids, sorted; `everyone` allowed
  v1::CueClass cue_class = v1::CUE_CLASS_SCHEDULED;
  v1::LatePolicy late_policy = v1::LATE_POLICY_JOIN;
  Micros late_limit{0};  ///< for LATE_POLICY_WHOLE
  v1::PreemptPolicy preempt_policy = v1::PREEMPT_POLICY_RESUME;
  Validity validity;
  bool operator==(const Programme&) const = default;
};

/// The picture of a slogan for one geometry.
struct SloganImage {
  Geometry geometry;
  Sha256 object;
  bool operator==(const SloganImage&) const = default;
};

/// A slogan (khẩu hiệu) and when it stands on the signs. Slogans that share a window on a sign take turns.
struct Slogan {
  std::string id;
  std::string text;
  std::string category;
  std::vector<SloganImage> images;  ///< by geometry
  TimeOfDay from{0};
  TimeOfDay to{86400};  ///< > from, ≤ 24 h
  Weekdays weekdays = every_day;
  std::vector<std::string> groups;  ///< ids, sorted
  std::uint32_t scroll_px_s = 0;    ///< used where the image is wider than the sign
  std::chrono::seconds dwell{10};   ///< length of one turn, ≥ 1 s
  int position = 0;                 ///< of slogans that share a sign the least is first; then by id
  Validity validity;
  bool operator==(const Slogan&) const = default;
};

/// How bright all signs are from one minute of the local day up to another.
struct Brightness {
  std::uint32_t from_minute = 0;  ///< 0…1439
  std::uint32_t to_minute = 0;    ///< > from_minute, ≤ 1440
  std::uint32_t percent = 100;    ///< 1…100
  bool operator==(const Brightness&) const = default;
};

/// When a ward may be heard, with its legal source. Data, never code.
struct Policy {
  struct Window {
    Weekdays weekdays = every_day;
    std::uint32_t from_minute = 0;
    std::uint32_t to_minute = 1440;
    int level_cap_cb = 0;
    bool operator==(const Window&) const = default;
  };
  std::string id;
  std::string reference;  ///< e.g. "QĐ 1246/QĐ-UBND 2021"
  Validity validity;
  std::vector<Window> windows;
  std::uint32_t sessions_per_day = 0;  ///< 0 = no limit, as below
  std::uint32_t minutes_per_session = 0;
  std::uint32_t days_per_week = 0;
  bool operator==(const Policy&) const = default;
};

}  // namespace loa::headend::model
