#include "tools/cli/station_test.hpp"

#include "headend/api/queries.hpp"
#include "tools/cli/desk.hpp"
#include "tools/cli/order.hpp"

namespace loa::tools::cli {
namespace {

constexpr int patience_s = 15;  // device on, three seconds of page, device measured

struct Test {
  std::string id;
  int wait_s = patience_s;
};

Result<void> test(const Context& context, const Test& options) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY_LET(auto command, headend::api::test_order(desk.store, options.id));
  Order order;
  order.station = options.id;
  order.wait_s = options.wait_s;
  return send(context, order, std::move(command));
}

}  // namespace

void add_station_test(CLI::App* station, Context& context) {
  auto options = std::make_shared<Test>();
  auto* verb = station->add_subcommand(
      "test",
      "Thử loa (2 giây) và bảng (3 giây), báo kết quả đo được · sound a tone, show a page, say what was measured");
  verb->add_option("id", options->id, "Mã · id")->required();
  verb->add_option("--wait", options->wait_s, "Giây chờ trả lời · seconds to wait for the answer")
      ->check(CLI::Range(1, 60))
      ->capture_default_str();
  on(verb, context, options, test);
}

}  // namespace loa::tools::cli
