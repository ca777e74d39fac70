#include "station/journal/crc32.hpp"

#include <zlib.h>

namespace loa::station::journal {

std::uint32_t crc32(std::string_view bytes) {
  return static_cast<std::uint32_t>(::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace loa::station::journal
