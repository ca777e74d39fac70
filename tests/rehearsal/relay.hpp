#pragma once
#include <memory>

#include "protocol/base/result.hpp"

namespace loa::tests {

/// A TCP relay on loopback that can be cut: the road between one station and the office.
class Relay {
 public:
  /// Listens on a free port of 127.0.0.1 and passes every connection on to `target_port` there.
  static Result<std::unique_ptr<Relay>> start(int target_port);
  ~Relay();

  [[nodiscard]] int port() const;
  /// Breaks every connection and lets no new one through, until mend().
  void cut();
  void mend();

 private:
  struct State;
  explicit Relay(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace loa::tests
