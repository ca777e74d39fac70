#include "station/node/core_feed.hpp"

namespace loa::station::node {

void CoreFeed::set_time(const firmware::ClockReading& reading) {
  reading_ = reading;
  judged_ = core_->judge(reading_.now);
}

void CoreFeed::feed(core::Event event) {
  later(std::move(event));
  drain();
}

void CoreFeed::see_once(std::string_view code, const char* cause, std::string text) {
  later(core::Condition{std::string{code}, cause, true, std::move(text)});
  later(core::Condition{std::string{code}, cause, false, {}});
}

void CoreFeed::drain() {
  if (draining_) return;
  draining_ = true;
  while (!waiting_.empty()) {
    const core::Event event = std::move(waiting_.front());
    waiting_.pop_front();
    const auto actions = core_->on(event, reading_.now);
    judged_ = core_->judge(reading_.now);
    for (const auto& action : actions) orders_(action);
  }
  draining_ = false;
}

void CoreFeed::hear_office(const std::optional<WallTime>& signed_at, bool news) {
  if (signed_at) feed(core::OfficeSpoke{*signed_at, news});
}

std::optional<WallTime> CoreFeed::believed_now() const {
  if (judged_.grade < ClockGrade::network) return std::nullopt;
  return judged_.wall;
}

}  // namespace loa::station::node
