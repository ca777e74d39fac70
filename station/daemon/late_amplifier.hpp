#pragma once
#include <functional>
#include <memory>

#include "firmware/port/amplifier.hpp"

namespace loa::station::daemon {

/// An amplifier whose relay may not be there yet: each order tries to get it. A wrong line of a wrong chip is a fault
/// that the office sees, and no reason to keep the sign, the content and the proofs of a station from their work.
class LateAmplifier final : public firmware::Amplifier {
 public:
  using Open = std::function<Result<std::unique_ptr<firmware::Amplifier>>()>;

  /// @param open  gets the relay; tried at once, then with each set() until it succeeds
  explicit LateAmplifier(Open open);

  Result<void> set(bool on) override;
  Result<std::optional<bool>> feedback() override;

 private:
  Result<void> ensure_open();

  Open open_;
  std::unique_ptr<firmware::Amplifier> amplifier_;
};

}  // namespace loa::station::daemon
