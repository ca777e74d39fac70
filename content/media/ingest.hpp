#pragma once
#include <functional>
#include <optional>
#include <string>

#include "content/media/audio_file.hpp"
#include "content/media/opus_encoder.hpp"
#include "content/media/pcm.hpp"

namespace loa::content::media {

/// Told 0…1 as the work goes on, never falling; called on the caller's thread, some tens of times.
using Progress = std::function<void(double share)>;

/// How a sound becomes an object, as data.
struct IngestSettings {
  Limits limits;
  double target_lufs = -16;
  double tolerance_lu = 0.5;  ///< EBU R128 §3
  double true_peak_dbtp = -1.5;
  int speech_bits_per_second = 40'000;
  int music_bits_per_second = 64'000;
};

/// An object and what was measured of it.
struct Ingested {
  std::string opus;         ///< Ogg Opus, mono 48 000 Hz: the bytes for the store
  std::int64_t frames = 0;  ///< exactly what OpusReader::frames() says of them
  double loudness_in_lufs = 0;
  double loudness_out_lufs = 0;  ///< measured on the decoded object, as true_peak_dbtp is
  double true_peak_dbtp = 0;
};

/// Normalises to the target loudness by one gain for the whole sound (the dynamics stay as they were made), holds the
/// true peak by a look-ahead limiter where that gain would exceed it, encodes, decodes again and measures; repeats with
/// corrected figures until the decoded object is within the limits. The peak limit is kept always; the loudness may
/// stay below its target where a sound is all peaks. The same input gives the same bytes. Memory does not grow with the
/// length of a file, apart from the object itself.
/// @error invalid: not sound, too short, too long, silence, damaged · missing · io. One sentence for the operator.
Result<Ingested> ingest(const std::filesystem::path& file, Kind kind, const IngestSettings& settings = {},
                        const Progress& progress = {});
Result<Ingested> ingest(const Pcm& pcm, Kind kind, const IngestSettings& settings = {}, const Progress& progress = {});

}  // namespace loa::content::media
