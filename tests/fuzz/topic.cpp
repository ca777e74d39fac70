// Whatever the text: a topic that parses is exactly the one that its parts build.
#include <string>

#include "protocol/base/text.hpp"
#include "protocol/topic/topic.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace loa;
  using namespace loa::protocol;
  const auto text = fuzz_text(data, size);
  const auto parsed = topic::parse(text);
  if (!parsed) return 0;
  fuzz_demand(is_id(parsed->ward), "a ward that is no id");
  const std::string again = parsed->leaf ? topic::of_station(parsed->ward, parsed->station, *parsed->leaf, parsed->code)
                                         : topic::of_command(parsed->ward, parsed->group);
  fuzz_demand(again == text, "parsed and built differ");
  return 0;
}
