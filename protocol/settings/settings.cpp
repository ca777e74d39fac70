#include "protocol/settings/settings.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#define TOML_EXCEPTIONS 0
// toml++ 3.3 asserts what it then checks and reports properly: `when = 2026-11-21T:00:00Z` must not abort a program.
#define TOML_ASSERT(expression) static_assert(true)
#include <toml++/toml.h>

#include "protocol/base/file.hpp"

namespace loa::protocol::settings {
namespace {

constexpr std::uint64_t max_file_bytes = 1 << 20;

const toml::table* as_table(const void* table) { return static_cast<const toml::table*>(table); }

std::string join(const std::string& place, std::string_view key) {
  return place.empty() ? std::string{key} : fmt::format("{}.{}", place, key);
}

std::string type_word(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a text";
    case toml::node_type::integer:
      return "a whole number";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::boolean:
      return "true or false";
    default:
      return "a date or time";
  }
}

}  // namespace

struct Section::Document {
  toml::table root;
  std::filesystem::path name;
  std::set<std::string> asked;  ///< dotted paths of keys that were asked for

  void find_unasked(const toml::table& table, const std::string& place, std::vector<std::string>& found) const;
};

void Section::Document::find_unasked(const toml::table& table, const std::string& place,
                                     std::vector<std::string>& found) const {
  for (const auto& [key, node] : table) {
    const std::string full = join(place, key.str());
    if (!asked.contains(full)) {
      found.push_back(fmt::format("{} (line {})", full, node.source().begin.line));
      continue;
    }
    if (const auto* inner = node.as_table()) find_unasked(*inner, full, found);
    if (const auto* array = node.as_array()) {
      for (std::size_t i = 0; i < array->size(); ++i) {
        if (const auto* inner = array->get(i)->as_table()) find_unasked(*inner, fmt::format("{}[{}]", full, i), found);
      }
    }
  }
}

Section::Section(std::shared_ptr<Document> document, const void* table, std::string place)
    : document_(std::move(document)), table_(table), place_(std::move(place)) {}

Result<Section> Section::load(const std::filesystem::path& file) {
  auto text = read_file(file, max_file_bytes);
  if (!text) return pass(std::move(text).error(), "cannot load settings");
  return parse(*text, file);
}

Result<Section> Section::parse(std::string_view toml_text, const std::filesystem::path& name) {
  auto parsed = toml::parse(toml_text, name.string());
  if (!parsed) {
    const auto& at = parsed.error().source().begin;
    return fail(ErrorCode::invalid, "{} line {}, column {}: {}", name.string(), at.line, at.column,
                parsed.error().description());
  }
  auto document = std::make_shared<Document>(Document{std::move(parsed).table(), name, {}});
  const void* root = &document->root;
  return Section{std::move(document), root, {}};
}

std::string Section::where(std::string_view key) const {
  return place_.empty() ? fmt::format("{}: {}", document_->name.string(), key)
                        : fmt::format("{}: [{}] {}", document_->name.string(), place_, key);
}

/// The node of a key, which thereby counts as asked for; null if it is not there.
static const toml::node* find(std::set<std::string>& asked, const void* table, const std::string& place,
                              std::string_view key) {
  asked.insert(join(place, key));
  return table == nullptr ? nullptr : as_table(table)->get(key);
}

#define LOA_SETTING_NODE(node, key) const toml::node* node = find(document_->asked, table_, place_, key)

bool Section::has(std::string_view key) const {
  LOA_SETTING_NODE(node, key);
  return node != nullptr;
}

Result<std::string> Section::text(std::string_view key) const {
  LOA_SETTING_NODE(node, key);
  if (node == nullptr) return fail(ErrorCode::missing, "{} is missing: write {} = \"…\"", where(key), key);
  if (!node->is_string()) {
    return fail(ErrorCode::invalid, "{} must be a text in quotes, not {}", where(key), type_word(*node));
  }
  const std::string& value = node->as_string()->get();
  if (value.empty()) return fail(ErrorCode::invalid, "{} must not be empty", where(key));
  return value;
}

Result<std::string> Section::text_or(std::string_view key, std::string_view otherwise) const {
  if (!has(key)) return std::string{otherwise};
  return text(key);
}

Result<std::int64_t> Section::number(std::string_view key, std::int64_t least, std::int64_t most) const {
  LOA_SETTING_NODE(node, key);
  if (node == nullptr) {
    return fail(ErrorCode::missing, "{} is missing: write a whole number from {} to {}", where(key), least, most);
  }
  if (!node->is_integer()) {
    return fail(ErrorCode::invalid, "{} must be a whole number from {} to {}, not {}", where(key), least, most,
                type_word(*node));
  }
  const std::int64_t value = node->as_integer()->get();
  if (value < least || value > most) {
    return fail(ErrorCode::invalid, "{} = {} is not from {} to {}", where(key), value, least, most);
  }
  return value;
}

Result<std::int64_t> Section::number_or(std::string_view key, std::int64_t otherwise, std::int64_t least,
                                        std::int64_t most) const {
  if (!has(key)) return otherwise;
  return number(key, least, most);
}

Result<bool> Section::flag_or(std::string_view key, bool otherwise) const {
  LOA_SETTING_NODE(node, key);
  if (node == nullptr) return otherwise;
  if (!node->is_boolean()) {
    return fail(ErrorCode::invalid, "{} must be true or false, not {}", where(key), type_word(*node));
  }
  return node->as_boolean()->get();
}

Result<std::filesystem::path> Section::path(std::string_view key) const {
  LOA_TRY_LET(const std::string value, text(key));
  return document_->name.parent_path() / value;
}

Result<std::filesystem::path> Section::path_or(std::string_view key, const std::filesystem::path& otherwise) const {
  if (has(key)) return path(key);
  return otherwise.empty() ? otherwise : document_->name.parent_path() / otherwise;
}

Result<std::vector<std::string>> Section::texts(std::string_view key) const {
  LOA_SETTING_NODE(node, key);
  std::vector<std::string> values;
  if (node == nullptr) return values;
  const auto wrong = [&] {
    return fail(ErrorCode::invalid, "{} must be an array of texts, [\"…\", \"…\"]", where(key));
  };
  if (!node->is_array()) return wrong();
  for (const auto& element : *node->as_array()) {
    if (!element.is_string()) return wrong();
    values.push_back(element.as_string()->get());
  }
  return values;
}

Result<std::string> Section::word(std::string_view key, const std::vector<std::string>& allowed) const {
  LOA_TRY_LET(std::string value, text(key));
  if (std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
    return fail(ErrorCode::invalid, "{} = \"{}\" is none of: {}", where(key), value, fmt::join(allowed, ", "));
  }
  return value;
}

Result<std::string> Section::word_or(std::string_view key, std::string_view otherwise,
                                     const std::vector<std::string>& allowed) const {
  if (!has(key)) return std::string{otherwise};
  return word(key, allowed);
}

Result<Section> Section::section(std::string_view key) const {
  LOA_SETTING_NODE(node, key);
  if (node == nullptr) {
    return fail(ErrorCode::missing, "{}: the section [{}] is missing", document_->name.string(), join(place_, key));
  }
  if (!node->is_table()) {
    return fail(ErrorCode::invalid, "{} must be a section [{}], not {}", where(key), join(place_, key),
                type_word(*node));
  }
  return Section{document_, node->as_table(), join(place_, key)};
}

Result<Section> Section::section_or_empty(std::string_view key) const {
  if (!has(key)) return Section{document_, nullptr, join(place_, key)};
  return section(key);
}

Result<std::vector<Section>> Section::sections(std::string_view key) const {
  LOA_SETTING_NODE(node, key);
  std::vector<Section> found;
  if (node == nullptr) return found;
  if (!node->is_array_of_tables()) {
    return fail(ErrorCode::invalid, "{} must be sections [[{}]], not {}", where(key), join(place_, key),
                type_word(*node));
  }
  const toml::array& array = *node->as_array();
  for (std::size_t i = 0; i < array.size(); ++i) {
    found.push_back(Section{document_, array.get(i)->as_table(), fmt::format("{}[{}]", join(place_, key), i)});
  }
  return found;
}

Result<void> Section::finish() const {
  std::vector<std::string> unasked;
  document_->find_unasked(document_->root, {}, unasked);
  if (unasked.empty()) return {};
  return fail(ErrorCode::invalid, "{}: unknown {}: {}: correct or remove", document_->name.string(),
              unasked.size() == 1 ? "key" : "keys", fmt::join(unasked, ", "));
}

}  // namespace loa::protocol::settings
