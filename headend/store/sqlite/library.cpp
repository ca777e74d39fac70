#include "headend/store/sqlite/library.hpp"

#include "headend/store/sqlite/catalogue_tables.hpp"
#include "headend/store/sqlite/outcomes.hpp"

namespace loa::headend::store::sqlite {

Result<void> SqliteLibrary::put_category(const model::Category& category) {
  return upsert(sql_, categories_table, category);
}

Result<void> SqliteLibrary::remove_category(const std::string& id) {
  return removed(sql_, sql_.run("DELETE FROM categories WHERE id = ?", id), "category", id);
}

Result<void> SqliteLibrary::put(const model::Content& content) {
  const auto signs = content.image ? content.image->signs : std::vector<model::Geometry>{};
  return stored(sql_.transaction([&]() -> Result<void> {
    LOA_TRY(upsert(sql_, contents_table, content));
    LOA_TRY(sql_.run("DELETE FROM content_uses WHERE object = ?", content.object));
    return put_children(sql_, content_uses, content.object, signs);
  }),
                "content", content.title);
}

Result<std::optional<model::Content>> SqliteLibrary::content(const model::Sha256& object) {
  std::optional<model::Content> content;
  LOA_TRY(sql_.read_transaction([&]() -> Result<void> {
    LOA_TRY_LET(content, select_one(sql_, contents_table, "WHERE object = ?", object));
    if (!content || !content->image) return {};
    LOA_TRY_LET(const auto uses, select(sql_, content_uses, "WHERE object = ? ORDER BY width_px, height_px", object));
    for (const auto& use : uses) content->image->signs.push_back(use.value);
    return {};
  }));
  return content;
}

Result<void> SqliteLibrary::remove(const model::Sha256& object) {
  return removed(sql_, sql_.run("DELETE FROM contents WHERE object = ?", object), "content", object.hex());
}

Result<void> SqliteLibrary::put_filler(const std::optional<model::Sha256>& object) {
  return stored(sql_.transaction([&]() -> Result<void> {
    LOA_TRY(sql_.run("DELETE FROM filler"));
    return object ? sql_.run("INSERT INTO filler (one, object) VALUES (1, ?)", *object) : Result<void>{};
  }),
                "filler", object ? object->hex() : "none");
}

}  // namespace loa::headend::store::sqlite
