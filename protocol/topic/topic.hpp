#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// MQTT topics (PROTOCOL.md §2). Everything lives below "loa/1/<ward>/".
namespace loa::protocol::topic {

/// What a topic below "station/<id>/" carries.
enum class Leaf { plan, state, status, proof, receipt, fault, answer, emergency };

/// "loa/1/<ward>/station/<station>/<leaf>". For Leaf::fault, `code` is the last level.
std::string of_station(std::string_view ward, std::string_view station, Leaf leaf, std::string_view code = {});

/// "loa/1/<ward>/command/<group>"; the group "all" reaches every station.
std::string of_command(std::string_view ward, std::string_view group);

/// The head-end's subscription to one leaf of every station: "loa/1/<ward>/station/+/proof".
std::string of_every_station(std::string_view ward, Leaf leaf);

/// A topic taken apart. Views into the text given to parse().
struct Parsed {
  std::string_view ward;
  std::string_view station;  ///< empty for a command
  std::optional<Leaf> leaf;  ///< absent for a command
  std::string_view code;     ///< of a fault
  std::string_view group;    ///< of a command
};

/// @return absent for a topic that is not ours or has a malformed id
std::optional<Parsed> parse(std::string_view topic);

/// A message of a station has at most this many bytes: the largest, a proof with 1 000 gaps and 100 pages, has some
/// 30 KB. A plan, which goes the other way, may have 4 MiB (protocol/seal).
inline constexpr std::size_t max_station_bytes = 64 * 1024;

/// MQTT delivery of each leaf: QoS 1 always; retained or not (PROTOCOL.md §2.2).
bool is_retained(Leaf leaf);

}  // namespace loa::protocol::topic
