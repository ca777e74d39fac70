#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "protocol/base/result.hpp"
#include "tests/system/power_cuts/disk/tape.hpp"

namespace loa::tests {

/// One step on the tape.
struct TapeStep {
  TapeKind kind;
  std::uint64_t file = 0;  ///< inode
  std::uint64_t offset = 0;
  std::string path, second, bytes;
};

/// Which of the steps that no sync covers a power cut leaves.
enum class Survival {
  nothing,     ///< only what was synced
  everything,  ///< all of it
  names_only,  ///< every creation, rename and removal, but no byte: files of no length after a rename
  data_only,   ///< every byte, but no creation, rename or removal
  prefix,      ///< all up to a moment, the last write torn
  last_torn,   ///< all, but the last write into each file is torn: short, zeros, noise, or some of its sectors
  any,         ///< any subset, whatever came first: of names, of writes, of their sectors and lengths
};
inline constexpr int survivals = 7;

/// A disk that holds a folder, and forgets.
///
/// store() lays the folder out; processes work on it under the preload library, one after the other and onto one tape,
/// until power_cut() decides what the next one finds. A process that is only killed loses nothing, but what it had not
/// synced is still not synced.
class ForgetfulDisk {
 public:
  using Random = std::mt19937_64;

  /// Takes over what lies in `folder` already, all of it durable.
  /// @error io
  Result<void> load(const std::filesystem::path& folder);

  /// Takes away what has a path that begins so.
  void drop(std::string_view prefix);

  /// Lays the disk's content out in `folder`, made anew.
  /// @error io
  Result<void> store(const std::filesystem::path& folder);

  /// Takes a tape over what store() laid out, and compares: had everything been kept, it would be what is there now.
  /// @error invalid: the tape does not tell all that was done, so this judge is blind
  Result<std::vector<TapeStep>> take(const std::filesystem::path& tape);

  /// The power failed.
  void power_cut(const std::vector<TapeStep>& steps, Survival survival, Random& random);

 private:
  struct Entry {
    bool folder = false;
    int file = -1;
    bool operator==(const Entry&) const = default;
  };
  using Names = std::map<std::string, Entry>;
  struct Numbered;  // a step with its file

  std::vector<Numbered> number(const std::vector<TapeStep>& steps);
  void replace(Names names, std::map<int, std::string> data);
  [[nodiscard]] static bool apply(Names& names, std::map<int, std::string>& data, const Numbered& step);

  std::filesystem::path folder_;
  Names names_;
  std::map<int, std::string> data_;
  std::map<std::uint64_t, int> files_;  ///< by inode, of what is laid out
  int next_file_ = 0;
};

/// @error invalid: cut short
Result<std::vector<TapeStep>> read_tape(const std::filesystem::path& tape);

}  // namespace loa::tests
