#include "headend/backup/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "protocol/base/text.hpp"

namespace loa::headend::backup {
namespace {

constexpr std::string_view form = "loa-backup 1";
/// What the plan key signs besides is marked otherwise (protocol/seal).
constexpr std::string_view domain = "loa-backup/1\n";
constexpr std::string_view signature_word = "signature ";

std::string line_of(std::string_view word, const Entry& entry) {
  return fmt::format("{} {} {} {}\n", word, entry.sha256.hex(), entry.bytes, entry.path);
}

/// Cuts off what lies before the next blank, or all.
std::string_view take_word(std::string_view& rest) {
  const auto end = std::min(rest.find(' '), rest.size());
  const auto word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

tl::unexpected<Error> bad_line(std::string_view word) {
  return fail(ErrorCode::invalid, "its line \"{}\" is not as this program writes it", word);
}

Result<Entry> read_entry(std::string_view rest) {
  LOA_TRY_LET(const auto sha256, Sha256::from_hex(take_word(rest)));
  const auto bytes = number_of<std::uint64_t>(take_word(rest));
  if (!bytes || !is_safe_path(rest)) return bad_line("file");
  return Entry{std::string{rest}, sha256, *bytes};
}

/// Takes one line into the manifest.
Result<void> read_line(Manifest& manifest, std::string_view rest) {
  const auto word = take_word(rest);
  if (word == "ward") {
    manifest.ward = rest;
  } else if (word == "name") {
    manifest.name = rest;
  } else if (word == "program") {
    manifest.program = rest;
  } else if (word == "store") {
    manifest.store_version = number_of<int>(rest).value_or(-1);
    if (manifest.store_version < 0) return bad_line(word);
  } else if (word == "made") {
    const auto us = number_of<std::int64_t>(rest);
    if (!us) return bad_line(word);
    manifest.made = wall_from_us(*us);
  } else if (word == "key") {
    LOA_TRY_LET(manifest.key, protocol::crypto::PublicKey::from_hex(rest));
  } else if (word == "file" || word == "object") {
    LOA_TRY_LET(auto entry, read_entry(rest));
    if (word == "object" && entry.path != entry.sha256.hex()) return bad_line(word);
    (word == "file" ? manifest.files : manifest.objects).push_back(std::move(entry));
  } else if (word == "absent") {
    LOA_TRY_LET(const auto sha256, Sha256::from_hex(rest));
    manifest.absent.push_back(sha256);
  } else {
    return bad_line(word);
  }
  return {};
}

Result<std::string> signature_of(std::string_view text) {
  if (!text.ends_with('\n') || !text.starts_with(signature_word)) return std::string{};
  return parse_hex(text.substr(signature_word.size(), text.size() - signature_word.size() - 1));
}

}  // namespace

bool is_safe_path(std::string_view path) {
  if (path.empty() || path.size() > 200) return false;
  while (!path.empty()) {
    const auto part = path.substr(0, std::min(path.find('/'), path.size()));
    const bool plain = std::all_of(part.begin(), part.end(), [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
    });
    if (part.empty() || part == "." || part == ".." || !plain) return false;
    path.remove_prefix(part.size());
    if (path == "/") return false;
    if (!path.empty()) path.remove_prefix(1);
  }
  return true;
}

std::string format(const Manifest& manifest, const protocol::crypto::SecretKey& plan_key) {
  std::string text =
      fmt::format("{}\nward {}\nname {}\nprogram {}\nstore {}\nmade {}\nkey {}\n", form, manifest.ward, manifest.name,
                  manifest.program, manifest.store_version, to_us(manifest.made), plan_key.public_key().hex());
  for (const auto& file : manifest.files) text += line_of("file", file);
  for (const auto& object : manifest.objects) text += line_of("object", object);
  for (const auto& absent : manifest.absent) text += fmt::format("absent {}\n", absent.hex());
  const auto signature = plan_key.sign(std::string{domain} + text);
  text += fmt::format("{}{}\n", signature_word,
                      format_hex({reinterpret_cast<const char*>(signature.data()), signature.size()}));
  return text;
}

Result<Manifest> parse(std::string_view text) {
  if (!text.starts_with("loa-backup ")) return fail(ErrorCode::invalid, "it is no list of a backup, or is cut off");
  auto rest = text;
  const auto next_line = [&rest] {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return line;
  };
  if (const auto first = next_line(); first != form && !rest.empty()) {
    return fail(ErrorCode::unsupported, "it is of the form \"{}\", this program knows \"{}\": use the newer program",
                first, form);
  }
  Manifest manifest;
  while (!rest.empty() && !rest.starts_with(signature_word)) LOA_TRY(read_line(manifest, next_line()));
  const auto signature = signature_of(rest);
  const auto signed_text = text.substr(0, text.size() - rest.size());
  if (signature && verify(manifest.key, std::string{domain} + std::string{signed_text}, *signature)) return manifest;
  return fail(ErrorCode::invalid, "it is cut off or was altered: its signature does not fit");
}

}  // namespace loa::headend::backup
