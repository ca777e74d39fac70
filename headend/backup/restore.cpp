#include "headend/backup/restore.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "headend/backup/files.hpp"
#include "headend/backup/secrets.hpp"
#include "headend/backup/sets.hpp"
#include "headend/store/sqlite/copy.hpp"
#include "headend/ward/headend_lock.hpp"
#include "headend/ward/ward.hpp"
#include "protocol/crypto/passphrase.hpp"

namespace loa::headend::backup {
namespace {

namespace fs = std::filesystem;
using protocol::crypto::SecretKey;

constexpr std::uint64_t most_secret_bytes = 16U << 20U;
constexpr unsigned open_mode = 0644, private_mode = 0600, object_mode = 0444;

/// A set with its list, as it was found.
struct Source {
  fs::path folder;
  std::string set;
  Manifest manifest;
  [[nodiscard]] fs::path file(const std::string& path) const { return folder / set / path; }
};

Result<Source> find_source(const RestoreWish& wish) {
  const auto sets = sets_in(wish.folder);
  if (sets.empty()) {
    return fail(ErrorCode::missing,
                "không có bản sao lưu trong {} · there is no backup in it: give the folder that "
                "`loa backup` was given",
                wish.folder.string());
  }
  Source source{wish.folder, wish.set.empty() ? sets.back() : wish.set, {}};
  if (std::find(sets.begin(), sets.end(), source.set) == sets.end())
    return fail(ErrorCode::missing, "{} has no set {}; the newest is {}", wish.folder.string(), source.set,
                sets.back());
  LOA_TRY_LET(source.manifest, read_manifest(wish.folder / source.set));
  if (source.manifest.store_version <= store::sqlite::newest_store_version()) return source;
  return fail(ErrorCode::unsupported,
              "bản sao lưu của chương trình mới hơn ({}): hãy cài bản đó · the backup was made by a newer program, {}: "
              "install that one first",
              source.manifest.program, source.manifest.program);
}

const Entry* entry_of(const Manifest& manifest, const std::string& path) {
  const auto found =
      std::find_if(manifest.files.begin(), manifest.files.end(), [&](const auto& file) { return file.path == path; });
  return found == manifest.files.end() ? nullptr : &*found;
}

/// Opens the sealed keys, and demands that one of them signed the list: then nobody without the passphrase made it.
Result<std::vector<SecretFile>> open_keys(const Source& source, std::string_view passphrase) {
  const auto path = source.file(secrets_name);
  const auto* listed = entry_of(source.manifest, secrets_name);
  if (listed == nullptr) return fail(ErrorCode::invalid, "{} lists no {}", source.set, secrets_name);
  LOA_TRY_LET(const auto sealed, read_file(path, most_secret_bytes));
  LOA_TRY(demand_same(path, {protocol::crypto::sha256(sealed), sealed.size()}, *listed));
  auto files = open_secrets(sealed, passphrase);
  if (!files) return pass(std::move(files).error(), path.string());
  return files;
}

/// Writes what was sealed into the folder that is made.
Result<void> put_keys(const fs::path& making, std::vector<SecretFile>& files) {
  for (auto& file : files) {
    const auto path = making / file.path;
    LOA_TRY(make_folders(path.parent_path(), 0700));
    LOA_TRY(write_file(path, file.bytes, private_mode));
    LOA_TRY(sync_folder(path.parent_path()));
    protocol::crypto::wipe(file.bytes);
  }
  return {};
}

Result<void> demand_signer(const fs::path& making, const Source& source) {
  LOA_TRY_LET(const auto key, SecretKey::load(making / "keys/plan.key"));
  if (key.public_key() == source.manifest.key) return {};
  return fail(
      ErrorCode::refused,
      "{} không do khóa của phường này ký: bản sao lưu đã bị thay · it was not signed by the key that is sealed "
      "in it: the backup was tampered with",
      source.file(manifest_name).string());
}

/// Copies everything that is no secret, each byte held against the list.
Result<void> put_files(const fs::path& making, const Source& source, const Moved& moved) {
  for (const auto& file : source.manifest.files) {
    if (file.path == secrets_name) continue;
    const auto to = making / file.path;
    LOA_TRY(make_folders(to.parent_path(), 0700));
    const auto mode = file.path == database_name ? private_mode : open_mode;
    LOA_TRY_LET(const auto written, copy_file(source.file(file.path), to, mode, moved));
    LOA_TRY(demand_same(source.file(file.path), written, file));
    LOA_TRY(sync_folder(to.parent_path()));
  }
  return {};
}

Result<void> put_objects(const fs::path& making, const Source& source, const Moved& moved) {
  const auto objects = making / "objects";
  LOA_TRY(make_folders(objects, 0755));
  for (const auto& object : source.manifest.objects) {
    const auto from = object_file(source.folder, object.sha256), to = object_file(making, object.sha256);
    LOA_TRY(make_folders(to.parent_path(), 0755));
    LOA_TRY_LET(const auto written, copy_file(from, to, object_mode, moved));
    LOA_TRY(demand_same(from, written, object));
  }
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator{objects, failed}) LOA_TRY(sync_folder(entry.path()));
  return sync_folder(objects);
}

Result<void> fill(const fs::path& making, const Source& source, std::string_view passphrase, const Progress& progress) {
  const auto total = static_cast<double>(std::max<std::uint64_t>(bytes_of(source.manifest), 1));
  std::uint64_t done = 0;
  const Moved moved = [&](std::uint64_t bytes) { progress(std::min(1.0, static_cast<double>(done += bytes) / total)); };
  LOA_TRY_LET(auto keys, open_keys(source, passphrase));
  LOA_TRY(put_keys(making, keys));
  LOA_TRY(demand_signer(making, source));
  LOA_TRY(put_files(making, source, moved));
  LOA_TRY(put_objects(making, source, moved));
  LOA_TRY(make_folders(making / "broker", 0700));
  LOA_TRY_LET(const auto opened, ward::Ward::open(making));
  if (opened.settings().id == source.manifest.ward) return sync_folder(making);
  return fail(ErrorCode::invalid, "{} is of ward {}, its list of {}", source.file("ward.toml").string(),
              opened.settings().id, source.manifest.ward);
}

/// The folder's place: free, or a ward of that id with no head-end, which is held for as long as this takes.
Result<std::optional<UniqueFd>> hold_place(const fs::path& into, const Source& source, bool replace) {
  std::error_code ignored;
  if (!fs::exists(into, ignored) || fs::is_empty(into, ignored)) return std::nullopt;
  const auto there = ward::Ward::open(into);
  if (!there || there->settings().id != source.manifest.ward) {
    return fail(ErrorCode::exists,
                "{} có thứ khác bên trong, không phải phường {}: hãy chọn thư mục mới · it is neither empty nor ward "
                "{}: name a new folder",
                into.string(), source.manifest.ward, source.manifest.ward);
  }
  LOA_TRY_LET(auto lock, ward::hold_headend_lock(into, source.manifest.ward));
  if (replace) return lock;
  return fail(ErrorCode::exists,
              "phường {} đang ở {}: thêm --replace để cất nó sang bên và khôi phục · ward {} is there: with --replace "
              "it is moved aside and the backup takes its place",
              source.manifest.ward, into.string(), source.manifest.ward);
}

Result<void> move(const fs::path& from, const fs::path& to, unsigned flags) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0) return {};
  return fail(errno == EINVAL ? ErrorCode::unsupported : ErrorCode::io, "cannot move {} to {}: {}", from.string(),
              to.string(), errno_text());
}

/// Where an old ward goes: its own name with the instant, free.
fs::path aside_of(const fs::path& into, WallTime now) {
  auto aside = into.string() + ".before-" + name_of_set(now);
  while (fs::exists(aside)) aside += "-2";
  return aside;
}

/// Lets the new ward and the old one change places at once, so that at no instant there is none. The new one has the
/// old one's later name before that: what a power cut leaves is two whole wards.
Result<void> change_places(const fs::path& making, const fs::path& into, const fs::path& aside) {
  LOA_TRY(move(making, aside, RENAME_NOREPLACE));
  auto changed = move(aside, into, RENAME_EXCHANGE);
  if (changed || changed.error().code != ErrorCode::unsupported) return changed;
  LOA_TRY(move(aside, making, 0));  // a file system that cannot: for an instant there is none
  LOA_TRY(move(into, aside, 0));
  return move(making, into, 0);
}

Result<UniqueFd> begin_making(const fs::path& making) {
  LOA_TRY(make_folders(making, 0700));
  LOA_TRY_LET(auto lock, lock_folder(making));
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator{making, failed}) fs::remove_all(entry.path(), failed);
  if (failed) return fail(ErrorCode::io, "cannot clean {}: {}", making.string(), failed.message());
  return lock;
}

/// Builds the ward beside its place, then puts it there.
Result<Restored> restore_whole(const RestoreWish& wish, std::string_view passphrase, WallTime now,
                               const Progress& progress) {
  LOA_TRY_LET(const auto source, find_source(wish));
  const auto into = fs::absolute(wish.into / "").lexically_normal().parent_path();
  LOA_TRY_LET(const auto held, hold_place(into, source, wish.replace));
  auto making = into;
  making += ".restoring";
  LOA_TRY(make_folders(into.parent_path()));
  LOA_TRY_LET(const auto lock, begin_making(making));
  if (auto filled = fill(making, source, passphrase, progress); !filled) {
    std::error_code ignored;
    fs::remove_all(making, ignored);
    return pass(std::move(filled).error());
  }
  Restored restored{source.set, source.manifest, std::nullopt};
  if (held) {
    restored.aside = aside_of(into, now);
    LOA_TRY(change_places(making, into, *restored.aside));
  } else {
    LOA_TRY(move(making, into, 0));
  }
  LOA_TRY(sync_folder(into.parent_path()));
  return restored;
}

}  // namespace

Result<Restored> restore(const RestoreWish& wish, std::string_view passphrase, WallTime now, const Progress& progress) {
  auto restored = restore_whole(wish, passphrase, now, progress);
  if (!restored) return pass(std::move(restored).error(), "chưa khôi phục gì · nothing was restored");
  return restored;
}

}  // namespace loa::headend::backup
