#include "content/store/object_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "protocol/base/file.hpp"
#include "protocol/base/log.hpp"
#include "protocol/base/text.hpp"

namespace loa::content::store {
namespace fs = std::filesystem;
namespace {

constexpr unsigned object_mode = 0444;
constexpr auto leftover_age = std::chrono::hours{24};

fs::path objects_in(const fs::path& folder) { return folder / "objects"; }
fs::path partials_in(const fs::path& folder) { return folder / "partial"; }
fs::path temporaries_in(const fs::path& folder) { return folder / "temporary"; }

tl::unexpected<Error> errno_failure(const char* what, const fs::path& path) {
  const int number = errno;
  const auto code = number == ENOENT                       ? ErrorCode::missing
                    : number == ENOSPC || number == EDQUOT ? ErrorCode::full
                    : number == EACCES || number == EROFS  ? ErrorCode::refused
                                                           : ErrorCode::io;
  return fail(code, "cannot {} {}: {}", what, path.string(), errno_text(number));
}

/// A file under a name nobody else uses, removed again unless it was moved into place.
class TemporaryFile {
 public:
  static Result<TemporaryFile> create(const fs::path& folder) {
    auto path = temporaries_in(folder) / format_hex(protocol::crypto::random_bytes(8));
    UniqueFd fd{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
    if (!fd.valid()) return errno_failure("create", path);
    return TemporaryFile{std::move(path), std::move(fd)};
  }
  TemporaryFile(TemporaryFile&& other) noexcept : path_(std::move(other.path_)), fd_(std::move(other.fd_)) {
    other.path_.clear();
  }
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  ~TemporaryFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  Result<void> write(std::string_view bytes) { return write_all(fd_.get(), bytes, path_); }
  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] const fs::path& path() const { return path_; }
  void moved() { path_.clear(); }

 private:
  TemporaryFile(fs::path path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
  fs::path path_;
  UniqueFd fd_;
};

/// Makes an open file read-only and durable, then gives it its final name, durably.
Result<void> settle(int fd, const fs::path& from, const fs::path& to) {
  LOA_TRY(make_folders(to.parent_path()));
  if (::fchmod(fd, object_mode) != 0) return errno_failure("set rights of", from);
  if (::fsync(fd) != 0) return errno_failure("sync", from);
  if (::rename(from.c_str(), to.c_str()) != 0) return errno_failure("rename", from);
  return sync_folder(to.parent_path());
}

/// Makes the name of an object durable that another process may have stored a moment ago.
Result<void> settle_name(const fs::path& path) {
  LOA_TRY(sync_folder(path.parent_path().parent_path()));
  return sync_folder(path.parent_path());
}

void remove_leftovers(const fs::path& folder) {
  std::error_code ignored;
  const auto limit = fs::file_time_type::clock::now() - leftover_age;
  for (const auto& entry : fs::directory_iterator(temporaries_in(folder), ignored)) {
    const auto written = entry.last_write_time(ignored);
    if (ignored || written >= limit) continue;
    log::info("store.leftover_removed", {{"file", entry.path().string()}});
    fs::remove(entry.path(), ignored);
  }
}

Result<std::uint64_t> regular_size(const fs::path& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return errno_failure("examine", path);
  if (!S_ISREG(info.st_mode)) return fail(ErrorCode::missing, "{} is not a regular file", path.string());
  return static_cast<std::uint64_t>(info.st_size);
}

}  // namespace

Result<ObjectStore> ObjectStore::open(const fs::path& folder) {
  for (const auto& part : {objects_in(folder), partials_in(folder), temporaries_in(folder)}) {
    LOA_TRY(make_folders(part));
    if (::access(part.c_str(), W_OK | X_OK) != 0) {
      return fail(ErrorCode::refused, "cannot keep content in {}: {}; give this user the right to write there",
                  part.string(), errno_text());
    }
  }
  remove_leftovers(folder);
  return ObjectStore{folder};
}

bool ObjectStore::has(const Sha256& object) const { return regular_size(path_of(object)).has_value(); }

fs::path ObjectStore::path_of(const Sha256& object) const {
  const auto name = object.hex();
  return objects_in(folder_) / name.substr(0, 2) / name;
}

Result<std::uint64_t> ObjectStore::size_of(const Sha256& object) const {
  auto size = regular_size(path_of(object));
  if (!size && size.error().code == ErrorCode::missing) {
    return fail(ErrorCode::missing, "object {} is not in {}", object.hex(), folder_.string());
  }
  return size;
}

std::vector<Sha256> ObjectStore::list() const {
  std::vector<Sha256> objects;
  std::error_code ignored;
  for (const auto& shelf : fs::directory_iterator(objects_in(folder_), ignored)) {
    for (const auto& entry : fs::directory_iterator(shelf.path(), ignored)) {
      auto object = Sha256::from_hex(entry.path().filename().string());
      if (object && path_of(*object) == entry.path() && has(*object)) objects.push_back(*object);
    }
  }
  std::sort(objects.begin(), objects.end());
  return objects;
}

Result<Sha256> ObjectStore::put(std::string_view bytes) {
  const auto object = protocol::crypto::sha256(bytes);
  const auto there = size_of(object);
  if (there && *there == bytes.size()) {
    LOA_TRY(settle_name(path_of(object)));
    return object;
  }
  LOA_TRY_LET(auto temporary, TemporaryFile::create(folder_));
  LOA_TRY(temporary.write(bytes));
  LOA_TRY(settle(temporary.fd(), temporary.path(), path_of(object)));
  temporary.moved();
  return object;
}

fs::path ObjectStore::partial_path_of(const Sha256& object) const { return partials_in(folder_) / object.hex(); }

Result<void> ObjectStore::adopt_partial(const Sha256& object) {
  const auto partial = partial_path_of(object);
  UniqueFd fd{::open(partial.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
  if (!fd.valid()) return errno_failure("open", partial);
  LOA_TRY_LET(const auto found, protocol::crypto::sha256_file(partial));
  if (found != object) {
    ::unlink(partial.c_str());
    return fail(ErrorCode::invalid, "the download of object {} is something else ({}); it was removed, fetch it again",
                object.hex(), found.hex());
  }
  LOA_TRY(settle(fd.get(), partial, path_of(object)));
  return sync_folder(partials_in(folder_));
}

Result<void> ObjectStore::verify(const Sha256& object) {
  LOA_TRY(size_of(object));
  LOA_TRY_LET(const auto found, protocol::crypto::sha256_file(path_of(object)));
  if (found == object) return {};
  LOA_TRY(remove(object));
  return fail(ErrorCode::invalid, "object {} in {} was damaged; it was removed, fetch it again", object.hex(),
              folder_.string());
}

Result<void> ObjectStore::remove(const Sha256& object) {
  const auto path = path_of(object);
  if (::unlink(path.c_str()) != 0) {
    if (errno == ENOENT) return {};
    return errno_failure("remove", path);
  }
  return sync_folder(path.parent_path());
}

}  // namespace loa::content::store
