#include "headend/api/content_request.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <charconv>

#include "protocol/base/text.hpp"

namespace loa::headend::api {
namespace {

constexpr std::string_view content_prefix = "/content/";
constexpr std::string_view api_prefix = "/api/1/";

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::optional<std::string> decode(std::string_view text, bool plus_is_blank) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      plain += plus_is_blank && text[at] == '+' ? ' ' : text[at];
      continue;
    }
    const auto byte = parse_hex(text.substr(at + 1, 2));
    if (!byte || byte->size() != 1) return std::nullopt;
    plain += *byte;
    at += 2;
  }
  if (!is_clean_utf8(plain)) return std::nullopt;
  return plain;
}

bool decode_query(std::string_view text, std::map<std::string, std::string>& query) {
  while (!text.empty()) {
    const auto pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const auto equals = std::min(pair.find('='), pair.size());
    const auto name = decode(pair.substr(0, equals), true);
    const auto value = decode(pair.substr(std::min(pair.size(), equals + 1)), true);
    if (!name || !value) return false;
    if (!name->empty()) query[*name] = *value;
  }
  return true;
}

}  // namespace

RangeVerdict parse_range(std::string_view header, std::uint64_t size, ByteRange& range) {
  constexpr std::string_view unit = "bytes=";
  if (!header.starts_with(unit) || header.find(',') != std::string_view::npos) return RangeVerdict::whole;
  const auto text = trim(header.substr(unit.size()));
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return RangeVerdict::whole;
  const auto first = parse_number(text.substr(0, dash));
  const auto last = parse_number(text.substr(dash + 1));
  if (!first && dash != 0) return RangeVerdict::whole;
  if (!last && dash + 1 != text.size()) return RangeVerdict::whole;
  if (!first && !last) return RangeVerdict::whole;
  if (first && last && *last < *first) return RangeVerdict::whole;
  if (size == 0) return RangeVerdict::unsatisfiable;
  if (!first) {  // the last so many bytes
    if (*last == 0) return RangeVerdict::unsatisfiable;
    range = {size - std::min(size, *last), size - 1};
    return RangeVerdict::part;
  }
  if (*first >= size) return RangeVerdict::unsatisfiable;
  range = {*first, std::min(last.value_or(size - 1), size - 1)};
  return RangeVerdict::part;
}

std::optional<protocol::crypto::Sha256> parse_content_target(std::string_view target) {
  if (!target.starts_with(content_prefix)) return std::nullopt;
  const auto name = target.substr(content_prefix.size());
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (name.size() != 64 || !std::all_of(name.begin(), name.end(), is_digit)) return std::nullopt;
  const auto digest = protocol::crypto::Sha256::from_hex(name);
  return digest ? std::optional{*digest} : std::nullopt;
}

std::optional<Request> parse_api_target(std::string_view target) {
  if (!target.starts_with(api_prefix)) return std::nullopt;
  target.remove_prefix(api_prefix.size());
  const auto question = std::min(target.find('?'), target.size());
  const auto path = decode(target.substr(0, question), false);
  Request request;
  if (!path || !decode_query(target.substr(std::min(target.size(), question + 1)), request.query)) return std::nullopt;
  request.path = *path;
  return request;
}

bool is_authorised(std::string_view header, std::string_view token) {
  constexpr std::string_view scheme = "Bearer ";
  if (token.empty() || !header.starts_with(scheme)) return false;
  // Digests have one length, so neither the length nor the place of the first wrong byte shows in the time.
  const auto given = protocol::crypto::sha256(trim(header.substr(scheme.size())));
  const auto right = protocol::crypto::sha256(token);
  return CRYPTO_memcmp(given.bytes.data(), right.bytes.data(), right.bytes.size()) == 0;
}

bool names_tag(std::string_view header, std::string_view tag) {
  return header == "*" || header.find(tag) != std::string_view::npos;
}

}  // namespace loa::headend::api
