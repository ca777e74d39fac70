#include "headend/api/views.hpp"
#include "tools/cli/desk.hpp"
#include "tools/cli/print.hpp"

namespace loa::tools::cli {
namespace {

using namespace headend;

struct Named {
  std::string id;
  std::string name;
};

Result<void> add(const Context& context, const Named& options) {
  LOA_TRY(good_id("group", options.id));
  LOA_TRY(good_name("name", options.name));
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY_LET(const auto catalogue, desk.store.catalogue());
  if (catalogue.group(options.id) != nullptr) {
    return fail(ErrorCode::exists, "group \"{}\" is there already: it stays as it is", options.id);
  }
  const model::Group group{options.id, options.name};
  LOA_TRY(desk.store.stations().put_group(group));
  tell(context.json, api::view(group), fmt::format("Đã thêm nhóm · group added: {}", group.id));
  return {};
}

Result<void> list(const Context& context) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY_LET(const auto catalogue, desk.store.catalogue());
  if (context.json) {
    print_json(api::view(catalogue.groups));
    return {};
  }
  std::vector<std::vector<std::string>> rows{{"NHÓM · GROUP", "TÊN · NAME", "TRẠM · STATIONS"}};
  for (const auto& group : catalogue.groups) {
    const auto count = std::count_if(catalogue.stations.begin(), catalogue.stations.end(),
                                     [&](const auto& station) { return model::reaches({group.id}, station); });
    rows.push_back({group.id, group.name, std::to_string(count)});
  }
  print_table(rows);
  return {};
}

Result<void> remove(const Context& context, const Named& options) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY(desk.store.stations().remove_group(options.id));
  tell(context.json, {{"removed", options.id}}, "Đã xóa · removed: " + options.id);
  return {};
}

}  // namespace

void add_group(CLI::App& app, Context& context) {
  auto* noun = app.add_subcommand("group", "Tổ dân phố, cụm loa · groups of stations");
  noun->require_subcommand(1);
  auto options = std::make_shared<Named>();
  auto* verb = noun->add_subcommand("add", "Thêm · add");
  verb->add_option("id", options->id, "Mã · id")->required();
  verb->add_option("--name", options->name, "Tên · name")->required();
  on(verb, context, options, add);
  on(noun->add_subcommand("list", "Danh sách · list"), context, list);
  auto gone = std::make_shared<Named>();
  auto* away = noun->add_subcommand("remove", "Xóa · remove");
  away->add_option("id", gone->id, "Mã · id")->required();
  on(away, context, gone, remove);
}

}  // namespace loa::tools::cli
