#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocol/base/time.hpp"

/// The limits of messages, once: chosen far above what a ward needs and far below what hurts a node. PROTOCOL.md §5 has
/// the same figures for people; a test holds the two together by the list at the end.
namespace loa::protocol::message {

inline constexpr std::size_t max_cues = 20'000;
inline constexpr std::size_t max_objects = 5'000;
inline constexpr std::uint64_t max_object_bytes = 256ULL << 20;      ///< an hour of 64 kbit/s Opus is 28 MiB
inline constexpr std::uint64_t max_plan_object_bytes = 16ULL << 30;  ///< all objects of one plan together
inline constexpr std::size_t max_groups = 64;
inline constexpr std::size_t max_windows = 100;
inline constexpr std::size_t max_gaps = 1'000;  ///< in one proof
inline constexpr std::uint32_t max_segment = 9'999;
inline constexpr std::size_t max_title_bytes = 200;
inline constexpr std::size_t max_text_bytes = 500;
inline constexpr std::uint32_t min_sign_px = 8, max_sign_px = 4'096;
inline constexpr std::uint32_t max_scroll_px_s = 2'000;
inline constexpr std::size_t max_pages = 100;  ///< in one cue, and in one proof
inline constexpr Micros min_dwell = std::chrono::seconds{1};
inline constexpr std::size_t max_brightness = 48;  ///< stretches of the day
inline constexpr std::uint32_t max_percent = 100;
inline constexpr std::uint32_t minutes_per_day = 1'440;
inline constexpr std::uint32_t days_per_week = 7;
inline constexpr std::uint32_t all_weekdays = 127;  ///< bit 0 = Monday
inline constexpr std::int32_t max_utc_offset_s = 50'400;
inline constexpr int min_gain_cb = -6'000;
inline constexpr Micros max_duration = std::chrono::hours{24};      ///< of one cue, and of one proof
inline constexpr Micros max_start_error = std::chrono::minutes{1};  ///< to both sides; who is further off says this
inline constexpr Micros max_test = std::chrono::seconds{10};        ///< one output's share of a test
inline constexpr Micros max_stagger = std::chrono::seconds{1};
inline constexpr Micros max_horizon = std::chrono::hours{24 * 400};        ///< horizon_us − made_us
inline constexpr WallTime earliest = wall_from_us(1'577'836'800'000'000);  ///< 2020-01-01, of planned instants
inline constexpr WallTime latest = wall_from_us(4'102'444'800'000'000);    ///< 2100-01-01, of every instant

inline constexpr std::size_t max_plan_pages = 5'000;  ///< in Plan.pages
inline constexpr std::size_t max_playlists = 5'000;   ///< in Plan.playlists
inline constexpr std::size_t max_templates = 20'000;  ///< in Plan.templates
inline constexpr std::size_t max_template_bytes = 1'024;

inline constexpr std::size_t epoch_bytes = 16, hash_bytes = 32;
inline constexpr Micros frames_slack = std::chrono::milliseconds{100};  ///< a part's edges are measured, not exact
inline constexpr int max_device_ppb = 10'000'000;                       ///< 1 %; a card that is worse is broken
inline constexpr int min_temperature_c = -100, max_temperature_c = 200;
inline constexpr std::uint32_t max_next_within_s = 3'600;
inline constexpr int max_standing_faults = 64;
inline constexpr std::size_t max_understood = 64;         ///< words in one status
inline constexpr std::size_t max_sealed_receipt = 1'024;  ///< the receipt that a status gives back
inline constexpr int max_outputs = 2;                     ///< of one station: sound and sign

enum class Unit { none, bytes, micros, instant };

/// One limit as PROTOCOL.md §5 has it.
struct Limit {
  std::string_view name;   ///< as above
  std::int64_t value = 0;  ///< in the unit; of an instant microseconds since 1970
  Unit unit = Unit::none;
  std::string_view where;  ///< "<table>.<field>" for each row that states it, by ' '; of the other messages the message
};

// clang-format off
inline constexpr std::array limits{
    Limit{"max_cues", max_cues, Unit::none, "Plan.cues"},
    Limit{"max_objects", max_objects, Unit::none, "Plan.objects"},
    Limit{"max_object_bytes", max_object_bytes, Unit::bytes, "Plan.objects"},
    Limit{"max_plan_object_bytes", max_plan_object_bytes, Unit::bytes, "Plan.objects"},
    Limit{"max_groups", max_groups, Unit::none, "Plan.groups"},
    Limit{"max_windows", max_windows, Unit::none, "Policy.windows"},
    Limit{"max_gaps", max_gaps, Unit::none, "Proof.gaps"},
    Limit{"max_segment", max_segment, Unit::none, "Cue.segment"},
    Limit{"max_title_bytes", max_title_bytes, Unit::bytes, "Cue.title Policy.reference Status Command"},
    Limit{"max_text_bytes", max_text_bytes, Unit::bytes, "Plan.content_url Status Fault Answer"},
    Limit{"min_sign_px", min_sign_px, Unit::none, "Plan.sign"},
    Limit{"max_sign_px", max_sign_px, Unit::none, "Plan.sign"},
    Limit{"max_scroll_px_s", max_scroll_px_s, Unit::none, "Cue.scroll_px_s Cue.pages"},
    Limit{"max_pages", max_pages, Unit::none, "Cue.pages 5a.Plan.playlists Proof.pages"},
    Limit{"min_dwell", min_dwell.count(), Unit::micros, "Cue.pages"},
    Limit{"max_brightness", max_brightness, Unit::none, "Plan.brightness"},
    Limit{"max_percent", max_percent, Unit::none, "Plan.brightness"},
    Limit{"minutes_per_day", minutes_per_day, Unit::none, "Plan.brightness Policy.windows Policy.sessions_per_day"},
    Limit{"days_per_week", days_per_week, Unit::none, "Policy.sessions_per_day"},
    Limit{"all_weekdays", all_weekdays, Unit::none, "Policy.windows"},
    Limit{"max_utc_offset_s", max_utc_offset_s, Unit::none, "Policy.utc_offset_s"},
    Limit{"−max_utc_offset_s", -max_utc_offset_s, Unit::none, "Policy.utc_offset_s"},
    Limit{"min_gain_cb", min_gain_cb, Unit::none, "Cue.gain_cb Policy.windows Proof.gain_cb Command Answer"},
    Limit{"max_duration", max_duration.count(), Unit::micros,
          "Cue.duration_us Cue.late_policy Cue.pages Proof.from_us Proof.first_frame Proof.late_us Proof.again_us"},
    Limit{"max_start_error", max_start_error.count(), Unit::micros, "Proof.gain_cb Answer"},
    Limit{"max_test", max_test.count(), Unit::micros, "Answer"},
    Limit{"max_stagger", max_stagger.count(), Unit::micros, "Cue.stagger_us"},
    Limit{"max_horizon", max_horizon.count(), Unit::micros, "Plan.horizon_us"},
    Limit{"earliest", to_us(earliest), Unit::instant, "Plan.made_us Cue.start_us Status"},
    Limit{"latest", to_us(latest), Unit::instant, "Plan.made_us Cue.start_us State Status Fault"},
    Limit{"max_plan_pages", max_plan_pages, Unit::none, "5a.Plan.pages"},
    Limit{"max_playlists", max_playlists, Unit::none, "5a.Plan.playlists"},
    Limit{"max_templates", max_templates, Unit::none, "5a.Plan.templates"},
    Limit{"max_template_bytes", max_template_bytes, Unit::bytes, "5a.Plan.templates"},
    Limit{"epoch_bytes", epoch_bytes, Unit::bytes, "Proof.epoch Receipt Status"},
    Limit{"hash_bytes", hash_bytes, Unit::bytes, "Plan.objects Cue.object Cue.pages Proof.previous Receipt"},
    Limit{"frames_slack", frames_slack.count(), Unit::micros, "Proof.frames"},
    Limit{"max_device_ppb", max_device_ppb, Unit::none, "Proof.gain_cb Answer"},
    Limit{"min_temperature_c", min_temperature_c, Unit::none, "Status"},
    Limit{"max_temperature_c", max_temperature_c, Unit::none, "Status"},
    Limit{"max_next_within_s", max_next_within_s, Unit::none, "Status"},
    Limit{"max_standing_faults", max_standing_faults, Unit::none, "Status"},
    Limit{"max_understood", max_understood, Unit::none, "Status"},
    Limit{"max_sealed_receipt", max_sealed_receipt, Unit::bytes, "Status"},
    Limit{"max_outputs", max_outputs, Unit::none, "Answer"},
};
// clang-format on

}  // namespace loa::protocol::message
