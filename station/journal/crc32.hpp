#pragma once
#include <cstdint>
#include <string_view>

namespace loa::station::journal {

/// CRC-32 as in Ethernet and PNG (polynomial 0x04C11DB7 reflected, initial and final value 0xFFFFFFFF). Finds a torn or
/// rotten record; it is no protection against anybody.
std::uint32_t crc32(std::string_view bytes);

}  // namespace loa::station::journal
