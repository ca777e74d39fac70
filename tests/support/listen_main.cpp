// loa-listen: says what the recordings of a virtual sound card hold of a list of cues.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fstream>
#include <iostream>
#include <map>

#include "tests/support/listen.hpp"

namespace loa::tests {
namespace {

namespace json = boost::json;

struct Cue {
  std::int64_t start_us = 0;
  std::string object;
};

struct Options {
  std::string recordings;
  std::string cues = "-";
  double search_ms = 25;
  bool as_json = false;
};

/// Lines "start_us object-file"; blank ones and those that begin with # are passed over.
Result<std::vector<Cue>> parse_cues(std::istream& text) {
  std::vector<Cue> cues;
  int number = 0;
  for (std::string line; std::getline(text, line);) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    Cue cue;
    if (!(words >> cue.start_us >> std::ws) || !std::getline(words, cue.object)) {
      return fail(ErrorCode::invalid, "cue list, line {}: \"{}\" is not \"start_us object-file\"", number, line);
    }
    cues.push_back(cue);
  }
  return cues;
}

Result<std::vector<Cue>> load_cues(const std::string& path) {
  if (path == "-") return parse_cues(std::cin);
  std::ifstream file(path);
  if (!file) return fail(ErrorCode::missing, "cannot read the cue list {}", path);
  return parse_cues(file);
}

json::array parts_to_json(const std::vector<listen::Part>& parts) {
  json::array array;
  for (const auto& part : parts) array.push_back(json::array{part.from_s, part.to_s});
  return array;
}

json::array strays_to_json(const std::vector<listen::Stray>& strays) {
  json::array array;
  for (const auto& stray : strays) {
    json::object object{{"at_s", stray.at_s}, {"length_s", stray.length_s}, {"content_at_s", nullptr}};
    if (stray.content_at_s) object["content_at_s"] = *stray.content_at_s;
    array.push_back(object);
  }
  return array;
}

json::object to_json(const Cue& cue, const listen::Match& match) {
  json::object object{{"object", cue.object},
                      {"start_us", cue.start_us},
                      {"heard_s", match.heard_s},
                      {"doubtful_s", match.doubtful_s},
                      {"lost_s", match.lost_s},
                      {"start_error_us", nullptr},
                      {"median_offset_us", match.median_offset_us},
                      {"max_offset_us", match.max_offset_us},
                      {"drift_ppm", match.drift_ppm},
                      {"worst_peak", match.worst_peak},
                      {"heard", parts_to_json(match.heard)},
                      {"gaps", parts_to_json(match.gaps)},
                      {"strays", strays_to_json(match.strays)}};
  if (match.start_error_us) object["start_error_us"] = *match.start_error_us;
  return object;
}

void print_for_people(const Cue& cue, const listen::Match& match) {
  const auto start = match.start_error_us ? fmt::format("{:+.0f} µs", *match.start_error_us) : "not heard";
  fmt::print(
      "{}\n  heard {:.3f} s of {:.3f} s · start {} · offset at most {:.0f} µs · drift {:+.2f} ppm · worst peak "
      "{:.3f}\n",
      cue.object, match.heard_s, match.heard_s + match.lost_s, start, match.max_offset_us, match.drift_ppm,
      match.worst_peak);
  for (const auto& gap : match.gaps) {
    fmt::print("  gap    {:8.3f} … {:8.3f} s ({:.3f} s)\n", gap.from_s, gap.to_s, gap.length_s());
  }
  for (const auto& stray : match.strays) {
    const auto source = stray.content_at_s ? fmt::format("the content from {:.3f} s on", *stray.content_at_s)
                                           : std::string("not from this content");
    fmt::print("  stray  {:8.3f} s for {:.3f} s: {}\n", stray.at_s, stray.length_s, source);
  }
}

Result<void> listen_to(const Options& options) {
  LOA_TRY_LET(const auto cues, load_cues(options.cues));
  LOA_TRY_LET(const auto recordings, Recording::load_folder(options.recordings));
  std::map<std::string, std::vector<std::int16_t>> contents;
  json::array answers;
  for (const auto& cue : cues) {
    if (!contents.count(cue.object)) {
      LOA_TRY_LET(contents[cue.object], listen::decode(cue.object));
    }
    const auto match = listen::align(recordings, {contents[cue.object], cue.start_us, options.search_ms});
    if (options.as_json) {
      answers.push_back(to_json(cue, match));
    } else {
      print_for_people(cue, match);
    }
  }
  if (options.as_json) std::cout << json::serialize(answers) << "\n";
  return {};
}

}  // namespace
}  // namespace loa::tests

int main(int argc, char** argv) {
  loa::tests::Options options;
  CLI::App app("Says what the recordings of a virtual sound card hold of a list of cues.", "loa-listen");
  app.add_option("recordings", options.recordings, "folder of *.wav with their *.json")->required();
  app.add_option("cues", options.cues, "file of lines \"start_us object-file\"; - is standard input");
  app.add_option("--search-ms", options.search_ms, "how far to look on both sides of the plan")
      ->check(CLI::Range(1, 1000));
  app.add_flag("--json", options.as_json, "one array, an object for each cue");
  CLI11_PARSE(app, argc, argv);
  if (const auto done = loa::tests::listen_to(options); !done) {
    fmt::print(stderr, "loa-listen: {}\n", done.error().text);
    return 1;
  }
  return 0;
}
