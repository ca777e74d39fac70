#include "firmware/gpio/gpio_amplifier.hpp"

#include <gpiod.h>

#include <cerrno>

#include "protocol/base/file.hpp"

namespace loa::firmware {
namespace {

ErrorCode code_of(int number) {
  switch (number) {
    case ENOENT:
    case ENODEV:
    case ENOTTY:
    case EINVAL:
      return ErrorCode::missing;
    case EBUSY:
      return ErrorCode::busy;
    case EACCES:
    case EPERM:
      return ErrorCode::refused;
    default:
      return ErrorCode::io;
  }
}

tl::unexpected<Error> failure(const char* what, const GpioSettings& settings, int number, const char* advice) {
  return fail(code_of(number), "cannot {} the amplifier's relay on line {} of GPIO chip '{}': {}{}", what,
              settings.line, settings.chip, errno_text(number), advice);
}

tl::unexpected<Error> feedback_failure(const char* what, const GpioSettings& settings, int number) {
  return fail(code_of(number), "cannot {} the amplifier's feedback on line {} of GPIO chip '{}': {}", what,
              *settings.feedback_line, settings.chip, errno_text(number));
}

}  // namespace

struct GpioAmplifier::Line {
  ~Line() {
    if (chip != nullptr) gpiod_chip_close(chip);  // releases the line too
  }
  gpiod_chip* chip = nullptr;
  gpiod_line* line = nullptr;
  gpiod_line* feedback = nullptr;
};

GpioAmplifier::GpioAmplifier(GpioSettings settings, std::unique_ptr<Line> line)
    : settings_(std::move(settings)), line_(std::move(line)) {}

GpioAmplifier::~GpioAmplifier() { static_cast<void>(gpiod_line_set_value(line_->line, 0)); }

Result<std::unique_ptr<Amplifier>> GpioAmplifier::open(const GpioSettings& settings) {
  auto line = std::make_unique<Line>();
  line->chip = gpiod_chip_open_lookup(settings.chip.c_str());
  if (line->chip == nullptr) return failure("find", settings, errno, "; \"gpiodetect\" lists the chips there are");
  line->line = gpiod_chip_get_line(line->chip, settings.line);
  if (line->line == nullptr) return failure("find", settings, errno, "; \"gpioinfo\" lists the chip's lines");
  const int flags = settings.active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0;
  if (gpiod_line_request_output_flags(line->line, "loa-station", flags, 0) != 0) {
    return failure("take", settings, errno, "");
  }
  if (settings.feedback_line) {
    line->feedback = gpiod_chip_get_line(line->chip, *settings.feedback_line);
    if (line->feedback == nullptr) return feedback_failure("find", settings, errno);
    const int level = settings.feedback_active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0;
    if (gpiod_line_request_input_flags(line->feedback, "loa-station", level) != 0) {
      return feedback_failure("take", settings, errno);
    }
  }
  return std::unique_ptr<Amplifier>{new GpioAmplifier{settings, std::move(line)}};
}

Result<void> GpioAmplifier::set(bool on) {
  if (gpiod_line_set_value(line_->line, on ? 1 : 0) == 0) return {};
  return failure(on ? "switch on" : "switch off", settings_, errno, "");
}

Result<std::optional<bool>> GpioAmplifier::feedback() {
  if (line_->feedback == nullptr) return std::optional<bool>{};
  const int value = gpiod_line_get_value(line_->feedback);
  if (value < 0) return feedback_failure("read", settings_, errno);
  return std::optional{value == 1};
}

Result<void> NoAmplifier::set(bool) { return {}; }
Result<std::optional<bool>> NoAmplifier::feedback() { return std::optional<bool>{}; }

}  // namespace loa::firmware
