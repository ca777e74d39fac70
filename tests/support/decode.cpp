#include "content/opus/opus_reader.hpp"
#include "tests/support/listen.hpp"

namespace loa::tests::listen {

Result<std::vector<std::int16_t>> decode(const std::filesystem::path& object) {
  LOA_TRY_LET(auto reader, content::opus::OpusReader::open(object));
  std::vector<std::int16_t> pcm(static_cast<std::size_t>(reader.frames()));
  std::size_t filled = 0;
  while (filled < pcm.size()) {
    LOA_TRY_LET(const auto got, reader.read(std::span(pcm).subspan(filled)));
    if (got == 0) return fail(ErrorCode::invalid, "{} ends before its length", object.string());
    filled += got;
  }
  return pcm;
}

}  // namespace loa::tests::listen
