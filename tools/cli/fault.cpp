#include "headend/api/views.hpp"
#include "protocol/base/text.hpp"
#include "tools/cli/desk.hpp"
#include "tools/cli/order.hpp"
#include "tools/cli/print.hpp"

namespace loa::tools::cli {
namespace {

using namespace headend;

struct Look {
  std::string station;
};
struct Case {
  std::string station;
  std::string code;
  int wait_s = 5;
};

std::string vietnamese(const std::string& code) {
  static const std::map<std::string, const char*> words{{"content-missing", "thiếu nội dung"},
                                                        {"content-damaged", "nội dung hỏng"},
                                                        {"underruns", "hụt tiếng"},
                                                        {"device-gone", "mất thiết bị âm thanh"},
                                                        {"clock-untrusted", "đồng hồ không tin cậy"},
                                                        {"amplifier-feedback", "âm ly không phản hồi"},
                                                        {"temperature", "quá nóng"},
                                                        {"undervoltage", "sụt áp"},
                                                        {"storage", "thẻ nhớ"},
                                                        {"panel", "bảng LED"},
                                                        {"software-restart", "phần mềm khởi động lại"},
                                                        {"unreachable", "không liên lạc được"},
                                                        {"clock-off", "đồng hồ lệch"},
                                                        {"identity-twice", "hai hộp một danh tính"},
                                                        {"removed-unheard", "đã xoá, chưa xác nhận im"},
                                                        {"plan-behind", "chưa theo kế hoạch mới"},
                                                        {"proofs-lost", "văn phòng mất chứng thực"},
                                                        {"proof-hole", "thiếu chứng thực"},
                                                        {"proof-fork", "chứng thực mâu thuẫn"},
                                                        {"proof-flawed", "chứng thực sai"}};
  const auto found = words.find(code);
  return found == words.end() ? code : fmt::format("{} · {}", found->second, code);
}

std::string state_of(v1::FaultState state) {
  if (state == v1::FAULT_STATE_NEW) return "mới · new";
  if (state == v1::FAULT_STATE_ACKNOWLEDGED) return "đã tiếp nhận · acknowledged";
  return "đã khắc phục · resolved";
}

/// What an operator calls the head-end itself, unless a station has that id.
constexpr const char* headend_itself = "headend";

/// @param whose  a station's id, of one that was removed too, or "headend"; empty: everybody's
Result<std::vector<model::FaultRecord>> faults_of(Desk& desk, const std::string& whose) {
  LOA_TRY_LET(auto faults, api::faults(desk.store, wall_now()));
  if (whose.empty()) return faults;
  LOA_TRY_LET(const auto catalogue, desk.store.catalogue());
  const bool is_station = catalogue.station(whose) != nullptr;
  const bool is_headend = !is_station && whose == headend_itself;
  std::erase_if(faults, [&](const auto& fault) { return fault.station != (is_headend ? std::string{} : whose); });
  if (faults.empty() && !is_station && !is_headend) {
    return fail(ErrorCode::missing, "there is no station \"{}\": `loa station list` shows them", whose);
  }
  return faults;
}

Result<void> list(const Context& context, const Look& options) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY_LET(const auto faults, faults_of(desk, options.station));
  if (context.json) {
    print_json(api::view(faults));
    return {};
  }
  std::vector<std::vector<std::string>> rows{
      {"TRẠM · STATION", "SỰ CỐ · FAULT", "TRẠNG THÁI · STATE", "TỪ · SINCE (UTC)", "LẦN · COUNT", "GHI CHÚ · TEXT"}};
  for (const auto& fault : faults) {
    rows.push_back({fault.station.empty() ? headend_itself : fault.station, vietnamese(fault.code),
                    state_of(fault.state), format_utc(fault.since).substr(0, 19), std::to_string(fault.count),
                    fault.text});
  }
  print_table(rows);
  return {};
}

/// What the head-end itself found is settled in its store.
Result<void> settle(const Context& context, const Case& options, v1::FaultState state) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY_LET(auto faults, faults_of(desk, options.station));
  for (auto& fault : faults) {
    if (fault.code != options.code) continue;
    if (fault.code == "unreachable" && state == v1::FAULT_STATE_RESET) {
      return fail(ErrorCode::refused, "{} cannot be reached still: this fault goes when it is heard of again",
                  options.station);
    }
    fault.state = state;
    fault.changed = wall_now();
    LOA_TRY(desk.store.fleet().put_fault(fault));
    tell(context.json, api::view(fault), "đã ghi · done");
    return {};
  }
  return fail(ErrorCode::missing, "{} has no fault \"{}\": `loa fault list` shows them", options.station, options.code);
}

Order order_to(const Case& options) {
  Order order;
  order.station = options.station;
  order.wait_s = options.wait_s;
  return order;
}

Result<void> acknowledge(const Context& context, const Case& options) {
  if (model::is_of_headend(options.code)) return settle(context, options, v1::FAULT_STATE_ACKNOWLEDGED);
  v1::Command command;
  command.mutable_acknowledge()->set_code(options.code);
  return send(context, order_to(options), std::move(command));
}

Result<void> reset(const Context& context, const Case& options) {
  if (model::is_of_headend(options.code)) return settle(context, options, v1::FAULT_STATE_RESET);
  v1::Command command;
  command.mutable_reset()->set_code(options.code);
  return send(context, order_to(options), std::move(command));
}

CLI::App* add_verb(CLI::App* noun, const char* name, const char* help, Case& options) {
  auto* verb = noun->add_subcommand(name, help);
  verb->add_option("station", options.station, "Mã trạm · station")->required();
  verb->add_option("code", options.code, "Mã sự cố · fault, as `list` shows it")
      ->required()
      ->check([](const std::string& code) { return is_id(code) ? std::string{} : "not a fault's code: " + code; });
  verb->add_option("--wait", options.wait_s, "Giây chờ trả lời · seconds to wait for the answer")
      ->check(CLI::Range(1, 60))
      ->capture_default_str();
  return verb;
}

}  // namespace

void add_fault(CLI::App& app, Context& context) {
  auto* noun = app.add_subcommand("fault", "Sự cố của các trạm · what is wrong at the stations");
  noun->require_subcommand(1);
  auto look = std::make_shared<Look>();
  auto* verb = noun->add_subcommand("list", "Sự cố chưa xoá · every fault that is not reset");
  verb->add_option("--station", look->station, "Một trạm · one station");
  on(verb, context, look, list);
  auto options = std::make_shared<Case>();
  on(add_verb(noun, "ack", "Tiếp nhận · somebody looks after it", *options), context, options, acknowledge);
  on(add_verb(noun, "reset", "Xoá sự cố đã khắc phục · forget one that has passed", *options), context, options, reset);
}

}  // namespace loa::tools::cli
