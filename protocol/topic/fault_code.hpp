#pragma once
#include <string_view>
#include <vector>

/// The last level of a fault's topic (PROTOCOL.md §10). The one list: a station tells these faults and no others, and
/// the broker's access list lets it write these topics and no others.
namespace loa::protocol::topic {

namespace fault_code {
inline constexpr std::string_view content_missing = "content-missing";
inline constexpr std::string_view content_damaged = "content-damaged";
inline constexpr std::string_view underruns = "underruns";
inline constexpr std::string_view device_gone = "device-gone";
inline constexpr std::string_view clock_untrusted = "clock-untrusted";
inline constexpr std::string_view amplifier_feedback = "amplifier-feedback";
inline constexpr std::string_view temperature = "temperature";
inline constexpr std::string_view undervoltage = "undervoltage";
inline constexpr std::string_view storage = "storage";
inline constexpr std::string_view panel = "panel";
inline constexpr std::string_view software_restart = "software-restart";
}  // namespace fault_code

/// @return all of the above
const std::vector<std::string_view>& fault_codes();

}  // namespace loa::protocol::topic
