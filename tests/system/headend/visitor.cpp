#include "tests/system/headend/visitor.hpp"

#include <boost/asio/post.hpp>

namespace loa::tests {

using namespace protocol::link;

Visitor::Visitor(int port, const std::filesystem::path& ca_file, const std::string& username,
                 const std::string& password, const std::string& host) {
  LinkSettings settings;
  settings.host = host;
  settings.max_queued_bytes = 64U << 20U;
  settings.port = port;
  settings.client_id = "visitor-" + username;
  settings.username = username;
  settings.password = password;
  settings.backoff_min = std::chrono::milliseconds{50};
  settings.backoff_max = std::chrono::milliseconds{200};
  settings.tls = Tls{};
  settings.tls->ca_file = ca_file;
  LinkEvents events;
  events.connected = [this] { entered_ = true; };
  events.disconnected = [this](const std::string& why) { refusal_ = why; };
  events.delivered = [this](MessageId) { ++delivered_; };
  events.failed = [this](MessageId, const std::string&) { ++failed_; };
  events.message = [this](const Message& message) { heard_.push_back(message); };
  link_ = std::make_unique<Link>(std::move(settings), std::move(events),
                                 [this](std::function<void()> work) { boost::asio::post(io_, std::move(work)); });
}

bool Visitor::work_until(std::chrono::milliseconds deadline, const std::function<bool()>& holds) {
  const auto guard = boost::asio::make_work_guard(io_);
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!holds() && std::chrono::steady_clock::now() < end) {
    io_.restart();
    io_.run_one_for(std::chrono::milliseconds{50});
  }
  return holds();
}

bool Visitor::enter(std::chrono::milliseconds deadline) {
  if (auto started = link_->start(); !started) {
    refusal_ = started.error().text;
    return false;
  }
  return work_until(deadline, [this] { return entered_ || !refusal_.empty(); }) && entered_;
}

bool Visitor::publish(const std::string& topic, const std::string& payload, bool retained) {
  const int before = delivered_ + failed_;
  const int failed_before = failed_;
  if (!link_->publish(topic, payload, Qos::at_least_once, retained)) return false;
  return work_until(std::chrono::seconds{10}, [&] { return delivered_ + failed_ > before; }) &&
         failed_ == failed_before;
}

std::vector<Message> Visitor::hear(const std::string& filter, std::chrono::milliseconds time) {
  heard_.clear();
  if (!link_->subscribe(filter, Qos::at_least_once)) return {};
  work_until(time, [] { return false; });
  return heard_;
}

}  // namespace loa::tests
