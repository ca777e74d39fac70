#include "station/health/vitals_watch.hpp"

#include <pthread.h>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace loa::station::health {
namespace {

constexpr std::chrono::seconds patience{1};

}  // namespace

struct VitalsWatch::Work {
  std::shared_ptr<firmware::Sensors> sensors;
  std::filesystem::path folder;
  std::mutex mutex;  // guards the rest
  std::condition_variable changed;
  Post post;
  Told told;
  std::chrono::seconds interval{10};
  bool quit = false;
  bool ended = false;

  void run() {
    std::unique_lock lock{mutex};
    while (!quit) {
      lock.unlock();
      const Vitals vitals = read_vitals(*sensors, folder);
      lock.lock();
      if (quit) break;
      post([tell = told, vitals] { tell(vitals); });
      const auto read = std::chrono::steady_clock::now();
      while (!quit && std::chrono::steady_clock::now() < read + interval) changed.wait_until(lock, read + interval);
    }
    ended = true;
    changed.notify_all();
  }
};

VitalsWatch::VitalsWatch(std::shared_ptr<firmware::Sensors> sensors, std::filesystem::path folder, Post post, Told told)
    : work_(std::make_shared<Work>()) {
  work_->sensors = std::move(sensors);
  work_->folder = std::move(folder);
  work_->post = std::move(post);
  work_->told = std::move(told);
  std::thread thread{[work = work_] { work->run(); }};
  pthread_setname_np(thread.native_handle(), "loa-vitals");
  thread.detach();  // it cannot be joined while a reading hangs
}

VitalsWatch::~VitalsWatch() {
  std::unique_lock lock{work_->mutex};
  work_->quit = true;
  work_->changed.notify_all();
  work_->changed.wait_for(lock, patience, [this] { return work_->ended; });
}

void VitalsWatch::set_interval(std::chrono::seconds interval) {
  const std::lock_guard lock{work_->mutex};
  if (interval < std::exchange(work_->interval, interval)) work_->changed.notify_all();
}

}  // namespace loa::station::health
