#include "headend/backup/make.hpp"

#include <algorithm>
#include <future>
#include <set>

#include "content/store/object_store.hpp"
#include "headend/backup/files.hpp"
#include "headend/backup/secrets.hpp"
#include "headend/backup/sets.hpp"
#include "headend/store/sqlite/copy.hpp"
#include "headend/store/sqlite/sqlite_store.hpp"
#include "protocol/base/log.hpp"

namespace loa::headend::backup {
namespace {

namespace fs = std::filesystem;
using content::store::ObjectStore;

/// Of what is not finished.
constexpr const char* making_suffix = ".making";
constexpr std::uint64_t most_small_bytes = 1U << 20U;

/// Refuses a folder that is for something else: a stick's root would be littered.
Result<void> demand_backup_folder(const fs::path& folder, const std::string& ward) {
  const auto sets = sets_in(folder);
  std::error_code ignored;
  if (sets.empty() && !fs::exists(folder / "objects", ignored) && !fs::is_empty(folder, ignored)) {
    return fail(ErrorCode::exists,
                "{} có thứ khác bên trong: hãy chọn thư mục mới, ví dụ {} · something else is in it: name a new folder",
                folder.string(), (folder / ("loa-" + ward)).string());
  }
  for (const auto& set : sets) {
    const auto manifest = read_manifest(folder / set);
    if (!manifest || manifest->ward == ward) continue;
    return fail(ErrorCode::exists,
                "{} là bản sao lưu của phường {}, không phải {} · it is the backup of ward {}, not "
                "of {}: name another folder",
                folder.string(), manifest->ward, ward, manifest->ward, ward);
  }
  return {};
}

/// One set while it is made.
class Maker {
 public:
  Maker(const ward::Ward& ward, const Wish& wish, const Progress& progress)
      : ward_(ward), wish_(wish), progress_(progress) {}

  Result<Made> run(std::string_view passphrase, WallTime now);

 private:
  Result<void> begin(WallTime now);
  Result<void> look_at_store();
  Result<void> copy_store_and_objects();
  Result<void> collect_small();
  Result<void> collect_outside();
  Result<void> collect(const fs::path& below);
  Result<void> write_small(std::future<Result<std::string>> sealing);
  Result<void> name_objects();
  Result<void> copy_object(const ObjectStore& objects, const store::sqlite::NamedObject& object);
  Result<void> finish();
  void remove_older();
  void moved(std::uint64_t bytes);
  void list(std::string path, const Written& written);

  const ward::Ward& ward_;
  const Wish& wish_;
  const Progress& progress_;
  Made made_;
  fs::path making_;
  std::vector<store::sqlite::NamedObject> objects_;
  std::vector<SecretFile> open_, secret_;
  std::vector<fs::path> fresh_;  ///< objects that are copied and have not their name yet
  std::uint64_t to_do_ = 1, done_ = 0;
};

void Maker::moved(std::uint64_t bytes) {
  done_ += bytes;
  progress_(std::min(1.0, static_cast<double>(done_) / static_cast<double>(to_do_)));
}

void Maker::list(std::string path, const Written& written) {
  made_.manifest.files.push_back({std::move(path), written.sha256, written.bytes});
  made_.bytes_written += written.bytes;
}

/// Removes what an earlier attempt left, and begins a folder of its own.
Result<void> Maker::begin(WallTime now) {
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator{wish_.folder, failed}) {
    if (entry.path().extension() == making_suffix) fs::remove_all(entry.path(), failed);
  }
  if (failed) return fail(ErrorCode::io, "cannot tidy {}: {}", wish_.folder.string(), failed.message());
  for (made_.set = name_of_set(now); fs::exists(wish_.folder / made_.set, failed); made_.set = name_of_set(now))
    now += std::chrono::seconds{1};
  made_.manifest.made = now;
  making_ = wish_.folder / (made_.set + making_suffix);
  return make_folders(making_, 0700);
}

/// A ward that nobody has used yet gets its store first.
Result<void> Maker::look_at_store() {
  std::error_code ignored;
  if (!fs::exists(ward_.database_file(), ignored)) LOA_TRY(store::sqlite::SqliteStore::open(ward_.database_file()));
  LOA_TRY_LET(objects_, store::sqlite::named_objects(ward_.database_file()));
  to_do_ = fs::file_size(ward_.database_file(), ignored) + 1;
  for (const auto& object : objects_) to_do_ += object.bytes;
  return {};
}

/// Copies the database, and beside it the objects that it named just now; then those that only the copy names.
Result<void> Maker::copy_store_and_objects() {
  LOA_TRY_LET(const auto objects, ObjectStore::open(ward_.content_folder()));
  const auto database = making_ / database_name;
  auto copying =
      std::async(std::launch::async, [&] { return store::sqlite::copy_database(ward_.database_file(), database); });
  for (const auto& object : objects_) LOA_TRY(copy_object(objects, object));
  LOA_TRY(copying.get());
  LOA_TRY_LET(const auto facts, store::sqlite::examine_copy(database));
  made_.manifest.store_version = facts.version;
  std::set<Sha256> done;
  for (const auto& object : objects_) done.insert(object.sha256);
  for (const auto& object : facts.objects)
    if (!done.contains(object.sha256)) LOA_TRY(copy_object(objects, object));
  LOA_TRY_LET(const auto written, hash_file(database, [this](auto bytes) { moved(bytes); }));
  list(database_name, written);
  return name_objects();
}

/// Takes up one small file; what is no certificate and no setting is secret.
Result<void> Maker::collect(const fs::path& below) {
  LOA_TRY_LET(auto bytes, read_file(ward_.folder() / below, most_small_bytes));
  const bool open = below.extension() == ".crt" || below == "ward.toml";
  (open ? open_ : secret_).push_back({below.string(), std::move(bytes)});
  return {};
}

Result<void> Maker::collect_small() {
  LOA_TRY(collect("ward.toml"));
  for (const char* folder : {"keys", "ca"}) {
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator{ward_.folder() / folder, failed}) {
      if (entry.is_regular_file(failed) && entry.path().extension() != ".new")
        LOA_TRY(collect(fs::path{folder} / entry.path().filename()));
    }
    if (failed) return fail(ErrorCode::io, "cannot list {}: {}", (ward_.folder() / folder).string(), failed.message());
  }
  return collect_outside();
}

/// What an outside broker needs: inside the ward's folder it is the ward's own, elsewhere it is said.
Result<void> Maker::collect_outside() {
  const auto& outside = ward_.settings().outside_broker;
  if (!outside) return {};
  const auto folder = fs::absolute(ward_.folder()).lexically_normal();
  for (const auto& file : {outside->password_file, outside->ca_file}) {
    if (file.empty()) continue;
    const auto below = fs::absolute(file).lexically_normal().lexically_relative(folder);
    const auto is_it = [&](const auto& one) { return one.path == below; };
    if (!is_safe_path(below.string())) {
      made_.left_out.push_back(file.string());
    } else if (std::none_of(secret_.begin(), secret_.end(), is_it) && std::none_of(open_.begin(), open_.end(), is_it)) {
      LOA_TRY(collect(below));
    }
  }
  return {};
}

/// @param sealing  the keys: their passphrase's key takes a quarter of a second, beside the copying
Result<void> Maker::write_small(std::future<Result<std::string>> sealing) {
  LOA_TRY_LET(const auto sealed, sealing.get());
  LOA_TRY_LET(const auto secrets, write_file(making_ / secrets_name, sealed, std::nullopt));
  list(secrets_name, secrets);
  for (const auto& file : open_) {
    LOA_TRY(make_folders((making_ / file.path).parent_path(), 0700));
    LOA_TRY_LET(const auto written, write_file(making_ / file.path, file.bytes, std::nullopt));
    LOA_TRY(sync_folder((making_ / file.path).parent_path()));
    list(file.path, written);
  }
  return sync_folder(making_);
}

/// An object that the ward lacks, or has damaged, holds up nothing: it is named in the list.
Result<void> Maker::copy_object(const ObjectStore& objects, const store::sqlite::NamedObject& object) {
  const auto to = object_file(wish_.folder, object.sha256);
  std::error_code missing;
  if (const auto size = fs::file_size(to, missing); !missing && size == object.bytes) {
    made_.manifest.objects.push_back({object.sha256.hex(), object.sha256, object.bytes});
    moved(object.bytes);
    return {};
  }
  auto fresh = to;
  fresh += making_suffix;
  fs::create_directories(to.parent_path(), missing);  // a failure is the copy's
  const auto from = objects.path_of(object.sha256);
  const auto copied = copy_file(
      from, fresh, std::nullopt, [this](auto bytes) { moved(bytes); }, Durable::by_flush);
  if (!copied && copied.error().code != ErrorCode::missing) return pass(copied.error());
  if (!copied || copied->sha256 != object.sha256) {
    fs::remove(fresh, missing);
    log::error("backup.object_absent", {{"object", object.sha256.hex()}, {"damaged", copied.has_value()}});
    made_.manifest.absent.push_back(object.sha256);
    return {};
  }
  fresh_.push_back(to);
  made_.manifest.objects.push_back({object.sha256.hex(), object.sha256, copied->bytes});
  ++made_.objects_copied;
  made_.bytes_written += copied->bytes;
  return {};
}

/// An object gets its name when it is durable, and the list comes after that.
Result<void> Maker::name_objects() {
  LOA_TRY(make_folders(wish_.folder / "objects", 0700));
  LOA_TRY(flush(wish_.folder));
  for (const auto& object : fresh_) {
    if (::rename((object.string() + making_suffix).c_str(), object.c_str()) != 0)
      return fail(ErrorCode::io, "cannot put {} in place: {}", object.string(), errno_text());
  }
  return flush(wish_.folder);
}

Result<void> Maker::finish() {
  LOA_TRY_LET(const auto key, ward_.plan_key());
  made_.manifest.key = key.public_key();
  LOA_TRY(write_file(making_ / manifest_name, format(made_.manifest, key), std::nullopt));
  LOA_TRY(sync_folder(making_));
  if (::rename(making_.c_str(), (wish_.folder / made_.set).c_str()) != 0)
    return fail(ErrorCode::io, "cannot put {} in place: {}", making_.string(), errno_text());
  return sync_folder(wish_.folder);
}

/// The new set is durable: what is removed now is not needed. Objects stay, for an older set may name them.
void Maker::remove_older() {
  auto sets = sets_in(wish_.folder);
  const auto keep = std::max<std::size_t>(wish_.keep, 1);
  if (sets.size() <= keep) return;
  sets.resize(sets.size() - keep);
  for (const auto& set : sets) {
    std::error_code failed;
    if (set != made_.set && fs::remove_all(wish_.folder / set, failed) > 0) ++made_.removed;
  }
}

Result<Made> Maker::run(std::string_view passphrase, WallTime now) {
  const auto& settings = ward_.settings();
  made_.manifest.ward = settings.id;
  made_.manifest.name = settings.name;
  std::replace(made_.manifest.name.begin(), made_.manifest.name.end(), '\n', ' ');
  made_.manifest.program = wish_.program;
  const auto write = [&]() -> Result<void> {
    LOA_TRY(begin(now));
    LOA_TRY(look_at_store());
    LOA_TRY(collect_small());
    auto sealing = std::async(std::launch::async, [&] { return seal_secrets(secret_, passphrase, wish_.effort); });
    LOA_TRY(copy_store_and_objects());
    LOA_TRY(write_small(std::move(sealing)));
    return finish();
  };
  if (auto written = write(); !written) {
    std::error_code ignored;
    if (!making_.empty()) fs::remove_all(making_, ignored);
    return pass(std::move(written).error(), "chưa sao lưu được · no backup was made");
  }
  remove_older();
  return std::move(made_);
}

}  // namespace

Result<Made> make(const ward::Ward& ward, const Wish& wish, std::string_view passphrase, WallTime now,
                  const Progress& progress) {
  LOA_TRY(check_passphrase(passphrase));
  LOA_TRY(make_folders(wish.folder, 0700));
  LOA_TRY_LET(const auto lock, lock_folder(wish.folder));
  LOA_TRY(demand_backup_folder(wish.folder, ward.settings().id));
  return Maker{ward, wish, progress}.run(passphrase, now);
}

}  // namespace loa::headend::backup
