#include "headend/fleet/refuser.hpp"

#include "protocol/base/log.hpp"

namespace loa::headend::fleet {
namespace {

using boost::system::error_code;

/// "cum-01 fault": not the code of the fault, which its sender chooses.
std::string source_of(const std::string& topic) {
  const auto from = protocol::topic::parse(topic);
  if (!from || !from->leaf) return "others";
  const auto plain = protocol::topic::of_station("", "", *from->leaf);
  const auto word = plain.substr(std::string_view{"loa/1//station//"}.size());
  return fmt::format("{} {}", from->station, word.substr(0, word.find('/')));
}

}  // namespace

Refuser::Refuser(boost::asio::io_context& io, dispatch::Outlet outlet)
    : outlet_(std::move(outlet)), minute_(io), second_(io) {}

void Refuser::refuse(const char* event, const std::string& topic, bool retained, const Error& why) {
  if (why.code == ErrorCode::exists) {
    // A retained message comes again at every connect: no news.
    return log::write(retained ? log::Level::debug : log::Level::warn, event, {{"topic", topic}, {"reason", why.text}});
  }
  if (refusals_.note(source_of(topic), why.text)) log::warn(event, {{"topic", topic}, {"reason", why.text}});
  if (!std::exchange(waits_, true)) tell_later();
  if (dirty_.empty()) sweep_later();
  if (dirty_.size() < most_waiting) dirty_.insert(topic);
}

void Refuser::tell_later() {
  minute_.expires_after(std::chrono::minutes{1});
  minute_.async_wait([this](const error_code& cancelled) {
    if (!cancelled && !stopped_) tell();
  });
}

void Refuser::tell() {
  waits_ = false;
  for (const auto& sum : refusals_.take()) {
    log::warn("messages.refused", {{"from", sum.source}, {"more", sum.count}, {"last_reason", sum.reason}});
  }
}

void Refuser::sweep_later() {
  second_.expires_after(std::chrono::seconds{1});
  second_.async_wait([this](const error_code& cancelled) {
    if (!cancelled && !stopped_) sweep();
  });
}

/// Whether the broker keeps it cannot be seen of a message that has just come. What is not kept loses nothing.
void Refuser::sweep() {
  for (std::size_t i = 0; i < most_swept && !dirty_.empty(); ++i) {
    outlet_({*dirty_.begin(), "", true});
    dirty_.erase(dirty_.begin());
  }
  if (!dirty_.empty()) sweep_later();
}

void Refuser::stop() {
  stopped_ = true;
  minute_.cancel();
  second_.cancel();
}

}  // namespace loa::headend::fleet
