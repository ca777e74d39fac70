#include "tests/system/headend/ward_at_work.hpp"

#include <gtest/gtest.h>

#include "protocol/base/file.hpp"
#include "protocol/crypto/hash.hpp"

namespace loa::tests {

WardAtWork::WardAtWork(const std::string& host) {
  must({"ward", "init", "phuong-1", "--name", "Phường Một", "--host", host, "--mqtt-port", "0", "--https-port", "0"});
}

Finished WardAtWork::loa(std::vector<std::string> words) const {
  Command command;
  command.argv = {(program_folder() / "loa").string(), "--ward", folder().string()};
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  auto done = run(command, std::chrono::seconds{60});
  if (!done) ADD_FAILURE() << done.error().text;
  return done ? *std::move(done) : Finished{{-1, 0}, "", ""};
}

std::string WardAtWork::must(std::vector<std::string> words) const {
  const auto done = loa(words);
  EXPECT_TRUE(done.exit.ok()) << words.front() << " " << words.back() << ": " << done.err;
  return done.out;
}

Process WardAtWork::open_office() const {
  Command command;
  command.argv = {(program_folder() / "loa-headend").string(), "--ward", folder().string()};
  auto process = Process::start(command);
  if (!process) ADD_FAILURE() << process.error().text;
  const bool ready = wait_until(std::chrono::seconds{20}, [&] {
    return process->out().find("ready ") != std::string::npos || !process->running();
  });
  EXPECT_TRUE(ready && process->running()) << process->err();
  return *std::move(process);
}

int WardAtWork::number(const std::string& key) const {
  const auto json = must({"ward", "show", "--json"});
  const auto at = json.find("\"" + key + "\":");
  return at == std::string::npos ? -1 : std::atoi(json.c_str() + at + key.size() + 3);
}

int WardAtWork::broker_pid() const { return std::atoi(text_of(folder() / "broker/mosquitto.pid").c_str()); }

std::map<std::string, std::string> WardAtWork::snapshot() const {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{folder()}) {
    const auto digest = entry.is_regular_file() ? protocol::crypto::sha256_file(entry.path())
                                                : Result<protocol::crypto::Sha256>{protocol::crypto::Sha256{}};
    files[entry.path().string()] = digest ? digest->hex() : digest.error().text;
  }
  return files;
}

std::string text_of(const std::filesystem::path& file) {
  auto text = read_file(file, 1 << 20).value_or("");
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace loa::tests
