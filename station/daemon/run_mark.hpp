#pragma once
#include <cstdint>
#include <filesystem>

#include "protocol/base/file.hpp"

namespace loa::station::daemon {

/// A file `running` that is there as long as a process is: who finds one at its start knows that the last process did
/// not end in order. It is not fsynced, so that a process that ends again and again does not wear the disk out; what a
/// power cut does to it does not matter, for then the machine has another boot id.
class RunMark {
 public:
  /// @param boot_id  file whose content differs from boot to boot of the machine
  /// @error io · full · refused
  static Result<RunMark> take(const std::filesystem::path& folder,
                              const std::filesystem::path& boot_id = "/proc/sys/kernel/random/boot_id");
  /// The process ends in order.
  ~RunMark();
  RunMark(RunMark&& other) noexcept : file_(std::exchange(other.file_, {})), restarts_(other.restarts_) {}
  RunMark& operator=(RunMark&&) = delete;

  /// How many processes since the machine was started ended by themselves, up to the one before this; 0: the last one
  /// ended in order, or the machine was started since.
  [[nodiscard]] std::uint32_t restarts() const { return restarts_; }

 private:
  RunMark(std::filesystem::path file, std::uint32_t restarts) : file_(std::move(file)), restarts_(restarts) {}
  std::filesystem::path file_;
  std::uint32_t restarts_;
};

}  // namespace loa::station::daemon
