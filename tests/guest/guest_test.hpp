#pragma once
#include <gtest/gtest.h>

#include "tests/guest/guest.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::tests {

/// What is shown with a guest: this build is installed for it as a package would be.
class GuestTest : public testing::Test {
 protected:
  /// `cmake --install` of this build into a folder that the guest finds in /usr/local.
  void install();
  /// From power on until its shell answers.
  void boot();
  /// @return what it printed; a failed command fails the test
  std::string run(const std::string& line);
  /// Asks until the command succeeds.
  bool holds(const std::string& line, std::chrono::milliseconds deadline) {
    return wait_until(deadline, [&] { return guest_->run(line).has_value(); });
  }
  /// What a unit has logged since the boot.
  std::string log_of(const std::string& unit) { return run("journalctl -u " + unit + " -o cat --no-pager"); }
  /// The lines that a shipped unit tells its reader to type, as they stand at its top.
  [[nodiscard]] std::vector<std::string> lines_to_type(const std::string& unit) const;
  [[nodiscard]] std::filesystem::path disk() const { return temp_ / "disk.img"; }

  const TempFolder temp_{"loa-guest"};
  std::unique_ptr<Guest> guest_;
};

}  // namespace loa::tests
