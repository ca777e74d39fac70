#include "station/sync/fetch_job.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "protocol/base/text.hpp"

namespace loa::station::sync {
namespace {

constexpr std::size_t longest_reason = 300;
constexpr std::string_view success = "ok";
constexpr std::string_view failure = "failed";

/// The arguments that are numbers, by name.
template <class Job, class Visit>
void for_each_number(Job& job, Visit visit) {
  visit("bytes", job.bytes);
  visit("connect_timeout_ms", job.connect_timeout);
  visit("low_speed_bytes_s", job.low_speed_bytes_s);
  visit("low_speed_time_s", job.low_speed_time);
}

template <class Rep, class Period>
Rep count_of(const std::chrono::duration<Rep, Period>& time) {
  return time.count();
}
template <class Integer>
Integer count_of(const Integer& number) {
  return number;
}

std::optional<ErrorCode> code_named(std::string_view name) {
  for (int code = 0; code <= static_cast<int>(ErrorCode::unsupported); ++code) {
    if (name == name_of(static_cast<ErrorCode>(code))) return static_cast<ErrorCode>(code);
  }
  return std::nullopt;
}

std::string_view take_word(std::string_view& text) {
  const auto word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(word.size() + 1, text.size()));
  return word;
}

/// What may stand in a log and in a status: one line, UTF-8, not endless.
std::string showable(std::string_view text) {
  std::string line{text.substr(0, longest_reason)};
  const auto is_plain = [](char c) { return c >= ' ' && c <= '~'; };
  if (!is_clean_utf8(line)) std::replace_if(line.begin(), line.end(), std::not_fn(is_plain), '?');
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

}  // namespace

std::vector<std::string> FetchJob::to_arguments() const {
  std::vector<std::string> arguments{"url=" + url, "partial=" + partial.string(), "ca_file=" + ca_file.string()};
  for_each_number(*this, [&](const char* name, const auto& value) {
    arguments.push_back(fmt::format("{}={}", name, count_of(value)));
  });
  return arguments;
}

Result<FetchJob> FetchJob::from_arguments(const std::vector<std::string>& arguments) {
  FetchJob job;
  for (const auto& argument : arguments) {
    const std::string name = argument.substr(0, argument.find('='));
    const std::string value = argument.size() > name.size() ? argument.substr(name.size() + 1) : "";
    bool known = true;
    if (name == "url") {
      job.url = value;
    } else if (name == "partial") {
      job.partial = value;
    } else if (name == "ca_file") {
      job.ca_file = value;
    } else {
      known = false;
    }
    for_each_number(job, [&](const char* number, auto& target) {
      auto count = count_of(target);
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
      if (name != number || error != std::errc{} || end != value.data() + value.size() || count < 0) return;
      target = std::remove_reference_t<decltype(target)>{count};
      known = true;
    });
    if (!known) return fail(ErrorCode::invalid, "the argument '{}' is not known or not a number", argument);
  }
  if (job.url.empty() || job.partial.empty() || job.bytes == 0) {
    return fail(ErrorCode::invalid, "the arguments url=, partial= and bytes= must be given");
  }
  return job;
}

std::string FetchEnd::to_line() const {
  if (result) return std::string{success};
  return fmt::format("{} {} {} {}", failure, blame == Blame::server ? "server" : "object", name_of(result.error().code),
                     showable(result.error().text));
}

FetchEnd FetchEnd::from_words(std::string_view words) {
  while (!words.empty() && words.back() == '\n') words.remove_suffix(1);
  if (words == success) return {{}, Blame::object};
  std::string_view rest = words;
  const bool failed = take_word(rest) == failure;
  const auto whose = take_word(rest);
  const auto code = code_named(take_word(rest));
  if (failed && code && (whose == "server" || whose == "object")) {
    return {pass(Error{*code, showable(rest)}), whose == "server" ? Blame::server : Blame::object};
  }
  return {
      fail(ErrorCode::io, "loa-fetch ended without a verdict{}{}", words.empty() ? "" : "; it said: ", showable(words)),
      Blame::server};
}

}  // namespace loa::station::sync
