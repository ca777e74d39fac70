#include "content/media/libav.hpp"

namespace loa::content::media {

std::string libav_text(int number) {
  char buffer[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(number, buffer, sizeof buffer);
  return buffer;
}

void silence_libav() { av_log_set_level(AV_LOG_QUIET); }

}  // namespace loa::content::media
