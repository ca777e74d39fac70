#include "headend/model/promise.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace loa::headend::model {
namespace {

using boost::json::array;
using boost::json::object;

void put_text(object& into, const char* key, const std::string& text) {
  if (!text.empty()) into[key] = text;
}

void put_named(object& into, const char* key, const Named& named) {
  if (!named.id.empty()) into[key] = array{named.id, named.name};
}

object json_of(const PageFacts& page) {
  object made;
  put_named(made, "column", page.column);
  put_text(made, "slogan", page.slogan);
  put_text(made, "text", page.text);
  return made;
}

std::string text_at(const object& from, const char* key) {
  const auto* value = from.if_contains(key);
  return value && value->is_string() ? std::string{value->get_string().c_str(), value->get_string().size()}
                                     : std::string{};
}

Named named_of(const boost::json::value& value) {
  const auto* pair = value.if_array();
  if (!pair || pair->size() != 2 || !pair->at(0).is_string() || !pair->at(1).is_string()) return {};
  return {std::string{pair->at(0).get_string()}, std::string{pair->at(1).get_string()}};
}

Named named_at(const object& from, const char* key) {
  const auto* value = from.if_contains(key);
  return value ? named_of(*value) : Named{};
}

PageFacts page_of(const boost::json::value& value) {
  const auto* page = value.if_object();
  if (!page) return {};
  return {named_at(*page, "column"), text_at(*page, "slogan"), text_at(*page, "text")};
}

}  // namespace

std::string format_facts(const PromiseFacts& facts) {
  object made;
  put_text(made, "station", facts.station);
  array groups, pages;
  for (const auto& group : facts.groups) groups.push_back(array{group.id, group.name});
  for (const auto& page : facts.pages) pages.push_back(json_of(page));
  if (!groups.empty()) made["groups"] = std::move(groups);
  put_named(made, "column", facts.column);
  put_text(made, "title", facts.title);
  if (!pages.empty()) made["pages"] = std::move(pages);
  if (facts.as_of_migration) made["as_of_migration"] = true;
  return boost::json::serialize(made);
}

Result<PromiseFacts> parse_facts(std::string_view text) {
  boost::system::error_code error;
  const auto value = boost::json::parse(text, error);
  const auto* from = error ? nullptr : value.if_object();
  if (!from) return fail(ErrorCode::invalid, "the facts of a promise are no JSON object: {}", text.substr(0, 60));
  PromiseFacts facts;
  facts.station = text_at(*from, "station");
  facts.column = named_at(*from, "column");
  facts.title = text_at(*from, "title");
  if (const auto* groups = from->if_contains("groups"); groups && groups->is_array()) {
    for (const auto& group : groups->get_array()) facts.groups.push_back(named_of(group));
  }
  if (const auto* pages = from->if_contains("pages"); pages && pages->is_array()) {
    for (const auto& page : pages->get_array()) facts.pages.push_back(page_of(page));
  }
  facts.as_of_migration = from->contains("as_of_migration");
  return facts;
}

CueKey key_of(const v1::Cue& cue) { return {cue.occurrence(), cue.segment()}; }

CueParts parts_of(const v1::Cue& cue) {
  if (cue.pages_size() == 0) return {cue.SerializeAsString(), {}};
  v1::Cue rest = cue, pages;
  pages.mutable_pages()->Swap(rest.mutable_pages());
  return {rest.SerializeAsString(), pages.SerializeAsString()};
}

}  // namespace loa::headend::model
