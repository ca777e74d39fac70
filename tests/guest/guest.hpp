#pragma once
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "protocol/base/file.hpp"
#include "tests/support/process.hpp"

namespace loa::tests {

/// A small machine of its own in QEMU, emulated, so that it runs wherever a build for x86_64 does: a Debian kernel
/// (tools/guest-kernel), systemd as process 1, a sound card that can be listened to (snd-aloop), no real-time clock
/// that knows the year. Its root is this machine's, read-only; its disk stays from boot to boot and holds /etc and
/// /var/lib/loa. It reaches this machine's 127.0.0.1 as `office_host`, and finds the folder shared() at /mnt/shared.
class Guest {
 public:
  static constexpr const char* office_host = "van-phong.test";

  struct Settings {
    std::filesystem::path folder;     ///< for its console and its shell
    std::filesystem::path disk;       ///< made by make_disk()
    std::filesystem::path usr_local;  ///< what it finds in /usr/local
    std::string date = "1970-01-02";  ///< what its real-time clock says
  };

  /// An ext4 disk image. @param station_files  go to /var/lib/loa/station; empty: none @error refused: mkfs.ext4 said
  /// why
  static Result<void> make_disk(const std::filesystem::path& image, const std::filesystem::path& station_files);

  /// Returns when its multi-user.target has started a shell for us.
  /// @error missing: QEMU · timeout: with the end of its console
  static Result<std::unique_ptr<Guest>> boot(const Settings& settings);

  /// Runs one line of bash in it, as root. @return what it printed
  /// @error refused: another exit status than 0, with what it printed · timeout · io: the guest is gone
  Result<std::string> run(const std::string& line, std::chrono::milliseconds deadline = std::chrono::seconds{60});

  [[nodiscard]] std::filesystem::path shared() const { return settings_.folder / "shared"; }

  /// Its disk takes no more writes, until it is told to go on: a card that stalls. @error io · refused: QEMU said why
  Result<void> stall_disk(bool stalled);

  /// The plug is pulled: what its kernel had not written to the disk is gone.
  void power_cut() { machine_.kill(); }

 private:
  Guest(Process machine, Settings settings) : machine_(std::move(machine)), settings_(std::move(settings)) {}
  Result<UniqueFd> connect(const char* socket, std::chrono::milliseconds deadline);

  Process machine_;
  Settings settings_;
  UniqueFd shell_;
};

}  // namespace loa::tests
