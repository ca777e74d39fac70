#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/process.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::tests {

/// A ward in a folder of its own, worked on by the real `loa` and the real `loa-headend`.
class WardAtWork {
 public:
  /// Runs `loa ward init`: ports chosen by itself.
  explicit WardAtWork(const std::string& host = "127.0.0.1");

  /// Runs `loa` on this ward and hands back what it said.
  [[nodiscard]] Finished loa(std::vector<std::string> words) const;
  /// The same, and the test fails unless it succeeds.
  std::string must(std::vector<std::string> words) const;

  /// Starts loa-headend and waits until it is ready.
  Process open_office() const;

  [[nodiscard]] std::filesystem::path folder() const { return temp_ / "ward"; }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return temp_ / name; }
  [[nodiscard]] int number(const std::string& key) const;  ///< of `loa ward show --json`
  [[nodiscard]] int broker_pid() const;                    ///< 0: none

  /// Every file of the ward with the digest of its bytes.
  [[nodiscard]] std::map<std::string, std::string> snapshot() const;

 private:
  TempFolder temp_{"loa-ward"};
};

/// Text of a file, without its last newline.
std::string text_of(const std::filesystem::path& file);

}  // namespace loa::tests
