#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/result.hpp"

/// Settings files (TOML 1.0), read with the types and ranges the program wants. A mistake is told with file, key and
/// what would be right; a key nobody asked for is a mistake too (a misspelt key must not silently mean its default).
///
///   LOA_TRY_LET(auto settings, settings::Section::load("station.toml"));
///   LOA_TRY_LET(auto broker, settings.section("broker"));
///   LOA_TRY_LET(auto host, broker.text("host"));
///   LOA_TRY_LET(auto port, broker.number_or("port", 8883, 1, 65535));
///   LOA_TRY(settings.finish());
namespace loa::protocol::settings {

/// A file as a whole, or one [table] of it. Copies share the record of which keys were asked for.
class Section {
 public:
  /// @error missing · invalid: not TOML (with line and column), or larger than 1 MiB · io
  static Result<Section> load(const std::filesystem::path& file);
  /// @param name  stands for the file in errors; relative paths are taken from its folder
  static Result<Section> parse(std::string_view toml, const std::filesystem::path& name);

  /// Each getter: @error missing: no such key · invalid: other type, or out of range. The `_or` forms are never
  /// missing.
  [[nodiscard]] Result<std::string> text(std::string_view key) const;  ///< not empty
  [[nodiscard]] Result<std::string> text_or(std::string_view key, std::string_view otherwise) const;
  [[nodiscard]] Result<std::int64_t> number(std::string_view key, std::int64_t least, std::int64_t most) const;
  [[nodiscard]] Result<std::int64_t> number_or(std::string_view key, std::int64_t otherwise, std::int64_t least,
                                               std::int64_t most) const;
  [[nodiscard]] Result<bool> flag_or(std::string_view key, bool otherwise) const;
  /// A relative path is taken from the folder of the settings file.
  [[nodiscard]] Result<std::filesystem::path> path(std::string_view key) const;
  [[nodiscard]] Result<std::filesystem::path> path_or(std::string_view key,
                                                      const std::filesystem::path& otherwise) const;
  /// An array of texts; absent gives none.
  [[nodiscard]] Result<std::vector<std::string>> texts(std::string_view key) const;
  /// One of the words given, such as {"alsa", "none"}.
  [[nodiscard]] Result<std::string> word(std::string_view key, const std::vector<std::string>& allowed) const;
  [[nodiscard]] Result<std::string> word_or(std::string_view key, std::string_view otherwise,
                                            const std::vector<std::string>& allowed) const;

  [[nodiscard]] bool has(std::string_view key) const;
  /// [key] @error missing · invalid: not a table
  [[nodiscard]] Result<Section> section(std::string_view key) const;
  /// [key], or an empty section in which every key is missing.
  [[nodiscard]] Result<Section> section_or_empty(std::string_view key) const;
  /// [[key]], in the order of the file; absent gives none.
  [[nodiscard]] Result<std::vector<Section>> sections(std::string_view key) const;

  /// Call once everything was read, on any section of the file.
  /// @error invalid: names each key that nobody asked for
  [[nodiscard]] Result<void> finish() const;

  /// "station.toml: [broker] port", for the caller's own errors.
  [[nodiscard]] std::string where(std::string_view key) const;

 private:
  struct Document;
  Section(std::shared_ptr<Document> document, const void* table, std::string place);
  std::shared_ptr<Document> document_;
  const void* table_;  ///< a toml::table inside *document_; null: empty
  std::string place_;  ///< "", "broker" or "sign[0]"
};

}  // namespace loa::protocol::settings
