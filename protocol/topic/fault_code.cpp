#include "protocol/topic/fault_code.hpp"

namespace loa::protocol::topic {

const std::vector<std::string_view>& fault_codes() {
  namespace code = fault_code;
  static const std::vector<std::string_view> codes{
      code::content_missing,    code::content_damaged, code::underruns,    code::device_gone, code::clock_untrusted,
      code::amplifier_feedback, code::temperature,     code::undervoltage, code::storage,     code::panel,
      code::software_restart};
  return codes;
}

}  // namespace loa::protocol::topic
