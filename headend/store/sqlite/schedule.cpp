#include "headend/store/sqlite/schedule.hpp"

#include "headend/store/sqlite/catalogue_tables.hpp"
#include "headend/store/sqlite/outcomes.hpp"

namespace loa::headend::store::sqlite {

Result<void> SqliteSchedule::put_programme(const model::Programme& programme) {
  return stored(sql_.transaction([&]() -> Result<void> {
    LOA_TRY(sql_.run("DELETE FROM programmes WHERE id = ?", programme.id));
    LOA_TRY(insert(sql_, programmes_table, programme));
    LOA_TRY(put_children(sql_, programme_segments, programme.id, programme.segments));
    return put_children(sql_, programme_groups, programme.id, programme.groups);
  }),
                "programme", programme.id);
}

Result<void> SqliteSchedule::remove_programme(const std::string& id) {
  return removed(sql_, sql_.run("DELETE FROM programmes WHERE id = ?", id), "programme", id);
}

Result<void> SqliteSchedule::put_slogan(const model::Slogan& slogan) {
  return stored(sql_.transaction([&]() -> Result<void> {
    LOA_TRY(sql_.run("DELETE FROM slogans WHERE id = ?", slogan.id));
    LOA_TRY(insert(sql_, slogans_table, slogan));
    LOA_TRY(put_children(sql_, slogan_images, slogan.id, slogan.images));
    return put_children(sql_, slogan_groups, slogan.id, slogan.groups);
  }),
                "slogan", slogan.id);
}

Result<void> SqliteSchedule::remove_slogan(const std::string& id) {
  return removed(sql_, sql_.run("DELETE FROM slogans WHERE id = ?", id), "slogan", id);
}

Result<void> SqliteSchedule::put_brightness(const std::vector<model::Brightness>& stretches) {
  return sql_.transaction([&]() -> Result<void> {
    LOA_TRY(sql_.run("DELETE FROM brightness"));
    for (const auto& one : stretches) LOA_TRY(insert(sql_, brightness_table, one));
    return {};
  });
}

Result<void> SqliteSchedule::put_policy(const model::Policy& policy) {
  return sql_.transaction([&]() -> Result<void> {
    LOA_TRY(sql_.run("DELETE FROM policies WHERE id = ?", policy.id));
    LOA_TRY(insert(sql_, policies_table, policy));
    return put_children(sql_, policy_windows, policy.id, policy.windows);
  });
}

Result<void> SqliteSchedule::remove_policy(const std::string& id) {
  return removed(sql_, sql_.run("DELETE FROM policies WHERE id = ?", id), "policy", id);
}

}  // namespace loa::headend::store::sqlite
