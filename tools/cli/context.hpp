#pragma once
#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <memory>

#include "protocol/base/result.hpp"

/// The operator's command line: parse, ask the head-end's rooms, print. One file for each noun.
namespace loa::tools::cli {

/// What every verb knows.
struct Context {
  std::filesystem::path ward;  ///< --ward; empty: not given
  bool json = false;           ///< --json: for programs
  /// Set by the verb that was typed, run by main once the whole line was understood.
  std::function<Result<void>()> action;
};

/// Lets a verb run `act` with the options it was given.
template <class Options>
void on(CLI::App* verb, Context& context, std::shared_ptr<Options> options,
        Result<void> (*act)(const Context&, const Options&)) {
  verb->callback(
      [&context, options, act] { context.action = [&context, options, act] { return act(context, *options); }; });
}

/// For a verb without options.
inline void on(CLI::App* verb, Context& context, Result<void> (*act)(const Context&)) {
  verb->callback([&context, act] { context.action = [&context, act] { return act(context); }; });
}

void add_ward(CLI::App& app, Context& context);
void add_station(CLI::App& app, Context& context);
void add_group(CLI::App& app, Context& context);
void add_category(CLI::App& app, Context& context);
void add_content(CLI::App& app, Context& context);
void add_programme(CLI::App& app, Context& context);
void add_slogan(CLI::App& app, Context& context);
void add_sign(CLI::App& app, Context& context);
void add_policy(CLI::App& app, Context& context);
void add_plan(CLI::App& app, Context& context);
void add_report(CLI::App& app, Context& context);
void add_fleet(CLI::App& app, Context& context);
void add_command(CLI::App& app, Context& context);
void add_fault(CLI::App& app, Context& context);
void add_emergency(CLI::App& app, Context& context);
void add_filler(CLI::App& app, Context& context);
void add_backup(CLI::App& app, Context& context);
void add_restore(CLI::App& app, Context& context);

}  // namespace loa::tools::cli
