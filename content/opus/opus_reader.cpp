#include "content/opus/opus_reader.hpp"

#include <opus/opusfile.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "protocol/base/file.hpp"

namespace loa::content::opus {
namespace {

/// A seek decodes this much before its target unheard. The 80 ms of RFC 7845 §4.6 leave errors of a tenth of full scale
/// on tonal music, because CELT predicts band energies from frame to frame (×0.8 each); after 0.64 s they are gone.
constexpr std::int64_t run_in_frames = 30'720;

struct CloseFile {
  void operator()(OggOpusFile* file) const { op_free(file); }
};
using File = std::unique_ptr<OggOpusFile, CloseFile>;

tl::unexpected<Error> opus_failure(int number, const std::string& what) {
  if (number == OP_EREAD) return fail(ErrorCode::io, "{}: reading failed", what);
  if (number == OP_EFAULT) return fail(ErrorCode::io, "{}: {}", what, errno_text());
  return fail(ErrorCode::invalid, "{}: it is not Ogg Opus, or damaged (opusfile {}); fetch or ingest it again", what,
              number);
}

Result<void> check_shape(const OggOpusFile* file, const std::string& name) {
  if (!op_seekable(file)) return fail(ErrorCode::invalid, "cannot play {}: it is not seekable", name);
  if (op_link_count(file) != 1) {
    return fail(ErrorCode::invalid, "cannot play {}: it holds {} streams, an object holds one", name,
                op_link_count(file));
  }
  if (op_channel_count(file, 0) != 1) {
    return fail(ErrorCode::invalid, "cannot play {}: it has {} channels, an object has one", name,
                op_channel_count(file, 0));
  }
  return {};
}

}  // namespace

struct OpusReader::State {
  std::string bytes;  // outlives file, which reads them
  File file;
  std::string name;
  std::int64_t frames = 0;
  std::int64_t at = 0;  // frame that is read next

  Result<void> prepare();
};

OpusReader::OpusReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
OpusReader::OpusReader(OpusReader&&) noexcept = default;
OpusReader& OpusReader::operator=(OpusReader&&) noexcept = default;
OpusReader::~OpusReader() = default;

Result<OpusReader> OpusReader::open(const std::filesystem::path& path) {
  if (!std::filesystem::is_regular_file(path)) {
    return fail(ErrorCode::missing, "cannot play {}: there is no such file", path.string());
  }
  int number = 0;
  File file{op_open_file(path.c_str(), &number)};
  if (!file) return opus_failure(number, "cannot play " + path.string());
  auto state = std::make_unique<State>();
  state->file = std::move(file);
  state->name = path.string();
  LOA_TRY(state->prepare());
  return OpusReader{std::move(state)};
}

Result<OpusReader> OpusReader::from_bytes(std::string bytes) {
  auto state = std::make_unique<State>();
  state->bytes = std::move(bytes);
  state->name = "the object";
  int number = 0;
  state->file.reset(
      op_open_memory(reinterpret_cast<const unsigned char*>(state->bytes.data()), state->bytes.size(), &number));
  if (!state->file) return opus_failure(number, "cannot play " + state->name);
  LOA_TRY(state->prepare());
  return OpusReader{std::move(state)};
}

Result<void> OpusReader::State::prepare() {
  LOA_TRY(check_shape(file.get(), name));
  frames = op_pcm_total(file.get(), -1);
  if (frames < 0) return opus_failure(static_cast<int>(frames), "cannot measure " + name);
  if (frames == 0) return fail(ErrorCode::invalid, "cannot play {}: there is no sound in it", name);
  op_set_dither_enabled(file.get(), 0);  // the same object gives the same samples every time
  return {};
}

std::int64_t OpusReader::frames() const { return state_->frames; }

Result<void> OpusReader::seek(std::int64_t frame) {
  const auto target = std::clamp<std::int64_t>(frame, 0, state_->frames);
  const auto run_in = std::max<std::int64_t>(0, target - run_in_frames);
  const int number = op_pcm_seek(state_->file.get(), run_in);
  if (number != 0) return opus_failure(number, fmt::format("cannot seek to frame {} of {}", run_in, state_->name));
  state_->at = run_in;
  std::vector<std::int16_t> unheard(static_cast<std::size_t>(target - run_in));
  LOA_TRY_LET(const auto got, read(unheard));
  if (got == unheard.size() && op_pcm_tell(state_->file.get()) == target) return {};
  return fail(ErrorCode::invalid, "cannot seek to frame {} of {}: it is damaged there", target, state_->name);
}

// A second stream behind the first under the same serial number is not counted as one, but would be read on into.
Result<std::size_t> OpusReader::read(std::span<std::int16_t> pcm) {
  const auto left = static_cast<std::size_t>(state_->frames - state_->at);
  const std::size_t wanted = std::min(pcm.size(), left);
  std::size_t done = 0;
  while (done < wanted) {
    const auto room = std::min<std::size_t>(wanted - done, 1 << 20);
    const int got = op_read(state_->file.get(), pcm.data() + done, static_cast<int>(room), nullptr);
    if (got < 0) return opus_failure(got, "cannot decode " + state_->name);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
    state_->at += got;
  }
  return done;
}

}  // namespace loa::content::opus
