#include "tools/simfleet/crew.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json/serialize.hpp>

#include "protocol/base/file.hpp"

namespace loa::tools::simfleet {
namespace {

/// A process of the crew, and the end of its pipe that we read: a line for each run.
struct Hand {
  pid_t pid = 0;
  UniqueFd pipe;
  std::string read = {};
};

/// In the process of one hand: every jobs-th seed.
[[noreturn]] void work(const UniqueFd& pipe, std::uint64_t first, std::uint64_t end, unsigned jobs, const Job& job) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (std::uint64_t seed = first; seed < end; seed += jobs) {
    const auto sum = job(seed);
    std::fflush(stdout);
    if (!sum) fmt::print(stderr, "simfleet: {}\n", sum.error().text);
    if (!sum || !write_all(pipe.get(), boost::json::serialize(sum->json()) + '\n', "the crew's pipe")) ::_exit(2);
  }
  ::_exit(0);
}

Result<Hand> hire(std::uint64_t first, std::uint64_t end, unsigned jobs, const Job& job) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail(ErrorCode::io, "cannot make a pipe: {}", errno_text());
  Hand hand{0, UniqueFd{ends[0]}};
  const UniqueFd ours{ends[1]};
  hand.pid = ::fork();
  if (hand.pid < 0) return fail(ErrorCode::io, "cannot start a process: {}", errno_text());
  if (hand.pid == 0) work(ours, first, end, jobs, job);
  return hand;
}

/// @return false when there will be no more
Result<bool> listen(Hand& hand, Sum& sum, const Told& told) {
  char bytes[4096];
  const auto count = ::read(hand.pipe.get(), bytes, sizeof bytes);
  if (count <= 0) return false;
  hand.read.append(bytes, static_cast<std::size_t>(count));
  for (auto end = hand.read.find('\n'); end != std::string::npos; end = hand.read.find('\n')) {
    LOA_TRY_LET(const auto one, Sum::parse(std::string_view{hand.read}.substr(0, end)));
    hand.read.erase(0, end + 1);
    sum.add(one);
    told(sum);
  }
  return true;
}

}  // namespace

Result<Sum> run_alone(std::uint64_t first, std::uint64_t runs, const Job& job, const Told& told) {
  Sum sum;
  for (std::uint64_t seed = first; seed < first + runs; ++seed) {
    LOA_TRY_LET(const auto one, job(seed));
    sum.add(one);
    told(sum);
  }
  return sum;
}

Result<Sum> run_crew(unsigned jobs, std::uint64_t first, std::uint64_t runs, const Job& job, const Told& told) {
  std::fflush(stdout);  // else each process would print it again
  std::vector<Hand> crew;
  for (unsigned i = 0; i < jobs && i < runs; ++i) {
    LOA_TRY_LET(auto hand, hire(first + i, first + runs, jobs, job));
    crew.push_back(std::move(hand));
  }
  Sum sum;
  while (!crew.empty()) {
    std::vector<pollfd> ready;
    for (const auto& hand : crew) ready.push_back({hand.pipe.get(), POLLIN, 0});
    ::poll(ready.data(), ready.size(), -1);
    for (std::size_t i = ready.size(); i-- > 0;) {
      if (ready[i].revents == 0) continue;
      LOA_TRY_LET(const bool more, listen(crew[i], sum, told));
      if (more) continue;
      ::waitpid(crew[i].pid, nullptr, 0);
      crew.erase(crew.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  if (sum.runs < runs)
    return fail(ErrorCode::io, "{} of {} runs did not come to their end: a process of the crew is gone",
                runs - sum.runs, runs);
  return sum;
}

}  // namespace loa::tools::simfleet
