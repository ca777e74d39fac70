// Whatever the bytes: a plan that passes the check keeps what the station builds on.
#include <map>
#include <set>

#include "protocol/message/check.hpp"
#include "protocol/message/compact.hpp"
#include "protocol/message/playlist.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace loa;

void check_invariants(const v1::Plan& plan) {
  fuzz_demand(plan.has_policy(), "a plan without policy");
  std::set<std::string> objects;
  for (const auto& object : plan.objects()) objects.insert(object.sha256());
  std::map<std::pair<int, int>, std::int64_t> ends;
  std::set<std::pair<std::string, std::uint32_t>> keys;
  for (const auto& cue : plan.cues()) {
    fuzz_demand(objects.contains(cue.object()), "a cue whose object is not listed");
    fuzz_demand(cue.template_number() == 0, "a cue that is not whole");
    for (const auto& page : protocol::message::pages_of(plan, cue))
      fuzz_demand(objects.contains(page.object()), "a page whose object is not listed");
    fuzz_demand(cue.gain_cb() <= 0, "a cue louder than ingested");
    fuzz_demand(cue.duration_us() > 0 && cue.start_us() < plan.horizon_us(), "a cue outside of the plan");
    fuzz_demand(keys.emplace(cue.occurrence(), cue.segment()).second, "a cue twice");
    auto& end = ends[{cue.medium(), cue.cue_class()}];
    fuzz_demand(cue.start_us() >= end, "cues overlap");
    end = cue.start_us() + cue.duration_us();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using protocol::message::decode;
  const auto plan = decode<v1::Plan>(fuzz_text(data, size));
  if (!plan) {
    fuzz_demand(!plan.error().text.empty() && plan.error().code == ErrorCode::invalid, "refused without a sentence");
    return 0;
  }
  check_invariants(*plan);
  fuzz_demand(decode<v1::Plan>(plan->SerializeAsString()).has_value(), "refused after it was written again");
  auto folded = *plan;
  protocol::message::fold_pages(folded);
  protocol::message::fold_cues(folded);
  fuzz_demand(decode<v1::Plan>(folded.SerializeAsString()).has_value(), "refused in the compact form");
  const auto plain = protocol::message::expand(std::move(folded));
  if (!plain) return 0;  // more pages than an envelope holds
  fuzz_demand(decode<v1::Plan>(plain->SerializeAsString()).has_value(), "refused in the plain form");
  return 0;
}
