#include "headend/store/database.hpp"

namespace loa::headend::store {
namespace {

/// A broken reference while storing means that something named does not exist.
Result<void> stored(Result<void> outcome, const char* what, std::string_view id) {
  if (outcome || outcome.error().code != ErrorCode::missing) return outcome;
  return fail(ErrorCode::missing,
              "cannot store {} '{}': it names a group, category or content that does not exist; add that first", what,
              id);
}

/// A broken reference while removing means that something still uses it.
Result<void> removed(Connection& sql, Result<void> outcome, const char* what, std::string_view id) {
  if (!outcome && outcome.error().code == ErrorCode::missing) {
    return fail(ErrorCode::busy, "cannot remove {} '{}': something still uses it; take it out there first", what, id);
  }
  if (outcome && sql.changes() == 0) return fail(ErrorCode::missing, "there is no {} '{}'", what, id);
  return outcome;
}

template <class T>
std::optional<std::int64_t> width_of(const std::optional<T>& geometry) {
  return geometry ? std::optional<std::int64_t>{geometry->width_px} : std::nullopt;
}
std::optional<std::int64_t> height_of(const std::optional<Geometry>& geometry) {
  return geometry ? std::optional<std::int64_t>{geometry->height_px} : std::nullopt;
}

Result<void> write_station(Connection& sql, const Station& station) {
  LOA_TRY(sql.run(
      "INSERT INTO stations VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, "
      "has_speaker = excluded.has_speaker, sign_width_px = excluded.sign_width_px, "
      "sign_height_px = excluded.sign_height_px, key = excluded.key, mqtt_password_hash = excluded.mqtt_password_hash, "
      "gain_cb = excluded.gain_cb, stagger_us = excluded.stagger_us, neighbourhood = excluded.neighbourhood, "
      "added_us = excluded.added_us",
      station.id, station.name, station.has_speaker, width_of(station.sign), height_of(station.sign),
      Blob{station.key.view()}, station.mqtt_password_hash, station.gain_cb, station.stagger.count(),
      station.neighbourhood, station.added));
  LOA_TRY(sql.run("DELETE FROM station_groups WHERE station = ?", station.id));
  for (const auto& group : station.groups) {
    LOA_TRY(sql.run("INSERT OR IGNORE INTO station_groups VALUES (?,?)", station.id, group));
  }
  return {};
}

/// The object's row, and beside it what the object is used for: what it served before, it serves still.
Result<void> write_content(Connection& sql, const Content& content) {
  const auto loudness = [&](double Loudness::*figure) {
    return content.loudness ? std::optional{(*content.loudness).*figure} : std::nullopt;
  };
  const auto category = content.category.empty() ? std::nullopt : std::optional{content.category};
  LOA_TRY(sql.run(
      "INSERT INTO contents (object, title, medium, frames, bytes, source, text, category, source_lufs, lufs, "
      "true_peak_dbtp, image_width_px, added_us) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (object) DO UPDATE SET "
      "title = excluded.title, medium = excluded.medium, frames = excluded.frames, bytes = excluded.bytes, "
      "source = excluded.source, text = excluded.text, category = excluded.category, "
      "source_lufs = excluded.source_lufs, lufs = excluded.lufs, true_peak_dbtp = excluded.true_peak_dbtp, "
      "image_width_px = excluded.image_width_px, added_us = excluded.added_us",
      content.object, content.title, content.medium, content.frames, content.bytes, content.source, content.text,
      category, loudness(&Loudness::source_lufs), loudness(&Loudness::lufs), loudness(&Loudness::true_peak_dbtp),
      width_of(content.image), content.added));
  if (!content.image) return {};
  for (const auto& sign : content.image->signs) {
    LOA_TRY(
        sql.run("INSERT OR IGNORE INTO content_uses VALUES (?,?,?)", content.object, sign.width_px, sign.height_px));
  }
  return {};
}

Result<void> write_programme(Connection& sql, const Programme& programme) {
  LOA_TRY(sql.run("DELETE FROM programmes WHERE id = ?", programme.id));
  LOA_TRY(sql.run("INSERT INTO programmes VALUES (?,?,?,?,?,?,?,?,?,?)", programme.id, programme.title,
                  programme.start.count(), programme.weekdays, programme.cue_class, programme.late_policy,
                  programme.late_limit.count(), days_of(programme.validity.from), days_of(programme.validity.to),
                  programme.preempt_policy));
  for (std::size_t i = 0; i < programme.segments.size(); ++i) {
    const auto& segment = programme.segments[i];
    LOA_TRY(
        sql.run("INSERT INTO programme_segments VALUES (?,?,?,?)", programme.id, i, segment.object, segment.category));
  }
  for (const auto& group : programme.groups) {
    LOA_TRY(sql.run("INSERT OR IGNORE INTO programme_groups VALUES (?,?)", programme.id, group));
  }
  return {};
}

Result<void> write_slogan(Connection& sql, const Slogan& slogan) {
  LOA_TRY(sql.run("DELETE FROM slogans WHERE id = ?", slogan.id));
  LOA_TRY(sql.run("INSERT INTO slogans VALUES (?,?,?,?,?,?,?,?,?,?,?)", slogan.id, slogan.text, slogan.category,
                  slogan.from.count(), slogan.to.count(), slogan.weekdays, slogan.scroll_px_s, slogan.dwell.count(),
                  days_of(slogan.validity.from), days_of(slogan.validity.to), slogan.position));
  for (const auto& image : slogan.images) {
    LOA_TRY(sql.run("INSERT INTO slogan_images VALUES (?,?,?,?)", slogan.id, image.geometry.width_px,
                    image.geometry.height_px, image.object));
  }
  for (const auto& group : slogan.groups) {
    LOA_TRY(sql.run("INSERT OR IGNORE INTO slogan_groups VALUES (?,?)", slogan.id, group));
  }
  return {};
}

Result<void> write_policy(Connection& sql, const Policy& policy) {
  LOA_TRY(sql.run("DELETE FROM policies WHERE id = ?", policy.id));
  LOA_TRY(sql.run("INSERT INTO policies VALUES (?,?,?,?,?,?,?)", policy.id, policy.reference,
                  days_of(policy.validity.from), days_of(policy.validity.to), policy.sessions_per_day,
                  policy.minutes_per_session, policy.days_per_week));
  for (std::size_t i = 0; i < policy.windows.size(); ++i) {
    const auto& window = policy.windows[i];
    LOA_TRY(sql.run("INSERT INTO policy_windows VALUES (?,?,?,?,?,?)", policy.id, i, window.weekdays,
                    window.from_minute, window.to_minute, window.level_cap_cb));
  }
  return {};
}

}  // namespace

Result<void> Store::put_station(const Station& station) {
  auto& sql = *database_->sql;
  return stored(sql.transaction([&] { return write_station(sql, station); }), "station", station.id);
}

Result<void> Store::remove_station(const std::string& id, WallTime now) {
  auto& sql = *database_->sql;
  return sql.transaction([&]() -> Result<void> {
    LOA_TRY(removed(sql, sql.run("DELETE FROM stations WHERE id = ?", id), "station", id));
    return sql.run(
        "UPDATE planned_cues SET cancelled_us = ? WHERE station = ? AND start_us >= ? AND cancelled_us IS NULL", now,
        id, now);
  });
}

Result<void> Store::put_volumes(const std::string& station, const std::vector<Volume>& volumes) {
  auto& sql = *database_->sql;
  return stored(sql.transaction([&]() -> Result<void> {
    LOA_TRY(sql.run("DELETE FROM station_volumes WHERE station = ?", station));
    for (std::size_t i = 0; i < volumes.size(); ++i) {
      LOA_TRY(sql.run("INSERT INTO station_volumes VALUES (?,?,?,?,?)", station, i, volumes[i].from_minute,
                      volumes[i].to_minute, volumes[i].gain_cb));
    }
    return {};
  }),
                "volumes of station", station);
}

Result<void> Store::put_filler(const std::optional<Sha256>& object) {
  auto& sql = *database_->sql;
  return stored(sql.transaction([&]() -> Result<void> {
    LOA_TRY(sql.run("DELETE FROM filler"));
    return object ? sql.run("INSERT INTO filler VALUES (1, ?)", *object) : Result<void>{};
  }),
                "filler", object ? object->hex() : "none");
}

Result<void> Store::put_group(const Group& group) {
  return database_->sql->run("INSERT INTO groups VALUES (?,?) ON CONFLICT (id) DO UPDATE SET name = excluded.name",
                             group.id, group.name);
}

Result<void> Store::remove_group(const std::string& id) {
  if (id == everyone) return fail(ErrorCode::busy, "the group '{}' is every station: it cannot be removed", id);
  return removed(*database_->sql, database_->sql->run("DELETE FROM groups WHERE id = ?", id), "group", id);
}

Result<void> Store::put_category(const Category& category) {
  return database_->sql->run("INSERT INTO categories VALUES (?,?) ON CONFLICT (id) DO UPDATE SET name = excluded.name",
                             category.id, category.name);
}

Result<void> Store::remove_category(const std::string& id) {
  return removed(*database_->sql, database_->sql->run("DELETE FROM categories WHERE id = ?", id), "category", id);
}

Result<void> Store::put_content(const Content& content) {
  auto& sql = *database_->sql;
  return stored(sql.transaction([&] { return write_content(sql, content); }), "content", content.title);
}

Result<void> Store::remove_content(const Sha256& object) {
  auto& sql = *database_->sql;
  return removed(sql, sql.run("DELETE FROM contents WHERE object = ?", object), "content", object.hex());
}

Result<void> Store::put_programme(const Programme& programme) {
  auto& sql = *database_->sql;
  return stored(sql.transaction([&] { return write_programme(sql, programme); }), "programme", programme.id);
}

Result<void> Store::remove_programme(const std::string& id) {
  auto& sql = *database_->sql;
  return removed(sql, sql.run("DELETE FROM programmes WHERE id = ?", id), "programme", id);
}

Result<void> Store::put_slogan(const Slogan& slogan) {
  auto& sql = *database_->sql;
  return stored(sql.transaction([&] { return write_slogan(sql, slogan); }), "slogan", slogan.id);
}

Result<void> Store::remove_slogan(const std::string& id) {
  auto& sql = *database_->sql;
  return removed(sql, sql.run("DELETE FROM slogans WHERE id = ?", id), "slogan", id);
}

Result<void> Store::put_brightness(const std::vector<Brightness>& stretches) {
  auto& sql = *database_->sql;
  return sql.transaction([&]() -> Result<void> {
    LOA_TRY(sql.run("DELETE FROM brightness"));
    for (const auto& one : stretches) {
      LOA_TRY(sql.run("INSERT INTO brightness VALUES (?,?,?)", one.from_minute, one.to_minute, one.percent));
    }
    return {};
  });
}

Result<void> Store::put_policy(const Policy& policy) {
  auto& sql = *database_->sql;
  return sql.transaction([&] { return write_policy(sql, policy); });
}

Result<void> Store::remove_policy(const std::string& id) {
  auto& sql = *database_->sql;
  return removed(sql, sql.run("DELETE FROM policies WHERE id = ?", id), "policy", id);
}

}  // namespace loa::headend::store
