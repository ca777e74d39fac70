#include "tests/bench/bench_ward.hpp"

#include "headend/store/sqlite/sqlite_store.hpp"

namespace loa::bench {

namespace {

using headend::store::Store;
using headend::store::sqlite::SqliteStore;
constexpr int segments = 12;

protocol::crypto::Sha256 object_of(int segment) { return protocol::crypto::sha256(fmt::format("segment {}", segment)); }

headend::model::Content content_of(int segment) {
  headend::model::Content content;
  content.object = object_of(segment);
  content.title = fmt::format("Bản tin {}", segment);
  content.medium = v1::MEDIUM_AUDIO;
  content.frames = 48'000 * 60;
  content.bytes = 300'000;
  content.source = "text";
  content.category = "news";
  return content;
}

headend::model::Station station_of(const std::string& id, const protocol::crypto::SecretKey& key) {
  headend::model::Station station;
  station.id = id;
  station.name = "Cụm loa " + id;
  station.key = key.public_key();
  return station;
}

headend::model::Programme morning() {
  headend::model::Programme programme;
  programme.id = "morning";
  programme.title = "Buổi sáng";
  for (int segment = 0; segment < segments; ++segment) programme.segments.push_back({object_of(segment), "news"});
  programme.start = std::chrono::hours{5};
  programme.groups = {headend::model::everyone};
  return programme;
}

headend::model::Policy always() {
  headend::model::Policy policy;
  policy.id = "bench";
  policy.reference = "bench";
  policy.windows = {{}};
  return policy;
}

Result<void> fill(const BenchWard& ward, Store& store) {
  LOA_TRY(store.stations().put_group({headend::model::everyone, "Toàn phường"}));
  LOA_TRY(store.library().put_category({"news", "Bản tin"}));
  for (int segment = 0; segment < segments; ++segment) LOA_TRY(store.library().put(content_of(segment)));
  for (std::size_t i = 0; i < ward.stations.size(); ++i) {
    LOA_TRY(store.stations().put(station_of(ward.station_id(static_cast<int>(i)), ward.stations[i])));
  }
  LOA_TRY(store.schedule().put_programme(morning()));
  return store.schedule().put_policy(always());
}

}  // namespace

BenchWard::BenchWard(int station_count) {
  for (int i = 0; i < station_count; ++i) stations.push_back(protocol::crypto::SecretKey::generate());
}

headend::planner::Settings BenchWard::planner_settings() const {
  headend::planner::Settings settings;
  settings.content_url = "https://127.0.0.1:8443/content/";
  return settings;
}

Result<SqliteStore> BenchWard::make_store(const std::filesystem::path& file) const {
  LOA_TRY_LET(auto store, SqliteStore::open(file));
  LOA_TRY(store.write([&](headend::store::Unit&) { return fill(*this, store); }));
  return store;
}

}  // namespace loa::bench
