#include "tests/support/wav.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <cstring>
#include <fstream>
#include <optional>
#include <string_view>

#include "protocol/base/file.hpp"

namespace loa::tests {

namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t max_wav_bytes = 2ULL << 30;

std::uint32_t little(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value |= std::uint32_t{static_cast<std::uint8_t>(bytes[at + i])} << (8 * i);
  return value;
}

struct Chunks {
  int rate_hz = 0;
  int channels = 0;
  std::string_view data;
};

/// Walks the chunks. The data chunk of an unfinished file has size 0, or one beyond the end: then it reaches to the
/// end.
std::optional<Chunks> parse_chunks(std::string_view bytes) {
  if (bytes.size() < 12 || bytes.substr(0, 4) != "RIFF" || bytes.substr(8, 4) != "WAVE") return {};
  Chunks found;
  for (std::size_t at = 12; at + 8 <= bytes.size();) {
    const auto id = bytes.substr(at, 4);
    const std::size_t size = little(bytes, at + 4, 4);
    at += 8;
    if (id == "data") {
      const bool is_last = size == 0 || at + size >= bytes.size();
      found.data = bytes.substr(at, is_last ? std::string_view::npos : size);
      return found.channels > 0 ? std::optional(found) : std::nullopt;
    }
    if (id == "fmt " && size >= 16 && at + 16 <= bytes.size()) {
      const bool is_pcm = little(bytes, at, 2) == 1 || little(bytes, at, 2) == 0xFFFE;
      if (!is_pcm || little(bytes, at + 14, 2) != 16) return {};
      found.channels = static_cast<int>(little(bytes, at + 2, 2));
      found.rate_hz = static_cast<int>(little(bytes, at + 4, 4));
    }
    at += size + size % 2;
  }
  return {};
}

void put(std::string& bytes, std::uint32_t value, int count) {
  for (int i = 0; i < count; ++i) bytes.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
}

Result<boost::json::object> load_object(const fs::path& path) {
  LOA_TRY_LET(const auto text, read_file(path, 1 << 20));
  boost::system::error_code problem;
  auto value = boost::json::parse(text, problem);
  if (problem || !value.is_object()) return fail(ErrorCode::invalid, "{} is not a JSON object", path.string());
  return value.as_object();
}

Result<double> number_of(const boost::json::object& object, std::string_view name, const fs::path& path) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_number()) {
    return fail(ErrorCode::invalid, "{} has no number \"{}\"", path.string(), name);
  }
  return value->to_number<double>();
}

Result<std::int64_t> integer_of(const boost::json::object& object, std::string_view name, const fs::path& path) {
  const auto* value = object.if_contains(name);
  boost::system::error_code problem;
  const auto number = value == nullptr ? 0 : value->to_number<std::int64_t>(problem);
  if (value == nullptr || problem) {
    return fail(ErrorCode::invalid, "{} has no whole number \"{}\"", path.string(), name);
  }
  return number;
}

/// The first anchor repeats the take's begin; each later one starts another line. Their monotonic instants become wall
/// time by the pair that the take began with.
Result<std::vector<Anchor>> anchors_of(const boost::json::object& sidecar, const fs::path& path) {
  std::vector<Anchor> anchors;
  const auto* list = sidecar.if_contains("anchors");
  if (list == nullptr || !list->is_array() || list->as_array().size() < 2) return anchors;
  LOA_TRY_LET(const auto realtime, integer_of(sidecar, "start_realtime_ns", path));
  LOA_TRY_LET(const auto monotonic, integer_of(sidecar, "start_monotonic_ns", path));
  for (const auto& entry : list->as_array()) {
    if (!entry.is_object()) return fail(ErrorCode::invalid, "{} has an anchor that is no object", path.string());
    LOA_TRY_LET(const auto frame, integer_of(entry.as_object(), "frame", path));
    LOA_TRY_LET(const auto at, integer_of(entry.as_object(), "monotonic_ns", path));
    LOA_TRY_LET(const auto ppm, number_of(entry.as_object(), "ppm", path));
    anchors.push_back({frame, at - monotonic + realtime, ppm});
  }
  anchors.erase(anchors.begin());
  return anchors;
}

}  // namespace

Result<Wav> Wav::load(const fs::path& path) {
  LOA_TRY_LET(const auto bytes, read_file(path, max_wav_bytes));
  const auto chunks = parse_chunks(bytes);
  if (!chunks) return fail(ErrorCode::invalid, "{} is not a WAV file of 16-bit PCM", path.string());
  Wav wav{chunks->rate_hz, chunks->channels, {}};
  const std::size_t stride = 2 * static_cast<std::size_t>(chunks->channels);
  wav.frames.resize(chunks->data.size() / stride);
  for (std::size_t i = 0; i < wav.frames.size(); ++i) {
    std::memcpy(&wav.frames[i], chunks->data.data() + i * stride, 2);
  }
  return wav;
}

Result<void> Wav::save(const fs::path& path, int rate_hz, const std::vector<std::int16_t>& mono) {
  const auto data_bytes = static_cast<std::uint32_t>(mono.size() * 2);
  const auto rate = static_cast<std::uint32_t>(rate_hz);
  std::string bytes = "RIFF";
  put(bytes, 36 + data_bytes, 4);
  bytes += "WAVEfmt ";
  put(bytes, 16, 4);
  put(bytes, 1, 2);
  put(bytes, 1, 2);
  put(bytes, rate, 4);
  put(bytes, rate * 2, 4);
  put(bytes, 2, 2);
  put(bytes, 16, 2);
  bytes += "data";
  put(bytes, data_bytes, 4);
  bytes.append(reinterpret_cast<const char*>(mono.data()), data_bytes);
  return save_file(path, bytes);
}

namespace {

Result<Recording> shape_of(const boost::json::object& sidecar, const fs::path& path) {
  LOA_TRY_LET(const auto start, integer_of(sidecar, "start_realtime_ns", path));
  LOA_TRY_LET(const double ppm, number_of(sidecar, "ppm", path));
  LOA_TRY_LET(const auto rate, integer_of(sidecar, "rate_hz", path));
  LOA_TRY_LET(auto anchors, anchors_of(sidecar, path));
  return Recording{{}, static_cast<int>(rate), start, ppm, std::move(anchors)};
}

/// Where frame `frame` of a line is in time, and which frame is at a time.
std::int64_t time_on(const Recording::Line& line, int rate_hz, std::int64_t frame) {
  const double seconds = static_cast<double>(frame - line.from) / (rate_hz * (1 + line.ppm * 1e-6));
  return line.realtime_ns + std::llround(seconds * 1e9);
}

std::int64_t frame_on(const Recording::Line& line, int rate_hz, std::int64_t time_ns) {
  const double seconds = static_cast<double>(time_ns - line.realtime_ns) * 1e-9;
  const std::int64_t frame = line.from + std::llround(seconds * rate_hz * (1 + line.ppm * 1e-6));
  return std::clamp(frame, line.from, line.to);
}

std::vector<Recording::Line> lines_of(const Recording& shape, std::int64_t frames) {
  std::vector<Recording::Line> lines;
  Anchor line{0, shape.start_realtime_ns, shape.ppm};
  for (std::size_t i = 0; i <= shape.anchors.size(); ++i) {
    const bool last = i == shape.anchors.size();
    const auto end = last ? frames : std::clamp<std::int64_t>(shape.anchors[i].frame, line.frame, frames);
    if (line.frame < end) lines.push_back({line.frame, end, line.realtime_ns, line.ppm});
    if (!last) line = shape.anchors[i];
  }
  return lines;
}

}  // namespace

Result<Recording> Recording::load(const fs::path& wav_path) {
  LOA_TRY_LET(auto wav, Wav::load(wav_path));
  const auto sidecar = fs::path(wav_path).replace_extension(".json");
  LOA_TRY_LET(const auto object, load_object(sidecar));
  LOA_TRY_LET(auto recording, shape_of(object, sidecar));
  recording.frames = std::move(wav.frames);
  return recording;
}

Result<std::vector<Recording>> Recording::load_folder(const fs::path& folder) {
  std::vector<Recording> recordings;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(folder, problem)) {
    if (entry.path().extension() != ".wav") continue;
    LOA_TRY_LET(auto recording, load(entry.path()));
    recordings.push_back(std::move(recording));
  }
  if (problem) return fail(ErrorCode::missing, "cannot read {}: {}", folder.string(), problem.message());
  std::sort(recordings.begin(), recordings.end(),
            [](const Recording& a, const Recording& b) { return a.start_realtime_ns < b.start_realtime_ns; });
  return recordings;
}

std::vector<Recording::Line> Recording::lines() const {
  return lines_of(*this, static_cast<std::int64_t>(frames.size()));
}

Result<Take> Take::open(const fs::path& wav) {
  constexpr std::size_t most_of_a_header = 4'096;
  std::ifstream file(wav, std::ios::binary);
  if (!file) return fail(ErrorCode::missing, "cannot read {}", wav.string());
  std::string head(most_of_a_header, '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(file.gcount()));
  const auto chunks = parse_chunks(head);
  if (!chunks) return fail(ErrorCode::invalid, "{} is not a WAV file of 16-bit PCM", wav.string());
  const auto sidecar = fs::path(wav).replace_extension(".json");
  LOA_TRY_LET(const auto object, load_object(sidecar));
  Take take;
  LOA_TRY_LET(take.shape_, shape_of(object, sidecar));
  take.wav_ = wav;
  if (const auto* end = object.if_contains("end"); end != nullptr && end->is_string()) take.end_ = end->as_string();
  take.channels_ = chunks->channels;
  take.data_at_ = static_cast<std::uint64_t>(chunks->data.data() - head.data());
  take.frames_ = static_cast<std::int64_t>((fs::file_size(wav) - take.data_at_) /
                                           (2 * static_cast<std::uint64_t>(chunks->channels)));
  return take;
}

Result<std::vector<Take>> Take::open_folder(const fs::path& folder) {
  std::vector<Take> takes;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(folder, problem)) {
    if (entry.path().extension() != ".wav") continue;
    LOA_TRY_LET(auto take, open(entry.path()));
    takes.push_back(std::move(take));
  }
  if (problem) return fail(ErrorCode::missing, "cannot read {}: {}", folder.string(), problem.message());
  std::sort(takes.begin(), takes.end(), [](const Take& a, const Take& b) { return a.start_ns() < b.start_ns(); });
  return takes;
}

std::int64_t Take::end_ns() const {
  const auto lines = lines_of(shape_, frames_);
  return lines.empty() ? start_ns() : time_on(lines.back(), shape_.rate_hz, lines.back().to);
}

Result<Recording> Take::piece(std::int64_t from_ns, std::int64_t to_ns) const {
  Recording piece{{}, shape_.rate_hz, shape_.start_realtime_ns, shape_.ppm, {}};
  std::int64_t first = 0, past = 0;
  for (const auto& line : lines_of(shape_, frames_)) {
    const auto from = frame_on(line, shape_.rate_hz, from_ns), to = frame_on(line, shape_.rate_hz, to_ns);
    if (from >= to) continue;
    if (first == past) {
      first = from;
      piece.start_realtime_ns = time_on(line, shape_.rate_hz, from);
      piece.ppm = line.ppm;
    } else {
      piece.anchors.push_back({line.from - first, line.realtime_ns, line.ppm});
    }
    past = to;
  }
  const auto count = static_cast<std::size_t>(past - first), channels = static_cast<std::size_t>(channels_);
  std::vector<std::int16_t> raw(count * channels);
  std::ifstream file(wav_, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(data_at_ + static_cast<std::uint64_t>(first) * 2 * channels));
  file.read(reinterpret_cast<char*>(raw.data()), static_cast<std::streamsize>(raw.size() * 2));
  if (!file) return fail(ErrorCode::io, "cannot read {} frames of {}", count, wav_.string());
  piece.frames.resize(count);
  for (std::size_t i = 0; i < count; ++i) piece.frames[i] = raw[i * channels];
  return piece;
}

}  // namespace loa::tests
