#include <unistd.h>

#include "protocol/base/log.hpp"
#include "tools/cli/context.hpp"

namespace {

using namespace loa;

/// One line, whatever the sentence holds.
int complain(std::string text, int status) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  for (auto& c : text) c = c == '\n' ? ' ' : c;
  fmt::print(stderr, "loa: {}\n", text);
  return status;
}

void add_nouns(CLI::App& app, tools::cli::Context& context) {
  using namespace tools::cli;
  for (const auto add :
       {add_ward, add_station, add_group, add_category, add_content, add_programme, add_slogan, add_sign, add_policy,
        add_plan, add_report, add_fleet, add_command, add_fault, add_emergency, add_filler, add_backup, add_restore}) {
    add(app, context);
  }
}

}  // namespace

int main(int argc, char** argv) {
  log::set_level(log::Level::error);  // what went wrong is said by the verb, in one sentence
  CLI::App app{"Truyền thanh phường · the ward's public-address network", "loa"};
  tools::cli::Context context;
  app.set_version_flag("--version", LOA_VERSION);
  app.fallthrough();
  app.require_subcommand(1);
  app.add_option("--ward", context.ward, "Thư mục của phường · the ward's folder (else $LOA_WARD)")->type_name("DIR");
  app.add_flag("--json", context.json, "Cho chương trình khác · for programs");
  add_nouns(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wish) {
    return app.exit(wish);
  } catch (const CLI::ParseError& error) {
    return complain(std::string{error.what()} + "; see loa --help", 2);
  }
  if (auto done = context.action(); !done) return complain(done.error().text, 1);
  return 0;
}
