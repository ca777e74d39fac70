#pragma once
#include <memory>
#include <optional>
#include <string>

#include "firmware/port/amplifier.hpp"

namespace loa::firmware {

struct GpioSettings {
  std::string chip = "gpiochip0";              ///< name or path of the GPIO chip, as gpiodetect(1) lists
  unsigned line = 0;                           ///< offset of the relay's line, as gpioinfo(1) lists
  bool active_low = false;                     ///< the relay closes on a low level
  std::optional<unsigned> feedback_line = {};  ///< offset of the line on which the amplifier says that it has power
  bool feedback_active_low = false;            ///< it says so by a low level
};

/// The relay on a GPIO line, with a feedback line of the same chip. Off when made and off when destroyed; a killed
/// process leaves the line to the kernel, which most boards return to input (off), so wire the relay to fall off
/// without drive.
class GpioAmplifier final : public Amplifier {
 public:
  /// Takes the lines.
  /// @error missing: no such chip or line · busy: another program holds the line · refused: no right to the chip · io
  static Result<std::unique_ptr<Amplifier>> open(const GpioSettings& settings);
  ~GpioAmplifier() override;
  GpioAmplifier(const GpioAmplifier&) = delete;
  GpioAmplifier& operator=(const GpioAmplifier&) = delete;

  Result<void> set(bool on) override;
  Result<std::optional<bool>> feedback() override;

 private:
  struct Line;
  GpioAmplifier(GpioSettings settings, std::unique_ptr<Line> line);
  GpioSettings settings_;
  std::unique_ptr<Line> line_;
};

/// A box whose amplifier is always powered: every order succeeds and does nothing.
class NoAmplifier final : public Amplifier {
 public:
  Result<void> set(bool on) override;
  Result<std::optional<bool>> feedback() override;
};

}  // namespace loa::firmware
