#include "content/media/input.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace loa::content::media {
namespace {

namespace fs = std::filesystem;

constexpr int io_buffer_bytes = 1 << 16;

int read(void* self, std::uint8_t* buffer, int size) {
  const int fd = static_cast<Input*>(self)->fd.get();
  ssize_t got = 0;
  do {
    got = ::read(fd, buffer, static_cast<std::size_t>(size));
  } while (got < 0 && errno == EINTR);
  if (got < 0) return AVERROR(errno);
  return got == 0 ? AVERROR_EOF : static_cast<int>(got);
}
std::int64_t seek(void* self, std::int64_t offset, int whence) {
  auto& input = *static_cast<Input*>(self);
  if ((whence & AVSEEK_SIZE) != 0) return input.bytes;
  const auto at = ::lseek(input.fd.get(), offset, whence & ~AVSEEK_FORCE);
  return at < 0 ? AVERROR(errno) : at;
}

Result<void> open_bytes(Input& input, const fs::path& path, std::uint64_t largest_bytes) {
  input.fd = UniqueFd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!input.fd.valid()) {
    return fail(errno == ENOENT ? ErrorCode::missing : ErrorCode::io, "cannot open {}: {}", path.string(),
                errno_text());
  }
  struct stat info {};
  if (::fstat(input.fd.get(), &info) != 0)
    return fail(ErrorCode::io, "cannot examine {}: {}", path.string(), errno_text());
  if (!S_ISREG(info.st_mode)) return fail(ErrorCode::invalid, "cannot use {}: it is not a file", path.string());
  if (info.st_size == 0) return fail(ErrorCode::invalid, "cannot use {}: the file is empty", path.string());
  if (static_cast<std::uint64_t>(info.st_size) > largest_bytes) {
    return fail(ErrorCode::invalid, "cannot use {}: it has {} bytes, at most {} are allowed", path.string(),
                info.st_size, largest_bytes);
  }
  input.bytes = info.st_size;
  return {};
}

/// No name is given to libav, so that only the content decides what the file is; no protocol, so that it opens nothing
/// else.
Result<void> open_format(Input& input, const fs::path& path, const Use& use) {
  auto* buffer = static_cast<unsigned char*>(av_malloc(io_buffer_bytes));
  input.io = avio_alloc_context(buffer, io_buffer_bytes, 0, &input, read, nullptr, seek);
  input.format = avformat_alloc_context();
  if (input.io == nullptr || input.format == nullptr)
    return fail(ErrorCode::full, "cannot open {}: no memory", path.string());
  input.format->pb = input.io;
  input.format->protocol_whitelist = av_strdup("none");
  int number = avformat_open_input(&input.format, nullptr, nullptr, nullptr);
  if (number >= 0) number = avformat_find_stream_info(input.format, nullptr);
  if (number >= 0) return {};
  return fail(ErrorCode::invalid, "cannot use {} as {}: it is not {} ({}), whatever its name says", path.string(),
              use.as, use.kind, libav_text(number));
}

}  // namespace

Input::~Input() {
  avformat_close_input(&format);
  if (io != nullptr) av_freep(&io->buffer);
  avio_context_free(&io);
}

Result<void> open_input(Input& input, const fs::path& path, std::uint64_t largest_bytes, const Use& use) {
  silence_libav();
  LOA_TRY(open_bytes(input, path, largest_bytes));
  return open_format(input, path, use);
}

Result<int> find_stream(Input& input, AVMediaType type, const fs::path& path, const Use& use) {
  const int index = av_find_best_stream(input.format, type, -1, -1, nullptr, 0);
  if (index < 0) {
    return fail(ErrorCode::invalid, "cannot use {} as {}: there is no {} in it that can be decoded", path.string(),
                use.as, use.as);
  }
  for (unsigned i = 0; i < input.format->nb_streams; ++i) {
    input.format->streams[i]->discard = static_cast<int>(i) == index ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  }
  return index;
}

Result<Codec> open_decoder(const Input& input, int stream, const fs::path& path, const Use& use,
                           std::int64_t most_pixels) {
  const auto* parameters = input.format->streams[stream]->codecpar;
  const AVCodec* decoder = avcodec_find_decoder(parameters->codec_id);
  Codec codec{avcodec_alloc_context3(decoder)};
  int number = codec ? avcodec_parameters_to_context(codec.get(), parameters) : AVERROR(ENOMEM);
  if (number >= 0 && decoder == nullptr) number = AVERROR_DECODER_NOT_FOUND;
  if (number >= 0) {
    codec->pkt_timebase = input.format->streams[stream]->time_base;
    if (most_pixels > 0) codec->max_pixels = most_pixels;
    number = avcodec_open2(codec.get(), decoder, nullptr);
  }
  if (number >= 0) return codec;
  return fail(ErrorCode::invalid, "cannot use {} as {}: its {} stream cannot be decoded ({})", path.string(), use.as,
              avcodec_get_name(parameters->codec_id), libav_text(number));
}

}  // namespace loa::content::media
