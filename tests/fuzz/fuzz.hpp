#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

/// libFuzzer's interface. Returns 0; what must never be is told by fuzz_demand().
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

inline std::string_view fuzz_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Aborts with a sentence, so that the fuzzer keeps the input.
inline void fuzz_demand(bool holds, const char* sentence) {
  if (holds) return;
  std::fprintf(stderr, "fuzz: %s\n", sentence);
  std::abort();
}
