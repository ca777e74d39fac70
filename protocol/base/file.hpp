#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "protocol/base/result.hpp"

namespace loa {

/// Owns one file descriptor.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  ~UniqueFd();
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// "No space left on device" and the like, for the current errno or the one given.
std::string errno_text();
std::string errno_text(int number);

/// Reads a whole regular file.
/// @param max_bytes  a larger file is refused unread
/// @error            missing · invalid: larger than max_bytes, or not a regular file · io
Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t max_bytes);

/// Replaces a file so that after a power cut either the old or the new whole content is there: temporary file beside
/// it, write, fsync, rename, fsync of the folder.
/// @param mode  permission bits of the new file
/// @error       io · full; the old file is untouched
Result<void> save_file(const std::filesystem::path& path, std::string_view bytes, unsigned mode = 0644);

/// Writes all bytes to a descriptor, retrying short writes.
/// @error io · full
Result<void> write_all(int fd, std::string_view bytes, const std::filesystem::path& name_for_errors);

/// Makes a folder entry durable: call after a rename or a creation in it.
/// @error io
Result<void> sync_folder(const std::filesystem::path& folder);

/// What the file system of a folder has left.
struct DiskSpace {
  std::uint64_t free_bytes = 0;  ///< for this user: what is kept for root is not in it
  bool read_only = false;
};
/// @error missing · io; may hang as long as the disk does
Result<DiskSpace> disk_space(const std::filesystem::path& folder);

/// Makes a folder and its parents, each durable, if they are not there.
/// @param mode  permission bits of the folders made
/// @error io · full · refused · exists: something else than a folder is there
Result<void> make_folders(const std::filesystem::path& folder, unsigned mode = 0755);

}  // namespace loa
