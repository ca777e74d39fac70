#include "station/sync/content_fetcher.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

#include "protocol/base/file.hpp"
#include "protocol/base/log.hpp"
#include "station/sync/fetch_program.hpp"

namespace loa::station::sync {
namespace {

constexpr auto stale_age = std::chrono::hours{24 * 7};
constexpr auto patience = std::chrono::minutes{2};  // a large object is hashed and synced on a slow card

MonoTime mono_now() { return std::chrono::steady_clock::now(); }

}  // namespace

// wide: what two threads hand each other, under one lock, and the worker's own
struct ContentFetcher::State : std::enable_shared_from_this<State> {
  std::filesystem::path folder;
  FetchSettings settings;
  Post post;
  Done done;
  FetchProgram program;
  Pulse pulse;
  std::atomic<bool> stop{false};
  bool closed = false;  // on the io thread only

  // What the io thread asks for, taken over by the worker.
  std::mutex mutex;
  bool changed = false;
  bool hurry = false;
  std::string url;
  std::vector<Want> wants;

  // The worker's own.
  FetchQueue queue;
  std::string base_url;
  std::optional<content::store::ObjectStore> store;
  bool tidy = false;  // parts of what no plan names any more may lie about
  std::minstd_rand random{std::random_device{}()};
  std::thread worker;

  State(std::filesystem::path store_folder, FetchSettings fetch_settings, Post post_function, Done done_function)
      : folder(std::move(store_folder)),
        settings(std::move(fetch_settings)),
        post(std::move(post_function)),
        done(std::move(done_function)),
        program(settings),
        queue(settings.first_wait, settings.longest_wait) {}

  /// By the io thread: there is something to take over.
  void call() {
    pulse.call(mono_now() + patience);
    program.wake();
  }

  void take_over() {
    const std::lock_guard guard{mutex};
    if (std::exchange(changed, false)) {
      base_url = url;
      queue.replace(wants);
      tidy = true;
    }
    if (std::exchange(hurry, false)) queue.hurry();
  }

  void run() {
    while (!stop) {
      pulse.beat(mono_now() + patience);
      take_over();
      const auto want = queue.next(mono_now());
      want ? fetch(*want) : sleep();
    }
  }

  void sleep() {
    const auto deadline = queue.next_deadline();
    if (!deadline) {
      pulse.rest();
      return program.wait(std::chrono::milliseconds{-1});
    }
    const auto left =
        std::max(std::chrono::ceil<std::chrono::milliseconds>(*deadline - mono_now()), std::chrono::milliseconds{0});
    pulse.beat(mono_now() + left + patience);
    program.wait(left);
  }

  void fetch(const Want& want) {
    FetchProgram::Outcome outcome = attempt(want);
    if (!queue.holds(want.object)) return;  // broken off: nobody waits for it
    if (stop) return;
    if (!outcome.result && queue.gives_way(want.object, mono_now())) return;  // broken off: continued later
    if (outcome.result) {
      queue.succeeded(want.object);
      log::info("content.fetched", {{"object", want.object.hex()}, {"bytes", want.bytes}});
    } else {
      const double dice = static_cast<double>(random()) / static_cast<double>(std::minstd_rand::max());
      queue.failed(want.object, outcome.blame, outcome.progressed, mono_now(), dice);
      log::warn("content.fetch_failed", {{"object", want.object.hex()}, {"reason", outcome.result.error().text}});
    }
    report({want.object, std::move(outcome.result)});
  }

  FetchProgram::Outcome attempt(const Want& want) {
    if (!store) {
      auto opened = content::store::ObjectStore::open(folder);
      if (!opened) return {pass(opened.error()), Blame::server, false};
      store = std::move(*opened);
    }
    if (std::exchange(tidy, false)) remove_stale_parts(want);
    if (store->has(want.object)) return {{}, Blame::object, false};
    if (auto room = has_room(want); !room) return {std::move(room), Blame::object, false};
    const auto cancelled = [this, &want] {
      if (stop) return true;
      take_over();
      pulse.rest();  // called meanwhile, it has come
      return !queue.holds(want.object) || queue.gives_way(want.object, mono_now());
    };
    const std::string source = base_url + want.object.hex();
    pulse.rest();  // a large object takes hours over a poor line; the program itself is killed when nothing moves
    auto outcome = program.fetch(source, store->partial_path_of(want.object), want.bytes, cancelled);
    pulse.beat(mono_now() + patience);
    if (outcome.result) {
      outcome.result = store->adopt_partial(want.object);
      outcome.blame = Blame::object;
      outcome.progressed = false;
    } else {
      outcome.result = pass(outcome.result.error(), "cannot fetch " + source);
    }
    return outcome;
  }

  /// A disk that cannot be asked is no reason not to try.
  [[nodiscard]] Result<void> has_room(const Want& want) const {
    std::error_code ignored;
    const auto part = std::filesystem::file_size(store->partial_path_of(want.object), ignored);
    const std::uint64_t missing = ignored ? want.bytes : want.bytes - std::min<std::uint64_t>(part, want.bytes);
    const auto disk = disk_space(folder);
    if (!disk || disk->free_bytes >= missing + settings.reserve_bytes) return {};
    return fail(ErrorCode::full,
                "no room for the {} bytes of object {}: {} are free in {} and {} of them are kept for proofs; it is "
                "fetched when there is room",
                missing, want.object.hex(), disk->free_bytes, folder.string(), settings.reserve_bytes);
  }

  /// The part of an object that left the plans long ago would lie there for ever.
  void remove_stale_parts(const Want& any) {
    std::error_code ignored;
    const auto limit = std::filesystem::file_time_type::clock::now() - stale_age;
    for (const auto& file :
         std::filesystem::directory_iterator(store->partial_path_of(any.object).parent_path(), ignored)) {
      const auto object = Sha256::from_hex(file.path().filename().string());
      if (object && queue.holds(*object)) continue;
      const auto written = file.last_write_time(ignored);
      if (ignored || written >= limit) continue;
      log::info("content.part_removed", {{"file", file.path().string()}});
      std::filesystem::remove(file.path(), ignored);
    }
  }

  void report(Fetched fetched) {
    post([self = shared_from_this(), fetched = std::move(fetched)] {
      if (!self->closed) self->done(fetched);
    });
  }
};

ContentFetcher::ContentFetcher(std::filesystem::path store_folder, FetchSettings settings, Post post, Done done)
    : state_(std::make_shared<State>(std::move(store_folder), std::move(settings), std::move(post), std::move(done))) {
  state_->worker = std::thread{[state = state_.get()] { state->run(); }};
  pthread_setname_np(state_->worker.native_handle(), "loa-fetch");
}

ContentFetcher::~ContentFetcher() {
  state_->closed = true;
  state_->stop = true;
  state_->program.wake();
  state_->worker.join();
}

void ContentFetcher::want(const std::string& content_url, std::vector<Want> wants) {
  {
    const std::lock_guard guard{state_->mutex};
    state_->changed = true;
    state_->url = content_url;
    state_->wants = std::move(wants);
  }
  state_->call();
}

const Pulse& ContentFetcher::pulse() const { return state_->pulse; }

void ContentFetcher::retry_now() {
  {
    const std::lock_guard guard{state_->mutex};
    state_->hurry = true;
  }
  state_->call();
}

}  // namespace loa::station::sync
