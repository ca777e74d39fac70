#include "headend/planner/form.hpp"
#include "headend/publisher/publisher.hpp"
#include "protocol/message/compact.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/bench_ward.hpp"

namespace loa::bench {
namespace {

using namespace std::chrono;
namespace model = headend::model;
namespace store = headend::store;
namespace planner = headend::planner;

constexpr model::Geometry sign{192, 32};

struct Wish {
  const char* name;
  int slogans;
  seconds dwell;
  int segments;  ///< of the radio, a day
};

protocol::crypto::Sha256 object_of(const char* what, int number) {
  return protocol::crypto::sha256(fmt::format("{} {}", what, number));
}

model::Content content_of(const char* what, int number, v1::Medium medium) {
  model::Content content;
  content.object = object_of(what, number);
  content.title = fmt::format("{} {} của phường", what, number);
  content.medium = medium;
  content.frames = medium == v1::MEDIUM_AUDIO ? 48'000 * 20 : 0;
  content.bytes = 20'000;
  if (medium == v1::MEDIUM_SIGN) content.image = model::SignImage{sign.width_px, {sign}};
  return content;
}

/// A ward with one box that has a horn and a sign.
model::Catalogue ward_of(const Wish& wish) {
  model::Catalogue all;
  model::Station box;
  box.id = box.name = "hop-1";
  box.sign = sign;
  all.stations = {box};
  all.categories = {{"tin", "Bản tin"}};
  model::Policy policy;
  policy.id = policy.reference = "bench";
  policy.windows = {{}};
  all.policies = {policy};
  for (int i = 0; i < wish.segments; i += 20) {
    model::Programme programme;
    programme.id = programme.title = fmt::format("buoi-{}", i);
    programme.start = hours{5 + i / 2};
    programme.groups = {model::everyone};
    for (int segment = i; segment < std::min(i + 20, wish.segments); ++segment) {
      model::add(all, content_of("ban tin", segment, v1::MEDIUM_AUDIO));
      programme.segments.push_back({object_of("ban tin", segment), "tin"});
    }
    all.programmes.push_back(std::move(programme));
  }
  for (int i = 0; i < wish.slogans; ++i) {
    model::add(all, content_of("khau hieu", i, v1::MEDIUM_SIGN));
    model::Slogan slogan;
    slogan.id = fmt::format("khau-hieu-{}", i);
    slogan.text = fmt::format("Khẩu hiệu số {}", i);
    slogan.category = "tin";
    slogan.images = {{sign, object_of("khau hieu", i)}};
    slogan.groups = {model::everyone};
    slogan.dwell = wish.dwell;
    all.slogans.push_back(std::move(slogan));
  }
  return all;
}

Result<planner::Fitted> plan_of(const model::Catalogue& all) {
  planner::Settings settings;
  settings.content_url = "https://127.0.0.1:8443/content/";
  const auto midnight = parse_utc("2026-11-22T17:00:00Z").value();
  return planner::fit(all, all.stations[0], midnight, settings, {}, planner::Form::compact,
                      headend::publisher::most_plan_bytes);
}

Line measure(const Wish& wish) {
  const auto all = ward_of(wish);
  Line line{fmt::format("bytes of a month's plan: {}", wish.name), "KB", "the first form: pages in each cue", {}, {}};
  line.budget = 256;
  const auto fitted = plan_of(all);
  if (!fitted || !fitted->lost.empty()) {
    line.ours.why_not = fitted ? fitted->lost.front() : fitted.error().text;
    return line;
  }
  const auto ours = fitted->wire.ByteSizeLong(), first = protocol::message::plain_bytes(fitted->planned.plan);
  line.ours.samples = {static_cast<double>(ours) / 1e3};
  line.rival.samples = {static_cast<double>(first) / 1e3};
  line.notes.push_back(fmt::format("{:.0f} times smaller; {} cues",
                                   static_cast<double>(first) / static_cast<double>(ours),
                                   fitted->planned.plan.cues_size()));
  return line;
}

}  // namespace

std::vector<Line> measure_plan(const Context& /*context*/) {
  std::vector<Line> lines;
  for (const auto& wish : {Wish{"34 slogans of 27 s", 34, 27s, 4}, Wish{"61 slogans of 10 s", 61, 10s, 4},
                           Wish{"100 slogans of 10 s, 40 segments a day", 100, 10s, 40}}) {
    lines.push_back(measure(wish));
  }
  return lines;
}

}  // namespace loa::bench
