#pragma once
#include <cstdint>

/// What a process did to a folder, as the preload library (forgetful_calls.cpp) writes it down: a head for each step,
/// then its path, its second path and its bytes.
namespace loa::tests {

enum class TapeKind : std::uint32_t {
  create,       ///< a new file
  write,        ///< into a file
  map_write,    ///< a sector of a mapped file that was changed by storing to memory
  truncate,     ///< to `offset` bytes
  sync,         ///< of a file
  rename,       ///< path → second path
  remove,       ///< a file
  make_folder,  ///<
  sync_folder,  ///<
  cut,          ///< here the power failed: `offset` is the kind of the step, `file` 0 before it and 1 after it
};

struct TapeHead {
  TapeKind kind;
  std::uint32_t path = 0;    ///< bytes of the path, relative to the folder
  std::uint32_t second = 0;  ///< of the second path
  std::uint32_t bytes = 0;   ///< of the data
  std::uint64_t file = 0;    ///< inode
  std::uint64_t offset = 0;
};
static_assert(sizeof(TapeHead) == 32);

// The library's orders, from the environment.
inline constexpr const char* tape_folder_variable = "LOA_DISK_FOLDER";  ///< absolute; absent: nothing is done
inline constexpr const char* tape_file_variable = "LOA_DISK_TAPE";      ///< appended to
/// "before:N", "after:N": of the N-th step, from 1; "before-sync:N", "after-sync:N": of the N-th sync. The process gets
/// SIGKILL there.
inline constexpr const char* tape_cut_variable = "LOA_DISK_CUT";
/// "sync": no sync does anything; "folder-sync": none of a folder does. What a disk that lies would do.
inline constexpr const char* tape_lie_variable = "LOA_DISK_LIE";

}  // namespace loa::tests
