// A stand-in for libFuzzer where the compiler has none: replays files, then mutates them. No coverage guides it, but
// every run with one seed is the same. fuzz_x [-runs=N] [-seed=S] FILE_OR_FOLDER...
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz.hpp"

namespace {

using Corpus = std::vector<std::string>;

constexpr std::size_t longest = 1 << 16;
const std::string* current = nullptr;  // for the handler below

/// Leaves the input that broke us beside the program, as libFuzzer does.
extern "C" void keep_crash(int signal) {
  if (current != nullptr) {
    std::FILE* file = std::fopen("crash-input", "wb");
    if (file != nullptr) std::fwrite(current->data(), 1, current->size(), file), std::fclose(file);
  }
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

void run_one(const std::string& input) {
  current = &input;
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  current = nullptr;
}

std::string read_all(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

Corpus load(const std::vector<std::filesystem::path>& paths) {
  std::vector<std::filesystem::path> files;
  for (const auto& path : paths) {
    if (!std::filesystem::is_directory(path))
      files.push_back(path);
    else
      for (const auto& entry : std::filesystem::directory_iterator{path}) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());  // the order of a folder is not the same everywhere
  Corpus corpus;
  for (const auto& file : files) corpus.push_back(read_all(file));
  return corpus;
}

class Mutator {
 public:
  Mutator(const Corpus& corpus, std::uint64_t seed) : corpus_(corpus), random_(seed) {}

  std::string next() {
    std::string bytes = pick();
    for (std::size_t steps = 1 + below(6); steps > 0; --steps) step(bytes);
    if (bytes.size() > longest) bytes.resize(longest);
    return bytes;
  }

 private:
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % std::max<std::size_t>(bound, 1)); }
  const std::string& pick() { return corpus_[below(corpus_.size())]; }
  char byte() { return static_cast<char>(below(256)); }

  void step(std::string& bytes) {
    const std::size_t at = below(bytes.size());
    switch (bytes.empty() ? 1 : below(8)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        break;
      case 1:
        bytes.insert(at, 1 + below(4), byte());
        break;
      case 2:
        bytes.erase(at, 1 + below(8));
        break;
      case 3:
        bytes[at] = byte();
        break;
      case 4:
        bytes.resize(at);
        break;
      case 5:
        bytes.insert(at, bytes.substr(below(bytes.size()), below(64)));
        break;  // repeats a part
      case 6:
        splice(bytes, at);
        break;
      case 7:
        overwrite_extreme(bytes, at);
        break;
    }
  }

  void splice(std::string& bytes, std::size_t at) {
    const std::string& other = pick();
    bytes.replace(at, std::string::npos, other.substr(below(other.size())));
  }

  void overwrite_extreme(std::string& bytes, std::size_t at) {
    static const std::string extremes[] = {
        std::string(1, '\x7f'), "\xff\xff\xff\xff\x07", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        std::string("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"), std::string(1, '\0')};
    const std::string& value = extremes[below(std::size(extremes))];
    bytes.replace(at, std::min(value.size(), bytes.size() - at), value);
  }

  const Corpus& corpus_;
  std::mt19937_64 random_;
};

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t runs = 1'000, seed = 1;
  std::vector<std::filesystem::path> paths;
  for (int i = 1; i < argc; ++i) {
    if (std::strncmp(argv[i], "-runs=", 6) == 0)
      runs = std::strtoull(argv[i] + 6, nullptr, 10);
    else if (std::strncmp(argv[i], "-seed=", 6) == 0)
      seed = std::strtoull(argv[i] + 6, nullptr, 10);
    else
      paths.emplace_back(argv[i]);
  }
  ::signal(SIGABRT, keep_crash);
  ::signal(SIGSEGV, keep_crash);
  const Corpus corpus = load(paths);
  if (corpus.empty()) {
    std::fprintf(stderr, "no corpus: name a file or a folder with at least one\n");
    return 2;
  }
  run_one("");
  for (const auto& input : corpus) run_one(input);
  Mutator mutator{corpus, seed};
  for (std::uint64_t i = 0; i < runs; ++i) run_one(mutator.next());
  std::printf("%zu inputs replayed, %llu mutations of seed %llu\n", corpus.size(),
              static_cast<unsigned long long>(runs), static_cast<unsigned long long>(seed));
}
