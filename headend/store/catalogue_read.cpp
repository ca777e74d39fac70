#include "headend/store/database.hpp"

namespace loa::headend::store {
namespace {

std::optional<Geometry> geometry_of(const Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return Geometry{row.number<std::uint32_t>(column), row.number<std::uint32_t>(column + 1)};
}

Station station_of(const Row& row) {
  Station station;
  station.id = row.text(0);
  station.name = row.text(1);
  station.has_speaker = row.integer(2) != 0;
  station.sign = geometry_of(row, 3);
  station.key = PublicKey::from_bytes(row.view(5)).value_or(PublicKey{});
  station.mqtt_password_hash = row.text(6);
  station.gain_cb = row.number<int>(7);
  station.stagger = Micros{row.integer(8)};
  station.neighbourhood = row.text(9);
  station.added = row.instant(10);
  return station;
}

Content content_of(const Row& row) {
  Content content;
  content.object = row.digest(0);
  content.title = row.text(1);
  content.medium = row.number<v1::Medium>(2);
  content.frames = row.integer(3);
  content.bytes = row.number<std::uint64_t>(4);
  content.source = row.text(5);
  content.text = row.text(6);
  content.category = row.text(7);
  if (!row.is_null(8)) content.loudness = Loudness{row.real(8), row.real(9), row.real(10)};
  if (!row.is_null(11)) content.image = SignImage{row.number<std::uint32_t>(11), {}};
  content.added = row.instant(12);
  return content;
}

Programme programme_of(const Row& row) {
  Programme programme;
  programme.id = row.text(0);
  programme.title = row.text(1);
  programme.start = TimeOfDay{row.integer(2)};
  programme.weekdays = row.number<Weekdays>(3);
  programme.cue_class = row.number<v1::CueClass>(4);
  programme.late_policy = row.number<v1::LatePolicy>(5);
  programme.late_limit = Micros{row.integer(6)};
  programme.validity = {date_of(row, 7), date_of(row, 8)};
  programme.preempt_policy = row.number<v1::PreemptPolicy>(9);
  return programme;
}

Slogan slogan_of(const Row& row) {
  Slogan slogan;
  slogan.id = row.text(0);
  slogan.text = row.text(1);
  slogan.category = row.text(2);
  slogan.from = TimeOfDay{row.integer(3)};
  slogan.to = TimeOfDay{row.integer(4)};
  slogan.weekdays = row.number<Weekdays>(5);
  slogan.scroll_px_s = row.number<std::uint32_t>(6);
  slogan.dwell = std::chrono::seconds{row.integer(7)};
  slogan.validity = {date_of(row, 8), date_of(row, 9)};
  slogan.position = row.number<int>(10);
  return slogan;
}

Policy policy_of(const Row& row) {
  Policy policy;
  policy.id = row.text(0);
  policy.reference = row.text(1);
  policy.validity = {date_of(row, 2), date_of(row, 3)};
  policy.sessions_per_day = row.number<std::uint32_t>(4);
  policy.minutes_per_session = row.number<std::uint32_t>(5);
  policy.days_per_week = row.number<std::uint32_t>(6);
  return policy;
}

/// The entry that a child row belongs to. Parents are sorted by id, children by their parent's: one pass.
template <class List>
auto* owner(List& list, std::size_t& at, std::string_view id) {
  while (at < list.size() && list[at].id < id) ++at;
  return at < list.size() && list[at].id == id ? &list[at] : nullptr;
}

Result<void> read_stations(Connection& sql, std::vector<Station>& stations) {
  LOA_TRY(sql.each(
      "SELECT id, name, has_speaker, sign_width_px, sign_height_px, key, mqtt_password_hash, gain_cb, stagger_us, "
      "neighbourhood, added_us FROM stations ORDER BY id",
      [&](const Row& row) { stations.push_back(station_of(row)); }));
  std::size_t at = 0;
  LOA_TRY(sql.each("SELECT station, member_of FROM station_groups ORDER BY station, member_of", [&](const Row& row) {
    if (auto* station = owner(stations, at, row.view(0))) station->groups.push_back(row.text(1));
  }));
  at = 0;
  return sql.each(
      "SELECT station, from_minute, to_minute, gain_cb FROM station_volumes ORDER BY station, position",
      [&](const Row& row) {
        auto* station = owner(stations, at, row.view(0));
        if (!station) return;
        station->volumes.push_back({row.number<std::uint32_t>(1), row.number<std::uint32_t>(2), row.number<int>(3)});
      });
}

Result<void> read_contents(Connection& sql, std::vector<Content>& contents) {
  LOA_TRY(sql.each(
      "SELECT object, title, medium, frames, bytes, source, text, category, source_lufs, lufs, true_peak_dbtp, "
      "image_width_px, added_us FROM contents ORDER BY object",
      [&](const Row& row) { contents.push_back(content_of(row)); }));
  std::size_t at = 0;
  return sql.each("SELECT object, width_px, height_px FROM content_uses ORDER BY object, width_px, height_px",
                  [&](const Row& row) {
                    const auto object = row.digest(0);
                    while (at < contents.size() && contents[at].object < object) ++at;
                    const bool known = at < contents.size() && contents[at].object == object && contents[at].image;
                    if (known) contents[at].image->signs.push_back(*geometry_of(row, 1));
                  });
}

Result<void> read_programmes(Connection& sql, std::vector<Programme>& programmes) {
  LOA_TRY(
      sql.each("SELECT id, title, start_s, weekdays, cue_class, late_policy, late_limit_us, valid_from, valid_to, "
               "preempt_policy FROM programmes "
               "ORDER BY id",
               [&](const Row& row) { programmes.push_back(programme_of(row)); }));
  std::size_t at = 0;
  LOA_TRY(sql.each("SELECT programme, object, category FROM programme_segments ORDER BY programme, position",
                   [&](const Row& row) {
                     auto* programme = owner(programmes, at, row.view(0));
                     if (programme) programme->segments.push_back({row.digest(1), row.text(2)});
                   }));
  at = 0;
  return sql.each("SELECT programme, target FROM programme_groups ORDER BY programme, target", [&](const Row& row) {
    if (auto* programme = owner(programmes, at, row.view(0))) programme->groups.push_back(row.text(1));
  });
}

Result<void> read_slogans(Connection& sql, std::vector<Slogan>& slogans) {
  LOA_TRY(sql.each(
      "SELECT id, text, category, from_s, to_s, weekdays, scroll_px_s, dwell_s, valid_from, valid_to, position "
      "FROM slogans "
      "ORDER BY id",
      [&](const Row& row) { slogans.push_back(slogan_of(row)); }));
  std::size_t at = 0;
  LOA_TRY(sql.each("SELECT slogan, width_px, height_px, object FROM slogan_images ORDER BY slogan, width_px, height_px",
                   [&](const Row& row) {
                     auto* slogan = owner(slogans, at, row.view(0));
                     if (slogan) slogan->images.push_back({*geometry_of(row, 1), row.digest(3)});
                   }));
  at = 0;
  return sql.each("SELECT slogan, target FROM slogan_groups ORDER BY slogan, target", [&](const Row& row) {
    if (auto* slogan = owner(slogans, at, row.view(0))) slogan->groups.push_back(row.text(1));
  });
}

Result<void> read_policies(Connection& sql, std::vector<Policy>& policies) {
  LOA_TRY(sql.each(
      "SELECT id, reference, valid_from, valid_to, sessions_per_day, minutes_per_session, days_per_week FROM policies "
      "ORDER BY id",
      [&](const Row& row) { policies.push_back(policy_of(row)); }));
  std::size_t at = 0;
  return sql.each(
      "SELECT policy, weekdays, from_minute, to_minute, level_cap_cb FROM policy_windows ORDER BY policy, position",
      [&](const Row& row) {
        auto* policy = owner(policies, at, row.view(0));
        if (!policy) return;
        policy->windows.push_back(
            {row.number<Weekdays>(1), row.number<std::uint32_t>(2), row.number<std::uint32_t>(3), row.number<int>(4)});
      });
}

/// Everything, inside one transaction.
Result<void> read_all(Connection& sql, Catalogue& all) {
  LOA_TRY(read_stations(sql, all.stations));
  LOA_TRY(sql.each("SELECT id, name FROM groups ORDER BY id", [&](const Row& row) {
    all.groups.push_back({row.text(0), row.text(1)});
  }));
  LOA_TRY(sql.each("SELECT id, name FROM categories ORDER BY id", [&](const Row& row) {
    all.categories.push_back({row.text(0), row.text(1)});
  }));
  LOA_TRY(read_contents(sql, all.contents));
  LOA_TRY(read_programmes(sql, all.programmes));
  LOA_TRY(read_slogans(sql, all.slogans));
  LOA_TRY(sql.each("SELECT from_minute, to_minute, percent FROM brightness ORDER BY from_minute", [&](const Row& row) {
    all.brightness.push_back(
        {row.number<std::uint32_t>(0), row.number<std::uint32_t>(1), row.number<std::uint32_t>(2)});
  }));
  LOA_TRY(sql.each("SELECT object FROM filler", [&](const Row& row) { all.filler = row.digest(0); }));
  return read_policies(sql, all.policies);
}

}  // namespace

Result<Catalogue> Store::catalogue() {
  Catalogue all;
  auto& sql = *database_->sql;
  LOA_TRY(sql.read_transaction([&] { return read_all(sql, all); }));
  return all;
}

}  // namespace loa::headend::store
