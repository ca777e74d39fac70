#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>

#include "tests/rehearsal/verdict.hpp"
#include "tests/support/temp_folder.hpp"

namespace {

using namespace loa;
using namespace loa::tests;

void print_heard(const Verdict& verdict) {
  std::puts("\nNghe lại từ bản ghi của từng loa · listened back from each horn's recording");
  for (const auto& heard : verdict.heard) {
    fmt::print("  {:<7} {:<26} nghe được · heard {:7.3f} s  báo cáo · reported {:7.3f} s  lệch · off by {:5.1f} ms\n",
               heard.cue.station, heard.cue.title, heard.match.heard_s, heard.cue.reported_s,
               1e3 * (heard.cue.reported_s - heard.match.heard_s));
  }
  std::printf(
      "  các loa bắt đầu lệch nhau nhiều nhất · greatest spread of starts %.3f ms, through the programme %.3f ms\n",
      verdict.worst_start_spread_us / 1e3, verdict.worst_spread_us / 1e3);
  for (const auto& page : verdict.pages) {
    fmt::print(
        "  {:<7} {:<26} {}\n", page.cue.station, page.cue.title,
        page.exact ? "đúng từng điểm ảnh đã duyệt · exactly the approved pixels" : "KHÁC bản duyệt · NOT as approved");
  }
}

void print_places(const Morning& morning) {
  std::puts("\nBản ghi · recordings");
  for (const auto& station : morning.kit().stations()) {
    std::printf("  %-7s %s\n", station.id.c_str(), morning.kit().recording_of(station.id).c_str());
  }
  std::printf("  nhật ký · logs %s/*.log\n", morning.kit().folder().c_str());
}

/// Airs one morning. @return exit status
int demo(const std::filesystem::path& folder, bool stay) {
  const auto fail_with = [](const Error& error) {
    std::fprintf(stderr, "demo: %s\n", error.text.c_str());
    return 1;
  };
  auto morning = Morning::prepare(folder, source_folder() / "content/samples", [](const std::string& line) {
    std::puts(line.c_str());
    std::fflush(stdout);
  });
  if (!morning) return fail_with(morning.error());
  if (const auto aired = (*morning)->air(); !aired) return fail_with(aired.error());
  const auto text = (*morning)->report_text();
  if (!text) return fail_with(text.error());
  std::printf("\n%s", text->c_str());
  const auto verdict = judge(**morning);
  if (!verdict) return fail_with(verdict.error());
  print_heard(*verdict);
  print_places(**morning);
  if (stay) {
    std::printf("\nPhường vẫn chạy · the ward keeps running: loa --ward %s fleet --watch   (Ctrl-C ends it)\n",
                (*morning)->kit().ward().c_str());
    std::fflush(stdout);
    ::pause();
  }
  std::printf("demo: %llu cues planned, %llu accounted for, %llu unexplained\n",
              static_cast<unsigned long long>(verdict->planned), static_cast<unsigned long long>(verdict->accounted),
              static_cast<unsigned long long>(verdict->unexplained));
  const bool true_report = verdict->worst_report_error_s <= 0.020;
  if (!true_report) std::fprintf(stderr, "demo: the report is off by %.3f s\n", verdict->worst_report_error_s);
  return verdict->unexplained == 0 && verdict->planned > 0 && verdict->planned == verdict->accounted && true_report ? 0
                                                                                                                    : 1;
}

}  // namespace

int main(int count, char** values) {
  bool stay = false;
  std::filesystem::path folder;
  for (int i = 1; i < count; ++i) {
    const std::string_view word{values[i]};
    if (word == "--stay") {
      stay = true;
    } else if (folder.empty() && !word.starts_with("-")) {
      folder = word;
    } else {
      std::fprintf(stderr, "demo: unknown option %s (there are: FOLDER, --stay)\n", values[i]);
      return 2;
    }
  }
  if (folder.empty() || std::filesystem::exists(folder)) {
    std::fprintf(stderr, "demo: give a folder that does not exist yet\n");
    return 2;
  }
  ::signal(SIGINT, [](int) {});  // ends pause(), then everything in order
  return demo(folder, stay);
}
