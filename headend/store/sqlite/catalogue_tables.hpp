#pragma once
#include <string>

#include "headend/model/catalogue.hpp"
#include "headend/store/sqlite/columns.hpp"

/// The columns of what a ward has and wants.
namespace loa::headend::store::sqlite {

/// Makes a column of something that may be absent as a whole, such as the size of a sign.
template <auto Outer, auto Inner>
constexpr auto part_of_optional(const char* name) {
  using T = typename MemberOf<decltype(Outer)>::owner;
  using Value = typename MemberOf<decltype(Inner)>::member;
  return Column<T>{name,
                   [](Binder& binder, const T& from) {
                     const auto& outer = from.*Outer;
                     binder.add(outer ? std::optional<Value>{(*outer).*Inner} : std::nullopt);
                   },
                   [](const Row& row, int column, T& into) {
                     if (row.is_null(column)) return;
                     auto& outer = into.*Outer;
                     if (!outer) outer.emplace();
                     (*outer).*Inner = row.as<Value>(column);
                   }};
}

/// Makes the column of a text that is NULL when it is empty, because it refers to another table.
template <auto Field>
constexpr auto reference(const char* name) {
  using T = typename MemberOf<decltype(Field)>::owner;
  return Column<T>{name,
                   [](Binder& binder, const T& from) {
                     const std::string& id = from.*Field;
                     binder.add(id.empty() ? std::nullopt : std::optional{id});
                   },
                   [](const Row& row, int column, T& into) { into.*Field = row.text(column); }};
}

template <class T>
constexpr auto valid_from() {
  return part<&T::validity, &model::Validity::from>("valid_from");
}
template <class T>
constexpr auto valid_to() {
  return part<&T::validity, &model::Validity::to>("valid_to");
}

inline constexpr auto groups_table = table("groups", field<&model::Group::id>("id", Role::key),  //
                                           field<&model::Group::name>("name"));
inline constexpr auto categories_table =
    table("categories", field<&model::Category::id>("id", Role::key), field<&model::Category::name>("name"));

inline constexpr auto stations_table =
    table("stations", field<&model::Station::id>("id", Role::key), field<&model::Station::name>("name"),
          field<&model::Station::has_speaker>("has_speaker"),
          part_of_optional<&model::Station::sign, &model::Geometry::width_px>("sign_width_px"),
          part_of_optional<&model::Station::sign, &model::Geometry::height_px>("sign_height_px"),
          field<&model::Station::key>("key"), field<&model::Station::mqtt_password_hash>("mqtt_password_hash"),
          field<&model::Station::gain_cb>("gain_cb"), field<&model::Station::stagger>("stagger_us"),
          field<&model::Station::neighbourhood>("neighbourhood"), field<&model::Station::added>("added_us"));

inline constexpr auto contents_table =
    table("contents", field<&model::Content::object>("object", Role::key), field<&model::Content::title>("title"),
          field<&model::Content::medium>("medium"), field<&model::Content::frames>("frames"),
          field<&model::Content::bytes>("bytes"), field<&model::Content::source>("source"),
          field<&model::Content::text>("text"), reference<&model::Content::category>("category"),
          part_of_optional<&model::Content::loudness, &model::Loudness::source_lufs>("source_lufs"),
          part_of_optional<&model::Content::loudness, &model::Loudness::lufs>("lufs"),
          part_of_optional<&model::Content::loudness, &model::Loudness::true_peak_dbtp>("true_peak_dbtp"),
          part_of_optional<&model::Content::image, &model::SignImage::width_px>("image_width_px"),
          field<&model::Content::added>("added_us"));

inline constexpr auto programmes_table =
    table("programmes", field<&model::Programme::id>("id", Role::key), field<&model::Programme::title>("title"),
          field<&model::Programme::start>("start_s"), field<&model::Programme::weekdays>("weekdays"),
          field<&model::Programme::cue_class>("cue_class"), field<&model::Programme::late_policy>("late_policy"),
          field<&model::Programme::late_limit>("late_limit_us"), valid_from<model::Programme>(),
          valid_to<model::Programme>(), field<&model::Programme::preempt_policy>("preempt_policy"));

inline constexpr auto slogans_table =
    table("slogans", field<&model::Slogan::id>("id", Role::key), field<&model::Slogan::text>("text"),
          field<&model::Slogan::category>("category"), field<&model::Slogan::from>("from_s"),
          field<&model::Slogan::to>("to_s"), field<&model::Slogan::weekdays>("weekdays"),
          field<&model::Slogan::scroll_px_s>("scroll_px_s"), field<&model::Slogan::dwell>("dwell_s"),
          valid_from<model::Slogan>(), valid_to<model::Slogan>(), field<&model::Slogan::position>("position"));

inline constexpr auto policies_table = table(
    "policies", field<&model::Policy::id>("id", Role::key), field<&model::Policy::reference>("reference"),
    valid_from<model::Policy>(), valid_to<model::Policy>(), field<&model::Policy::sessions_per_day>("sessions_per_day"),
    field<&model::Policy::minutes_per_session>("minutes_per_session"),
    field<&model::Policy::days_per_week>("days_per_week"));

inline constexpr auto brightness_table =
    table("brightness", field<&model::Brightness::from_minute>("from_minute", Role::key),
          field<&model::Brightness::to_minute>("to_minute"), field<&model::Brightness::percent>("percent"));

// What an entry has a list of.
using GroupOf = Child<std::string>;
using VolumeOf = Child<model::Volume>;
using UseOf = Child<model::Geometry, model::Sha256>;
using SegmentOf = Child<model::Segment>;
using ImageOf = Child<model::SloganImage>;
using WindowOf = Child<model::Policy::Window>;

constexpr auto groups_of(const char* name, const char* owner, const char* group) {
  return table(name, field<&GroupOf::owner>(owner, Role::key), field<&GroupOf::value>(group, Role::key));
}
inline constexpr auto station_groups = groups_of("station_groups", "station", "member_of");
inline constexpr auto programme_groups = groups_of("programme_groups", "programme", "target");
inline constexpr auto slogan_groups = groups_of("slogan_groups", "slogan", "target");

inline constexpr auto station_volumes = table("station_volumes", field<&VolumeOf::owner>("station", Role::key),
                                              field<&VolumeOf::position>("position", Role::key),
                                              part<&VolumeOf::value, &model::Volume::from_minute>("from_minute"),
                                              part<&VolumeOf::value, &model::Volume::to_minute>("to_minute"),
                                              part<&VolumeOf::value, &model::Volume::gain_cb>("gain_cb"));

inline constexpr auto content_uses = table("content_uses", field<&UseOf::owner>("object", Role::key),
                                           part<&UseOf::value, &model::Geometry::width_px>("width_px", Role::key),
                                           part<&UseOf::value, &model::Geometry::height_px>("height_px", Role::key));

inline constexpr auto programme_segments = table("programme_segments", field<&SegmentOf::owner>("programme", Role::key),
                                                 field<&SegmentOf::position>("position", Role::key),
                                                 part<&SegmentOf::value, &model::Segment::object>("object"),
                                                 part<&SegmentOf::value, &model::Segment::category>("category"));

inline constexpr auto slogan_images = table(
    "slogan_images", field<&ImageOf::owner>("slogan", Role::key),
    Column<ImageOf>{
        "width_px", [](Binder& binder, const ImageOf& from) { binder.add(from.value.geometry.width_px); },
        [](const Row& row, int column, ImageOf& into) { into.value.geometry.width_px = row.as<std::uint32_t>(column); },
        Role::key},
    Column<ImageOf>{"height_px", [](Binder& binder, const ImageOf& from) { binder.add(from.value.geometry.height_px); },
                    [](const Row& row, int column, ImageOf& into) {
                      into.value.geometry.height_px = row.as<std::uint32_t>(column);
                    },
                    Role::key},
    part<&ImageOf::value, &model::SloganImage::object>("object"));

inline constexpr auto policy_windows = table(
    "policy_windows", field<&WindowOf::owner>("policy", Role::key), field<&WindowOf::position>("position", Role::key),
    part<&WindowOf::value, &model::Policy::Window::weekdays>("weekdays"),
    part<&WindowOf::value, &model::Policy::Window::from_minute>("from_minute"),
    part<&WindowOf::value, &model::Policy::Window::to_minute>("to_minute"),
    part<&WindowOf::value, &model::Policy::Window::level_cap_cb>("level_cap_cb"));

}  // namespace loa::headend::store::sqlite
