#include <boost/json/serialize.hpp>
#include <charconv>
#include <regex>
#include <thread>

#include "protocol/base/file.hpp"
#include "tests/guest/guest_test.hpp"
#include "tests/rehearsal/air_time.hpp"
#include "tests/rehearsal/ward_kit.hpp"
#include "tests/support/chronyd.hpp"
#include "tests/support/listen.hpp"

namespace loa::tests {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

constexpr const char* id = "cum-01";
constexpr seconds segment_length{15};
constexpr double most_offset_us = 5'000;      // the card of an emulated machine keeps time by its timer
constexpr double shortest_silence_s = 0.005;  // the same

double seconds_of(Micros time) { return static_cast<double>(time.count()) / 1e6; }

/// What was done to the station's process, and when.
struct Mishap {
  WallTime at;
  const char* signal;
  double back_within_s = 8.0;  ///< on a machine that is emulated, beside others; station_hang has the real limit
};

/// A recording beside what was planned.
struct Heard {
  std::vector<listen::Part> silences;  ///< from the beginning of the first cue
  double heard_s = 0;
};

class StationBoot : public GuestTest {
 protected:
  void SetUp() override;
  void install_chrony();
  void start_time_source();
  void make_station();
  /// A programme that begins in so many seconds. @return its beginning
  WallTime schedule(seconds in, const std::vector<std::string>& titles);
  void add_noise(const std::string& title, seconds length, unsigned seed);

  std::string log() { return log_of("loa-station"); }
  bool logged(const std::string& words, std::chrono::milliseconds deadline) {
    return holds("journalctl -u loa-station -o cat --no-pager | grep -q '" + words + "'", deadline);
  }
  /// What the unit tells its reader to do.
  void install_station();
  void start_chrony();
  void happen(Mishap& what);
  void stall_disk(bool stalled) {
    const auto done = guest_->stall_disk(stalled);
    EXPECT_TRUE(done) << done.error().text;
  }
  void record(seconds length);
  Recording recorded();
  std::vector<boost::json::value> cues(WallTime start);
  Heard hear(const Recording& recording, const std::vector<boost::json::value>& cues) const;
  /// Waits for the last proof. @return seconds that the report calls played
  double reported(WallTime start, seconds planned);
  static void expect_back(const std::vector<Mishap>& mishaps, const Heard& heard, WallTime start);
  void expect_proved(WallTime start, seconds planned, const Heard& heard);

  std::unique_ptr<WardKit> kit_;
  std::optional<Process> time_source_;
  int ntp_port_ = 0;
  WallTime ear_opened_;
};

void StationBoot::SetUp() {
  ASSERT_NO_FATAL_FAILURE(install());
  ASSERT_NO_FATAL_FAILURE(install_chrony());
  ASSERT_NO_FATAL_FAILURE(start_time_source());
  ASSERT_NO_FATAL_FAILURE(make_station());
  ASSERT_NO_FATAL_FAILURE(boot());
}

/// Debian's own unit and program, where the guest looks before it looks at what this machine has.
void StationBoot::install_chrony() {
  const auto local = temp_ / "installed/usr/local";
  const auto copy = [&](const char* from, const char* to) {
    std::filesystem::create_directories((local / to).parent_path());
    std::filesystem::copy_file(chrony_folder() / from, local / to);
  };
  copy("usr/sbin/chronyd", "sbin/chronyd");
  copy("etc/default/chrony", "etc/default/chrony");
  auto unit = read_file(chrony_folder() / "lib/systemd/system/chrony.service", 65'536);
  ASSERT_TRUE(unit) << unit.error().text;
  *unit = std::regex_replace(*unit, std::regex{"/usr/sbin/chronyd"}, "/usr/local/sbin/chronyd");
  *unit = std::regex_replace(*unit, std::regex{"/etc/default"}, "/usr/local/etc/default");
  ASSERT_TRUE(save_file(local / "lib/systemd/system/chrony.service", *unit));
}

void StationBoot::start_time_source() {
  ntp_port_ = free_port();
  auto process = start_chronyd(
      temp_ / "time-source.conf",
      fmt::format("local stratum 3\nport {}\nbindaddress 127.0.0.1\nallow 127.0.0.1\ncmdport 0", ntp_port_));
  ASSERT_TRUE(process) << process.error().text;
  time_source_ = *std::move(process);
}

void StationBoot::make_station() {
  StationKit station{id, "Cụm loa số 1", "to-1"};
  station.pcm = "hw:Loopback,0";
  station.clock_trust = "chrony";
  auto kit = WardKit::make(temp_ / "kit", {station}, Guest::office_host);
  ASSERT_TRUE(kit) << kit.error().text;
  kit_ = *std::move(kit);
  ASSERT_TRUE(kit_->start_headend());
  const auto made = Guest::make_disk(disk(), kit_->folder() / id);
  ASSERT_TRUE(made) << made.error().text;
}

void StationBoot::add_noise(const std::string& title, seconds length, unsigned seed) {
  const auto file = temp_ / fmt::format("noise-{}.wav", seed);
  ASSERT_TRUE(Wav::save(file, 48'000, noise(length, seed)));
  const auto added = kit_->loa({"content", "add", file.string(), "--title", title, "--category", "am-nhac", "--music"});
  ASSERT_TRUE(added) << added.error().text;
}

WallTime StationBoot::schedule(seconds in, const std::vector<std::string>& titles) {
  const auto start = std::chrono::ceil<seconds>(wall_now() + in);
  const auto date = local_date(start);
  std::vector<std::string> words{"programme", "add", "on",   "--title", "Thử sức", "--at", local_time(start),
                                 "--from",    date,  "--to", date,      "--group", "to-1"};
  for (const auto& title : titles) words.insert(words.end(), {"--segment", title});
  const auto added = kit_->loa(words);
  EXPECT_TRUE(added) << added.error().text;
  return start;
}

void StationBoot::install_station() {
  for (const auto& line : lines_to_type("loa-station")) run(line);
  EXPECT_EQ(run("systemctl is-active loa-station"), "active\n");
}

/// With the office as its source; the user is what Debian's package would have made.
void StationBoot::start_chrony() {
  run("id -u _chrony >/dev/null 2>&1 || useradd --system --user-group -d /var/lib/chrony -s /usr/sbin/nologin _chrony");
  run("mkdir -p /etc/chrony /etc/tmpfiles.d && echo 'd /var/lib/chrony 0750 _chrony _chrony' > /etc/tmpfiles.d/c.conf");
  run(fmt::format("echo 'server {} port {} iburst minpoll 1 maxpoll 3' > /etc/chrony/chrony.conf", Guest::office_host,
                  ntp_port_));
  run("echo 'makestep 0.1 -1' >> /etc/chrony/chrony.conf && systemd-tmpfiles --create /etc/tmpfiles.d/c.conf");
  run("systemctl enable -q --now chrony");
  EXPECT_TRUE(logged("clock.set", 30s)) << "the kernel tells of the step at once";
  EXPECT_TRUE(logged("code=clock-untrusted state=FAULT_STATE_RESOLVED", 60s)) << log();
}

void StationBoot::happen(Mishap& what) {
  std::this_thread::sleep_until(what.at);
  what.at = wall_now();
  run(fmt::format("systemctl kill --kill-whom=main -s {} loa-station", what.signal));
}

/// The other end of the loopback card.
void StationBoot::record(seconds length) {
  run(fmt::format("systemd-run -q --unit=ear arecord -q -D hw:Loopback,1 -f S16_LE -r 48000 -c 2 -d {} /run/ear.wav",
                  length.count()));
  // Its clock may be set in the meantime: the card itself tells how long it runs.
  std::int64_t frames = 0;
  EXPECT_TRUE(wait_until(20s, [&] {
    const auto said = guest_->run("sed -n 's/^hw_ptr *: //p' /proc/asound/Loopback/pcm1c/sub0/status").value_or("");
    std::from_chars(said.data(), said.data() + said.size(), frames);
    return frames > 0;
  }));
  ear_opened_ = wall_now() - Micros{frames * 1'000'000 / 48'000};
}

Recording StationBoot::recorded() {
  EXPECT_TRUE(holds("! systemctl is-active -q ear", 30s));
  run("cp /run/ear.wav /mnt/shared/");
  const auto wav = Wav::load(guest_->shared() / "ear.wav");
  EXPECT_TRUE(wav) << wav.error().text;
  Recording recording;
  if (wav) recording.frames = wav->frames;
  recording.start_realtime_ns = ear_opened_.time_since_epoch().count() * 1000;
  return recording;
}

/// When arecord began is known to a tenth of a second: the first sound tells it better, to that all others must keep.
Heard StationBoot::hear(const Recording& recording, const std::vector<boost::json::value>& cues) const {
  Heard all;
  Recording exact = recording;
  std::optional<WallTime> start;
  for (const auto& cue : cues) {
    const auto content = listen::decode(kit_->object(std::string{cue.at("object").as_string()}));
    EXPECT_TRUE(content) << content.error().text;
    const auto at = *parse_utc(std::string{cue.at("start").as_string()});
    if (!start) {
      start = at;
      const auto rough = listen::align(recording, {*content, to_us(at), 1'000});
      exact.start_realtime_ns -= static_cast<std::int64_t>(rough.median_offset_us * 1e3);
    }
    const auto match = listen::align(exact, {*content, to_us(at)});
    EXPECT_LE(match.max_offset_us, most_offset_us) << "it came back in place";
    EXPECT_TRUE(match.strays.empty()) << "nothing repeated, nothing elsewhere";
    all.heard_s += match.heard_s;
    for (const auto& gap : match.gaps) {
      const listen::Part silence{gap.from_s + seconds_of(at - *start), gap.to_s + seconds_of(at - *start)};
      if (silence.length_s() > shortest_silence_s) all.silences.push_back(silence);
    }
  }
  return all;
}

std::vector<boost::json::value> StationBoot::cues(WallTime start) {
  std::vector<boost::json::value> found;
  const auto plan = kit_->loa_json({"plan", "show", id});
  EXPECT_TRUE(plan) << plan.error().text;
  if (!plan) return found;
  for (const auto& cue : plan->at("cues").as_array()) {
    if (*parse_utc(std::string{cue.at("start").as_string()}) < start + 1h) found.push_back(cue);
  }
  return found;
}

double StationBoot::reported(WallTime start, seconds planned) {
  boost::json::value report;
  EXPECT_TRUE(wait_until(60s, [&] {
    report = kit_->loa_json({"report", "--from", local_date(start), "--to", local_date(start)}).value_or(nullptr);
    return report.is_object() && report.at("cues_to_come").to_number<int>() == 0 &&
           report.at("cues_unexplained").to_number<int>() == 0 &&
           report.at("cues_accounted").to_number<int>() == report.at("cues_planned").to_number<int>();
  })) << "proofs are missing";
  EXPECT_TRUE(report.at("anomalies").as_array().empty()) << boost::json::serialize(report.at("anomalies"));
  double played_s = static_cast<double>(planned.count());
  for (const auto& value : report.at("differences").as_array()) {
    played_s -= seconds_of(*parse_utc(std::string{value.at("to").as_string()}) -
                           *parse_utc(std::string{value.at("from").as_string()}));
  }
  return played_s;
}

/// One silence for each mishap. The card of an emulated machine may run dry for a moment besides.
void StationBoot::expect_back(const std::vector<Mishap>& mishaps, const Heard& heard, WallTime start) {
  double dry_s = 0;
  std::map<const Mishap*, double> back;
  for (const auto& silence : heard.silences) {
    const auto cause = std::find_if(mishaps.begin(), mishaps.end(), [&](const Mishap& mishap) {
      const double at_s = seconds_of(mishap.at - start);
      return silence.from_s > at_s - 0.5 && silence.from_s < at_s + 3;
    });
    if (cause == mishaps.end()) {
      dry_s += silence.length_s();
    } else {
      back[&*cause] = silence.to_s - seconds_of(cause->at - start);
    }
  }
  EXPECT_LE(dry_s, 0.3) << "a restart for the disk would have taken longer";
  for (const auto& mishap : mishaps) {
    std::printf("%s: sound in place %.3f s after it\n", mishap.signal, back[&mishap]);
    EXPECT_GT(back[&mishap], 0);
    EXPECT_LE(back[&mishap], mishap.back_within_s);
  }
}

void StationBoot::expect_proved(WallTime start, seconds planned, const Heard& heard) {
  const double reported_s = reported(start, planned);
  std::printf("heard %.3f s, reported %.3f s (%+.1f ms)\n", heard.heard_s, reported_s,
              (reported_s - heard.heard_s) * 1e3);
  EXPECT_LE(reported_s, heard.heard_s + 0.04) << "no false second";
  EXPECT_GE(reported_s, heard.heard_s - 0.4) << "what the card still had in its buffer nobody measured";
}

TEST_F(StationBoot, LivesUnderSystemdOnAReadOnlyRoot) {
  ASSERT_NO_FATAL_FAILURE(add_noise("Tiếng ồn 0", segment_length, 0));
  ASSERT_NO_FATAL_FAILURE(add_noise("Tiếng ồn 1", segment_length, 1));
  install_station();
  EXPECT_EQ(run("findmnt -n -o OPTIONS / | cut -c1-3"), "ro,\n");
  EXPECT_EQ(run("ps -o user= -p $(systemctl show -P MainPID loa-station)"), "loa\n");
  EXPECT_EQ(run("ps -eLo cls=,rtprio=,comm= | grep loa-audio | tr -s ' '"), " FF 40 loa-audio\n") << "LimitRTPRIO";
  EXPECT_TRUE(logged("code=clock-untrusted state=FAULT_STATE_NEW", 5s)) << "it is 1970";
  EXPECT_TRUE(logged("link.up", 30s)) << log();
  start_chrony();

  record(20s + 2 * segment_length + 5s);
  const auto start = schedule(20s, {"Tiếng ồn 0", "Tiếng ồn 1"});
  std::vector<Mishap> mishaps{{start + 6s, "STOP"}, {start + segment_length + 6s, "KILL"}};
  happen(mishaps[0]);
  std::this_thread::sleep_until(start + segment_length - 2s);
  stall_disk(true);  // the proof of the first segment has to wait
  std::this_thread::sleep_until(start + segment_length + 4s);
  stall_disk(false);
  happen(mishaps[1]);
  std::this_thread::sleep_until(start + 2 * segment_length + 1s);
  EXPECT_EQ(run("systemctl show -P NRestarts loa-station"), "2\n");
  EXPECT_TRUE(logged("disk.slow room=io", 1s)) << "the card stalled and nobody noticed: this shows nothing";

  const auto heard = hear(recorded(), cues(start));
  expect_back(mishaps, heard, start);
  expect_proved(start, 2 * segment_length, heard);
  if (HasFailure()) std::printf("%s", log().c_str());
}

TEST_F(StationBoot, ComesBackFromAPowerCutByItself) {
  constexpr auto length = 75s;
  ASSERT_NO_FATAL_FAILURE(add_noise("Tiếng ồn", length, 2));
  install_station();
  start_chrony();
  const auto start = schedule(20s, {"Tiếng ồn"});
  std::this_thread::sleep_until(start + 20s);
  guest_->power_cut();

  ASSERT_NO_FATAL_FAILURE(boot());
  EXPECT_TRUE(holds("systemctl is-active -q loa-station", 30s)) << "enabled, so it starts";
  record(std::chrono::ceil<seconds>(start + length + 2s - wall_now()));
  std::this_thread::sleep_until(start + length + 1s);
  EXPECT_TRUE(logged("cue.recovered", 1s)) << "what sounded before the cut";
  const auto heard = hear(recorded(), cues(start));  // since the cut
  ASSERT_FALSE(heard.silences.empty());
  std::printf("sound in place %.1f s after the cut\n", heard.silences.front().to_s - 20);
  EXPECT_GT(heard.heard_s, 1.0) << log();
  const auto reported_s = reported(start, length);
  std::printf("reported %.3f s, %.3f s of them since the cut\n", reported_s, heard.heard_s);
  EXPECT_GE(reported_s, 20 - 15.5 + heard.heard_s - 0.2) << "a cut takes what the marks had not synced";
  EXPECT_LE(reported_s, 20 + 0.5 + heard.heard_s + 0.04) << "no false second";
  if (HasFailure()) std::printf("%s", log().c_str());
}

}  // namespace
}  // namespace loa::tests
