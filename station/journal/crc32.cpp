#include "station/journal/crc32.hpp"

#include <boost/crc.hpp>

namespace loa::station::journal {

std::uint32_t crc32(std::string_view bytes) {
  boost::crc_32_type sum;
  sum.process_bytes(bytes.data(), bytes.size());
  return sum.checksum();
}

}  // namespace loa::station::journal
