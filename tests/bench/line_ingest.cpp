#include <thread>

#include "content/media/ingest.hpp"
#include "tests/bench/bench.hpp"
#include "tests/support/process.hpp"
#include "tests/support/wav.hpp"

namespace loa::bench {

namespace {

using namespace std::chrono_literals;
constexpr double sound_s = 120;

Result<void> run_ffmpeg(std::vector<std::string> arguments) {
  std::vector<std::string> argv{"ffmpeg", "-v", "error", "-y"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  LOA_TRY_LET(const auto done, tests::run({.argv = argv}, 300s));
  if (!done.exit.ok()) return fail(ErrorCode::io, "ffmpeg failed: {}", done.err);
  return {};
}

/// Seconds of sound taken in for each second of the clock.
Result<double> ingest_ours(const std::filesystem::path& file) {
  const double begin = now_s();
  LOA_TRY_LET(const auto object, content::media::ingest(file, content::media::Kind::speech));
  if (object.opus.empty()) return fail(ErrorCode::io, "the ingest gave an empty object");
  return sound_s / (now_s() - begin);
}

/// The same work by command: measure (EBU R128, true peak), then one gain, a limiter, and Opus at the same rate.
Result<double> ingest_ffmpeg(const std::filesystem::path& file, const std::filesystem::path& out) {
  const double begin = now_s();
  LOA_TRY(run_ffmpeg(
      {"-i", file, "-af", "aformat=channel_layouts=mono,aresample=48000,ebur128=peak=true", "-f", "null", "-"}));
  LOA_TRY(run_ffmpeg({"-i", file, "-af", "aformat=channel_layouts=mono,aresample=48000,volume=3dB,alimiter=limit=0.84",
                      "-c:a", "libopus", "-b:a", "40k", out}));
  LOA_TRY(run_ffmpeg({"-i", out, "-af", "ebur128=peak=true", "-f", "null", "-"}));
  return sound_s / (now_s() - begin);
}

Result<double> ingest_loudnorm(const std::filesystem::path& file, const std::filesystem::path& out) {
  const double begin = now_s();
  LOA_TRY(run_ffmpeg({"-i", file, "-af", "loudnorm=I=-16:TP=-1.5:LRA=20,aresample=48000", "-ac", "1", "-c:a", "libopus",
                      "-b:a", "40k", out}));
  return sound_s / (now_s() - begin);
}

}  // namespace

std::vector<Line> measure_ingest(const Context& context) {
  const auto wav = context.work / "sound.wav";
  const auto mp3 = context.work / "sound.mp3";
  auto made = tests::Wav::save(wav, 48'000, bench_sound(sound_s));
  if (made) made = run_ffmpeg({"-i", wav, "-c:a", "libmp3lame", "-b:a", "128k", mp3});
  if (!made) {
    const auto none = Figures::not_measured(made.error().text);
    return {{"ingest of 2 min of MP3", "x real", "ffmpeg", none, none, false}};
  }
  const auto out = context.work / "out.opus";
  const auto ours = sample(context.runs, [&] { return ingest_ours(mp3); });
  const auto same = sample(context.runs, [&] { return ingest_ffmpeg(mp3, out); });
  const auto loudnorm = sample(context.runs, [&] { return ingest_loudnorm(mp3, out); });
  return {{"ingest of 2 min of MP3", "x real", "ffmpeg: measure, gain+limit+encode, measure", ours, same, false},
          {"ingest of 2 min of MP3", "x real", "ffmpeg -af loudnorm, one pass", ours, loudnorm, false}};
}

}  // namespace loa::bench
