#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <thread>

#include "protocol/base/file.hpp"
#include "protocol/topic/topic.hpp"
#include "tests/rehearsal/air_time.hpp"
#include "tests/rehearsal/ward_kit.hpp"
#include "tests/rehearsal/wire.hpp"
#include "tests/support/listen.hpp"
#include "tests/support/service_manager.hpp"
#include "tests/support/temp_folder.hpp"

namespace loa::tests {
namespace {

using namespace std::chrono_literals;

constexpr const char* id = "cum-01";
constexpr double back_within_s = 3.0;  // from the hang to sound in place

double seconds(WallTime from, WallTime to) { return static_cast<double>((to - from).count()) / 1e6; }

/// A room that is made to hang, and the silence that follows.
struct Hang {
  std::string room;              ///< as the station's log names it; empty: the whole process
  std::string thread;            ///< as the kernel names it; empty: the first
  std::chrono::milliseconds at;  ///< from the beginning of the sound
  WallTime hung_at{};
};

/// Two segments of noise without a pause between, and a slogan beside them, under a service manager.
class StationHang : public testing::Test {
 protected:
  explicit StationHang(std::chrono::seconds segment_length = 24s, bool relayed = false)
      : segment_length_(segment_length), relayed_(relayed) {}
  void SetUp() override;
  /// What the service gets on top of every station's environment.
  [[nodiscard]] virtual std::vector<std::string> environment() const { return {}; }
  void schedule();
  void hang(Hang& hang);
  void hang_the_sign();
  void expect_heard(std::vector<Hang> hangs);
  void expect_proved();
  boost::json::value report() {
    return kit_->loa_json({"report", "--from", local_date(start_), "--to", local_date(start_)}).value_or(nullptr);
  }
  [[nodiscard]] bool logged(const std::string& words) const { return log().find(words) != std::string::npos; }
  [[nodiscard]] std::string log() const { return read_file(kit_->log_of(id), 16U << 20U).value_or(""); }

  const std::chrono::seconds segment_length_;
  const bool relayed_;
  const TempFolder temp_{"loa-hang"};
  std::unique_ptr<WardKit> kit_;
  std::unique_ptr<ServiceManager> manager_;
  std::vector<HungThread> hung_;
  WallTime start_;
  std::vector<listen::Match> heard_;
};

void StationHang::SetUp() {
  auto kit = WardKit::make(temp_.path(), {{id, "Cụm loa số 1", "to-1", 80, true, "192x32", relayed_}});
  ASSERT_TRUE(kit) << kit.error().text;
  kit_ = *std::move(kit);
  ASSERT_TRUE(kit_->never_safe(id));  // five deaths in a row are meant here
  for (unsigned i = 0; i < 2; ++i) {
    const auto file = temp_ / fmt::format("noise-{}.wav", i);
    ASSERT_TRUE(Wav::save(file, 48'000, noise(segment_length_, i)));
    ASSERT_TRUE(kit_->loa({"content", "add", file.string(), "--title", fmt::format("Tiếng ồn {}", i), "--category",
                           "am-nhac", "--music"}));
  }
  ASSERT_TRUE(kit_->start_headend());
  auto manager = ServiceManager::start(kit_->command_of(id, environment()), {});
  ASSERT_TRUE(manager) << manager.error().text;
  manager_ = *std::move(manager);
  ASSERT_TRUE(manager_->wait_ready(1, 5s));
  schedule();
}

void StationHang::schedule() {
  start_ = std::chrono::ceil<std::chrono::seconds>(wall_now() + 8s);
  const auto date = local_date(start_), from = local_time(start_), until = local_time(start_ + 2 * segment_length_);
  const auto sound = kit_->loa({"programme", "add", "on", "--title", "Thử sức", "--at", from, "--from", date, "--to",
                                date, "--group", "to-1", "--segment", "Tiếng ồn 0", "--segment", "Tiếng ồn 1"});
  ASSERT_TRUE(sound) << sound.error().text;
  const auto slogan = kit_->loa({"slogan", "add", "Giữ gìn vệ sinh chung", "--group", "to-1", "--at", from, "--until",
                                 until, "--from", date, "--to", date, "--category", "khau-hieu", "--dwell", "10"});
  ASSERT_TRUE(slogan) << slogan.error().text;
}

void StationHang::hang(Hang& hang) {
  std::this_thread::sleep_until(start_ + hang.at);
  const auto life = manager_->lives().size();
  const pid_t pid = manager_->lives().back().pid;
  hang.hung_at = wall_now();
  if (hang.room.empty()) {
    ASSERT_EQ(::kill(pid, SIGSTOP), 0);
  } else {
    auto hung = HungThread::hang(pid, hang.thread);
    ASSERT_TRUE(hung) << hung.error().text;
    hung_.push_back(*std::move(hung));
  }
  ASSERT_TRUE(manager_->wait_ready(life + 1, 8s)) << hang.room << ": the process was not started anew";
  const auto ended = manager_->lives()[life - 1];
  EXPECT_EQ(ended.by_watchdog, hang.room.empty());
  EXPECT_EQ(ended.exit->signal, SIGABRT);
  EXPECT_TRUE(hang.room.empty() || logged("room.hung room=" + hang.room + " ")) << "the log names it";
  std::printf("%-8s hung at %6.3f s, ready again after %.3f s\n", hang.room.empty() ? "(all)" : hang.room.c_str(),
              seconds(start_, hang.hung_at), seconds(hang.hung_at, wall_now()));
}

/// Sound goes on, and the process restarts for the sign when the sound is over.
void StationHang::hang_the_sign() {
  const auto life = manager_->lives().size();
  std::this_thread::sleep_until(start_ + 36s);
  auto hung = HungThread::hang(manager_->lives().back().pid, "loa-sign");
  ASSERT_TRUE(hung) << hung.error().text;
  hung_.push_back(*std::move(hung));
  std::this_thread::sleep_until(start_ + 2 * segment_length_);
  EXPECT_TRUE(logged("room.hung room=sign ")) << "it is said at once";
  EXPECT_EQ(manager_->lives().size(), life) << "and the sound is not cut for it";
  ASSERT_TRUE(manager_->wait_ready(life + 1, 8s)) << "after the sound it is";
}

void StationHang::expect_heard(std::vector<Hang> hangs) {
  const auto recordings = Recording::load_folder(kit_->recording_of(id));
  ASSERT_TRUE(recordings) << recordings.error().text;
  const auto plan = kit_->loa_json({"plan", "show", id});
  ASSERT_TRUE(plan) << plan.error().text;
  std::vector<listen::Part> silences;  // from the beginning of the sound
  for (const auto& cue : plan->at("cues").as_array()) {
    if (cue.at("medium").as_string() != "audio") continue;
    const auto content = listen::decode(kit_->object(std::string{cue.at("object").as_string()}));
    ASSERT_TRUE(content) << content.error().text;
    const auto at = *parse_utc(std::string{cue.at("start").as_string()});
    if (at >= start_ + 2 * segment_length_) continue;  // another day's
    heard_.push_back(listen::align(*recordings, {*content, to_us(at)}));
    EXPECT_TRUE(heard_.back().strays.empty()) << "nothing repeated, nothing elsewhere";
    EXPECT_LE(heard_.back().max_offset_us, 1'000) << "it came back in place";
    for (auto gap : heard_.back().gaps) {
      gap = {gap.from_s + seconds(start_, at), gap.to_s + seconds(start_, at)};
      if (!silences.empty() && gap.from_s - silences.back().to_s < 0.005)
        gap = {silences.back().from_s, gap.to_s}, silences.pop_back();
      silences.push_back(gap);
    }
  }
  EXPECT_EQ(silences.size(), hangs.size()) << "one silence for each hang that reaches the sound";
  for (const auto& silence : silences) {
    const auto cause = std::find_if(hangs.rbegin(), hangs.rend(), [&](const Hang& hang) {
      return seconds(start_, hang.hung_at) <= silence.from_s + 0.2;
    });
    ASSERT_NE(cause, hangs.rend()) << "a silence at " << silence.from_s << " s before anything hung";
    const double back_s = silence.to_s - seconds(start_, cause->hung_at);
    std::printf("%-8s silence from %6.3f s to %6.3f s: %.3f s; sound in place %.3f s after the hang\n",
                cause->room.c_str(), silence.from_s, silence.to_s, silence.length_s(), back_s);
    EXPECT_LE(back_s, back_within_s);
  }
}

/// What the horn did not say is not reported as played, and every second has its account.
void StationHang::expect_proved() {
  boost::json::value report;
  EXPECT_TRUE(wait_until(20s, [&] {
    report = this->report();
    return report.is_object() && report.at("cues_to_come").to_number<int>() == 0 &&
           report.at("cues_unexplained").to_number<int>() == 0 &&
           report.at("cues_accounted").to_number<int>() == report.at("cues_planned").to_number<int>();
  }));
  ASSERT_TRUE(report.is_object());
  EXPECT_TRUE(report.at("anomalies").as_array().empty());
  double lost_s = 0, heard_s = 0;
  for (const auto& value : report.at("differences").as_array()) {
    if (value.at("medium").as_string() != "audio") continue;
    lost_s += seconds(*parse_utc(std::string{value.at("from").as_string()}),
                      *parse_utc(std::string{value.at("to").as_string()}));
  }
  for (const auto& match : heard_) heard_s += match.heard_s;
  const double reported_s = 2.0 * static_cast<double>(segment_length_.count()) - lost_s;
  std::printf("heard %.3f s, reported %.3f s (%+.1f ms)\n", heard_s, reported_s, (reported_s - heard_s) * 1e3);
  EXPECT_LE(reported_s, heard_s + 0.04) << "no false second";
  EXPECT_GE(reported_s, heard_s - 0.2) << "what the card still had in its buffer nobody measured: at most 120 ms";
}

TEST_F(StationHang, IsFoundAndTheSoundIsBackInPlace) {
  std::vector<Hang> hangs{
      {"audio", "loa-audio", 4s},
      {"decoder", "loa-decode", 10s},
      // Just before the second segment would have been given to the player: until then the sound goes on without it.
      {"io", "", 20'900ms},
      {"", "", 30s},
  };
  for (auto& one : hangs) ASSERT_NO_FATAL_FAILURE(hang(one));
  ASSERT_NO_FATAL_FAILURE(hang_the_sign());
  ASSERT_NO_FATAL_FAILURE(expect_heard(hangs));
  expect_proved();
}

/// A station whose card takes long for one sync, when it is told to (slow_sync.cpp).
class SlowDisk : public StationHang {
 protected:
  SlowDisk() : StationHang(12s) {}
  [[nodiscard]] std::vector<std::string> environment() const override {
    return {"LD_PRELOAD=" LOA_SLOW_SYNC, "LOA_SLOW_SYNC=" + next_sync().string(),
            "ASAN_OPTIONS=verify_asan_link_order=0"};
  }
  [[nodiscard]] std::filesystem::path next_sync() const { return temp_ / "the-next-sync-takes-long"; }
};

TEST_F(SlowDisk, IsWaitedForAndTheSoundGoesOn) {
  std::this_thread::sleep_until(start_ + segment_length_ - 2s);
  ASSERT_TRUE(save_file(next_sync(), "5"));  // seconds: the proof of the first segment, while the second sounds
  std::this_thread::sleep_until(start_ + segment_length_ + 4s);
  EXPECT_FALSE(std::filesystem::exists(next_sync())) << "no sync took long: this shows nothing";
  EXPECT_TRUE(logged("disk.slow room=io "));
  std::this_thread::sleep_until(start_ + 2 * segment_length_ + 1s);
  EXPECT_EQ(manager_->lives().size(), 1U) << "a restart would have waited for the same card, in silence";
  expect_heard({});
  expect_proved();
}

/// The link's thread hangs in a short programme.
class HungLink : public StationHang {
 protected:
  HungLink() : StationHang(12s) {}
};

TEST_F(HungLink, IsFoundWhenTheSoundIsOverAndConnectsAgain) {
  std::this_thread::sleep_until(start_ + 1s);
  auto hung = HungThread::hang(manager_->lives().back().pid, "loa-link");
  ASSERT_TRUE(hung) << hung.error().text;
  hung_.push_back(*std::move(hung));
  std::this_thread::sleep_until(start_ + 2 * segment_length_);
  EXPECT_EQ(manager_->lives().size(), 1U);
  ASSERT_TRUE(manager_->wait_ready(2, 40s)) << "its promise was 30 s";
  EXPECT_EQ(manager_->lives().front().exit->signal, SIGABRT);
  EXPECT_TRUE(logged("room.hung room=link "));
  expect_heard({});
  expect_proved();
}

/// The office hangs: whatever it has takes connections and says nothing.
class HungOffice : public StationHang {
 protected:
  HungOffice() : StationHang(60s, true) {}
  ~HungOffice() override { go_on(); }
  void plan_something_new_while_it_is_away();
  void stop(pid_t process);
  void stop_the_program_that_fetches();
  void go_on();
  void expect_it_all_goes_on();
  void expect_logged(const std::string& words, std::chrono::seconds within) const {
    const auto since = std::chrono::steady_clock::now();
    EXPECT_TRUE(wait_until(within, [&] { return logged_since(words); })) << words;
    std::printf("%s: after %.1f s\n", words.c_str(),
                std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count());
  }
  [[nodiscard]] bool logged_since(const std::string& words) const {
    return log().find(words, log_before_) != std::string::npos;
  }
  std::vector<pid_t> stopped_;
  std::size_t log_before_ = 0;  ///< bytes of the log when the office began to hang
};

/// It is to fetch an object as soon as it is back.
void HungOffice::plan_something_new_while_it_is_away() {
  auto wire = Wire::open(kit_->ward());
  ASSERT_TRUE(wire) << wire.error().text;
  const auto plan = protocol::topic::of_station((*wire)->ward().settings().id, id, protocol::topic::Leaf::plan);
  ASSERT_TRUE(wait_until(5s, [&] { return !(*wire)->heard(plan).empty(); }));
  const auto before = (*wire)->heard(plan).size();
  kit_->relay_of(id).cut();
  const auto file = temp_ / "new.wav";
  ASSERT_TRUE(Wav::save(file, 48'000, noise(5s, 7)));
  ASSERT_TRUE(kit_->loa({"content", "add", file.string(), "--title", "Mới", "--category", "am-nhac", "--music"}));
  const auto date = local_date(start_ + 24h);
  const auto added = kit_->loa({"programme", "add", "mai", "--title", "Ngày mai", "--at", "12:00", "--from", date,
                                "--to", date, "--group", "to-1", "--segment", "Mới"});
  ASSERT_TRUE(added) << added.error().text;
  ASSERT_TRUE(wait_until(10s, [&] { return (*wire)->heard(plan).size() > before; }));
}

void HungOffice::stop(pid_t process) {
  ASSERT_EQ(::kill(process, SIGSTOP), 0);
  stopped_.push_back(process);
}

void HungOffice::stop_the_program_that_fetches() {
  const auto programs = [this] { return children_of(manager_->lives().back().pid, "loa-fetch"); };
  ASSERT_TRUE(wait_until(40s, [&] { return !programs().empty(); }));
  std::this_thread::sleep_for(300ms);  // until it is the program, and no longer the fork that has its name
  ASSERT_FALSE(programs().empty());
  ASSERT_EQ(::kill(programs().front(), SIGSTOP), 0);
}

void HungOffice::go_on() {
  for (const pid_t process : stopped_) ::kill(process, SIGCONT);
  stopped_.clear();
}

void HungOffice::expect_it_all_goes_on() {
  EXPECT_FALSE(logged_since("object.fetched")) << "it came from an office that hung?";
  go_on();
  expect_logged("object.fetched", 60s);
  expect_heard({});
  expect_proved();
  EXPECT_EQ(manager_->lives().size(), 1U) << "all in one life";
}

TEST_F(HungOffice, NeitherCutsTheSoundNorWedgesTheStation) {
  std::this_thread::sleep_until(start_ + 2s);
  ASSERT_NO_FATAL_FAILURE(plan_something_new_while_it_is_away());
  log_before_ = log().size();
  ASSERT_NO_FATAL_FAILURE(stop(kit_->pid_of_headend()));
  kit_->relay_of(id).mend();
  ASSERT_NO_FATAL_FAILURE(stop_the_program_that_fetches());
  const auto broker = kit_->pid_of_broker();
  ASSERT_TRUE(broker) << broker.error().text;
  ASSERT_NO_FATAL_FAILURE(stop(*broker));
  expect_logged("no sign of life for 60 s", 80s);
  expect_logged("no answer within 15000 ms", 60s);
  expect_logged("loa-fetch hung for 90000 ms and was killed", 60s);
  std::this_thread::sleep_until(start_ + 2 * segment_length_ + 1s);
  expect_it_all_goes_on();
}

}  // namespace
}  // namespace loa::tests
