#include "headend/ward/ward.hpp"

#include "headend/ward/certificate.hpp"
#include "protocol/base/time.hpp"
#include "tools/cli/desk.hpp"
#include "tools/cli/print.hpp"

namespace loa::tools::cli {
namespace {

using headend::ward::host_and_port;
using headend::ward::Settings;
using headend::ward::Ward;

struct Init {
  Settings settings;
  bool with_bind = false;
};

std::filesystem::path folder_for(const Context& context, const std::string& id) {
  if (!context.ward.empty()) return context.ward;
  if (const char* named = std::getenv("LOA_WARD"); named != nullptr && *named != '\0') return named;
  return std::filesystem::path{headend::ward::default_parent} / id;
}

Result<void> show(const Context& context, const Ward& ward) {
  LOA_TRY_LET(const auto pem, read_file(ward.server_certificate_file(), 65'536));
  LOA_TRY_LET(const auto facts, headend::ward::examine_certificate(pem));
  LOA_TRY_LET(const auto plan_key, ward.plan_key());
  const auto& s = ward.settings();
  if (context.json) {
    boost::json::array hosts;
    for (const auto& host : s.hosts) hosts.emplace_back(host);
    print_json({{"id", s.id},
                {"name", s.name},
                {"folder", ward.folder().string()},
                {"hosts", hosts},
                {"bind", s.bind},
                {"mqtt_port", s.mqtt_port},
                {"local_port", s.local_port},
                {"https_port", s.https_port},
                {"utc_offset_s", s.utc_offset_s},
                {"content_url", ward.content_url()},
                {"private_broker", !s.outside_broker.has_value()},
                {"plan_key", plan_key.public_key().hex()},
                {"certificate_until", format_utc(facts.validity.not_after)},
                {"certificate_sha256", facts.fingerprint}});
    return {};
  }
  fmt::print("Phường · ward       {} ({})\n", s.name, s.id);
  fmt::print("Thư mục · folder    {}\n", ward.folder().string());
  fmt::print("Địa chỉ · hosts     {}\n", join(s.hosts));
  fmt::print("MQTT                {}\n",
             s.outside_broker ? host_and_port(s.outside_broker->host, s.outside_broker->port) + " (outside)"
                              : host_and_port(s.bind, s.mqtt_port));
  fmt::print("HTTPS               {}\n", host_and_port(s.bind, s.https_port));
  fmt::print("Chứng thư · until   {}\n", format_utc(facts.validity.not_after).substr(0, 10));
  fmt::print("Khóa · plan key     {}\n", plan_key.public_key().hex());
  return {};
}

Result<void> init(const Context& context, const Init& options) {
  auto settings = options.settings;
  if (!options.with_bind) settings.bind = headend::ward::bind_for(settings.hosts);
  LOA_TRY_LET(const auto ward, Ward::create(folder_for(context, settings.id), settings));
  LOA_TRY(show(context, ward));
  if (!context.json)
    fmt::print("Tiếp theo · next: loa group add, loa station add; loa-headend --ward {}\n", ward.folder().string());
  return {};
}

Result<void> show_opened(const Context& context) {
  LOA_TRY_LET(const auto folder, headend::ward::find_folder(context.ward));
  LOA_TRY_LET(const auto ward, Ward::open(folder));
  return show(context, ward);
}

Result<void> renew(const Context& context, const Init& options) {
  LOA_TRY_LET(const auto folder, headend::ward::find_folder(context.ward));
  LOA_TRY_LET(auto ward, Ward::open(folder));
  const auto hosts = options.settings.hosts.empty() ? ward.settings().hosts : options.settings.hosts;
  LOA_TRY(ward.renew_server_certificate(hosts));
  return show(context, ward);
}

}  // namespace

void add_ward(CLI::App& app, Context& context) {
  auto* noun = app.add_subcommand("ward", "Phường: khóa, chứng thư, cổng · the ward's folder");
  noun->require_subcommand(1);

  auto options = std::make_shared<Init>();
  auto& settings = options->settings;
  settings.local_port = 0;
  auto* verb = noun->add_subcommand("init", "Lập phường mới · make a new ward");
  verb->add_option("id", settings.id, "Mã · id")->required();
  verb->add_option("--name", settings.name, "Tên · name")->required();
  verb->add_option("--host", settings.hosts, "Địa chỉ máy chủ, lặp lại được · how stations reach it, repeatable")
      ->required();
  auto* bind = verb->add_option("--bind", settings.bind, "Địa chỉ lắng nghe · address to listen on");
  verb->add_option("--mqtt-port", settings.mqtt_port, "0 = tự chọn · auto")->capture_default_str();
  verb->add_option("--https-port", settings.https_port, "0 = tự chọn · auto")->capture_default_str();
  verb->callback([&context, options, bind] {
    options->with_bind = bind->count() > 0;
    context.action = [&context, options] { return init(context, *options); };
  });

  on(noun->add_subcommand("show", "Xem · show"), context, show_opened);

  auto fresh = std::make_shared<Init>();
  auto* again = noun->add_subcommand("renew", "Cấp lại chứng thư máy chủ · renew the server certificate");
  again->add_option("--host", fresh->settings.hosts, "Địa chỉ mới · new addresses; none: as they were");
  on(again, context, fresh, renew);
}

}  // namespace loa::tools::cli
