#include "headend/backup/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "protocol/base/file.hpp"

namespace loa::headend::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t piece_bytes = 1U << 20U;

Result<UniqueFd> open_to_read(const fs::path& path) {
  UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  if (fd.valid()) return fd;
  return fail(errno == ENOENT ? ErrorCode::missing : ErrorCode::io, "cannot open {}: {}", path.string(), errno_text());
}

/// A file that is being written; what was not finished is removed.
class NewFile {
 public:
  static Result<NewFile> make(const fs::path& path, std::optional<unsigned> mode) {
    ::unlink(path.c_str());
    UniqueFd fd{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode.value_or(0600))};
    if (!fd.valid()) return fail(ErrorCode::io, "cannot create {}: {}", path.string(), errno_text());
    if (!mode || ::fchmod(fd.get(), *mode) == 0) return NewFile{path, std::move(fd)};
    return fail(ErrorCode::io, "cannot set rights of {}: {}", path.string(), errno_text());
  }
  Result<void> add(std::string_view bytes) {
    hash_.add(bytes);
    written_ += bytes.size();
    return write_all(fd_.get(), bytes, path_);
  }
  Result<Written> finish(Durable durable) {
    const bool later = durable == Durable::by_flush;
    if (later) ::sync_file_range(fd_.get(), 0, 0, SYNC_FILE_RANGE_WRITE);  // begins; flush() waits
    if (!later && ::fsync(fd_.get()) != 0)
      return fail(ErrorCode::io, "cannot sync {}: {}", path_.string(), errno_text());
    path_.clear();
    return Written{hash_.finish(), written_};
  }
  NewFile(NewFile&& other) noexcept
      : path_(std::exchange(other.path_, {})), fd_(std::move(other.fd_)), hash_(std::move(other.hash_)) {}
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

 private:
  NewFile(fs::path path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
  fs::path path_;
  UniqueFd fd_;
  protocol::crypto::Sha256Stream hash_;
  std::uint64_t written_ = 0;
};

/// Hands a file on in pieces.
Result<void> read_pieces(const fs::path& path, const std::function<Result<void>(std::string_view)>& take) {
  LOA_TRY_LET(const auto fd, open_to_read(path));
  ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  std::string piece(piece_bytes, '\0');
  while (true) {
    const ssize_t got = ::read(fd.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorCode::io, "cannot read {}: {}", path.string(), errno_text());
    if (got == 0) return {};
    LOA_TRY(take(std::string_view{piece.data(), static_cast<std::size_t>(got)}));
  }
}

}  // namespace

Result<Written> write_file(const fs::path& to, std::string_view bytes, std::optional<unsigned> mode) {
  LOA_TRY_LET(auto file, NewFile::make(to, mode));
  LOA_TRY(file.add(bytes));
  return file.finish(Durable::now);
}

Result<Written> copy_file(const fs::path& from, const fs::path& to, std::optional<unsigned> mode, const Moved& moved,
                          Durable durable) {
  LOA_TRY_LET(auto file, NewFile::make(to, mode));
  LOA_TRY(read_pieces(from, [&](std::string_view piece) -> Result<void> {
    moved(piece.size());
    return file.add(piece);
  }));
  return file.finish(durable);
}

Result<void> flush(const fs::path& folder) {
  const UniqueFd fd{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (fd.valid() && ::syncfs(fd.get()) == 0) return {};
  return fail(errno == ENOSPC ? ErrorCode::full : ErrorCode::io, "cannot sync {}: {}", folder.string(), errno_text());
}

Result<Written> hash_file(const fs::path& file, const Moved& moved) {
  protocol::crypto::Sha256Stream hash;
  std::uint64_t bytes = 0;
  LOA_TRY(read_pieces(file, [&](std::string_view piece) -> Result<void> {
    moved(piece.size());
    bytes += piece.size();
    hash.add(piece);
    return {};
  }));
  return Written{hash.finish(), bytes};
}

}  // namespace loa::headend::backup
