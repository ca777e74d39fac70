#include "content/text/normal_text.hpp"

#include <glib.h>

#include <memory>

#include "protocol/base/text.hpp"

namespace loa::content::text {
namespace {

struct Free {
  void operator()(char* text) const { g_free(text); }
};

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

std::string simple_blanks(std::string_view raw) {
  std::string text{raw.starts_with("\xEF\xBB\xBF") ? raw.substr(3) : raw};
  replace_all(text, "\r\n", "\n");
  replace_all(text, "\r", "\n");
  replace_all(text, "\t", " ");
  replace_all(text, "\u00A0", " ");
  return text;
}

std::string trimmed(std::string text) {
  for (auto at = text.find(" \n"); at != std::string::npos; at = text.find(" \n")) text.erase(at, 1);
  const auto first = text.find_first_not_of(" \n");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \n") + 1 - first);
}

/// @return absent if there is none; what it is and where, for people
std::string first_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c < 0x20 && c != '\n') || c == 0x7F) return fmt::format("the control character U+{:04X} at byte {}", c, i);
  }
  return "a control character";
}

}  // namespace

Result<std::string> normalise(std::string_view raw, std::size_t max_bytes) {
  if (raw.size() > max_bytes) {
    return fail(ErrorCode::invalid, "the text has {} bytes, at most {} are allowed; shorten it", raw.size(), max_bytes);
  }
  const auto text = simple_blanks(raw);
  const char* bad = nullptr;
  if (!g_utf8_validate(text.data(), static_cast<gssize>(text.size()), &bad) && *bad != '\0') {
    return fail(ErrorCode::invalid, "the text is not UTF-8 (byte {}); save it as UTF-8", bad - text.data() + 1);
  }
  if (!is_clean_utf8(text)) return fail(ErrorCode::invalid, "the text contains {}; remove it", first_control(text));
  const std::unique_ptr<char, Free> composed{
      g_utf8_normalize(text.data(), static_cast<gssize>(text.size()), G_NORMALIZE_NFC)};
  auto normal = trimmed(composed ? composed.get() : "");
  if (normal.empty()) return fail(ErrorCode::invalid, "the text is empty; write at least one word");
  return normal;
}

std::optional<std::uint32_t> first_invisible(std::string_view text) {
  const char* end = text.data() + text.size();
  for (const char* at = text.data(); at < end; at = g_utf8_next_char(at)) {
    switch (const auto code = g_utf8_get_char(at); g_unichar_type(code)) {
      case G_UNICODE_FORMAT:
      case G_UNICODE_UNASSIGNED:
      case G_UNICODE_PRIVATE_USE:
      case G_UNICODE_SURROGATE:
      case G_UNICODE_LINE_SEPARATOR:
      case G_UNICODE_PARAGRAPH_SEPARATOR:
        return code;
      default:
        break;
    }
  }
  return std::nullopt;
}

std::uint32_t first_code(std::string_view text) { return g_utf8_get_char(text.data()); }

bool has_words(std::string_view text) {
  const char* end = text.data() + text.size();
  for (const char* at = text.data(); at < end; at = g_utf8_next_char(at)) {
    if (g_unichar_isalnum(g_utf8_get_char(at))) return true;
  }
  return false;
}

}  // namespace loa::content::text
