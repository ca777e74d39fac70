#pragma once
#include <cstdint>
#include <optional>

#include "firmware/clock/chrony_report.hpp"
#include "protocol/base/file.hpp"

namespace loa::firmware {

/// Asks the chronyd of this machine what it thinks of the clock, by its monitoring protocol (UDP, 127.0.0.1, open to
/// every user by default). Never blocks, has no thread and wakes nobody: each call sends or takes what is due.
class ChronyClient {
 public:
  static constexpr std::uint16_t default_port = 323;  ///< chrony.conf `cmdport`

  /// Asks for the first time and waits up to 50 ms for the answer, so that the first report is there at once.
  ChronyClient(std::uint16_t port, MonoTime now);

  /// The newest report, its bound grown by 15 ppm of its age (RFC 5905 §A.1.1, PHI); absent when chronyd does not
  /// answer or has not for 150 s. Asked again once a minute while it is synchronised, else every 5 s.
  std::optional<ChronyReport> report(MonoTime now);

 private:
  void connect(std::uint16_t port);
  void ask(MonoTime now);
  void take(MonoTime now);

  UniqueFd socket_;
  std::uint32_t sequence_;
  MonoTime asked_;
  std::optional<ChronyReport> newest_;
  MonoTime newest_at_;
};

}  // namespace loa::firmware
