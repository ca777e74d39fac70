#include "tests/guest/guest_test.hpp"

#include <sstream>

#include "protocol/base/file.hpp"

namespace loa::tests {

void GuestTest::install() {
  Command command{{"cmake", "--install", program_folder().parent_path().string()}};
  command.env = {"DESTDIR=" + (temp_ / "installed").string()};
  const auto installed = tests::run(command);
  ASSERT_TRUE(installed && installed->exit.ok()) << (installed ? installed->err : installed.error().text);
}

void GuestTest::boot() {
  const auto begun = std::chrono::steady_clock::now();
  auto guest = Guest::boot({temp_ / "guest", disk(), temp_ / "installed/usr/local"});
  ASSERT_TRUE(guest) << guest.error().text;
  guest_ = *std::move(guest);
  std::printf("booted in %.1f s\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
}

std::string GuestTest::run(const std::string& line) {
  const auto said = guest_->run(line);
  EXPECT_TRUE(said) << said.error().text;
  return said.value_or("");
}

std::vector<std::string> GuestTest::lines_to_type(const std::string& unit) const {
  const auto file = temp_ / ("installed/usr/local/lib/systemd/system/" + unit + ".service");
  std::vector<std::string> lines;
  std::istringstream text{read_file(file, 65'536).value_or("")};
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("#   ")) lines.push_back(line.substr(4));
  }
  EXPECT_FALSE(lines.empty()) << file;
  return lines;
}

}  // namespace loa::tests
