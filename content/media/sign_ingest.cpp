#include "content/media/sign_ingest.hpp"

#include <algorithm>
#include <functional>
#include <string_view>
#include <vector>

#include "content/picture/video_reader.hpp"
#include "content/picture/video_writer.hpp"

namespace loa::content::media {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds shortest_frame{1'000 / picture::fastest_video_hz};

/// A frame that went in, to be found again.
struct Taken {
  milliseconds begin;
  std::size_t pixels;
};

std::size_t digest_of(const picture::Picture& picture) {
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(picture.rgb.data()), picture.rgb.size()});
}

/// Equal frames in a row become one: each that went in is looked for at its own instant.
Result<void> look_again(const std::string& bytes, const std::vector<Taken>& taken, milliseconds length) {
  LOA_TRY_LET(const auto reader, picture::VideoReader::open(bytes));
  auto wanted = taken.begin();
  for (milliseconds at{0}; at < reader->length();) {
    LOA_TRY_LET(const auto frame, reader->next());
    for (; wanted != taken.end() && wanted->begin < frame.end; ++wanted) {
      if (wanted->pixels != digest_of(frame.picture))
        return fail(ErrorCode::io, "the encoded video shows other pixels at {} ms", wanted->begin.count());
    }
    at = frame.end;
  }
  if (wanted == taken.end() && reader->length() == length) return {};
  return fail(ErrorCode::io, "the encoded video lasts {} ms instead of {}", reader->length().count(), length.count());
}

}  // namespace

Result<IngestedSign> ingest_picture(const std::filesystem::path& file, int width_px, int height_px,
                                    const PictureLimits& limits) {
  LOA_TRY_LET(auto source, PictureFile::open(file, width_px, height_px, limits));
  LOA_TRY_LET(const auto frame, source.next());
  LOA_TRY_LET(auto bytes, picture::encode_png(frame->picture));
  return IngestedSign{std::move(bytes), 1, milliseconds{0}};
}

Result<IngestedSign> ingest_video(const std::filesystem::path& file, int width_px, int height_px,
                                  const PictureLimits& limits) {
  LOA_TRY_LET(auto source, PictureFile::open(file, width_px, height_px, limits));
  LOA_TRY_LET(auto writer, picture::VideoWriter::open(width_px, height_px));
  std::vector<Taken> taken;
  milliseconds length{0};
  while (true) {
    LOA_TRY_LET(const auto frame, source.next());
    if (!frame) break;
    length = std::max(length, frame->end);
    if (!taken.empty() && frame->begin < taken.back().begin + shortest_frame) continue;
    LOA_TRY(writer.add(frame->picture, frame->begin));
    taken.push_back({frame->begin, digest_of(frame->picture)});
  }
  if (taken.size() < 2) {
    return fail(ErrorCode::invalid, "cannot use {} as a video: it is one still picture; add it as a picture",
                file.string());
  }
  length = std::min<milliseconds>(std::max(length, taken.back().begin + shortest_frame), picture::longest_video);
  if (length < taken.back().begin + shortest_frame) {
    return fail(ErrorCode::invalid, "cannot use {}: it is longer than {} s; cut it", file.string(),
                picture::longest_video.count() / 1'000);
  }
  LOA_TRY_LET(auto bytes, writer.finish(length));
  if (bytes.size() > picture::largest_video_bytes) {
    return fail(ErrorCode::invalid,
                "cannot use {}: fitted to {}x{} pixels it has {} bytes, at most {} are possible; "
                "cut it, or choose a calmer one",
                file.string(), width_px, height_px, bytes.size(), picture::largest_video_bytes);
  }
  LOA_TRY(look_again(bytes, taken, length));
  return IngestedSign{std::move(bytes), static_cast<int>(taken.size()), length};
}

}  // namespace loa::content::media
