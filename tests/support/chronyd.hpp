#pragma once
#include <filesystem>
#include <string>

#include "tests/support/process.hpp"

namespace loa::tests {

/// Debian's chrony, unpacked by tools/chrony and not installed: this machine keeps the time daemon it has.
std::filesystem::path chrony_folder();

/// A chronyd that reads this clock and never touches it, in the foreground, as the user who runs us.
/// @param settings  what chrony.conf(5) knows @error io: `file` cannot be written · as Process::start()
Result<Process> start_chronyd(const std::filesystem::path& file, const std::string& settings);

}  // namespace loa::tests
