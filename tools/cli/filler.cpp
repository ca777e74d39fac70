#include "tools/cli/desk.hpp"
#include "tools/cli/print.hpp"

namespace loa::tools::cli {
namespace {

using namespace headend;

struct Set {
  std::string sound;
};

Result<void> set(const Context& context, const Set& options) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY_LET(const auto catalogue, desk.store.catalogue());
  if (options.sound == "none") {
    LOA_TRY(desk.store.library().put_filler(std::nullopt));
    tell(context.json, {{"filler", nullptr}}, "Không lấp chỗ trống · silence where content is missing");
    return {};
  }
  LOA_TRY_LET(const auto* content, find_content(catalogue, options.sound));
  if (content->medium != v1::MEDIUM_AUDIO || content->frames <= 0)
    return fail(ErrorCode::invalid, "\"{}\" is no sound: a filler has to be one", content->title);
  LOA_TRY_LET(const auto cannot_obey,
              desk.keep([&](headend::store::Unit& unit) { return unit.library().put_filler(content->object); }));
  tell(context.json, {{"filler", content->object.hex()}},
       fmt::format("Khi thiếu nội dung thì phát · where content is missing: {}", content->title));
  warn_of(context, cannot_obey);
  return {};
}

Result<void> show(const Context& context) {
  LOA_TRY_LET(auto desk, Desk::open(context));
  LOA_TRY_LET(const auto catalogue, desk.store.catalogue());
  const auto* content = catalogue.filler ? catalogue.content(*catalogue.filler) : nullptr;
  boost::json::value json;
  if (content != nullptr) json = content->object.hex();
  tell(context.json, {{"filler", json}}, content == nullptr ? std::string{"– (im lặng · silence)"} : content->title);
  return {};
}

}  // namespace

void add_filler(CLI::App& app, Context& context) {
  auto* noun = app.add_subcommand("filler", "Tiếng lấp chỗ trống khi thiếu nội dung · in place of missing content");
  noun->require_subcommand(1);
  auto options = std::make_shared<Set>();
  auto* verb = noun->add_subcommand("set", "Đặt · set");
  verb->add_option("sound", options->sound, "Nội dung, hoặc none · content, or none")->required();
  on(verb, context, options, set);
  on(noun->add_subcommand("show", "Xem · show"), context, show);
}

}  // namespace loa::tools::cli
