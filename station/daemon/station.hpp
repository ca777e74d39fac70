#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "station/daemon/board.hpp"
#include "station/daemon/broker.hpp"
#include "station/health/step_watch.hpp"
#include "station/health/supervisor.hpp"
#include "station/health/vitals_watch.hpp"
#include "station/intake/card_shelf.hpp"
#include "station/journal/mark_keeper.hpp"
#include "station/node/node.hpp"
#include "station/sync/content_fetcher.hpp"

namespace loa::station::daemon {

/// A Node on a real box: brings it time, messages and what devices tell, from timers, threads and sockets. All of it
/// runs on the io thread.
///
/// Crash-only: it is ended by destroying it at any moment; what was heard until then is in the journal or in the
/// progress marks, and becomes proof at the next start.
// wide: each of its members is a device, a thread or a timer; it decides nothing
class Station final : private node::Host {
 public:
  /// Opens everything that lies on disk, makes proof of what an earlier process left unproved.
  /// @param born  when the process began
  /// @error io · refused · unsupported: one sentence; nothing was changed on disk that would lose anything
  static Result<std::unique_ptr<Station>> open(boost::asio::io_context& io, settings::StationSettings settings,
                                               Board board, MonoTime born);
  ~Station() override;

  /// Takes up the plan from disk and connects.
  Result<void> start();

  /// Call when the process was told to stop: it is no failure of this start, and the office hears a farewell. Takes at
  /// most 1.5 s.
  void stopping();

 private:
  using Reading = node::Node::Reading;
  struct Alive;

  Station(boost::asio::io_context& io, settings::StationSettings settings, Board board, node::Records records,
          intake::CardShelf shelf);

  Result<void> make_node(const protocol::crypto::SecretKey& key, MonoTime born);
  Result<node::Awakened> take_up(const journal::MarkFolders& marks, MonoTime born);
  Result<void> make_presenters(const journal::MarkFolders& marks);
  Result<void> make_broker(const std::string& boot);
  void make_fetcher();
  Result<void> watch_steps();
  void watch_vitals();
  void supervise();
  [[nodiscard]] PresenterEvents presenter_events();
  [[nodiscard]] std::function<void(std::function<void()>)> post();

  void happens(const std::function<void(node::Node&, const Reading&)>& act);
  void follow();
  void on_message(const protocol::link::Message& message);
  void tick();
  void schedule_tick();

  void begins_long_work() override;
  void takes(const core::PlanArrived& event) override;
  void keeps(const v1::Proof& /*part*/) override {}
  void raises(const v1::Fault& /*fault*/) override {}
  void doubts(const v1::Proof& /*part*/, const Error& /*error*/) override {}

  boost::asio::io_context& io_;
  const settings::StationSettings settings_;
  Board board_;
  node::Records records_;
  intake::CardShelf shelf_;
  health::ServiceReport report_;
  boost::asio::steady_timer timer_;
  std::optional<health::StepWatch> step_watch_;
  Pulse pulse_;  // of the io thread
  health::Liveness rooms_;
  bool memory_to_give_back_ = false;
  bool marks_pinned_ = false;  // parts of an earlier process, until their proof is durable
  std::unique_ptr<node::Node> node_;

  // Each has threads that post to the io thread: destroyed first, in reverse order.
  std::shared_ptr<Alive> alive_;                      // posted functions of a destroyed station do nothing
  std::unique_ptr<journal::MarkKeeper> mark_keeper_;  // null: the saved marks cannot be opened
  std::unique_ptr<Presenter> audio_, sign_;
  std::unique_ptr<sync::ContentFetcher> fetcher_;
  std::unique_ptr<Broker> broker_;
  std::unique_ptr<health::Supervisor> supervisor_;  // watches them all
  std::unique_ptr<health::VitalsWatch> vitals_watch_;
};

}  // namespace loa::station::daemon
