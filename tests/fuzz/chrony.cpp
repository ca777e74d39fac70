// Whatever a chronyd answers: a report that is read has a bound within its range.
#include "firmware/clock/chrony_report.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace std::chrono_literals;
  const auto report = loa::firmware::parse_chrony_reply(fuzz_text(data, size), 0x01'02'03'04);
  if (!report) return 0;
  fuzz_demand(size == 104, "a report of another length");
  fuzz_demand(report->error_bound >= 0us && report->error_bound <= 1h, "a bound out of range");
  return 0;
}
