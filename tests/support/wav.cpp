#include "tests/support/wav.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cstring>
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

Result<Recording> Recording::load(const fs::path& wav_path) {
  LOA_TRY_LET(auto wav, Wav::load(wav_path));
  const auto sidecar = fs::path(wav_path).replace_extension(".json");
  LOA_TRY_LET(const auto object, load_object(sidecar));
  LOA_TRY_LET(const auto start, integer_of(object, "start_realtime_ns", sidecar));
  LOA_TRY_LET(const double ppm, number_of(object, "ppm", sidecar));
  LOA_TRY_LET(const auto rate, integer_of(object, "rate_hz", sidecar));
  LOA_TRY_LET(auto anchors, anchors_of(object, sidecar));
  return Recording{std::move(wav.frames), static_cast<int>(rate), start, ppm, std::move(anchors)};
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

std::vector<Recording> Recording::straight_pieces() const {
  std::vector<Recording> pieces;
  Anchor line{0, start_realtime_ns, ppm};
  for (std::size_t i = 0; i <= anchors.size(); ++i) {
    const auto total = static_cast<std::int64_t>(frames.size());
    const auto end = i < anchors.size() ? std::clamp<std::int64_t>(anchors[i].frame, line.frame, total) : total;
    if (line.frame < end) {
      pieces.push_back({{frames.begin() + line.frame, frames.begin() + end}, rate_hz, line.realtime_ns, line.ppm});
    }
    if (i < anchors.size()) line = anchors[i];
  }
  return pieces;
}

}  // namespace loa::tests
