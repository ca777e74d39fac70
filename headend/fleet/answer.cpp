#include "headend/fleet/answer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/message/reason.hpp"

namespace loa::headend::fleet {

using protocol::message::Reason;

bool passed(const v1::Answer& answer) {
  return std::all_of(answer.measured().begin(), answer.measured().end(), [](const auto& measured) {
    return measured.reason() == name_of(Reason::complete) && measured.frames() > 0;
  });
}

std::string describe(const v1::Measured& measured) {
  const bool sign = measured.medium() == v1::MEDIUM_SIGN;
  const double seconds = static_cast<double>(measured.to_us() - measured.from_us()) / 1e6;
  std::string text = sign ? fmt::format("bảng: thấy {0:.2f} s, {1} khung hình · sign: seen {0:.2f} s, {1} frames",
                                        seconds, measured.frames())
                          : fmt::format(
                                "loa: phát {0:.2f} s, {1} mẫu, mức {2:.1f} dB · loudspeaker: {0:.2f} s, {1} "
                                "samples, gain {2:.1f} dB",
                                seconds, measured.frames(), measured.gain_cb() / 100.0);
  text += fmt::format(", lệch · start {:+.2f} ms", measured.start_error_us() / 1000.0);
  if (measured.gaps() > 0)
    text += fmt::format(", {} chỗ hụt · gaps ({:.0f} ms)", measured.gaps(),
                        static_cast<double>(measured.gaps_us()) / 1000.0);
  if (measured.reason() != name_of(Reason::complete))
    text += fmt::format(", KHÔNG XONG · NOT COMPLETE ({})", measured.reason());
  return text;
}

}  // namespace loa::headend::fleet
