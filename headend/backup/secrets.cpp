#include "headend/backup/secrets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "headend/backup/manifest.hpp"
#include "protocol/base/text.hpp"

namespace loa::headend::backup {
namespace {

std::size_t characters_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

/// One file: "<bytes> <path>\n", its bytes, a newline.
Result<SecretFile> read_one(std::string_view& rest) {
  const auto wrong = [] { return fail(ErrorCode::invalid, "what was sealed is no list of keys"); };
  std::size_t size = 0;
  const auto [end, failed] = std::from_chars(rest.data(), rest.data() + rest.size(), size);
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  const auto line = rest.find('\n');
  if (failed != std::errc{} || !rest.starts_with(' ') || line == std::string_view::npos) return wrong();
  SecretFile file{std::string{rest.substr(1, line - 1)}, {}};
  rest.remove_prefix(line + 1);
  if (!is_safe_path(file.path) || rest.size() <= size || rest[size] != '\n') return wrong();
  file.bytes = rest.substr(0, size);
  rest.remove_prefix(size + 1);
  return file;
}

}  // namespace

Result<void> check_passphrase(std::string_view passphrase) {
  const bool text = is_clean_utf8(passphrase) && passphrase.find('\n') == std::string_view::npos;
  if (text && characters_of(passphrase) >= shortest_passphrase) return {};
  return fail(ErrorCode::invalid,
              "mật khẩu phải là một dòng, từ {} ký tự trở lên: bốn, năm từ dễ nhớ là tốt · the passphrase must be one "
              "line of {} characters or more: four or five words will do",
              shortest_passphrase, shortest_passphrase);
}

Result<std::string> seal_secrets(const std::vector<SecretFile>& files, std::string_view passphrase,
                                 protocol::crypto::Effort effort) {
  LOA_TRY(check_passphrase(passphrase));
  std::string bytes;
  for (const auto& file : files) bytes += fmt::format("{} {}\n", file.bytes.size(), file.path) + file.bytes + "\n";
  auto sealed = protocol::crypto::seal_by_passphrase(bytes, passphrase, effort);
  protocol::crypto::wipe(bytes);
  return sealed;
}

Result<std::vector<SecretFile>> open_secrets(std::string_view sealed, std::string_view passphrase) {
  LOA_TRY_LET(auto bytes, protocol::crypto::open_by_passphrase(sealed, passphrase));
  std::vector<SecretFile> files;
  for (std::string_view rest = bytes; !rest.empty();) {
    LOA_TRY_LET(auto file, read_one(rest));
    files.push_back(std::move(file));
  }
  protocol::crypto::wipe(bytes);
  return files;
}

}  // namespace loa::headend::backup
