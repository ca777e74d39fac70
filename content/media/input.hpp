#pragma once
// Private to content/media: a file that nobody trusts, opened for libav.
#include <filesystem>

#include "content/media/libav.hpp"
#include "protocol/base/file.hpp"

namespace loa::content::media {

/// What a file is to be used as, in the words of a refusal.
struct Use {
  const char* as;    ///< "sound"
  const char* kind;  ///< "an audio file"
};
inline constexpr Use as_sound{"sound", "an audio file"};
inline constexpr Use as_picture{"picture", "a picture or a video"};

/// The file as libav sees it: bytes, and nothing else of the machine.
struct Input {
  UniqueFd fd;
  std::int64_t bytes = 0;
  AVIOContext* io = nullptr;
  AVFormatContext* format = nullptr;

  Input() = default;
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;
  ~Input();
};

/// Opens the file and finds its format by its content.
/// @error missing · io · invalid: not such a file, empty, too large
Result<void> open_input(Input& input, const std::filesystem::path& path, std::uint64_t largest_bytes, const Use& use);

/// The stream to be used; everything else in the file is skipped.
Result<int> find_stream(Input& input, AVMediaType type, const std::filesystem::path& path, const Use& use);

/// @param most_pixels  of a picture, refused while its header is read; 0: no pictures
Result<Codec> open_decoder(const Input& input, int stream, const std::filesystem::path& path, const Use& use,
                           std::int64_t most_pixels);

}  // namespace loa::content::media
