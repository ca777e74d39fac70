#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/system/power_cuts/disk/forgetful_disk.hpp"

namespace loa::tests {

/// What a tape costs the card.
struct WriteCount {
  std::uint64_t asked = 0;     ///< bytes that the program wrote
  std::uint64_t pages = 0;     ///< bytes of the 4 KiB pages that were dirty at each sync
  std::uint64_t metadata = 0;  ///< bytes of inodes and folders, 4 KiB for each that was changed before a sync
  [[nodiscard]] std::uint64_t on_card() const { return pages + metadata; }
};

/// By room: the first part of the path, "journal", "marks", "plan.sealed" … What is never synced is written back once.
std::map<std::string, WriteCount> count_writes(const std::vector<TapeStep>& steps);

}  // namespace loa::tests
