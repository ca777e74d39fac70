#include "content/media/ingest.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "content/media/leveller.hpp"
#include "content/media/loudness_meter.hpp"
#include "content/opus/opus_reader.hpp"
#include "protocol/base/log.hpp"
#include "protocol/base/time.hpp"

namespace loa::content::media {
namespace {

constexpr int most_rounds = 6;      ///< encodings
constexpr int loudness_rounds = 2;  ///< encodings after which a loudness off the target is put up with
constexpr int most_trials = 4;      ///< of a gain, without encoding
/// Opus moves limited peaks by about this much: first guesses that save a round.
constexpr double speech_headroom_db = 2.3, music_headroom_db = 0.8;
constexpr double step_down_db = 0.3;       ///< below the limit once it was exceeded, so that rounds end
constexpr double limiter_appetite = 1.8;   ///< gain put in for each decibel that comes out of a working limiter
constexpr double hardest_limiting_db = 6;  ///< beyond it speech sounds crushed: rather stay below the target
constexpr std::size_t piece_frames = rate_hz / 4;

/// Hands out a sound in pieces; an empty piece is the end.
using Reader = std::function<Result<std::span<const float>>()>;

/// A sound that can be read several times.
struct Source {
  std::string name;
  std::function<Result<Reader>()> open;
  std::int64_t expected_frames = 0;
};

Source source_of(const std::filesystem::path& path, const Limits& limits, std::int64_t claimed_frames) {
  auto open = [path, limits]() -> Result<Reader> {
    LOA_TRY_LET(auto file, AudioFile::open(path, limits));
    auto shared = std::make_shared<AudioFile>(std::move(file));  // std::function wants to be copied
    return Reader{[shared] { return shared->read(); }};
  };
  return {path.string(), std::move(open), claimed_frames};
}

Source source_of(const Pcm& pcm) {
  auto open = [&pcm]() -> Result<Reader> {
    return Reader{[&pcm, at = std::size_t{0}]() mutable -> Result<std::span<const float>> {
      const auto piece = std::span{pcm.frames}.subspan(at, std::min(piece_frames, pcm.frames.size() - at));
      at += piece.size();
      return std::span<const float>{piece};
    }};
  };
  return {"the sound", std::move(open), static_cast<std::int64_t>(pcm.frames.size())};
}

/// Turns the frames of many passes into one rising share: each pass takes a part of what is left.
class Meter {
 public:
  explicit Meter(const Progress& progress) : progress_(progress) {}
  void begin(double part_of_the_rest) {
    from_ = to_;
    to_ += (1 - to_) * part_of_the_rest;
  }
  void at(std::int64_t frames, std::int64_t of) {
    if (!progress_ || of <= 0) return;
    const double share = std::min(1.0, static_cast<double>(frames) / static_cast<double>(of));
    progress_(from_ + (to_ - from_) * share);
  }
  void done() {
    if (progress_) progress_(1);
  }

 private:
  const Progress& progress_;
  double from_ = 0, to_ = 0;
};

template <class Take>
Result<void> for_each_piece(const Source& source, std::int64_t frames, Meter& meter, Take take) {
  LOA_TRY_LET(const auto read, source.open());
  std::int64_t done = 0;
  while (true) {
    LOA_TRY_LET(const auto piece, read());
    if (piece.empty()) return {};
    LOA_TRY(take(piece));
    done += static_cast<std::int64_t>(piece.size());
    meter.at(done, frames);
  }
}

struct Measured {
  std::int64_t frames = 0;
  double lufs = 0;
  double peak_db = 0;
};

Measured read_off(const LoudnessMeter& loudness) {
  return {loudness.frames(), loudness.integrated_lufs(), loudness.peak_db()};
}

Result<Measured> measure(const Source& source, Meter& meter) {
  LoudnessMeter loudness{LoudnessMeter::Peak::sample};
  LOA_TRY(for_each_piece(source, source.expected_frames, meter, [&](std::span<const float> piece) -> Result<void> {
    loudness.add(piece);
    return {};
  }));
  return read_off(loudness);
}

Result<Measured> measure_object(const std::string& opus, Meter& meter) {
  LOA_TRY_LET(auto reader, opus::OpusReader::from_bytes(opus));
  LoudnessMeter loudness{LoudnessMeter::Peak::true_peak};
  std::array<std::int16_t, 9'600> pcm;
  while (true) {
    LOA_TRY_LET(const auto got, reader.read(pcm));
    if (got == 0) return read_off(loudness);
    loudness.add(std::span<const std::int16_t>{pcm}.first(got));
    meter.at(loudness.frames(), reader.frames());
  }
}

Result<void> check(const Measured& sound, const Source& source, const Limits& limits) {
  const auto length = Micros{sound.frames * 1'000'000 / rate_hz};
  if (sound.frames == 0)
    return fail(ErrorCode::invalid, "cannot use {}: there is no sound in it, its length is zero", source.name);
  if (length < limits.shortest) {
    return fail(ErrorCode::invalid, "cannot use {}: it lasts {}, at least {} are needed", source.name,
                format_duration(length), format_duration(limits.shortest));
  }
  if (length > limits.longest) {
    return fail(ErrorCode::invalid, "cannot use {}: it lasts {}, at most {} are allowed", source.name,
                format_duration(length), format_duration(limits.longest));
  }
  if (std::isinf(sound.lufs)) {
    return fail(ErrorCode::invalid, "cannot use {}: it is silent from beginning to end; check the recording",
                source.name);
  }
  if (sound.lufs < limits.quietest_lufs) {
    return fail(ErrorCode::invalid,
                "cannot use {}: it is too quiet ({:.1f} LUFS, at least {:.0f} needed); record it louder", source.name,
                sound.lufs, limits.quietest_lufs);
  }
  return {};
}

/// What the leveller is asked to do.
struct Setting {
  double gain_db = 0;
  double ceiling_db = 0;
};

bool is_limited(const Measured& sound, const Setting& setting) {
  return sound.peak_db + setting.gain_db > setting.ceiling_db;
}

Result<void> level(const Source& source, const Measured& sound, const Setting& setting, Meter& meter,
                   const Leveller::Sink& sink) {
  std::optional<double> ceiling;
  if (is_limited(sound, setting)) ceiling = setting.ceiling_db;
  LOA_TRY_LET(auto leveller, Leveller::open(setting.gain_db, ceiling, sink));
  LOA_TRY(
      for_each_piece(source, sound.frames, meter, [&](std::span<const float> piece) { return leveller.add(piece); }));
  return leveller.finish();
}

/// Finds the gain that brings the sound to a loudness behind the limiter, by trying it: a trial costs a tenth of an
/// encoding.
Result<double> find_gain(const Source& source, const Measured& sound, double aim_lufs, double ceiling_db,
                         Meter& meter) {
  const double plain_db = aim_lufs - sound.lufs;
  Setting setting{plain_db, ceiling_db};
  for (int trial = 0; trial < most_trials && is_limited(sound, setting); ++trial) {
    LoudnessMeter loudness{LoudnessMeter::Peak::sample};
    meter.begin(0.08);
    LOA_TRY(level(source, sound, setting, meter, [&](std::span<const float> frames) -> Result<void> {
      loudness.add(frames);
      return {};
    }));
    const double missing = aim_lufs - loudness.integrated_lufs();
    if (std::abs(missing) < 0.1) break;
    setting.gain_db = std::min(setting.gain_db + missing * limiter_appetite, plain_db + hardest_limiting_db);
  }
  return setting.gain_db;
}

Result<std::string> encode(const Source& source, const Measured& sound, const Setting& setting, Kind kind,
                           const IngestSettings& wanted, Meter& meter) {
  const int rate = kind == Kind::speech ? wanted.speech_bits_per_second : wanted.music_bits_per_second;
  LOA_TRY_LET(auto encoder, OpusEncoder::open(kind, rate));
  meter.begin(0.6);
  LOA_TRY(level(source, sound, setting, meter, [&](std::span<const float> frames) { return encoder.add(frames); }));
  return encoder.finish();
}

/// One encoding and what came out of it.
struct Attempt {
  std::string opus;
  Measured object;
  Setting setting;
};

Result<Attempt> attempt(const Source& source, const Measured& sound, double aim_lufs, double ceiling_db, Kind kind,
                        const IngestSettings& wanted, Meter& meter) {
  LOA_TRY_LET(const double gain_db, find_gain(source, sound, aim_lufs, ceiling_db, meter));
  const Setting setting{gain_db, ceiling_db};
  LOA_TRY_LET(auto opus, encode(source, sound, setting, kind, wanted, meter));
  meter.begin(0.3);
  LOA_TRY_LET(const auto object, measure_object(opus, meter));
  log::debug(
      "ingest.attempt",
      {{"gain_db", gain_db}, {"ceiling_db", ceiling_db}, {"lufs", object.lufs}, {"true_peak_dbtp", object.peak_db}});
  if (object.frames == sound.frames) return Attempt{std::move(opus), object, setting};
  return fail(ErrorCode::io, "cannot encode {}: {} frames became {}; it changed while it was read", source.name,
              sound.frames, object.frames);
}

/// Repeats until the decoded object is within the limits. The peak is law; the loudness is corrected in the first
/// rounds only.
Result<Ingested> ingest(const Source& source, Kind kind, const IngestSettings& wanted, const Progress& progress) {
  Meter meter{progress};
  meter.begin(0.1);
  LOA_TRY_LET(const auto sound, measure(source, meter));
  LOA_TRY(check(sound, source, wanted.limits));
  double aim_lufs = wanted.target_lufs;
  double ceiling_db = wanted.true_peak_dbtp - (kind == Kind::speech ? speech_headroom_db : music_headroom_db);
  for (int round = 0; round < most_rounds; ++round) {
    LOA_TRY_LET(auto done, attempt(source, sound, aim_lufs, ceiling_db, kind, wanted, meter));
    const double excess = done.object.peak_db - wanted.true_peak_dbtp, missing = wanted.target_lufs - done.object.lufs;
    if (excess <= 0 && (std::abs(missing) <= wanted.tolerance_lu || round >= loudness_rounds)) {
      meter.done();
      return Ingested{std::move(done.opus), sound.frames, sound.lufs, done.object.lufs, done.object.peak_db};
    }
    if (excess > 0) ceiling_db = std::min(ceiling_db, sound.peak_db + done.setting.gain_db) - excess - step_down_db;
    if (round < loudness_rounds && std::abs(missing) > wanted.tolerance_lu) aim_lufs += missing;
  }
  return fail(ErrorCode::invalid,
              "cannot bring {} below {} dBTP: its peaks are too far above its loudness; repair it first", source.name,
              wanted.true_peak_dbtp);
}

}  // namespace

Result<Ingested> ingest(const std::filesystem::path& file, Kind kind, const IngestSettings& settings,
                        const Progress& progress) {
  LOA_TRY_LET(const auto probe, AudioFile::open(file, settings.limits));
  return ingest(source_of(file, settings.limits, probe.claimed_frames()), kind, settings, progress);
}

Result<Ingested> ingest(const Pcm& pcm, Kind kind, const IngestSettings& settings, const Progress& progress) {
  return ingest(source_of(pcm), kind, settings, progress);
}

}  // namespace loa::content::media
