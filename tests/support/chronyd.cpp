#include "tests/support/chronyd.hpp"

#include <pwd.h>
#include <unistd.h>

#include "protocol/base/file.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::tests {

std::filesystem::path chrony_folder() { return source_folder() / "build/chrony"; }

Result<Process> start_chronyd(const std::filesystem::path& file, const std::string& settings) {
  LOA_TRY(save_file(file, fmt::format("{}\nbindcmdaddress /\npidfile {}.pid\n", settings, file.string())));
  const auto* user = ::getpwuid(::geteuid());
  return Process::start({{(chrony_folder() / "usr/sbin/chronyd").string(), "-x", "-d", "-U", "-u",
                          user ? user->pw_name : "root", "-f", file.string()}});
}

}  // namespace loa::tests
