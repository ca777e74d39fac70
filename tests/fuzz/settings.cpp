// Whatever the text: settings are refused with a sentence or read; no getter falls over.
#include "protocol/settings/settings.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace loa;
  const auto parsed = protocol::settings::Section::parse(fuzz_text(data, size), "fuzz.toml");
  if (!parsed) {
    fuzz_demand(!parsed.error().text.empty(), "refused without a sentence");
    return 0;
  }
  const auto name = parsed->text("name");
  fuzz_demand(!name || !name->empty(), "an empty text");
  const auto groups = parsed->texts("groups");
  const auto broker = parsed->section_or_empty("broker");
  if (broker) {
    const auto port = broker->number("port", 1, 65'535);
    fuzz_demand(!port || (*port >= 1 && *port <= 65'535), "a number out of its range");
  }
  if (const auto signs = parsed->sections("sign")) {
    for (const auto& sign : *signs) fuzz_demand(!sign.text("when") || sign.has("when"), "read and not there");
  }
  const auto finished = parsed->finish();
  fuzz_demand(finished || !finished.error().text.empty(), "refused without a sentence");
  fuzz_demand(groups || !groups.error().text.empty(), "refused without a sentence");
  return 0;
}
