#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "headend/api/queries.hpp"
#include "headend/api/views.hpp"
#include "headend/broker/connection.hpp"
#include "headend/dispatch/command.hpp"
#include "headend/fleet/answer.hpp"
#include "protocol/link/link.hpp"
#include "protocol/topic/topic.hpp"
#include "tools/cli/desk.hpp"
#include "tools/cli/order.hpp"
#include "tools/cli/print.hpp"

namespace loa::tools::cli {
namespace {

using namespace headend;
namespace link = protocol::link;
namespace topic = protocol::topic;
using std::chrono::seconds;

Result<dispatch::Audience> audience_of(const Order& order, const std::string& ward, const model::Catalogue& catalogue) {
  if (order.group.empty() == order.station.empty()) {
    return fail(ErrorCode::invalid, "say whom it is for: --station ID, or --group ID (all = every station)");
  }
  if (!order.station.empty()) return dispatch::audience_of_station(ward, catalogue, order.station);
  LOA_TRY(known_groups(catalogue, {order.group}));
  return dispatch::audience_of_group(ward, catalogue, order.group);
}

struct Reply {
  std::string station;
  v1::Answer answer;
};

/// One order on its way: sends it once connected, gathers the answers.
class Exchange {
 public:
  Exchange(const Desk& desk, dispatch::Audience audience, dispatch::Order order)
      : ward_(desk.ward.settings().id), audience_(std::move(audience)), order_(std::move(order)) {}

  Result<std::vector<Reply>> run(link::LinkSettings settings, seconds patience) {
    link::LinkEvents events;
    events.connected = [this] { connected(); };
    events.disconnected = [this](const std::string& why) { trouble_ = why; };
    events.message = [this](const link::Message& message) { take(message); };
    events.failed = [this](link::MessageId, const std::string& why) { trouble_ = why; };
    link::Link wire{std::move(settings), std::move(events),
                    [this](std::function<void()> work) { boost::asio::post(io_, std::move(work)); }};
    wire_ = &wire;
    LOA_TRY(wire.subscribe(topic::of_every_station(ward_, topic::Leaf::answer), link::Qos::at_least_once));
    LOA_TRY(wire.start());
    const auto guard = boost::asio::make_work_guard(io_);
    io_.run_for(patience);
    wire.stop(std::chrono::milliseconds{500});
    if (!sent_) {
      return fail(ErrorCode::timeout, "the ward's broker was not reached ({}): is loa-headend running?",
                  trouble_.empty() ? "no answer" : trouble_);
    }
    return replies_;
  }

 private:
  void connected() {
    if (std::exchange(sent_, true)) return;
    if (auto put = wire_->publish(order_.topic, order_.sealed, link::Qos::at_least_once, false); !put) {
      sent_ = false;
      trouble_ = put.error().text;
      io_.stop();
    }
    if (audience_.stations.empty()) io_.stop();
  }

  void take(const link::Message& message) {
    const auto parsed = topic::parse(message.topic);
    if (!parsed || parsed->ward != ward_ || parsed->leaf != topic::Leaf::answer || message.retained) return;
    for (const auto& station : audience_.stations) {
      if (station.id == parsed->station) take_from(station, message.payload);
    }
    if (replies_.size() == audience_.stations.size()) io_.stop();
  }

  void take_from(const model::Station& station, const std::string& payload) {
    const auto answer = dispatch::open_answer(ward_, station, order_, payload);
    if (!answer) return;
    for (const auto& known : replies_) {
      if (known.station == station.id) return;
    }
    replies_.push_back({station.id, *answer});
  }

  std::string ward_;
  dispatch::Audience audience_;
  dispatch::Order order_;
  boost::asio::io_context io_;
  link::Link* wire_ = nullptr;
  bool sent_ = false;
  std::string trouble_;
  std::vector<Reply> replies_;
};

/// An order is done when its station took it, a test when what was tested works.
bool is_done(const v1::Answer& answer) { return answer.accepted() && headend::fleet::passed(answer); }

std::string text_of(const v1::Answer& answer) {
  std::string text = answer.text();
  for (const auto& measured : answer.measured()) text += "; " + headend::fleet::describe(measured);
  if (answer.has_amplifier() && !answer.amplifier())
    text += "; tăng âm báo không có điện · the amplifier says that it has no power";
  return text;
}

Result<void> print_replies(const Context& context, const dispatch::Audience& audience,
                           const std::vector<Reply>& replies) {
  std::vector<std::vector<std::string>> rows{{"TRẠM · STATION", "TRẢ LỜI · ANSWER", ""}};
  boost::json::array answers;
  std::size_t accepted = 0;
  for (const auto& station : audience.stations) {
    const auto reply =
        std::find_if(replies.begin(), replies.end(), [&](const auto& r) { return r.station == station.id; });
    const bool silent = reply == replies.end();
    const v1::Answer answer = silent ? v1::Answer{} : reply->answer;
    accepted += is_done(answer) ? 1 : 0;
    rows.push_back({station.id,
                    silent              ? "không trả lời · silent"
                    : is_done(answer)   ? "đã nhận · done"
                    : answer.accepted() ? "không đạt · failed"
                                        : "từ chối · refused",
                    text_of(answer)});
    boost::json::object object{
        {"station", station.id}, {"answered", !silent}, {"accepted", answer.accepted()}, {"text", answer.text()}};
    boost::json::array measured;
    for (const auto& one : answer.measured()) measured.push_back(api::view(one));
    if (!measured.empty()) object["measured"] = std::move(measured);
    if (answer.has_amplifier()) object["amplifier"] = answer.amplifier();
    answers.push_back(std::move(object));
  }
  if (context.json) {
    print_json(answers);
  } else {
    print_table(rows);
  }
  if (accepted == audience.stations.size()) return {};
  return fail(ErrorCode::timeout,
              "{} of {} stations obeyed: the order ends by itself after {} s, repeat it for the others", accepted,
              audience.stations.size(), dispatch::command_life.count());
}

}  // namespace

Result<void> send(const Context& context, const Order& order, v1::Command command) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY_LET(const auto catalogue, desk.store.catalogue());
  LOA_TRY_LET(const auto audience, audience_of(order, desk.ward.settings().id, catalogue));
  LOA_TRY_LET(const auto key, desk.ward.plan_key());
  dispatch::Seals seals{desk.ward.settings().id, key, desk.store};
  LOA_TRY_LET(const auto sealed, dispatch::order(seals, audience, std::move(command), wall_now()));
  LOA_TRY_LET(auto settings, broker::connection_of(desk.ward, "loa-" + sealed.id));
  Exchange exchange{desk, audience, sealed};
  LOA_TRY_LET(const auto replies, exchange.run(std::move(settings), seconds{order.wait_s}));
  return print_replies(context, audience, replies);
}

namespace {

Result<void> stop(const Context& context, const Order& order) {
  v1::Command command;
  command.mutable_stop()->set_reason(order.reason);
  return send(context, order, std::move(command));
}

Result<void> mute(const Context& context, const Order& order) {
  v1::Command command;
  command.mutable_mute()->set_reason(order.reason);
  command.mutable_mute()->set_until_us(order.lift ? 0 : to_us(wall_now() + std::chrono::minutes{order.minutes}));
  return send(context, order, std::move(command));
}

Result<void> report(const Context& context, const Order& order) {
  v1::Command command;
  command.mutable_report();
  return send(context, order, std::move(command));
}

CLI::App* add_verb(CLI::App* noun, const char* name, const char* help, Order& order) {
  auto* verb = noun->add_subcommand(name, help);
  verb->add_option("--station", order.station, "Một trạm · one station");
  verb->add_option("--group", order.group, "Một nhóm, all = mọi trạm · a group");
  verb->add_option("--wait", order.wait_s, "Giây chờ trả lời · seconds to wait for answers")
      ->check(CLI::Range(1, 60))
      ->capture_default_str();
  return verb;
}

}  // namespace

void add_command(CLI::App& app, Context& context) {
  auto* noun = app.add_subcommand("command", "Lệnh tức thì · orders for now");
  noun->require_subcommand(1);
  auto order = std::make_shared<Order>();
  const char* reason_help = "Lý do · reason, kept in the proof";
  auto* verb = add_verb(noun, "stop", "Dừng buổi đang phát · end what is on air", *order);
  verb->add_option("--reason", order->reason, reason_help)->capture_default_str();
  on(verb, context, order, stop);
  verb = add_verb(noun, "mute", "Tắt tiếng một thời gian · silence for a while", *order);
  verb->add_option("--reason", order->reason, reason_help)->capture_default_str();
  verb->add_option("--minutes", order->minutes, "Bao lâu · for how long")
      ->check(CLI::Range(1, 10'080))
      ->capture_default_str();
  verb->add_flag("--lift", order->lift, "Bật tiếng lại · end the silence");
  on(verb, context, order, mute);
  on(add_verb(noun, "report", "Xin báo trạng thái · ask for status now", *order), context, order, report);
}

}  // namespace loa::tools::cli
