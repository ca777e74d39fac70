#include <atomic>
#include <fstream>
#include <thread>

#include "content/store/object_store.hpp"
#include "headend/backup/make.hpp"
#include "headend/store/sqlite/sqlite_store.hpp"
#include "headend/ward/ward.hpp"
#include "tests/bench/bench.hpp"
#include "tests/support/process.hpp"

namespace loa::bench {

namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using headend::store::sqlite::SqliteStore;

constexpr int objects = 200;
constexpr std::size_t object_bytes = 1'000'000;  // three minutes of sound
constexpr int rows = 60'000;
constexpr std::size_t row_bytes = 1'000;  // what a proof takes, with its columns and indices

/// A ward of 200 MB of content and 60 MB of database.
Result<headend::ward::Ward> make_ward(const fs::path& folder) {
  headend::ward::Settings settings;
  settings.id = "bench";
  settings.name = "Phường";
  settings.hosts = {"127.0.0.1"};
  settings.mqtt_port = settings.https_port = 0;
  LOA_TRY_LET(auto ward, headend::ward::Ward::create(folder, settings));
  LOA_TRY_LET(auto store, SqliteStore::open(ward.database_file()));
  LOA_TRY_LET(auto files, content::store::ObjectStore::open(ward.content_folder()));
  LOA_TRY(store.library().put_category({"news", "Bản tin"}));
  for (int i = 0; i < objects; ++i) {
    headend::model::Content content;
    LOA_TRY_LET(content.object, files.put(protocol::crypto::random_bytes(object_bytes)));
    content.title = fmt::format("Bản tin {}", i);
    content.medium = v1::MEDIUM_AUDIO;
    content.bytes = object_bytes;
    content.category = "news";
    LOA_TRY(store.library().put(content));
  }
  const auto filled = store.write([&](headend::store::Unit& unit) -> Result<void> {
    headend::model::ProofRecord row;
    row.station = "s1";
    for (row.number = 1; row.number <= rows; ++row.number) {
      row.digest = protocol::crypto::sha256(fmt::format("{}", row.number));
      row.sealed = std::string(row_bytes, static_cast<char>('a' + row.number % 26));
      LOA_TRY_LET(const bool fresh, unit.waiting_proofs().put_fork(row));
      if (!fresh) return fail(ErrorCode::exists, "a row is there twice");
    }
    return {};
  });
  if (!filled) return pass(filled.error());
  return ward;
}

/// Commits each 0.25 s, as a head-end does when stations talk, until the object goes.
class Traffic {
 public:
  explicit Traffic(const fs::path& database)
      : thread_([this, database] {
          auto store = SqliteStore::open(database);
          for (int i = 0; store && !over_; ++i, std::this_thread::sleep_for(250ms)) {
            std::ignore = store->library().put_category({"live", fmt::format("{} {}", i, std::string(10'000, 'x'))});
          }
        }) {}
  ~Traffic() {
    over_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

Result<double> time_backup(const headend::ward::Ward& ward, const fs::path& to) {
  const double begin = now_s();
  const auto at = std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now());
  LOA_TRY(headend::backup::make(ward, {to, "bench"}, "bốn từ dễ nhớ lắm", at, [](double) {}));
  return now_s() - begin;
}

Result<double> time_cp(const fs::path& from, const fs::path& to) {
  const double begin = now_s();
  LOA_TRY_LET(const auto done,
              tests::run({.argv = {"sh", "-c", "cp -r \"$0\" \"$1\" && sync -f \"$1\"", from, to}}, 300s));
  if (!done.exit.ok()) return fail(ErrorCode::io, "cp failed: {}", done.err);
  return now_s() - begin;
}

}  // namespace

std::vector<Line> measure_backup(const Context& context) {
  const auto ward = make_ward(context.work / "ward");
  const char* name = "backup of 260 MB beside a commit each 0.25 s";
  if (!ward) {
    const auto none = Figures::not_measured(ward.error().text);
    return {{name, "s", "cp -r, sync", none, none}};
  }
  const Traffic traffic{ward->database_file()};
  int run = 0;
  const auto fresh = [&] { return context.work / fmt::format("to-{}", ++run); };
  const auto cp = sample(context.runs, [&] { return time_cp(ward->folder(), fresh()); });
  const auto ours = sample(context.runs, [&] { return time_backup(*ward, fresh()); });
  const auto usual = fresh();
  std::ignore = time_backup(*ward, usual);
  const auto next = sample(context.runs, [&] { return time_backup(*ward, usual); });
  Line first{name, "s", "cp -r, sync", ours, cp};
  if (cp.measured()) first.budget = 2 * cp.median();
  first.notes = {"ours is whole and hashed, its keys sealed; cp's copy of a database in use is neither"};
  return {first, {"… the next day's, into the same folder", "s", "cp -r, sync", next, cp}};
}

}  // namespace loa::bench
