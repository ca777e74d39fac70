#pragma once
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "tests/fuzz/fuzz.hpp"

namespace loa::fuzz {

/// A folder that goes with the program, in memory where there is one: a fuzzer writes and syncs thousands of files.
class Workshop {
 public:
  Workshop() {
    const std::filesystem::path memory{"/dev/shm"};
    const bool usable = ::access(memory.c_str(), W_OK | X_OK) == 0;
    std::string pattern = (usable ? memory : std::filesystem::temp_directory_path()) / "loa-fuzz-XXXXXX";
    fuzz_demand(::mkdtemp(pattern.data()) != nullptr, "no folder to work in");
    path_ = pattern;
  }
  ~Workshop() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace loa::fuzz
