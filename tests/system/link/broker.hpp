#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "tests/support/process.hpp"

namespace loa::tests {

/// A CA and broker certificates made by the openssl program.
class Certificates {
 public:
  /// Makes the CA "ca" in a folder.
  explicit Certificates(const std::filesystem::path& folder);

  /// Signs a broker certificate for DNS name `host` and IP 127.0.0.1 (unless `only_name`), valid between two instants
  /// written as YYYYMMDDHHMMSSZ. Files: <name>.crt, <name>.key.
  void issue(const std::string& name, const std::string& host, const std::string& from, const std::string& to,
             bool only_name = false);
  /// Another CA, that signed nothing. @return its certificate
  std::filesystem::path stranger();

  [[nodiscard]] std::filesystem::path ca() const { return folder_ / "ca.crt"; }
  [[nodiscard]] std::filesystem::path file(const std::string& name) const { return folder_ / name; }

 private:
  void make_ca(const std::string& name);
  std::filesystem::path folder_;
};

/// A real mosquitto on a free loopback port.
class Broker {
 public:
  /// @param extra  lines of its configuration besides listener and user
  Broker(const std::filesystem::path& folder, const std::string& extra);

  void start();
  /// As a power cut: SIGKILL, nothing saved.
  void kill();
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string log() const;

 private:
  void configure();
  std::filesystem::path folder_;
  std::string extra_;
  int port_ = 0;
  std::optional<Process> process_;
};

}  // namespace loa::tests
