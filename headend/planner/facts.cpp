#include "headend/planner/facts.hpp"

namespace loa::headend::planner {

model::Named Facts::column_of(const std::string& id) const {
  const auto* category = catalogue_.category(id);
  return {id, category ? category->name : id};
}

model::PromiseFacts Facts::of_station() const {
  model::PromiseFacts facts;
  facts.station = station_.name;
  for (const auto& id : station_.groups) {
    const auto* group = catalogue_.group(id);
    if (id != model::everyone) facts.groups.push_back({id, group ? group->name : id});
  }
  return facts;
}

std::shared_ptr<const model::PromiseFacts> Facts::of_sound(const std::string& column, const std::string& title) {
  auto& known = sounds_[{column, title}];
  if (known) return known;
  auto facts = of_station();
  facts.column = column_of(column);
  facts.title = title;
  return known = std::make_shared<const model::PromiseFacts>(std::move(facts));
}

std::shared_ptr<const model::PromiseFacts> Facts::of_pages(const std::vector<const model::Slogan*>& slogans) {
  auto& known = pages_[slogans];
  if (known) return known;
  auto facts = of_station();
  facts.column = column_of(slogans.front()->category);
  facts.title = slogans.front()->text;
  for (const auto* slogan : slogans) facts.pages.push_back({column_of(slogan->category), slogan->id, slogan->text});
  return known = std::make_shared<const model::PromiseFacts>(std::move(facts));
}

}  // namespace loa::headend::planner
