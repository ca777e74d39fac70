#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/base/time.hpp"
#include "protocol/crypto/hash.hpp"
#include "protocol/crypto/key.hpp"
#include "protocol/message/loa.pb.h"

/// What a ward has and wants: plain values, as the store keeps them and as timetable and planner read them.
namespace loa::headend::store {

using protocol::crypto::PublicKey;
using protocol::crypto::Sha256;

/// A date in the ward's local time. Weekdays are computed from this and never from a UTC instant.
using LocalDate = std::chrono::local_days;

/// Seconds since local midnight, 0…86 399 for a start, up to 86 400 for an end.
using TimeOfDay = std::chrono::seconds;

/// A set of weekdays: bit 0 = Monday … bit 6 = Sunday, as in v1::Policy.
using Weekdays = std::uint8_t;
inline constexpr Weekdays every_day = 0x7f;

/// The group that every station is in, without being listed.
inline constexpr const char* everyone = "all";

struct Geometry {
  std::uint32_t width_px = 0;
  std::uint32_t height_px = 0;
  auto operator<=>(const Geometry&) const = default;
};

/// A neighbourhood group (tổ dân phố) or any other set of stations that is addressed together.
struct Group {
  std::string id;
  std::string name;
  bool operator==(const Group&) const = default;
};

/// A column (chuyên mục) that the quarterly report counts by.
struct Category {
  std::string id;
  std::string name;
  bool operator==(const Category&) const = default;
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

/// Measured at ingest (EBU R128), for people and for the record.
struct Loudness {
  double source_lufs = 0;
  double lufs = 0;            ///< after normalisation
  double true_peak_dbtp = 0;  ///< after normalisation
  bool operator==(const Loudness&) const = default;
};

/// A picture for signs: a page of exactly a sign's size, or a wider strip that scrolls through it. The bytes of a strip
/// are the same for every sign of its height, so one picture may serve several geometries.
struct SignImage {
  std::uint32_t width_px = 0;   ///< of the image; wider than the sign: it must scroll there
  std::vector<Geometry> signs;  ///< it was made for; sorted, at least one
  [[nodiscard]] bool serves(const Geometry& sign) const;
  bool operator==(const SignImage&) const = default;
};

/// One immutable object of the content store and what is known about it.
struct Content {
  Sha256 object;
  std::string title;
  v1::Medium medium = v1::MEDIUM_UNSPECIFIED;
  std::int64_t frames = 0;           ///< audio: length at 48 000 Hz; sign: 0
  std::uint64_t bytes = 0;           ///< of the object
  std::string source;                ///< file name it came from, or "text"
  std::string text;                  ///< of a spoken bulletin or a slogan
  std::string category;              ///< default column; may be empty
  std::optional<Loudness> loudness;  ///< audio
  std::optional<SignImage> image;    ///< sign
  WallTime added;
  bool operator==(const Content&) const = default;
};

struct Segment {
  Sha256 object;
  std::string category;  ///< id
  bool operator==(const Segment&) const = default;
};

/// Days on which something is valid, both included; absent = open.
struct Validity {
  std::optional<LocalDate> from;
  std::optional<LocalDate> to;
  [[nodiscard]] bool contains(LocalDate day) const { return (!from || *from <= day) && (!to || day <= *to); }
  bool operator==(const Validity&) const = default;
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

/// One consistent snapshot of everything the timetable and the planner look at. Each list is sorted by id.
struct Catalogue {
  std::vector<Station> stations;
  std::vector<Group> groups;
  std::vector<Category> categories;
  std::vector<Content> contents;  ///< by object
  std::vector<Programme> programmes;
  std::vector<Slogan> slogans;
  std::vector<Policy> policies;
  std::vector<Brightness> brightness;  ///< by from_minute, apart; outside of all: 100 %
  std::optional<Sha256> filler;        ///< stands in for content that is missing

  /// @return nullptr if there is none
  [[nodiscard]] const Station* station(std::string_view id) const;
  [[nodiscard]] const Group* group(std::string_view id) const;
  [[nodiscard]] const Category* category(std::string_view id) const;
  [[nodiscard]] const Content* content(const Sha256& object) const;
  [[nodiscard]] const Programme* programme(std::string_view id) const;
  [[nodiscard]] const Slogan* slogan(std::string_view id) const;
  /// The policy in force on a day: of several the one that came into force last, then the greatest id.
  [[nodiscard]] const Policy* policy_on(LocalDate day) const;
};

/// Takes a content into the catalogue as Store::put_content() does into the store: an object that is there already
/// serves the new signs beside those it served before.
void add(Catalogue& catalogue, Content content);

/// Whether something for these groups is for this station.
bool reaches(const std::vector<std::string>& groups, const Station& station);

}  // namespace loa::headend::store
