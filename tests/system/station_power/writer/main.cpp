// Writes proofs and a progress mark as fast as it can, and says each time what it has acknowledged, until it is killed.
// Usage: journal_writer FOLDER
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "station/journal/progress_mark.hpp"
#include "tests/system/station_power/proofs.hpp"

namespace {

using namespace loa;

// One write for each line: what was printed is printed whole, or not at all.
void say(const std::string& line) {
  if (::write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size())) ::_exit(3);
}

int run(const std::filesystem::path& folder) {
  auto journal = station::journal::ProofJournal::open(folder / "journal", tests::identity, tests::station_key(),
                                                      tests::small_segments);
  auto mark = station::journal::ProgressMark::open(folder / "audio.mark");
  if (!journal || !mark) {
    std::fprintf(stderr, "%s\n", (journal ? mark.error().text : journal.error().text).c_str());
    return 2;
  }
  std::int64_t marked = 0;
  if (const auto left = mark->recovered()) marked = left->to_us();
  while (true) {
    for (int i = 0; i < 20; ++i) {
      station::journal::ProgressMark::Part part;
      std::strcpy(part.occurrence, "sang/2026-11-21/050000");
      part.to_us = ++marked;
      mark->update(part);
      if (i == 19) say(fmt::format("mark {}\n", marked));
    }
    const std::uint64_t number = journal->last() + 1;
    const auto sealed = journal->append(tests::proof_draft(number), tests::moment(number));
    if (!sealed) return 2;
    say(fmt::format("proof {} {}\n", number, tests::digest_of(*sealed).hex()));
    if (number % 7 != 0) continue;
    journal->remember_since(tests::moment(number) - std::chrono::hours{72});
    if (!journal->receipted(tests::receipt_of(*journal))) return 2;
    say(fmt::format("receipt {}\n", number));
  }
}

}  // namespace

int main(int argc, char** argv) { return argc == 2 ? run(argv[1]) : 1; }
