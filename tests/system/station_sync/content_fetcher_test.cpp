#include "station/sync/content_fetcher.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <mutex>

#include "protocol/base/file.hpp"
#include "tests/support/process.hpp"
#include "tests/support/service_manager.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/system/station_sync/tiny_server.hpp"

namespace loa::station::sync {
namespace {

using namespace std::chrono_literals;

std::string noise(std::size_t bytes, unsigned seed = 1) {
  std::string text(bytes, '\0');
  for (char& c : text) c = static_cast<char>((seed = seed * 1'664'525u + 1'013'904'223u) >> 24);
  return text;
}

/// Stands for the io thread: functions posted to it run in the test, when it asks.
class IoThread {
 public:
  void post(std::function<void()> function) {
    const std::lock_guard guard{mutex_};
    posted_.push_back(std::move(function));
    arrived_.notify_one();
  }
  bool run_one(std::chrono::milliseconds deadline) {
    std::unique_lock lock{mutex_};
    if (!arrived_.wait_for(lock, deadline, [this] { return !posted_.empty(); })) return false;
    const auto function = std::move(posted_.front());
    posted_.pop_front();
    lock.unlock();
    function();
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::function<void()>> posted_;
};

class ContentFetcherTest : public ::testing::Test {
 protected:
  static FetchSettings impatient() {
    FetchSettings settings;
    settings.connect_timeout = 2s;
    settings.low_speed_time = 1s;
    settings.first_wait = 20ms;
    settings.longest_wait = 100ms;
    return settings;
  }
  void start(FetchSettings settings = impatient()) {
    fetcher_ = std::make_unique<ContentFetcher>(
        folder_.path(), std::move(settings), [this](auto function) { io_.post(std::move(function)); },
        [this](const Fetched& fetched) { results_.push_back(fetched); });
  }
  void ask(const TinyServer& server, const std::vector<std::string>& objects) {
    std::vector<Want> wants;
    for (const auto& object : objects) {
      wants.push_back(
          {protocol::crypto::sha256(object), object.size(), wall_from_us(static_cast<std::int64_t>(wants.size()))});
    }
    fetcher_->want(server.url(), std::move(wants));
  }
  /// The next attempt's result.
  Fetched next() {
    const auto before = results_.size();
    while (results_.size() == before) {
      if (!io_.run_one(15s)) {
        ADD_FAILURE() << "nothing was reported";
        return {{}, fail(ErrorCode::timeout, "nothing was reported")};
      }
    }
    return results_.back();
  }
  static ErrorCode code_of(const Fetched& fetched) {
    EXPECT_FALSE(fetched.result);
    return fetched.result ? ErrorCode::busy : fetched.result.error().code;
  }
  bool holds(const std::string& object) {
    auto store = content::store::ObjectStore::open(folder_.path());
    return store && store->verify(protocol::crypto::sha256(object)).has_value();
  }
  [[nodiscard]] std::filesystem::path partial(const std::string& object) const {
    return content::store::ObjectStore::open(folder_.path())->partial_path_of(protocol::crypto::sha256(object));
  }

  tests::TempFolder folder_;
  IoThread io_;
  std::vector<Fetched> results_;
  std::unique_ptr<ContentFetcher> fetcher_;
  const std::string object_ = noise(300'000);
};

TEST_F(ContentFetcherTest, BringsAnObjectIntoTheStore) {
  TinyServer server{[&](const Request& request, int, const Peer& peer) { peer.send(proper_answer(request, object_)); }};
  start();
  ask(server, {object_});
  const Fetched fetched = next();
  EXPECT_TRUE(fetched.result) << fetched.result.error().text;
  EXPECT_TRUE(holds(object_));
  EXPECT_EQ(server.requests().front().path, "/content/" + fetched.object.hex());
  EXPECT_FALSE(std::filesystem::exists(partial(object_)));
}

TEST_F(ContentFetcherTest, BreaksALongOneOffForOneThatIsNeededSoonerAndGoesOnWithIt) {
  const std::string page = noise(5000, 2);
  TinyServer server{[&](const Request& request, int nth, const Peer& peer) {
    if (request.path.ends_with(protocol::crypto::sha256(page).hex()))
      return void(peer.send(proper_answer(request, page)));
    const auto answer = proper_answer(request, object_);
    if (nth > 0) return void(peer.send(answer));
    peer.send(answer.substr(0, answer.size() / 2));
    peer.wait_until_gone();
  }};
  auto settings = impatient();
  settings.low_speed_time = 30s;
  start(settings);
  ask(server, {object_});
  ASSERT_TRUE(tests::wait_until(10s, [&] { return !server.requests().empty(); }));
  ask(server, {page, object_});
  EXPECT_EQ(next().object, protocol::crypto::sha256(page));
  EXPECT_TRUE(next().result);
  EXPECT_TRUE(holds(object_));
  EXPECT_EQ(server.requests().size(), 3U) << "nothing counted as a failure";
}

TEST_F(ContentFetcherTest, FetchesTheSoonestNeededFirst) {
  const std::vector<std::string> objects{noise(5000, 2), noise(5000, 3), noise(5000, 4)};
  TinyServer server{[&](const Request& request, int, const Peer& peer) {
    for (const auto& object : objects) {
      if (request.path.ends_with(protocol::crypto::sha256(object).hex())) peer.send(proper_answer(request, object));
    }
  }};
  start();
  ask(server, objects);
  for (const auto& object : objects) EXPECT_EQ(next().object, protocol::crypto::sha256(object));
}

TEST_F(ContentFetcherTest, ContinuesWhereTheConnectionBroke) {
  TinyServer server{[&](const Request& request, int nth, const Peer& peer) {
    const std::string whole = proper_answer(request, object_);
    peer.send(nth < 2 ? whole.substr(0, 100'000) : whole);
  }};
  start();
  ask(server, {object_});
  EXPECT_FALSE(next().result);
  EXPECT_FALSE(next().result);
  EXPECT_TRUE(next().result);
  EXPECT_TRUE(holds(object_));
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_FALSE(requests[0].from);
  EXPECT_GT(requests[1].from.value_or(0), 90'000u);
  EXPECT_GT(requests[2].from.value_or(0), 190'000u);
}

TEST_F(ContentFetcherTest, ContinuesWhatAnEarlierProcessLeft) {
  ASSERT_TRUE(save_file(partial(object_), object_.substr(0, 250'000)));
  TinyServer server{[&](const Request& request, int, const Peer& peer) { peer.send(proper_answer(request, object_)); }};
  start();
  ask(server, {object_});
  EXPECT_TRUE(next().result);
  EXPECT_EQ(server.requests().front().from, 250'000u);
  EXPECT_TRUE(holds(object_));
}

TEST_F(ContentFetcherTest, AdoptsAWholePartialWithoutAsking) {
  ASSERT_TRUE(save_file(partial(object_), object_));
  TinyServer server{[&](const Request& request, int, const Peer& peer) { peer.send(proper_answer(request, object_)); }};
  start();
  ask(server, {object_});
  EXPECT_TRUE(next().result);
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(ContentFetcherTest, BeginsAgainWhenTheServerIgnoresRanges) {
  ASSERT_TRUE(save_file(partial(object_), noise(250'000, 9)));
  TinyServer server{[&](const Request&, int, const Peer& peer) { peer.send(http_answer("200 OK", object_)); }};
  start();
  ask(server, {object_});
  EXPECT_TRUE(next().result);
  EXPECT_TRUE(holds(object_));
}

TEST_F(ContentFetcherTest, BeginsAgainWhenTheServerContinuesElsewhere) {
  ASSERT_TRUE(save_file(partial(object_), object_.substr(0, 1000)));
  TinyServer server{[&](const Request& request, int nth, const Peer& peer) {
    const Request other{request.path, 2000};
    peer.send(proper_answer(nth == 0 ? other : request, object_));
  }};
  start();
  ask(server, {object_});
  EXPECT_EQ(code_of(next()), ErrorCode::invalid);
  EXPECT_TRUE(next().result);
  EXPECT_FALSE(server.requests()[1].from);
  EXPECT_TRUE(holds(object_));
}

TEST_F(ContentFetcherTest, BeginsAgainWhenTheRangeIsRefused) {
  ASSERT_TRUE(save_file(partial(object_), object_.substr(0, 1000)));
  TinyServer server{[&](const Request& request, int nth, const Peer& peer) {
    peer.send(nth == 0 ? http_answer("416 Range Not Satisfiable", "") : proper_answer(request, object_));
  }};
  start();
  ask(server, {object_});
  EXPECT_EQ(code_of(next()), ErrorCode::invalid);
  EXPECT_TRUE(next().result);
  EXPECT_TRUE(holds(object_));
}

TEST_F(ContentFetcherTest, RefusesOtherBytesAndAsksAgain) {
  TinyServer server{[&](const Request& request, int nth, const Peer& peer) {
    peer.send(proper_answer(request, nth == 0 ? noise(object_.size(), 66) : object_));
  }};
  start();
  ask(server, {object_});
  EXPECT_EQ(code_of(next()), ErrorCode::invalid);
  EXPECT_FALSE(holds(object_));
  EXPECT_TRUE(next().result);
  EXPECT_FALSE(server.requests()[1].from) << "nothing of the false bytes is kept";
}

TEST_F(ContentFetcherTest, LeavesTheReserveFreeAndAsksForWhatFits) {
  TinyServer server{[&](const Request& request, int, const Peer& peer) { peer.send(proper_answer(request, object_)); }};
  FetchSettings settings = impatient();
  const auto free = disk_space(folder_.path());
  ASSERT_TRUE(free);
  settings.reserve_bytes = free->free_bytes + (1ULL << 40);
  start(settings);
  ask(server, {object_});
  const Fetched fetched = next();
  EXPECT_EQ(code_of(fetched), ErrorCode::full);
  EXPECT_NE(fetched.result.error().text.find("kept for proofs"), std::string::npos) << fetched.result.error().text;
  EXPECT_TRUE(server.requests().empty()) << "not a byte is asked for";
  settings.reserve_bytes = free->free_bytes / 2;
  start(settings);
  ask(server, {object_});
  EXPECT_TRUE(next().result);
}

TEST_F(ContentFetcherTest, StopsAnEndlessBody) {
  TinyServer server{[&](const Request&, int, const Peer& peer) {
    peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    while (peer.send(noise(65'536))) {
    }
  }};
  start();
  ask(server, {object_});
  const Fetched fetched = next();
  EXPECT_EQ(code_of(fetched), ErrorCode::invalid);
  EXPECT_NE(fetched.result.error().text.find("more than the 300000 bytes"), std::string::npos)
      << fetched.result.error().text;
  std::error_code none;
  EXPECT_EQ(std::filesystem::file_size(partial(object_), none), 0u);
}

TEST_F(ContentFetcherTest, StopsAnEndlessHeader) {
  TinyServer server{[&](const Request&, int, const Peer& peer) {
    peer.send("HTTP/1.1 200 OK\r\n");
    while (peer.send("X-Filler: " + std::string(1000, 'x') + "\r\n")) {
    }
  }};
  start();
  ask(server, {object_});
  EXPECT_EQ(code_of(next()), ErrorCode::invalid);
}

TEST_F(ContentFetcherTest, ReadsPastAnErrorPage) {
  TinyServer server{[&](const Request& request, int nth, const Peer& peer) {
    peer.send(nth == 0 ? http_answer("503 Busy", noise(5000)) : proper_answer(request, object_));
  }};
  start();
  ask(server, {object_});
  EXPECT_EQ(code_of(next()), ErrorCode::io);
  EXPECT_TRUE(next().result);
  EXPECT_FALSE(server.requests()[1].from) << "the error page is not the object";
}

TEST_F(ContentFetcherTest, AMissingObjectDoesNotHoldUpTheOthers) {
  const std::string other = noise(5000, 2);
  TinyServer server{[&](const Request& request, int, const Peer& peer) {
    const bool there = request.path.ends_with(protocol::crypto::sha256(other).hex());
    peer.send(there ? proper_answer(request, other) : http_answer("404 Not Found", "no"));
  }};
  start();
  ask(server, {object_, other});
  EXPECT_EQ(code_of(next()), ErrorCode::missing);
  EXPECT_TRUE(next().result);
  EXPECT_TRUE(holds(other));
}

TEST_F(ContentFetcherTest, DoesNotFollowARedirection) {
  TinyServer elsewhere{
      [&](const Request& request, int, const Peer& peer) { peer.send(proper_answer(request, object_)); }};
  TinyServer server{[&](const Request& request, int, const Peer& peer) {
    const auto name = request.path.substr(request.path.rfind('/') + 1);
    peer.send(http_answer("302 Found", "", "Location: " + elsewhere.url() + name + "\r\n"));
  }};
  start();
  ask(server, {object_});
  EXPECT_EQ(code_of(next()), ErrorCode::io);
  EXPECT_TRUE(elsewhere.requests().empty());
}

TEST_F(ContentFetcherTest, GivesUpOnAServerThatFallsSilentAndKeepsThePart) {
  TinyServer server{[&](const Request& request, int nth, const Peer& peer) {
    const std::string whole = proper_answer(request, object_);
    if (nth > 0) {
      peer.send(whole);
      return;
    }
    peer.send(whole.substr(0, 100'000));
    peer.wait_until_gone();
  }};
  start();
  ask(server, {object_});
  EXPECT_EQ(code_of(next()), ErrorCode::timeout);
  EXPECT_TRUE(next().result);
  EXPECT_GT(server.requests()[1].from.value_or(0), 90'000u);
}

TEST_F(ContentFetcherTest, AProgramThatIsStoppedIsKilledAndTheObjectStillComes) {
  TinyServer server{[&](const Request& request, int nth, const Peer& peer) {
    const auto answer = proper_answer(request, object_);
    if (nth > 0) {
      peer.send(answer);
      return;
    }
    peer.send(answer.substr(0, answer.size() / 2));
    peer.wait_until_gone();
  }};
  auto settings = impatient();
  settings.low_speed_time = 60s;  // it is not to give up by itself
  settings.silence_limit = 1s;
  start(settings);
  ask(server, {object_});
  ASSERT_TRUE(tests::wait_until(10s, [&] { return !server.requests().empty(); }));
  const auto programs = tests::children_of(::getpid(), "loa-fetch");
  ASSERT_EQ(programs.size(), 1U);
  ASSERT_EQ(::kill(programs.front(), SIGSTOP), 0);
  EXPECT_EQ(code_of(next()), ErrorCode::timeout);
  EXPECT_NE(::kill(programs.front(), 0), 0) << "it is no more";
  EXPECT_TRUE(next().result);
  EXPECT_TRUE(holds(object_));
}

TEST_F(ContentFetcherTest, AThreadThatIsCalledAndDoesNotComeIsOverdue) {
  start();
  ASSERT_TRUE(tests::wait_until(5s, [this] { return !fetcher_->pulse().due(); })) << "nothing to do: it rests";
  TinyServer server{[&](const Request& request, int, const Peer& peer) { peer.send(proper_answer(request, object_)); }};
  {
    const auto hung = tests::HungThread::hang(::getpid(), "loa-fetch");
    ASSERT_TRUE(hung) << hung.error().text;
    ask(server, {object_});
    EXPECT_TRUE(fetcher_->pulse().due()) << "it was called";
  }
  EXPECT_TRUE(next().result) << "and goes on when it can";
  EXPECT_TRUE(tests::wait_until(5s, [this] { return !fetcher_->pulse().due(); }));
}

TEST_F(ContentFetcherTest, AThreadThatWaitsForALongTransferOwesNoSign) {
  TinyServer server{[&](const Request&, int, const Peer& peer) { peer.wait_until_gone(); }};
  auto settings = impatient();
  settings.low_speed_time = 60s;
  start(settings);
  ask(server, {object_});
  ASSERT_TRUE(tests::wait_until(10s, [&] { return !server.requests().empty(); }));
  ASSERT_TRUE(tests::wait_until(5s, [this] { return !fetcher_->pulse().due(); }));
  ask(server, {object_});  // the same again, as at each plan
  EXPECT_TRUE(tests::wait_until(5s, [this] { return !fetcher_->pulse().due(); })) << "it has heard, and waits on";
  fetcher_.reset();
}

TEST_F(ContentFetcherTest, BreaksOffWhatIsNoLongerWanted) {
  const std::string other = noise(5000, 2);
  TinyServer server{[&](const Request& request, int nth, const Peer& peer) {
    if (nth > 0) {
      peer.send(proper_answer(request, other));
      return;
    }
    peer.send(proper_answer(request, object_).substr(0, 100'000));
    peer.wait_until_gone();
  }};
  auto settings = impatient();
  settings.low_speed_time = 60s;
  start(settings);
  ask(server, {object_});
  ASSERT_TRUE(tests::wait_until(5s, [&] { return server.requests().size() == 1; }));
  ask(server, {other});
  EXPECT_EQ(next().object, protocol::crypto::sha256(other));
  EXPECT_TRUE(holds(other));
}

TEST_F(ContentFetcherTest, EndsAtOnceInTheMiddleOfATransferAndReportsNothingMore) {
  TinyServer server{[&](const Request& request, int, const Peer& peer) {
    peer.send(proper_answer(request, object_).substr(0, 100'000));
    peer.wait_until_gone();
  }};
  auto settings = impatient();
  settings.low_speed_time = 60s;
  start(settings);
  ask(server, {object_});
  ASSERT_TRUE(tests::wait_until(5s, [&] { return server.requests().size() == 1; }));
  const auto begin = std::chrono::steady_clock::now();
  fetcher_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
  while (io_.run_one(0ms)) {
  }
  EXPECT_TRUE(results_.empty());
}

TEST_F(ContentFetcherTest, RetryNowDoesNotWait) {
  TinyServer server{[&](const Request& request, int nth, const Peer& peer) {
    if (nth > 0) peer.send(proper_answer(request, object_));
  }};
  auto settings = impatient();
  settings.first_wait = 600s;
  settings.longest_wait = 600s;
  start(settings);
  ask(server, {object_});
  EXPECT_FALSE(next().result);
  fetcher_->retry_now();
  EXPECT_TRUE(next().result);
}

TEST_F(ContentFetcherTest, RemovesPartsThatNobodyWantsForAWeek) {
  const std::string old = noise(1000, 5);
  const std::string recent = noise(1000, 6);
  for (const auto& object : {old, recent, object_}) ASSERT_TRUE(save_file(partial(object), object.substr(0, 500)));
  const auto long_ago = std::filesystem::file_time_type::clock::now() - 24h * 8;
  std::filesystem::last_write_time(partial(old), long_ago);
  std::filesystem::last_write_time(partial(object_), long_ago);
  TinyServer server{[&](const Request& request, int, const Peer& peer) { peer.send(proper_answer(request, object_)); }};
  start();
  ask(server, {object_});
  EXPECT_TRUE(next().result);
  EXPECT_EQ(server.requests().front().from, 500u) << "what is wanted is kept, however old";
  EXPECT_FALSE(std::filesystem::exists(partial(old)));
  EXPECT_TRUE(std::filesystem::exists(partial(recent)));
}

TEST_F(ContentFetcherTest, SaysWhyItCannotReachTheServer) {
  std::string url;
  {
    TinyServer gone{[](const Request&, int, const Peer&) {}};
    url = gone.url();
  }
  start();
  fetcher_->want(url, {{protocol::crypto::sha256(object_), object_.size(), {}}});
  const Fetched fetched = next();
  EXPECT_EQ(code_of(fetched), ErrorCode::io);
  EXPECT_NE(fetched.result.error().text.find(url), std::string::npos) << fetched.result.error().text;
}

TEST_F(ContentFetcherTest, WithAnAuthorityNothingComesInTheClear) {
  TinyServer server{[&](const Request& request, int, const Peer& peer) { peer.send(proper_answer(request, object_)); }};
  auto settings = impatient();
  settings.ca_file = folder_ / "ca.pem";
  start(settings);
  ask(server, {object_});
  EXPECT_EQ(code_of(next()), ErrorCode::invalid);
  EXPECT_TRUE(server.requests().empty());
}

}  // namespace
}  // namespace loa::station::sync
